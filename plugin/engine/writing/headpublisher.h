// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"
#include "recordputter.h"
#include "savedlog.h"

#include "security/keys.h"

#include <RemoteLog/head.h>

#include <map>
#include <optional>
#include <vector>

namespace RemoteLog {

// Says where a log ends: signs the record as soon as one store has every page, signs it afresh
// before it gets old, brings it to every name system, and believes it published when one served it
// back.
class HeadPublisher : public QObject
{
    Q_OBJECT

public:
    HeadPublisher(SavedLog &log, const LogKeys &keys, const PublisherContext &context,
                  QObject *parent);
    ~HeadPublisher() override;

    // The settings' helpers are others now.
    void helpersChanged();
    // One store has the first `storedPages` pages. Signs what can be signed, and puts it if that is
    // allowed yet.
    void advance(quint64 storedPages, bool mayPut);
    // The log was read back up to this record of ours.
    void adopt(const NameRecord &record);

    // Nothing more is put.
    void stop();

    Head head() const { return m_head; }
    bool isBusy() const;
    Problem problem() const { return m_problem; }

Q_SIGNALS:
    // A new head was served back; head() is it. It covers first..last besides the one before.
    void published(quint64 first, quint64 last);
    // A name system has another record that is not older: this log has a second writer.
    void contradicted(const RemoteLog::NameRecord &record);
    void changed();

private:
    // A record of ours and what it names.
    struct Signed
    {
        NameRecord record;
        quint64 page = 0;
        quint64 last = 0;
    };

    void restore();
    void restoreHead();
    bool isDue(const Signed &signedOne) const;
    void sign(quint64 number, const OwnPage &page);
    NameRecordDraft draft(quint64 number, const OwnPage &page) const;
    QList<QByteArray> newestBlocks(quint64 page, int limit) const;
    void served(const NameRecord &record);
    void setProblem(const Problem &problem);

    SavedLog &m_log;
    LogKeys m_keys;
    PublisherContext m_context;
    std::vector<std::unique_ptr<RecordPutter>> m_putters;
    std::optional<Signed> m_signed; // the newest
    std::map<quint64, quint64> m_lasts; // last sequence by number, of records that are on their way
    Head m_head;
    Problem m_problem;
};

} // namespace RemoteLog
