// SPDX-License-Identifier: MIT
#pragma once

// Between Qt and libsodium; only for .cpp files.

#include <QByteArray>
#include <QByteArrayView>

namespace RemoteLog {

inline const unsigned char *bytesOf(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

inline unsigned char *bytesOf(QByteArray &bytes)
{
    return reinterpret_cast<unsigned char *>(bytes.data());
}

} // namespace RemoteLog
