// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <RemoteLog/entry.h>

namespace RemoteLog {

// Reads own entries back for the host's models: from the sealed pages, and behind them from the
// outbox.
class OwnEntries
{
public:
    OwnEntries(const OwnLog &log, const LogKeys &keys, const PublisherContext &context);

    // As OutgoingLog::read(). `storedPages`: pages that a store holds.
    Result<QList<Entry>> read(quint64 first, int limit, quint64 storedPages) const;

private:
    Problem readPage(const OwnPage &own, quint64 first, Entry::State state,
                     QList<Entry> &entries) const;
    bool isFull(const QList<Entry> &entries) const;
    Entry::State published(quint64 sequence, Entry::State state) const;
    Problem markAcknowledged(QList<Entry> &entries) const;

    const OwnLog &m_log;
    const LogKeys &m_keys;
    PublisherContext m_context;
    mutable qint64 m_bytes = 0;
    mutable int m_limit = 0;
};

} // namespace RemoteLog
