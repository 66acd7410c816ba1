// SPDX-License-Identifier: MIT
#include "pagerules.h"

#include "address.h"
#include "history.h"

namespace RemoteLog {

Problem judgePage(const Page &page, const PageRange &claimed)
{
    if (page.first <= claimed.first && page.last() >= claimed.last())
        return {};
    return Problem(Problem::Kind::Tampered, QStringLiteral("page %1 does not hold entries %2 to %3")
                                                .arg(addressToText(claimed.address))
                                                .arg(claimed.first)
                                                .arg(claimed.last()));
}

Problem judgeHistory(const Page &page, quint64 cursor, const QByteArray &history)
{
    Q_ASSERT(cursor + 1 >= page.first && cursor <= page.last());
    if (historyAfter(page, cursor) == history)
        return {};
    return Problem(Problem::Kind::Conflict,
                   QStringLiteral("the page around entry %1 has another history").arg(cursor));
}

} // namespace RemoteLog
