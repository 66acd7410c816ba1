// SPDX-License-Identifier: MIT
#include "engine.h"
#include "helpers/gravity.h"

#include <QThread>

#include <utility>

namespace RemoteLog {

Engine::Engine(const Settings &settings, std::shared_ptr<const HelperRegistry> registry,
               std::shared_ptr<AppendQueue> appends, const Timing &timing, const TimeSource &clock)
    : m_settings(settings)
    , m_registry(std::move(registry))
    , m_timing(timing)
    , m_clock(clock)
    , m_port(std::make_shared<EnginePort>(this))
    , m_reporter(timing.statusInterval, this)
    , m_appender(std::move(appends), settings.maxPayload(), timing, this)
    , m_outgoing(m_reporter, timing, this)
    , m_incoming(m_reporter, timing, this)
    , m_waker(m_outgoing, m_incoming, timing, this)
    , m_report(this)
    , m_lockedRetry(this)
    , m_damper(timing.networkQuiet, this)
    , m_diskRetry(this)
{
    m_report.setSingleShot(true);
    m_lockedRetry.setSingleShot(true);
    connect(&m_damper, &NetworkDamper::due, this, &Engine::takeNetwork);
    connect(&m_report, &QTimer::timeout, this, &Engine::report);
    connect(&m_lockedRetry, &QTimer::timeout, this, &Engine::askForKey);
    m_diskRetry.setInterval(timing.lockRetryElsewhere);
    connect(&m_diskRetry, &QTimer::timeout, this, [this] { m_database->probeDisk(); });

    connect(&m_outgoing, &OutgoingLogs::changed, this, &Engine::reportSoon);
    connect(&m_outgoing, &OutgoingLogs::added, this, &Engine::reportSoon);
    connect(&m_outgoing, &OutgoingLogs::appendableChanged, &m_appender, &Appender::drain);
    connect(&m_outgoing, &OutgoingLogs::entryStatesChanged, this, &Engine::entryStatesChanged);
    connect(&m_outgoing, &OutgoingLogs::published, this, [this] {
        m_lastPublished = m_clock();
        report();
    });
    connect(&m_incoming, &IncomingLogs::changed, this, &Engine::reportSoon);
    connect(&m_incoming, &IncomingLogs::checked, this, [this] {
        m_lastChecked = m_clock();
        reportSoon();
    });
    connect(&m_incoming, &IncomingLogs::entriesReceived, this, &Engine::entriesReceived);
    connect(&m_incoming, &IncomingLogs::unfollowed, this, &Engine::unfollowed);

    connect(&m_reporter, &StatusReporter::countersDue, this, &Engine::report);
    connect(&m_reporter, &StatusReporter::transportChanged, this, &Engine::statusChanged);
    connect(&m_reporter, &StatusReporter::outgoingChanged, this, &Engine::outgoingChanged);
    connect(&m_reporter, &StatusReporter::incomingChanged, this, &Engine::incomingChanged);
}

Engine::~Engine()
{
    m_port->shut();
}

// ---- Open, unlock, close

void Engine::open()
{
    m_helpers = std::make_unique<HelperSet>(m_registry, m_timing, nullptr);
    m_fetcher = std::make_unique<BlockFetcher>(*m_helpers, m_timing, nullptr);
    m_helpers->setNetwork(m_network);
    m_helpers->setPaused(m_isPaused);
    m_helpers->configure(m_settings);
    connect(m_helpers.get(), &HelperSet::usable, &m_waker, &Waker::helperUsable);
    connect(m_helpers.get(), &HelperSet::usable, this, &Engine::reportSoon);
    connect(m_helpers.get(), &HelperSet::statusChanged, this, &Engine::reportSoon);
    connect(m_helpers.get(), &HelperSet::storeChanged, &m_incoming, &IncomingLogs::storeChanged);
    connect(m_helpers.get(), &HelperSet::nameChanged, &m_incoming, &IncomingLogs::nameChanged);
    m_opener = std::make_unique<ProfileOpener>(m_settings.directory(), m_timing, nullptr);
    connect(m_opener.get(), &ProfileOpener::waiting, this, &Engine::refuse);
    connect(m_opener.get(), &ProfileOpener::opened, this, &Engine::profileOpened);
    m_opener->open();
    reportSoon();
}

void Engine::profileOpened(const Problem &notice)
{
    m_problem = Problem();
    m_notice = notice;
    m_appender.admit();
    m_outgoing.admit();
    m_database = m_opener->takeDatabase();
    m_database->onDiskProblem([this] { diskProblemChanged(); });
    m_outbox = std::make_unique<Outbox>(*m_database);
    m_pages = std::make_unique<OwnPages>(*m_database);
    m_inbox = std::make_unique<Inbox>(*m_database);
    // Labels, links and entries are sealed; how much waits is not, nor how far a log is whose link
    // the host names.
    if (const Result<PendingTotals> totals = m_outbox->pendingTotals(); totals.ok())
        m_lockedTotals = totals.value();
    m_incoming.beginLocked(*m_inbox, m_clock);
    reportSoon();
    askForKey();
}

// Called from within somebody's work with the database: nothing but timers here.
void Engine::diskProblemChanged()
{
    if (m_isClosed)
        return;
    if (m_database->diskProblem()) {
        m_diskRetry.start(); // anew: room for a probe right after a failure says little
        return reportSoon();
    }
    m_diskRetry.stop();
    if (!m_master)
        QTimer::singleShot(0, this, &Engine::askForKey);
    m_waker.wakeAll();
    reportSoon();
}

void Engine::askForKey()
{
    if (!m_database || m_master)
        return;
    // "It never had a key" lets a new one be made: only what was really read counts.
    const Result<bool> hasCheckValue = m_database->hasCheckValue();
    if (hasCheckValue.ok())
        Q_EMIT opened(m_opener->profileId(), hasCheckValue.value());
    else
        refuse(hasCheckValue.problem());
}

void Engine::unlock(const QByteArray &bytes, bool isNew)
{
    if (!m_database || m_master)
        return;
    const Result<MasterSecret> master = MasterSecret::fromBytes(bytes);
    const Result<bool> hasCheckValue = m_database->hasCheckValue();
    if (!master.ok() || !hasCheckValue.ok())
        return refuse(master.ok() ? hasCheckValue.problem() : master.problem());
    // A key older than its database: the database was lost, and logs of this profile may be out
    // there. The mark comes first: a crash in between must not leave a database that looks as if it
    // had always been there.
    if (!hasCheckValue.value() && !isNew) {
        if (const Problem problem =
                m_database->setMetaValue(QByteArrayLiteral("adopted"), QByteArrayLiteral("1")))
            return refuse(problem);
    }
    if (const Problem problem = m_database->unlock(master.value()))
        return refuse(problem);
    m_master = master.value();
    m_problem = begin();
    if (m_problem) {
        m_outgoing.end();
        m_incoming.end();
        m_master.reset();
        return refuse(m_problem);
    }
    m_lockedTotals.reset();
    m_appender.begin(*m_database,
                     [this](const QString &label) { return m_outgoing.publisher(label); });
    m_outgoing.answerWaiting();
    m_waker.start();
    m_waker.checkAll();
    reportSoon();
}

Problem Engine::begin()
{
    const PublisherContext writing{*m_outbox,  *m_pages, *m_database, *m_helpers,
                                   *m_fetcher, m_timing, m_clock};
    Problem ownDamage;
    if (const Problem problem = m_outgoing.begin(*m_master, writing, &ownDamage))
        return problem;
    const FollowerContext reading{*m_inbox, *m_helpers, *m_fetcher, m_settings.maxPayload(),
                                  m_timing, m_clock};
    Problem followedDamage;
    if (const Problem problem = m_incoming.begin(reading, &followedDamage))
        return problem;
    m_notice = graver(m_notice, graver(ownDamage, followedDamage));
    Q_EMIT logsKnown(m_outgoing.labels(), m_incoming.linksAndGenerations());
    return {};
}

void Engine::refuse(const Problem &problem)
{
    if (m_master)
        return; // an answer to a question that another one settled
    m_problem = problem;
    // Perhaps the key comes back, or room on the disk.
    if (m_database)
        m_lockedRetry.start(problem.kind() == Problem::Kind::KeyMissing ? m_timing.missingKeyRetry
                                                                        : m_timing.keyWait);
    if (problem) {
        m_appender.refuse(problem);
        m_outgoing.refuse(problem);
    }
    reportSoon();
}

void Engine::setCredentials(const QHash<QUrl, QByteArray> &credentials)
{
    m_credentialProblem = Problem();
    if (m_helpers)
        m_helpers->setCredentials(credentials);
    m_outgoing.helpersChanged(); // links name only what readers can ask
    m_incoming.forgetFailures();
    m_waker.wakeAll();
    reportSoon();
}

void Engine::refuseCredentials(const Problem &problem)
{
    m_credentialProblem = problem;
    reportSoon();
}

void Engine::close(const Reply<Problem> &reply)
{
    if (m_isClosed)
        return;
    m_isClosed = true;
    m_waker.stop();
    m_report.stop();
    m_lockedRetry.stop();
    m_damper.stop();
    m_diskRetry.stop();
    m_reporter.stop();
    m_appender.end();
    m_outgoing.end();
    m_incoming.end();
    m_fetcher.reset();
    m_helpers.reset();
    m_inbox.reset();
    m_pages.reset();
    m_outbox.reset();
    m_database.reset();
    m_opener.reset();
    m_port->shut();
    // In this order: whom the future tells finds the state Closed.
    Q_EMIT closed();
    reply.answer({});
    QThread::currentThread()->quit();
}

// ---- What the host says

void Engine::setNetwork(const NetworkState &network)
{
    m_network = network;
    if (!m_helpers)
        return;
    const bool isUp = !m_helpers->holdsBack(network);
    if (!isUp)
        m_helpers->setNetwork(network);
    m_damper.change(isUp);
    reportSoon();
}

void Engine::takeNetwork()
{
    m_helpers->setNetwork(m_network);
    // Connections of the old network hang; failures on it mean nothing on the new one.
    m_helpers->reset(true);
    if (m_helpers->holdsBack(m_network))
        return reportSoon(); // there is nothing new to be tried
    m_incoming.forgetFailures();
    m_waker.wakeAll();
    reportSoon();
}

void Engine::setPaused(bool paused)
{
    if (std::exchange(m_isPaused, paused) == paused)
        return;
    m_waker.setPaused(paused);
    if (!m_helpers)
        return;
    m_helpers->setPaused(paused);
    if (!paused)
        m_waker.wakeAll();
    reportSoon();
}

void Engine::syncNow()
{
    if (!m_helpers)
        return;
    askForKey();
    m_helpers->reset(false);
    m_incoming.forgetFailures();
    m_waker.checkAll();
}

void Engine::applySettings(const Settings &settings, const Reply<Problem> &reply)
{
    m_settings = settings;
    m_appender.setMaxPayload(settings.maxPayload());
    m_incoming.setMaxPayload(settings.maxPayload());
    m_helpers->configure(settings);
    m_outgoing.helpersChanged();
    m_incoming.helpersChanged();
    m_waker.wakeAll();
    reportSoon();
    reply.answer({});
}

// ---- What is reported of the profile as a whole

void Engine::reportSoon()
{
    if (!m_report.isActive() && !m_isClosed)
        m_report.start(0);
}

void Engine::report()
{
    m_report.stop();
    m_reporter.tell(status());
}

TransportStatus Engine::status() const
{
    TransportStatus status;
    status.problem = graver(m_problem, m_credentialProblem);
    if (m_database)
        status.problem = graver(status.problem, m_database->diskProblem());
    m_outgoing.addTo(status);
    m_incoming.addTo(status);
    if (m_lockedTotals) {
        status.pendingCount = m_lockedTotals->count;
        status.pendingBytes = m_lockedTotals->bytes;
    }
    if (m_helpers) {
        status.helpers = m_helpers->statuses();
        for (const HelperStatus &helper : std::as_const(status.helpers))
            status.problem = graver(status.problem, helper.problem());
    }
    status.lastPublished = m_lastPublished;
    status.lastChecked = m_lastChecked;
    if (needsAttention(status.problem))
        status.state = Transport::State::NeedsAttention;
    else if (!m_master)
        status.state = Transport::State::Opening;
    else if (m_isPaused || m_helpers->isOffline())
        status.state = Transport::State::Offline;
    else if (m_outgoing.isBusy() || m_incoming.isBusy())
        status.state = Transport::State::Syncing;
    else
        status.state = Transport::State::Idle;
    // What happened to the database is told for as long as the profile is open, but it is over: it
    // does not hide what goes on now.
    status.problem = graver(m_notice, status.problem);
    return status;
}

} // namespace RemoteLog
