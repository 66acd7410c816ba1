// SPDX-License-Identifier: MIT
#include "engine.h"

#include "logging.h"

#include "interface/multibase.h"
#include "log/link.h"

#include <QThread>

namespace RemoteLog {

namespace {

// The host asked before the key was there.
Problem notReady()
{
    return Problem(Problem::Kind::WillRetry, QStringLiteral("the log is not ready yet"));
}

} // namespace

Engine::Engine(const Settings &settings, std::shared_ptr<const HelperRegistry> registry,
               std::shared_ptr<AppendQueue> appends, const Timing &timing, const TimeSource &clock)
    : m_settings(settings)
    , m_registry(std::move(registry))
    , m_timing(timing)
    , m_clock(clock)
    , m_port(std::make_shared<EnginePort>(this))
    , m_appender(
          std::make_unique<Appender>(std::move(appends), settings.maxPayload(), timing, this))
    , m_poll(this)
    , m_goOn(this)
    , m_report(this)
    , m_lockedRetry(this)
{
    m_poll.setInterval(timing.poll);
    m_goOn.setSingleShot(true);
    m_report.setSingleShot(true);
    connect(&m_poll, &QTimer::timeout, this, &Engine::checkAll);
    connect(&m_goOn, &QTimer::timeout, this, &Engine::checkAll);
    connect(&m_report, &QTimer::timeout, this, &Engine::report);
    m_lockedRetry.setSingleShot(true);
    m_lockedRetry.setInterval(timing.keyWait);
    connect(&m_lockedRetry, &QTimer::timeout, this, &Engine::askForKey);
}

Engine::~Engine()
{
    m_port->shut();
}

// ---- Open and close

void Engine::open()
{
    m_helpers = std::make_unique<HelperSet>(m_registry, m_timing, nullptr);
    m_fetcher = std::make_unique<BlockFetcher>(*m_helpers, m_timing, nullptr);
    m_helpers->setNetwork(m_network);
    m_helpers->setPaused(m_isPaused);
    m_helpers->configure(m_settings);
    connect(m_helpers.get(), &HelperSet::usable, this, &Engine::goOn);
    connect(m_helpers.get(), &HelperSet::statusChanged, this, &Engine::reportSoon);
    connect(m_helpers.get(), &HelperSet::storeChanged, this, [this] {
        for (const auto &[identity, follower] : m_followers)
            follower->goOn();
    });
    connect(m_helpers.get(), &HelperSet::nameChanged, this, [this](const QString &name) {
        for (const auto &[identity, follower] : m_followers) {
            if (follower->log().link.logName() == name)
                follower->check();
        }
    });
    m_opener = std::make_unique<ProfileOpener>(m_settings.directory(), m_timing, nullptr);
    connect(m_opener.get(), &ProfileOpener::waiting, this, [this](const Problem &problem) {
        m_problem = problem;
        if (problem)
            m_appender->refuse(problem);
        reportSoon();
    });
    connect(m_opener.get(), &ProfileOpener::opened, this, [this](const Problem &notice) {
        m_problem = Problem();
        m_appender->admit();
        m_notice = notice;
        m_database = m_opener->takeDatabase();
        m_outbox = std::make_unique<Outbox>(*m_database);
        m_pages = std::make_unique<OwnPages>(*m_database);
        m_inbox = std::make_unique<Inbox>(*m_database);
        reportSoon();
        askForKey();
    });
    m_opener->open();
    reportSoon();
}

void Engine::askForKey()
{
    if (!m_database || m_master)
        return;
    // Without the answer a keychain that looks empty would be given a new key.
    const Result<bool> hasCheckValue = m_database->hasCheckValue();
    if (!hasCheckValue.ok())
        return refuse(hasCheckValue.problem());
    Q_EMIT opened(m_opener->profileId(), hasCheckValue.value());
}

void Engine::unlock(const QByteArray &bytes, bool isNew)
{
    if (!m_database || m_master)
        return;
    const Result<MasterSecret> master = MasterSecret::fromBytes(bytes);
    if (!master.ok())
        return refuse(master.problem());
    // A key older than its database: the database was lost, and logs of this profile may be out
    // there.
    // The mark comes first: a crash in between must not leave a database that looks as if it had
    // always been there.
    const Result<bool> hasCheckValue = m_database->hasCheckValue();
    if (!hasCheckValue.ok())
        return refuse(hasCheckValue.problem());
    if (!hasCheckValue.value() && !isNew) {
        if (const Problem problem =
                m_database->setMetaValue(QByteArrayLiteral("adopted"), QByteArrayLiteral("1")))
            return refuse(problem);
    }
    if (const Problem problem = m_database->unlock(master.value()))
        return refuse(problem);
    m_master = master.value();
    m_problem = loadLogs();
    if (m_problem) {
        m_master.reset();
        return refuse(m_problem);
    }
    m_appender->begin(*m_database, [this](const QString &label) { return publisher(label); });
    m_poll.start();
    checkAll();
    reportSoon();
}

Problem Engine::loadLogs()
{
    const Result<Readable<OwnLog>> own = m_outbox->logs();
    if (!own.ok())
        return own.problem();
    const Result<Readable<FollowedLog>> followed = m_inbox->logs();
    if (!followed.ok())
        return followed.problem();
    for (const Problem &damage : {own.value().damage, followed.value().damage}) {
        if (damage)
            m_notice = damage;
    }
    for (const OwnLog &log : own.value().rows)
        addPublisher(log);
    const QMultiHash<QString, Reply<Problem>> toUnfollow = std::exchange(m_toUnfollow, {});
    for (const FollowedLog &log : followed.value().rows) {
        const QString identity = identityOf(log.link);
        if (!toUnfollow.contains(identity)) {
            addFollower(log);
        } else if (const Problem problem = m_inbox->removeLog(log)) {
            for (const Reply<Problem> &reply : toUnfollow.values(identity))
                reply.answer(problem);
        }
    }
    for (const Reply<Problem> &reply : toUnfollow)
        reply.answer({});
    for (const LogLink &link : std::exchange(m_toFollow, {}))
        follow(link);
    for (const QString &label : std::exchange(m_toOpen, {}))
        openLog(label);
    QStringList labels;
    for (const auto &[label, publisher] : m_publishers)
        labels.append(label);
    QList<LogLink> links;
    for (const auto &[identity, follower] : m_followers)
        links.append(follower->log().link);
    Q_EMIT logsKnown(labels, links);
    return {};
}

void Engine::refuse(const Problem &problem)
{
    m_problem = problem;
    // Perhaps the key comes back, or room on the disk.
    if (m_database && !m_master)
        m_lockedRetry.start();
    m_appender->refuse(problem);
    reportSoon();
}

void Engine::close(const Reply<Problem> &reply)
{
    if (m_isClosed)
        return;
    m_isClosed = true;
    m_poll.stop();
    m_goOn.stop();
    m_report.stop();
    m_lockedRetry.stop();
    for (const auto &[identity, follower] : m_followers)
        follower->flush();
    m_appender->end();
    // Reports of what is being torn down are nobody's business.
    for (const auto &[label, publisher] : m_publishers)
        publisher->disconnect(this);
    for (const auto &[identity, follower] : m_followers)
        follower->disconnect(this);
    m_publishers.clear();
    m_followers.clear();
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

// ---- Own logs

Result<Publisher *> Engine::publisher(const QString &label)
{
    const auto known = m_publishers.find(label);
    if (known != m_publishers.end())
        return known->second.get();
    if (const Problem problem = MasterSecret::validateLabel(label))
        return problem;
    const Result<QByteArray> adopted = m_database->metaValue(QByteArrayLiteral("adopted"));
    if (!adopted.ok())
        return adopted.problem();
    const Result<OwnLog> log =
        m_outbox->createLog(label, m_master->logKeys(label).publicKey, !adopted.value().isEmpty());
    if (!log.ok())
        return log.problem();
    Publisher *added = addPublisher(log.value());
    m_goOn.start(0);
    return added;
}

Publisher *Engine::addPublisher(const OwnLog &log)
{
    auto publisher =
        std::make_unique<Publisher>(log, m_master->logKeys(log.label),
                                    PublisherContext{*m_outbox, *m_pages, *m_database, *m_helpers,
                                                     *m_fetcher, m_timing, m_clock},
                                    nullptr);
    Publisher *added = publisher.get();
    connect(added, &Publisher::statusChanged, this, &Engine::reportSoon);
    connect(added, &Publisher::appendableChanged, m_appender.get(), &Appender::drain,
            Qt::QueuedConnection);
    connect(added, &Publisher::headPublished, this, [this, label = log.label](const Head &head) {
        m_lastPublished = m_clock();
        reportSoon();
        Q_EMIT headPublished(label, head);
    });
    connect(added, &Publisher::entryStatesChanged, this,
            [this, label = log.label](quint64 first, quint64 last, Entry::State state) {
                Q_EMIT entryStatesChanged(label, first, last, state);
            });
    m_publishers.insert_or_assign(log.label, std::move(publisher));
    reportSoon();
    return added;
}

void Engine::openLog(const QString &label)
{
    if (!m_master) {
        m_toOpen.append(label);
        return;
    }
    const Result<Publisher *> opened = publisher(label);
    if (!opened.ok()) {
        OutgoingStatus status;
        status.problem = opened.problem();
        Q_EMIT outgoingChanged(label, status);
    }
}

void Engine::withdraw(const QString &label, quint64 sequence, const Reply<Problem> &reply)
{
    const auto known = m_publishers.find(label);
    reply.answer(known == m_publishers.end() ? notReady() : known->second->withdraw(sequence));
}

void Engine::acknowledge(const QString &label, const QList<quint64> &sequences,
                         const Reply<Problem> &reply)
{
    const auto known = m_publishers.find(label);
    reply.answer(known == m_publishers.end() ? notReady() : known->second->acknowledge(sequences));
}

void Engine::read(const QString &label, quint64 first, int limit,
                  const Reply<Result<QList<Entry>>> &reply)
{
    const auto known = m_publishers.find(label);
    reply.answer(known == m_publishers.end() ? notReady() : known->second->read(first, limit));
}

void Engine::audit(const QString &label, const Reply<Result<Audit>> &reply)
{
    const auto known = m_publishers.find(label);
    if (known == m_publishers.end())
        reply.answer(notReady());
    else
        known->second->audit(reply);
}

// ---- Followed logs

Result<Follower *> Engine::addFollower(const FollowedLog &log)
{
    const QString identity = identityOf(log.link);
    auto follower = std::make_unique<Follower>(log, *m_inbox, *m_helpers, *m_fetcher,
                                               m_settings.maxPayload(), m_timing, m_clock, nullptr);
    Follower *added = follower.get();
    connect(added, &Follower::statusChanged, this, &Engine::reportSoon);
    connect(added, &Follower::checked, this, [this] { m_lastChecked = m_clock(); });
    connect(added, &Follower::entriesReceived, this, [this, identity](const QList<Entry> &entries) {
        Q_EMIT entriesReceived(identity, entries);
    });
    m_followers.insert_or_assign(identity, std::move(follower));
    if (m_started.contains(identity))
        added->start();
    reportSoon();
    return added;
}

void Engine::follow(const LogLink &link)
{
    if (!m_master) {
        m_toFollow.append(link);
        return;
    }
    const QString identity = identityOf(link);
    const auto known = m_followers.find(identity);
    Problem problem;
    if (known != m_followers.end()) {
        problem = known->second->setLink(link);
    } else {
        const Result<FollowedLog> log = m_inbox->createLog(link);
        problem = log.problem();
        if (log.ok())
            addFollower(log.value()).value()->check();
    }
    if (problem) {
        m_toFollow.append(link); // with the next round
        IncomingStatus status;
        status.problem = problem;
        Q_EMIT incomingChanged(identity, status);
    }
}

void Engine::unfollow(const QString &identity, const Reply<Problem> &reply)
{
    m_started.remove(identity);
    m_toFollow.removeIf([&identity](const LogLink &link) { return identityOf(link) == identity; });
    if (!m_master) {
        // What the profile follows is not known yet. It is done as soon as that is.
        m_toUnfollow.insert(identity, reply);
        QTimer::singleShot(m_timing.keyWait, this, [reply] {
            reply.answer(
                Problem(Problem::Kind::WillRetry, QStringLiteral("the profile is not open yet")));
        });
        return;
    }
    const auto known = m_followers.find(identity);
    if (known == m_followers.end())
        return reply.answer({});
    const Problem problem = m_inbox->removeLog(known->second->log());
    if (!problem) {
        m_followers.erase(known);
        m_reportedIncoming.remove(identity);
    }
    reply.answer(problem);
    reportSoon();
}

void Engine::start(const QString &identity)
{
    m_started.insert(identity);
    const auto known = m_followers.find(identity);
    if (known != m_followers.end())
        known->second->start();
}

void Engine::commit(const QString &identity, quint64 sequence)
{
    const auto known = m_followers.find(identity);
    if (known != m_followers.end())
        known->second->commit(sequence);
}

void Engine::check(const QString &identity)
{
    const auto known = m_followers.find(identity);
    if (known != m_followers.end())
        known->second->check();
}

// ---- When what is tried

void Engine::setNetwork(const NetworkState &network)
{
    m_network = network;
    if (!m_helpers)
        return;
    m_helpers->setNetwork(network);
    // Connections of the old network hang; failures on it mean nothing on the new one.
    m_helpers->reset(true);
    goOn();
}

void Engine::setPaused(bool paused)
{
    m_isPaused = paused;
    if (!m_helpers)
        return;
    m_helpers->setPaused(paused);
    reportSoon();
}

void Engine::syncNow()
{
    if (!m_helpers)
        return;
    askForKey();
    m_helpers->reset(false);
    checkAll();
}

void Engine::applySettings(const Settings &settings, const Reply<Problem> &reply)
{
    m_settings = settings;
    m_appender->setMaxPayload(settings.maxPayload());
    for (const auto &[identity, follower] : m_followers)
        follower->setMaxPayload(settings.maxPayload());
    m_helpers->configure(settings);
    for (const auto &[label, publisher] : m_publishers)
        publisher->helpersChanged();
    goOn();
    reply.answer({});
}

void Engine::goOn()
{
    // Several helpers become usable at once: one round for all.
    if (!m_goOn.isActive())
        m_goOn.start(0);
    reportSoon();
}

void Engine::checkAll()
{
    if (!m_master)
        return;
    for (const auto &[label, publisher] : m_publishers)
        publisher->advance();
    for (const LogLink &link : std::exchange(m_toFollow, {}))
        follow(link);
    if (m_isPaused)
        return;
    for (const auto &[identity, follower] : m_followers)
        follower->check();
}

// ---- What is reported

void Engine::reportSoon()
{
    if (!m_report.isActive() && !m_isClosed)
        m_report.start(int(std::max<qint64>(m_quiet.remainingTime(), 0)));
}

void Engine::report()
{
    m_quiet = QDeadlineTimer(m_timing.statusInterval);
    for (const auto &[label, publisher] : m_publishers) {
        const OutgoingStatus now = publisher->status();
        if (OutgoingStatus &before = m_reportedOutgoing[label]; !(before == now)) {
            before = now;
            Q_EMIT outgoingChanged(label, now);
        }
    }
    for (const auto &[identity, follower] : m_followers) {
        const IncomingStatus now = follower->status();
        if (IncomingStatus &before = m_reportedIncoming[identity]; !(before == now)) {
            before = now;
            Q_EMIT incomingChanged(identity, now);
        }
    }
    const TransportStatus now = status();
    if (!(now == m_reported)) {
        m_reported = now;
        Q_EMIT statusChanged(now);
    }
}

TransportStatus Engine::status() const
{
    TransportStatus status;
    status.problem = graver(m_notice, m_problem);
    bool isBusy = false;
    for (const auto &[label, publisher] : m_publishers) {
        const OutgoingStatus own = publisher->status();
        status.pendingCount += own.pendingCount;
        status.pendingBytes += own.pendingBytes;
        status.problem = graver(status.problem, own.problem);
        isBusy = isBusy || publisher->isBusy();
    }
    for (const auto &[identity, follower] : m_followers) {
        status.problem = graver(status.problem, follower->status().problem);
        isBusy = isBusy || follower->isBusy();
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
    else
        status.state = isBusy ? Transport::State::Syncing : Transport::State::Idle;
    return status;
}

} // namespace RemoteLog
