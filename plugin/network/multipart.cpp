// SPDX-License-Identifier: MIT
#include "multipart.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr int MaxHeadSize = 160; // of the lines in front of a part

// In no part. Nobody can make the search long: what is sent is sealed, so nobody chooses its bytes.
QByteArray boundaryFor(const QList<QByteArray> &parts)
{
    for (int number = 0;; ++number) {
        const QByteArray boundary = "remotelog-boundary-" + QByteArray::number(number);
        if (std::none_of(parts.begin(), parts.end(),
                         [&boundary](const QByteArray &part) { return part.contains(boundary); }))
            return boundary;
    }
}

} // namespace

Multipart multipartOf(const QList<QByteArray> &parts)
{
    const QByteArray boundary = boundaryFor(parts);
    QByteArray body;
    qsizetype size = MaxHeadSize;
    for (const QByteArray &part : parts)
        size += MaxHeadSize + part.size();
    body.reserve(size);
    for (qsizetype number = 0; number < parts.size(); ++number) {
        body += "--" + boundary + "\r\n"
                + "Content-Disposition: form-data; name=\"file\"; filename=\""
                + QByteArray::number(number) + "\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n";
        body += parts.at(number);
        body += "\r\n";
    }
    body += "--" + boundary + "--\r\n";
    return {"multipart/form-data; boundary=" + boundary, body};
}

} // namespace RemoteLog
