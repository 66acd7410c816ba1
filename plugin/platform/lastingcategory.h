// SPDX-License-Identifier: MIT
#pragma once

#include <QLoggingCategory>

// As Q_LOGGING_CATEGORY with warnings only, for code that detached threads run: they may still run
// while the process destroys its statics, so this one is never destroyed.
#define REMOTELOG_LASTING_CATEGORY(function, name)                                                 \
    const QLoggingCategory &function()                                                             \
    {                                                                                              \
        static const auto *const category = new QLoggingCategory(name, QtWarningMsg);              \
        return *category;                                                                          \
    }
