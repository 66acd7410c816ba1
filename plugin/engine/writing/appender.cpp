// SPDX-License-Identifier: MIT
#include "appender.h"

#include "log/page.h"

namespace RemoteLog {

namespace {

constexpr qsizetype MaxWaiting = 10'000;
constexpr qint64 MaxWaitingBytes = 64 * 1024 * 1024;

qint64 bytesOf(const AppendRequest &request)
{
    qint64 bytes = 0;
    for (const QByteArray &payload : request.payloads)
        bytes += payload.size();
    return bytes;
}

} // namespace

Appender::Appender(std::shared_ptr<AppendQueue> queue, qint64 maxPayload, const Timing &timing,
                   QObject *parent)
    : QObject(parent)
    , m_queue(std::move(queue))
    , m_maxPayload(maxPayload)
    , m_timing(timing)
    , m_late(this)
{
    m_late.setSingleShot(true);
    connect(&m_late, &QTimer::timeout, this, &Appender::giveUpLate);
}

Appender::~Appender()
{
    m_queue->close();
}

void Appender::begin(Database &database, FindPublisher find)
{
    m_database = &database;
    m_find = std::move(find);
    m_refusal = Problem();
    drain();
}

void Appender::refuse(const Problem &problem)
{
    if (m_database)
        return;
    m_refusal = problem;
    for (const Waiting &waiting : std::exchange(m_waiting, {}))
        waiting.request.reply.answer(problem);
    m_waitingBytes = 0;
    drain();
}

void Appender::end()
{
    drain();
    m_database = nullptr;
    m_waiting.clear(); // their replies say Closed
    m_queue->close();
}

void Appender::drain()
{
    // Those that waited come first: order of calls is order of sequences.
    std::deque<Waiting> requests = std::exchange(m_waiting, {});
    m_waitingBytes = 0;
    for (AppendRequest &request : m_queue->takeAll())
        requests.push_back({std::move(request), QDeadlineTimer(QDeadlineTimer::Forever), 0});

    std::vector<Ready> batch;
    for (auto &[request, deadline, bytes] : requests) {
        if (const Problem problem = check(request)) {
            request.reply.answer(problem);
            continue;
        }
        if (!m_database) {
            if (m_refusal)
                request.reply.answer(m_refusal);
            else
                wait(std::move(request),
                     deadline.isForever() ? QDeadlineTimer(m_timing.keyWait) : deadline);
            continue;
        }
        const Result<Publisher *> publisher = m_find(request.label);
        if (!publisher.ok()) {
            request.reply.answer(publisher.problem());
            continue;
        }
        const Problem appendable = publisher.value()->appendable();
        if (appendable.kind() == Problem::Kind::WillRetry) {
            wait(std::move(request),
                 deadline.isForever() ? QDeadlineTimer(m_timing.resolveWait) : deadline);
            continue;
        }
        if (appendable) {
            request.reply.answer(appendable);
            continue;
        }
        Ready ready{request, publisher.value(), {}, 0};
        ready.entries.reserve(request.payloads.size());
        for (const QByteArray &payload : std::as_const(request.payloads))
            ready.entries.append({payload, request.id});
        batch.push_back(std::move(ready));
    }
    commit(std::move(batch));
}

Problem Appender::check(const AppendRequest &request) const
{
    if (const Problem problem = MasterSecret::validateLabel(request.label))
        return problem;
    if (request.payloads.isEmpty())
        return Problem(Problem::Kind::InvalidArgument, QStringLiteral("nothing to append"));
    if (request.id.size() > MaxIdSize)
        return Problem(Problem::Kind::InvalidArgument,
                       QStringLiteral("an id has at most %1 bytes").arg(MaxIdSize));
    for (const QByteArray &payload : request.payloads) {
        if (payload.size() > m_maxPayload)
            return Problem(Problem::Kind::TooLarge,
                           QStringLiteral("%1 bytes are over the limit of %2")
                               .arg(payload.size())
                               .arg(m_maxPayload));
    }
    return {};
}

void Appender::wait(AppendRequest request, QDeadlineTimer deadline)
{
    const qint64 bytes = bytesOf(request);
    if (qsizetype(m_waiting.size()) >= MaxWaiting || m_waitingBytes + bytes > MaxWaitingBytes) {
        request.reply.answer(
            Problem(m_database ? Problem::Kind::WillRetry : Problem::Kind::SecretStoreUnavailable,
                    QStringLiteral("too much waits already")));
        return;
    }
    m_waitingBytes += bytes;
    m_waiting.push_back({std::move(request), deadline, bytes});
    if (!m_late.isActive())
        m_late.start(int(std::max<qint64>(deadline.remainingTime(), 0)) + 1);
}

void Appender::giveUpLate()
{
    const Problem late =
        m_database ? Problem(Problem::Kind::WillRetry,
                             QStringLiteral("the log's name could not be resolved in time"))
                   : Problem(Problem::Kind::SecretStoreUnavailable,
                             QStringLiteral("the key did not come in time"));
    if (!m_database)
        m_refusal = late;
    qint64 next = -1;
    std::deque<Waiting> left;
    m_waitingBytes = 0;
    for (Waiting &waiting : std::exchange(m_waiting, {})) {
        if (waiting.deadline.hasExpired()) {
            waiting.request.reply.answer(late);
            continue;
        }
        next = next < 0 ? waiting.deadline.remainingTime()
                        : std::min(next, waiting.deadline.remainingTime());
        m_waitingBytes += waiting.bytes;
        left.push_back(std::move(waiting));
    }
    m_waiting = std::move(left);
    if (next >= 0)
        m_late.start(int(next) + 1);
}

void Appender::commit(std::vector<Ready> batch)
{
    if (batch.empty())
        return;
    std::vector<Ready *> all;
    all.reserve(batch.size());
    for (Ready &ready : batch)
        all.push_back(&ready);
    const Problem together = write(all);
    for (Ready &ready : batch) {
        // One that cannot be written must not take the others with it.
        const Problem problem = together && batch.size() > 1 ? write({&ready}) : together;
        if (problem) {
            ready.request.reply.answer(problem);
        } else {
            ready.request.reply.answer(ready.first);
            ready.publisher->appended();
        }
    }
}

Problem Appender::write(std::vector<Ready *> batch)
{
    QHash<Publisher *, quint64> before;
    for (const Ready *ready : batch)
        before.insert(ready->publisher, ready->publisher->log().nextSequence);
    const Problem problem = m_database->transaction([&batch]() -> Problem {
        for (Ready *ready : batch) {
            const Result<quint64> first = ready->publisher->append(ready->entries);
            if (!first.ok())
                return first.problem();
            ready->first = first.value();
        }
        return {};
    });
    if (problem) {
        for (auto each = before.cbegin(); each != before.cend(); ++each)
            each.key()->appendFailed(each.value());
    }
    return problem;
}

} // namespace RemoteLog
