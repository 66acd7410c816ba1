// SPDX-License-Identifier: MIT
#pragma once

#include "store/inbox.h"

#include "log/page.h"

#include <RemoteLog/entry.h>

#include <QObject>

#include <deque>
#include <optional>

namespace RemoteLog {

// Hands the entries in the inbox to the host, in order, within the window of what is delivered and
// not committed.
class Delivery : public QObject
{
    Q_OBJECT

public:
    static constexpr int WindowEntries = 256;
    static constexpr qint64 WindowBytes = 8 * 1024 * 1024;

    // `log` is its owner's and moves its cursor; delivery begins after log.position.
    Delivery(const FollowedLog &log, Inbox &inbox, QObject *parent);

    void start();
    // Something may be there, or the window may be open.
    void deliver();

    // Opens the window up to `sequence`, if it was delivered. What the position may move to now.
    void commit(quint64 sequence);
    quint64 committable() const { return m_committable; }

Q_SIGNALS:
    void entriesReceived(const QList<RemoteLog::Entry> &entries);
    // committable() is higher now.
    void committed();
    // A content of the entry, which is in this page, is not in the inbox: deliver() when it is.
    void contentMissing(const RemoteLog::Page &page, quint64 sequence);
    // The inbox cannot be read.
    void failed(const RemoteLog::Problem &problem);

private:
    bool hasRoom() const;
    bool loadPage();
    void skipped();

    struct Outstanding
    {
        quint64 sequence = 0;
        qint64 bytes = 0;
    };

    const FollowedLog &m_log;
    Inbox &m_inbox;
    QByteArray m_publicKey;
    Key m_readKey;
    bool m_isStarted = false;
    quint64 m_delivered;
    quint64 m_committable;
    std::optional<Page> m_page; // the one being delivered
    quint64 m_pageLast = 0; // how far it counts
    std::deque<Outstanding> m_outstanding;
    qint64 m_outstandingBytes = 0;
};

} // namespace RemoteLog
