// SPDX-License-Identifier: MIT
#include "transportfacade.h"

#include "workers.h"

#include "security/keys.h"

#include <QThread>

namespace RemoteLog {

namespace {

NetworkState stateOf(const NetworkWatch *watch)
{
    return {watch->reachability(), watch->isCaptivePortal(), watch->isMetered()};
}

} // namespace

TransportFacade::TransportFacade(const Settings &settings, const HostServices &services,
                                 std::shared_ptr<const HelperRegistry> registry, QObject *parent)
    : Transport(parent)
    , m_settings(settings)
    , m_appends(std::make_shared<AppendQueue>())
    , m_keeper(services.secretStore(), settings.applicationId(), Timing())
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
    disconnect(m_network);
    // Detaches: the worker closes by itself, and is joined when the application ends.
    if (m_engine && !m_isClosing)
        m_port->post([engine = m_engine, closing = m_closing] { engine->close(closing); });
}

void TransportFacade::connectEngine()
{
    connect(m_engine, &Engine::opened, &m_keeper, &SecretKeeper::obtain);
    connect(&m_keeper, &SecretKeeper::obtained, this, [this](const QByteArray &master, bool isNew) {
        m_port->post([engine = m_engine, master, isNew] { engine->unlock(master, isNew); });
    });
    connect(&m_keeper, &SecretKeeper::refused, this, [this](const Problem &problem) {
        m_port->post([engine = m_engine, problem] { engine->refuse(problem); });
    });
    connect(m_engine, &Engine::logsKnown, this,
            [this](const QStringList &labels, const QList<LogLink> &links) {
                for (const QString &label : labels)
                    addOutgoing(label);
                for (const LogLink &link : links)
                    addIncoming(link);
                Q_EMIT logsChanged();
            });
    connect(m_engine, &Engine::statusChanged, this, &TransportFacade::setStatus);
    connect(m_engine, &Engine::outgoingChanged, this,
            [this](const QString &label, const OutgoingStatus &status) {
                if (OutgoingFacade *log = m_outgoing.value(label))
                    log->setStatus(status);
            });
    connect(m_engine, &Engine::headPublished, this, [this](const QString &label, const Head &head) {
        if (OutgoingFacade *log = m_outgoing.value(label))
            log->published(head);
    });
    connect(m_engine, &Engine::entryStatesChanged, this,
            [this](const QString &label, quint64 first, quint64 last, Entry::State state) {
                if (OutgoingFacade *log = m_outgoing.value(label))
                    Q_EMIT log->entryStatesChanged(first, last, state);
            });
    connect(m_engine, &Engine::incomingChanged, this,
            [this](const QString &identity, const IncomingStatus &status) {
                if (IncomingFacade *log = m_incoming.value(identity))
                    log->setStatus(status);
            });
    connect(m_engine, &Engine::entriesReceived, this,
            [this](const QString &identity, const QList<Entry> &entries) {
                if (IncomingFacade *log = m_incoming.value(identity))
                    Q_EMIT log->entriesReceived(entries);
            });
    connect(m_engine, &Engine::closed, this, [this] {
        TransportStatus status = m_status;
        status.state = State::Closed;
        setStatus(status);
    });
}

void TransportFacade::watchNetwork(NetworkWatch *watch)
{
    if (!watch)
        return;
    // In the watch's own thread, wherever that is.
    const auto tell = [watch, engine = m_engine, port = m_port] {
        port->post([engine, state = stateOf(watch)] { engine->setNetwork(state); });
    };
    m_network = connect(watch, &NetworkWatch::changed, watch, tell);
    if (watch->thread() == QThread::currentThread())
        tell();
    else
        QMetaObject::invokeMethod(watch, tell, Qt::QueuedConnection);
}

void TransportFacade::setStatus(const TransportStatus &status)
{
    const TransportStatus before = std::exchange(m_status, status);
    if (status.pendingCount != before.pendingCount || status.pendingBytes != before.pendingBytes)
        Q_EMIT pendingChanged();
    if (status.lastPublished != before.lastPublished)
        Q_EMIT lastPublishedChanged();
    if (status.lastChecked != before.lastChecked)
        Q_EMIT lastCheckedChanged();
    if (status.helpers != before.helpers)
        Q_EMIT helpersChanged();
    if (status.problem != before.problem)
        Q_EMIT problemChanged(status.problem);
    if (status.state != before.state)
        Q_EMIT stateChanged(status.state);
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
    return addOutgoing(label);
}

IncomingFacade *TransportFacade::addIncoming(const LogLink &link)
{
    const QString identity = identityOf(link);
    if (IncomingFacade *known = m_incoming.value(identity))
        return known;
    auto *log = new IncomingFacade(link, m_engine, m_port, this);
    m_incoming.insert(identity, log);
    return log;
}

IncomingLog *TransportFacade::follow(const LogLink &link)
{
    if (link.isNull())
        return nullptr;
    IncomingFacade *log = addIncoming(link);
    m_port->post([engine = m_engine, link] { engine->follow(link); });
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
    m_incoming.remove(identity);
    log->deleteLater();
    const Reply<Problem> reply;
    m_port->post([engine = m_engine, identity, reply] { engine->unfollow(identity, reply); });
    return reply.future();
}

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
    if (settings.locale() != m_settings.locale())
        Q_EMIT localeWanted(settings.locale());
    m_settings = settings;
    const Reply<Problem> reply;
    m_port->post([engine = m_engine, settings, reply] { engine->applySettings(settings, reply); });
    return reply.future();
}

QFuture<Problem> TransportFacade::setCredential(const QUrl &helper, const QByteArray &)
{
    return Reply<Problem>::now(Problem(Problem::Kind::Unsupported,
                                       QStringLiteral("this helper takes no credentials"), helper));
}

QFuture<Problem> TransportFacade::unsetCredential(const QUrl &helper)
{
    return Reply<Problem>::now(Problem(Problem::Kind::Unsupported,
                                       QStringLiteral("this helper takes no credentials"), helper));
}

QFuture<Problem> TransportFacade::close()
{
    if (m_refusal && m_status.state != State::Closed) {
        TransportStatus status = m_status;
        status.state = State::Closed;
        setStatus(status);
        m_closing.answer({});
    } else if (!m_isClosing && m_engine) {
        m_port->post([engine = m_engine, closing = m_closing] { engine->close(closing); });
    }
    m_isClosing = true;
    return m_closing.future();
}

void TransportFacade::syncNow()
{
    m_port->post([engine = m_engine] { engine->syncNow(); });
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
