// SPDX-License-Identifier: MIT
#pragma once

#include "appendqueue.h"
#include "publisher.h"

#include <QDeadlineTimer>
#include <QTimer>

#include <deque>

namespace RemoteLog {

// Turns append requests into durable entries: all that wait share a transaction. Until the key is
// there they wait, bounded in number, bytes and time.
class Appender : public QObject
{
    Q_OBJECT

public:
    using FindPublisher = std::function<Result<Publisher *>(const QString &label)>;

    Appender(std::shared_ptr<AppendQueue> queue, qint64 maxPayload, const Timing &timing,
             QObject *parent);
    ~Appender() override;

    void setMaxPayload(qint64 bytes) { m_maxPayload = bytes; }

    // Something is in the queue, or a log may be appended to that could not be before.
    void drain();

    // The key is there.
    void begin(Database &database, FindPublisher find);
    // The secret store said no: what waits fails, and what comes fails at once until begin().
    void refuse(const Problem &problem);
    // The database is open: from now on the key is what is waited for.
    void admit() { m_refusal = Problem(); }
    // Nothing will be written any more.
    void end();

private:
    struct Waiting
    {
        AppendRequest request;
        QDeadlineTimer deadline; // of the request, however often it has to wait again
        qint64 bytes = 0;
    };
    struct Ready
    {
        AppendRequest request;
        Publisher *publisher = nullptr;
        QList<NewEntry> entries;
        quint64 first = 0;
    };

    void wait(AppendRequest request, QDeadlineTimer deadline);
    void giveUpLate();
    Problem check(const AppendRequest &request) const;
    void commit(std::vector<Ready> batch);
    Problem write(std::vector<Ready *> batch);

    std::shared_ptr<AppendQueue> m_queue;
    qint64 m_maxPayload;
    Timing m_timing;
    Database *m_database = nullptr;
    FindPublisher m_find;
    Problem m_refusal;
    std::deque<Waiting> m_waiting;
    qint64 m_waitingBytes = 0;
    QTimer m_late;
};

} // namespace RemoteLog
