// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QSet>

#include <map>

namespace RemoteLog {

// Pages that were fetched and opened, and wait for their turn. Kept as the blocks that came: a
// page of empty entries is fifty times its block once it is decoded.
class HeldPages
{
public:
    struct Held
    {
        quint64 first = 0;
        quint64 last = 0;
        QByteArray address;
        QByteArray block;
    };

    // Of two pages that begin with the same entry, the longer one stays.
    void hold(const Held &page);

    // The page with entry `sequence` that reaches furthest; null if there is none. Pages that end
    // before it are let go.
    const Held *with(quint64 sequence);

    bool contains(const QByteArray &address) const { return m_addresses.contains(address); }
    // What they cost in memory.
    qint64 bytes() const { return m_bytes; }

    // Lets the newest go until the rest costs no more than this; gives them back.
    QList<Held> shrink(qint64 bytes);
    void clear();

private:
    using Pages = std::map<quint64, Held>; // by their first sequence

    Pages::iterator drop(Pages::iterator page);

    Pages m_pages;
    QSet<QByteArray> m_addresses;
    qint64 m_bytes = 0;
};

} // namespace RemoteLog
