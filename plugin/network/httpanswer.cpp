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

} // namespace RemoteLog
