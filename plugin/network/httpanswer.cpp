// SPDX-License-Identifier: MIT
#include "httpanswer.h"

namespace RemoteLog {

QByteArray HttpAnswer::header(const QByteArray &name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return QByteArray();
}

QByteArray HttpAnswer::mediaType() const
{
    const QByteArray type = header("Content-Type");
    const qsizetype end = type.indexOf(';');
    return (end < 0 ? type : type.first(end)).trimmed().toLower();
}

bool HttpAnswer::isWebPage() const
{
    const QByteArray type = mediaType();
    return type == "text/html" || type == "application/xhtml+xml";
}

} // namespace RemoteLog
