// SPDX-License-Identifier: MIT
#pragma once

#include "log/pagecutter.h"

#include <QHash>

// A content store in memory that looks closely at what it is given.
class ReadBack
{
public:
    explicit ReadBack(const RemoteLog::LogKeys &keys)
        : m_keys(keys)
    {
    }

    // Keeps the blocks of pages, in order.
    void add(const QList<RemoteLog::CutPage> &pages);

    // All entries of the log, oldest first, as a reader would have them. Everything is checked on
    // the way: addresses, seals, links, ranges, tails, history. Whatever is wrong is said in
    // fault().
    QList<RemoteLog::PendingEntry> read();
    QString fault() const { return m_fault; }

    // Of the pages in order, decoded.
    RemoteLog::Page page(qsizetype number);
    const QList<RemoteLog::CutPage> &pages() const { return m_pages; }
    int blockCount() const { return int(m_blocks.size()); }
    qint64 storedBytes() const { return m_storedBytes; }

private:
    QList<QByteArray> linksOf(const QByteArray &address);
    QByteArray payloadOf(const RemoteLog::Pair &pair);
    void checkContentLinks(const RemoteLog::Pair &pair);
    void checkPage(qsizetype number, const RemoteLog::Page &page, const QList<QByteArray> &links);
    void expect(bool condition, const char *what);

    RemoteLog::LogKeys m_keys;
    QList<RemoteLog::CutPage> m_pages;
    QHash<QByteArray, QByteArray> m_blocks;
    qint64 m_storedBytes = 0;
    QString m_fault;
};
