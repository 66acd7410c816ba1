// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

namespace RemoteLog {

// The body of a POST, and its header Content-Type.
struct Multipart
{
    QByteArray contentType;
    QByteArray body;
};

// Files for a node's RPC (RFC 7578, multipart/form-data), in this order. Their names are numbers: a
// slash in one would make a directory of it.
Multipart multipartOf(const QList<QByteArray> &parts);

} // namespace RemoteLog
