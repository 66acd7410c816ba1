// SPDX-License-Identifier: MIT
#pragma once

#include "pagesink.h"
#include "store/inbox.h"

#include <functional>

namespace RemoteLog {

// The inbox of one followed log: what is read of it goes in, what the host committed goes out, and
// no more comes in than may wait.
class InboxSink : public PageSink
{
public:
    // `log` is its owner's; its cursor and position are moved here. `received` is called when there
    // is more to deliver.
    InboxSink(FollowedLog &log, Inbox &inbox, std::function<void()> received);

    Problem acceptPages(const QList<VerifiedPage> &pages) override;
    Problem acceptContent(quint64 sequence, const QByteArray &address,
                          const QByteArray &block) override;
    Result<QByteArray> content(const QByteArray &address) override;
    void dropContents() override;
    bool hasRoom() const override;

    // The host has persisted everything up to `position`.
    Problem commit(quint64 position);

private:
    FollowedLog &m_log;
    Inbox &m_inbox;
    std::function<void()> m_received;
    qint64 m_waitingBytes = 0;
};

} // namespace RemoteLog
