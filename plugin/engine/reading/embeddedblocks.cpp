// SPDX-License-Identifier: MIT
#include "embeddedblocks.h"

#include "log/address.h"
#include "log/contents.h"

namespace RemoteLog {

EmbeddedBlocks::EmbeddedBlocks(const NameRecord &record)
    : m_head(record.address)
{
    for (const QByteArray &block : record.embedded)
        m_blocks.insert(blockAddress(block), block);
}

int EmbeddedBlocks::dropStrays(const Page &head, const QByteArray &publicKey, const Key &readKey)
{
    QHash<QByteArray, QByteArray> strays = m_blocks;
    strays.remove(m_head);
    QList<Page> verified{head};
    while (!verified.isEmpty() && !strays.isEmpty()) {
        const Page page = verified.takeLast();
        QList<QByteArray> named{page.tail};
        for (const PageRange &range : page.ranges)
            named.append(range.address);
        for (const QByteArray &address : std::as_const(named)) {
            if (!strays.contains(address))
                continue;
            const Result<Page> below = openPage(strays.take(address), publicKey, readKey);
            if (below.ok())
                verified.append(below.value());
        }
    }
    for (auto stray = strays.cbegin(); stray != strays.cend(); ++stray)
        m_blocks.remove(stray.key());
    return int(strays.size());
}

} // namespace RemoteLog
