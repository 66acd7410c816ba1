// SPDX-License-Identifier: MIT
#include "transportfacade.h"

#include "emitchanges.h"
#include "workers.h"

#include "security/keys.h"

#include <QThread>
#include <QTimer>

namespace RemoteLog {

namespace {

constexpr std::chrono::seconds CloseLimit{10};

} // namespace

TransportFacade::TransportFacade(const Settings &settings, const HostServices &services,
                                 std::shared_ptr<const HelperRegistry> registry, QObject *parent)
    : Transport(parent)
    , m_settings(settings)
    , m_appends(std::make_shared<AppendQueue>())
    , m_secrets(services.secretStore(), settings.applicationId(), Timing())
    , m_keeper(m_secrets)
    , m_credentials(m_secrets, Timing())
{
    m_refusal = settings.validate();
    if (!m_refusal && !initializeCryptography())
        m_refusal = Problem(Problem::Kind::ActionRequired,
                            QStringLiteral("libsodium could not be started"));
    if (m_refusal) {
        m_port = std::make_shared<EnginePort>(nullptr);
        m_status.state = State::NeedsAttention;
        m_status.problem = m_refusal;
        return;
    }
    auto engine = std::make_unique<Engine>(settings, std::move(registry), m_appends, Timing(),
                                           [] { return QDateTime::currentDateTimeUtc(); });
    m_engine = engine.get();
    m_port = engine->port();
    connectEngine();
    watchNetwork(services.networkWatch());
    Workers::start(std::move(engine));
}

TransportFacade::~TransportFacade()
{
    // The watch's own thread may be in the middle of it.
    if (m_network && m_network->thread() != QThread::currentThread())
        m_network.release()->deleteLater();
    // Detaches: the worker closes by itself, and is joined when the application ends.
    if (m_engine && !m_closing)
        m_port->post([engine = m_engine] { engine->close(Reply<Problem>()); });
}

void TransportFacade::connectEngine()
{
    connectSecrets();
    connect(m_engine, &Engine::statusChanged, this, &TransportFacade::setStatus);
    connect(m_engine, &Engine::closed, this, &TransportFacade::setClosed);
    connectLogs();
}

void TransportFacade::connectSecrets()
{
    connect(m_engine, &Engine::opened, &m_keeper, &SecretKeeper::obtain);
    // The credentials come first, or helpers would be asked without.
    connect(&m_keeper, &SecretKeeper::obtained, this, [this](const QByteArray &master, bool isNew) {
        m_credentials.open([engine = m_engine, port = m_port, master, isNew] {
            port->post([engine, master, isNew] { engine->unlock(master, isNew); });
        });
    });
    connect(&m_keeper, &SecretKeeper::refused, this, [this](const Problem &problem) {
        m_port->post([engine = m_engine, problem] { engine->refuse(problem); });
    });
    connect(&m_keeper, &SecretKeeper::retryWanted, this,
            [this] { m_port->post([engine = m_engine] { engine->askForKey(); }); });
    connect(&m_credentials, &CredentialKeeper::changed, this,
            [this](const QHash<QUrl, QByteArray> &headers) {
                m_port->post([engine = m_engine, headers] { engine->setCredentials(headers); });
            });
    connect(&m_credentials, &CredentialKeeper::refused, this, [this](const Problem &problem) {
        m_port->post([engine = m_engine, problem] { engine->refuseCredentials(problem); });
    });
}

void TransportFacade::connectLogs()
{
    connect(m_engine, &Engine::logsKnown, this, &TransportFacade::addKnown);
    connect(m_engine, &Engine::outgoingChanged, this,
            [this](const QString &label, const OutgoingStatus &status) {
                if (OutgoingFacade *log = m_outgoing.value(label))
                    log->setStatus(status);
            });
    connect(m_engine, &Engine::entryStatesChanged, this,
            [this](const QString &label, quint64 first, quint64 last, Entry::State state) {
                if (OutgoingFacade *log = m_outgoing.value(label))
                    Q_EMIT log->entryStatesChanged(first, last, state);
            });
    connect(m_engine, &Engine::incomingChanged, this,
            [this](const IncomingKey &key, const IncomingStatus &status) {
                if (IncomingFacade *log = incoming(key))
                    log->setStatus(status);
            });
    connect(m_engine, &Engine::entriesReceived, this,
            [this](const IncomingKey &key, const QList<Entry> &entries) {
                if (IncomingFacade *log = incoming(key))
                    Q_EMIT log->entriesReceived(entries);
            });
    connect(m_engine, &Engine::unfollowed, this, &TransportFacade::unfollowed);
}

void TransportFacade::watchNetwork(NetworkWatch *watch)
{
    if (!watch)
        return;
    m_network = std::make_unique<NetworkReporter>(
        watch, Timing().poll, [engine = m_engine, port = m_port](const NetworkState &state) {
            port->post([engine, state] { engine->setNetwork(state); });
        });
}

void TransportFacade::setStatus(const TransportStatus &status)
{
    const TransportStatus before = std::exchange(m_status, status);
    emitChanges(
        this,
        {{status.pendingCount != before.pendingCount || status.pendingBytes != before.pendingBytes,
          [this] { Q_EMIT pendingChanged(); }},
         {status.lastPublished != before.lastPublished, [this] { Q_EMIT lastPublishedChanged(); }},
         {status.lastChecked != before.lastChecked, [this] { Q_EMIT lastCheckedChanged(); }},
         {status.helpers != before.helpers, [this] { Q_EMIT helpersChanged(); }},
         {status.problem != before.problem, [this] { Q_EMIT problemChanged(m_status.problem); }},
         {status.state != before.state, [this] { Q_EMIT stateChanged(m_status.state); }}});
}

void TransportFacade::setClosed()
{
    m_credentials.close();
    TransportStatus status = m_status;
    status.state = State::Closed;
    setStatus(status);
}

// ---- Logs

void TransportFacade::addKnown(const QStringList &labels, const QList<QPair<LogLink, int>> &links)
{
    for (const QString &label : labels)
        addOutgoing(label);
    for (const auto &[link, generation] : links) {
        // One that was unfollowed while this was on its way is not there any more.
        if (m_generations.value(identityOf(link)) == generation)
            addIncoming(link);
    }
    Q_EMIT logsChanged();
}

OutgoingFacade *TransportFacade::addOutgoing(const QString &label)
{
    if (OutgoingFacade *known = m_outgoing.value(label))
        return known;
    const Problem problem = m_refusal ? m_refusal : MasterSecret::validateLabel(label);
    auto *log = new OutgoingFacade(label, m_engine, m_port, m_appends, problem, this);
    m_outgoing.insert(label, log);
    return log;
}

OutgoingLog *TransportFacade::openLog(const QString &label)
{
    if (OutgoingFacade *known = m_outgoing.value(label))
        return known;
    const QPointer<OutgoingLog> log = addOutgoing(label);
    Q_EMIT logsChanged();
    return log;
}

IncomingFacade *TransportFacade::incoming(const IncomingKey &key) const
{
    IncomingFacade *log = m_incoming.value(key.identity);
    if (log && log->key() == key)
        return log;
    const auto leaving = m_leaving.find(key);
    return leaving != m_leaving.end() ? leaving->second : nullptr;
}

IncomingFacade *TransportFacade::addIncoming(const LogLink &link)
{
    const QString identity = identityOf(link);
    if (IncomingFacade *known = m_incoming.value(identity))
        return known;
    auto *log = new IncomingFacade(link, m_generations.value(identity), m_engine, m_port, this);
    m_incoming.insert(identity, log);
    return log;
}

IncomingLog *TransportFacade::follow(const LogLink &link)
{
    if (link.isNull())
        return nullptr;
    const bool isNew = !m_incoming.contains(identityOf(link));
    const QPointer<IncomingFacade> log = addIncoming(link);
    m_port->post([engine = m_engine, link, generation = log->key().generation] {
        engine->incoming().follow(link, generation);
    });
    if (isNew)
        Q_EMIT logsChanged();
    return log;
}

QList<OutgoingLog *> TransportFacade::outgoingLogs() const
{
    return {m_outgoing.cbegin(), m_outgoing.cend()};
}

QList<IncomingLog *> TransportFacade::incomingLogs() const
{
    return {m_incoming.cbegin(), m_incoming.cend()};
}

QFuture<Problem> TransportFacade::unfollow(IncomingLog *log)
{
    const QString identity = m_incoming.key(static_cast<IncomingFacade *>(log));
    if (identity.isEmpty())
        return Reply<Problem>::now(
            Problem(Problem::Kind::InvalidArgument,
                    QStringLiteral("this transport does not follow that log")));
    IncomingFacade *leaving = m_incoming.take(identity);
    const IncomingKey key = leaving->key();
    m_leaving.insert({key, leaving});
    m_generations[identity] = key.generation + 1;
    const Reply<Problem> reply;
    m_port->post([engine = m_engine, key, reply] { engine->incoming().unfollow(key, reply); });
    Q_EMIT logsChanged();
    return reply.future();
}

void TransportFacade::unfollowed(const IncomingKey &key, const Problem &problem)
{
    const auto leaving = m_leaving.find(key);
    if (leaving == m_leaving.end())
        return;
    IncomingFacade *log = leaving->second;
    m_leaving.erase(leaving);
    // It is still followed, unless the host asked for it anew meanwhile: then that took over.
    if (!problem || m_incoming.contains(key.identity)) {
        log->deleteLater();
        return;
    }
    m_incoming.insert(key.identity, log);
    m_generations[key.identity] = key.generation;
    Q_EMIT logsChanged();
}

// ---- Settings and end

QFuture<Problem> TransportFacade::applySettings(const Settings &settings)
{
    if (m_refusal)
        return Reply<Problem>::now(m_refusal);
    if (const Problem problem = settings.validate())
        return Reply<Problem>::now(problem);
    if (settings.applicationId() != m_settings.applicationId()
        || settings.directory() != m_settings.directory())
        return Reply<Problem>::now(
            Problem(Problem::Kind::InvalidArgument,
                    QStringLiteral(
                        "applicationId and directory cannot change while the transport is open")));
    const Reply<Problem> reply;
    if (!m_port->post(
            [engine = m_engine, settings, reply] { engine->applySettings(settings, reply); }))
        return reply.future();
    const bool isOtherLocale = settings.locale() != m_settings.locale();
    m_settings = settings;
    if (isOtherLocale)
        Q_EMIT localeWanted(settings.locale());
    return reply.future();
}

QFuture<Problem> TransportFacade::setCredential(const QUrl &helper, const QByteArray &token)
{
    if (m_refusal)
        return Reply<Problem>::now(m_refusal);
    const Reply<Problem> reply;
    m_credentials.set(helper, token, answerInWorker(reply));
    return reply.future();
}

QFuture<Problem> TransportFacade::unsetCredential(const QUrl &helper)
{
    if (m_refusal)
        return Reply<Problem>::now(m_refusal);
    const Reply<Problem> reply;
    m_credentials.unset(helper, answerInWorker(reply));
    return reply.future();
}

// Behind what the worker was told before: whom the answer reaches finds it in use.
CredentialKeeper::Answer TransportFacade::answerInWorker(const Reply<Problem> &reply) const
{
    return [port = m_port, reply](const Problem &problem) {
        port->post([reply, problem] { reply.answer(problem); });
    };
}

// The worker may be done before its last report is here: whom the future tells finds it Closed.
Transport::State TransportFacade::state() const
{
    const bool isClosed = m_closing && m_closing->isFinished() && !m_closing->result();
    return isClosed ? State::Closed : m_status.state;
}

QFuture<Problem> TransportFacade::close()
{
    if (m_closing)
        return *m_closing;
    const Reply<Problem> reply;
    m_closing = reply.future();
    m_credentials.close();
    if (m_refusal) {
        setClosed();
        reply.answer({});
        return reply.future();
    }
    // At the end of the application the worker was closed without us.
    if (!m_port->post([engine = m_engine, reply] { engine->close(reply); }))
        reply.answer({});
    // A worker that is stuck in a dead disk cannot answer.
    QTimer::singleShot(
        CloseLimit, this, [answer = reply.answerIfOpen(), directory = m_settings.directory()] {
            answer(Problem(Problem::Kind::WillRetry,
                           QStringLiteral("the disk of %1 does not answer").arg(directory)));
        });
    return reply.future();
}

void TransportFacade::syncNow()
{
    Q_EMIT syncWanted();
    if (m_network)
        m_network->look();
    m_port->post([engine = m_engine] { engine->syncNow(); });
    m_credentials.retry();
}

void TransportFacade::setPaused(bool paused)
{
    if (m_isPaused == paused)
        return;
    m_isPaused = paused;
    m_port->post([engine = m_engine, paused] { engine->setPaused(paused); });
    Q_EMIT pausedChanged(paused);
}

} // namespace RemoteLog
