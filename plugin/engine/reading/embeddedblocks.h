// SPDX-License-Identifier: MIT
#pragma once

#include "log/namerecord.h"
#include "log/page.h"

#include <QHash>

namespace RemoteLog {

// The page blocks that came in a name record. A block counts if it hashes to the record's Value or
// to an address in a page that is verified (wire format, "Name record"): so they are found by such
// addresses only.
class EmbeddedBlocks
{
public:
    EmbeddedBlocks() = default;
    explicit EmbeddedBlocks(const NameRecord &record);

    // Null if it is not here.
    QByteArray find(const QByteArray &address) const { return m_blocks.value(address); }

    // `head` is the record's page: lets go of the blocks that neither it nor an embedded page below
    // it names, and says how many there were. The log is none the worse for them, and no reader can
    // do anything about them, so they are no Problem of his.
    int dropStrays(const Page &head, const QByteArray &publicKey, const Key &readKey);

    void clear() { m_blocks.clear(); }

private:
    QByteArray m_head;
    QHash<QByteArray, QByteArray> m_blocks; // by the address that they hash to
};

} // namespace RemoteLog
