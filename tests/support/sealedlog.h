// SPDX-License-Identifier: MIT
#pragma once

#include "log/link.h"
#include "log/namerecord.h"
#include "log/page.h"

#include <QHash>
#include <QUrl>

#include <functional>

namespace RemoteLog::Testing {

// A log sealed page by page with the writer's keys, but not by our writer: what an honest one never
// does can be done here.
class SealedLog
{
public:
    explicit SealedLog(const QString &label = QStringLiteral("notes"));

    // Changes a page before it is sealed.
    using Change = std::function<void(Page &page)>;

    // A page of these entries on top of the last one, with computed ids and no ranges. Its address.
    QByteArray add(const QList<QByteArray> &payloads, const Change &change = {});
    // The same of one mapped entry.
    QByteArray addMapped(const QByteArray &payload, const Change &change = {});
    // Seals bytes as a block of this log; `kind` as in the wire format.
    QByteArray addBlock(char kind, const QByteArray &plaintext, char version = 1);

    // A range of a page that was added.
    PageRange range(const QByteArray &page) const { return m_ranges.value(page); }
    QByteArray tail() const { return m_tail; }
    quint64 last() const { return m_next - 1; }

    // A record that names this page (default: the last one), with the next number.
    QByteArray record(const QByteArray &page = {}, const QList<QByteArray> &embedded = {});

    LogLink link() const;
    QString name() const;

    LogKeys keys;
    QHash<QByteArray, QByteArray> blocks; // by address

private:
    QByteArray add(QList<Pair> pairs, const Change &change);

    quint64 m_next = 1;
    QByteArray m_history;
    QByteArray m_tail;
    quint64 m_number = 0;
    QHash<QByteArray, PageRange> m_ranges;
};

} // namespace RemoteLog::Testing
