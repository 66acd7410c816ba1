// SPDX-License-Identifier: MIT
#include "outgoinglogs.h"
#include "helpers/gravity.h"

namespace RemoteLog {

namespace {

constexpr std::size_t MaxWaiting = 10'000;

} // namespace

OutgoingLogs::OutgoingLogs(StatusReporter &reporter, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_reporter(reporter)
    , m_timing(timing)
    , m_late(this)
{
    m_late.setSingleShot(true);
    connect(&m_late, &QTimer::timeout, this, &OutgoingLogs::giveUpLate);
}

OutgoingLogs::~OutgoingLogs() = default;

// ---- Begin and end

Problem OutgoingLogs::begin(const MasterSecret &master, const PublisherContext &context,
                            Problem *damage)
{
    const Result<Readable<OwnLog>> logs = context.outbox.logs();
    if (!logs.ok())
        return logs.problem();
    m_master = master;
    m_context.emplace(context);
    m_refusal = Problem();
    *damage = logs.value().damage;
    for (const OwnLog &log : logs.value().rows)
        add(log);
    for (const QString &label : std::exchange(m_wanted, {}))
        open(label);
    return {};
}

void OutgoingLogs::answerWaiting()
{
    for (const Waiting &waiting : std::exchange(m_waiting, {}))
        use(waiting.label, waiting.use);
}

void OutgoingLogs::refuse(const Problem &problem)
{
    if (m_context)
        return;
    m_refusal = problem;
    for (const Waiting &waiting : std::exchange(m_waiting, {}))
        waiting.use(problem);
}

void OutgoingLogs::end()
{
    m_waiting.clear(); // their replies say Closed
    // Reports of what is being torn down are nobody's business.
    for (const auto &[label, publisher] : m_publishers)
        publisher->disconnect(this);
    m_publishers.clear();
    m_context.reset();
    m_master.reset();
}

Publisher *OutgoingLogs::add(const OwnLog &log)
{
    const QString label = log.label;
    auto owned = std::make_unique<Publisher>(log, m_master->logKeys(label), *m_context, nullptr);
    Publisher *publisher = owned.get();
    connect(publisher, &Publisher::statusChanged, this, [this, label, publisher] {
        m_reporter.tell(label, publisher->status());
        Q_EMIT changed();
    });
    connect(publisher, &Publisher::headPublished, this, &OutgoingLogs::published);
    // Queued: who appends is called back from inside a log's own work otherwise.
    connect(publisher, &Publisher::appendableChanged, this, &OutgoingLogs::appendableChanged,
            Qt::QueuedConnection);
    connect(publisher, &Publisher::entryStatesChanged, this,
            [this, label](quint64 first, quint64 last, Entry::State state) {
                Q_EMIT entryStatesChanged(label, first, last, state);
            });
    m_publishers.insert_or_assign(label, std::move(owned));
    m_reporter.tell(label, publisher->status());
    Q_EMIT changed();
    return publisher;
}

// ---- One log

QStringList OutgoingLogs::labels() const
{
    QStringList labels;
    for (const auto &[label, publisher] : m_publishers)
        labels.append(label);
    return labels;
}

void OutgoingLogs::open(const QString &label)
{
    if (m_context && m_publishers.contains(label))
        return;
    if (m_context) {
        const Result<Publisher *> opened = publisher(label);
        if (opened.ok())
            return;
        OutgoingStatus status;
        status.problem = opened.problem();
        m_reporter.tell(label, status);
    }
    m_wanted.insert(label);
}

Result<Publisher *> OutgoingLogs::publisher(const QString &label)
{
    const auto known = m_publishers.find(label);
    if (known != m_publishers.end())
        return known->second.get();
    if (const Problem problem = MasterSecret::validateLabel(label))
        return problem;
    const Result<QByteArray> adopted = m_context->database.metaValue(QByteArrayLiteral("adopted"));
    if (!adopted.ok())
        return adopted.problem();
    const Result<OwnLog> log = m_context->outbox.createLog(
        label, m_master->logKeys(label).publicKey, !adopted.value().isEmpty());
    if (!log.ok())
        return log.problem();
    m_wanted.remove(label);
    Publisher *made = add(log.value());
    Q_EMIT added();
    return made;
}

void OutgoingLogs::use(const QString &label, Use use)
{
    if (m_context)
        return use(publisher(label));
    if (m_refusal)
        return use(m_refusal);
    if (m_waiting.size() >= MaxWaiting)
        return use(Problem(Problem::Kind::WillRetry, QStringLiteral("too much waits already")));
    m_waiting.push_back({label, std::move(use), QDeadlineTimer(m_timing.keyWait)});
    if (!m_late.isActive())
        m_late.start(m_timing.keyWait);
}

void OutgoingLogs::giveUpLate()
{
    // In order of their deadlines, for all wait equally long.
    while (!m_waiting.empty() && m_waiting.front().deadline.hasExpired()) {
        const Use use = std::move(m_waiting.front().use);
        m_waiting.pop_front();
        use(Problem(Problem::Kind::WillRetry,
                    QStringLiteral("the profile was not unlocked in time")));
    }
    if (!m_waiting.empty())
        m_late.start(int(m_waiting.front().deadline.remainingTime()) + 1);
}

// ---- All of them

void OutgoingLogs::advance()
{
    for (const QString &label : std::exchange(m_wanted, {}))
        open(label);
    for (const auto &[label, publisher] : m_publishers)
        publisher->advance();
}

void OutgoingLogs::helpersChanged()
{
    for (const auto &[label, publisher] : m_publishers)
        publisher->helpersChanged();
}

void OutgoingLogs::addTo(TransportStatus &status) const
{
    for (const auto &[label, publisher] : m_publishers) {
        const OutgoingStatus own = publisher->status();
        status.pendingCount += own.pendingCount;
        status.pendingBytes += own.pendingBytes;
        status.problem = graver(status.problem, own.problem);
    }
}

bool OutgoingLogs::isBusy() const
{
    return std::any_of(m_publishers.begin(), m_publishers.end(),
                       [](const auto &each) { return each.second->isBusy(); });
}

} // namespace RemoteLog
