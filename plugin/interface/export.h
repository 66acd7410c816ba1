// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

#if defined(REMOTELOG_LIBRARY)
#define REMOTELOG_EXPORT Q_DECL_EXPORT
#else
#define REMOTELOG_EXPORT Q_DECL_IMPORT
#endif
