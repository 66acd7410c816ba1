// SPDX-License-Identifier: MIT
#pragma once

#include "publishercontext.h"

#include <QPointer>

namespace RemoteLog {

// Brings the blocks of one own log to one content store: oldest first, the head last, never more
// than a few MiB at a time. How far it came is in the database, so a restart goes on from there.
class Uploader : public QObject
{
    Q_OBJECT

public:
    // `log` is its owner's and grows.
    Uploader(const OwnLog &log, Helper *helper, const PublisherContext &context, QObject *parent);

    Helper *helper() const { return m_helper; }
    // Pages from the first on that the store holds completely.
    quint64 storedPages() const { return m_storedPages; }
    bool isBusy() const { return m_isBusy; }

    // Goes on if there is something to upload and the store may be used.
    void advance();

Q_SIGNALS:
    void progressed();
    // This computer's database, not the store: nothing more can be done for now.
    void failed(const RemoteLog::Problem &problem);

private:
    void uploaded(const Helper::Call &call, const Problem &problem, quint64 page, int ordinal,
                  bool endsPage, const QByteArray &head);

    const OwnLog &m_log;
    QPointer<Helper> m_helper;
    PublisherContext m_context;
    QByteArray m_helperId;
    quint64 m_storedPages = 0;
    int m_ordinal = 0; // blocks of the next page that are there already
    QByteArray m_head; // the last head that was put
    bool m_isBusy = false;
};

} // namespace RemoteLog
