// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reading/logreader.h"
#include "engine/reading/readretry.h"
#include "publishercontext.h"

namespace RemoteLog {

// Restores an own log whose database was lost: the keys are still there, so its pages can be read
// like anybody's, and become own pages again.
class LogRebuilder : public QObject, private PageSink
{
    Q_OBJECT

public:
    LogRebuilder(const OwnLog &log, const LogKeys &keys, const NameRecord &record,
                 const PublisherContext &context, QObject *parent);

    void start();
    // Another record of the log: where it ends if it is better. Two records of one number that
    // differ end the rebuild with Conflict.
    void read(const NameRecord &record);

Q_SIGNALS:
    // The log is longer now.
    void advanced(const RemoteLog::OwnLog &log);
    // Goes on later: what was missing, damaged or full may be mended by then.
    void waiting(const RemoteLog::Problem &problem);
    // Complete, or Conflict.
    void finished(const RemoteLog::Problem &problem);

private:
    Problem acceptPages(const QList<VerifiedPage> &pages) override;
    Problem acceptContent(quint64 sequence, const QByteArray &address,
                          const QByteArray &block) override;
    Result<QByteArray> content(const QByteArray &address) override;
    void dropContents() override;
    bool hasRoom() const override;
    void goOn();
    void stopped(const Problem &problem);
    QList<Block> contentsOf(const Page &page) const;

    OwnLog m_log;
    LogKeys m_keys;
    NameRecord m_record;
    PublisherContext m_context;
    LogReader m_reader;
    ReadRetry m_retry;
    ReadRetry::Attempt m_attempt = 0;
    struct Content
    {
        quint64 sequence = 0; // of the first entry that needs it
        QByteArray block;
    };
    QHash<QByteArray, Content> m_contents; // of the page that comes next, by address
};

} // namespace RemoteLog
