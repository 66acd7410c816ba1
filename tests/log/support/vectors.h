// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

// Bytes that were not made by this code: lines "name: hex" of a file in tests/log/data. Ends the
// test if there is none.
QByteArray vectorBytes(const QString &file, const QString &name);

// The same for lines "name: text".
QString vectorText(const QString &file, const QString &name);
