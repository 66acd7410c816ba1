// SPDX-License-Identifier: MIT
#include "session.h"

#include "console.h"

#include <QtCore/QFile>

using RemoteLog::HelperStatus;
using RemoteLog::IncomingLog;
using RemoteLog::LogLink;
using RemoteLog::Problem;
using RemoteLog::Result;
using RemoteLog::Transport;

namespace {

// A dead disk does not keep the program from ending.
constexpr std::chrono::seconds CloseLimit{10};

QString stateWord(Transport::State state)
{
    return Console::word(state, Transport::State::NeedsAttention);
}

} // namespace

Session::Session(RemoteLog::TransportPlugin &plugin, const RemoteLog::HostServices &services,
                 const Options &options, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_transport(plugin.create(options.settings, services, this))
{
    connectTransport();
    Console::print(QStringLiteral("transport ") + stateWord(m_transport->state()));
    // Everything may be asked for at once; it takes effect when the profile is open.
    m_writer = std::make_unique<Writer>(m_transport->openLog(options.label), options.printsLink);
    connect(m_writer.get(), &Writer::settled, this, &Session::considerLeaving);
    connect(m_writer.get(), &Writer::progressed, this, &Session::considerLeaving);
    connect(m_writer.get(), &Writer::published, this, [this] {
        m_isPublished = true;
        considerLeaving();
    });
    for (const auto &[url, fileName] : options.credentials)
        setCredential(url, fileName);
    for (const QString &link : options.links)
        follow(link);

    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this] { leaveNow(TimedOut); });
    if (options.timeout.count() > 0)
        m_timeout.start(options.timeout);
}

void Session::connectTransport()
{
    connect(m_transport, &Transport::stateChanged, this, [this](Transport::State state) {
        Console::print(QStringLiteral("transport ") + stateWord(state));
        considerLeaving();
    });
    // Also when the logs followed in earlier runs become known.
    connect(m_transport, &Transport::logsChanged, this, [this] {
        for (IncomingLog *log : m_transport->incomingLogs())
            addReader(log);
    });
    connect(m_transport, &Transport::problemChanged, this, [](const Problem &problem) {
        Console::print(QStringLiteral("transport problem"), problem);
    });
}

// From a file: whoever is on this computer can read a command line.
void Session::setCredential(const QUrl &helper, const QString &fileName)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly)) {
        m_hasFailed = true;
        return Console::warn(QStringLiteral("%1: %2").arg(fileName, file.errorString()));
    }
    constexpr int Longest = 8192; // more than a transport takes
    const QByteArray token = file.readLine(Longest).trimmed();
    ++m_openCredentials;
    m_transport->setCredential(helper, token).then(this, [this](const Problem &problem) {
        --m_openCredentials;
        m_hasFailed = m_hasFailed || problem;
        Console::print(QStringLiteral("transport credential"), problem);
        considerLeaving();
    });
}

void Session::follow(const QString &link)
{
    const Result<LogLink> parsed = LogLink::fromUrl(QUrl(link, QUrl::StrictMode));
    if (!parsed.ok()) {
        m_hasFailed = true;
        Console::print(QStringLiteral("transport not-followed"), parsed.problem());
        return;
    }
    addReader(m_transport->follow(parsed.value()));
}

void Session::addReader(IncomingLog *log)
{
    std::unique_ptr<Reader> &reader = m_readers[log];
    if (reader)
        return;
    reader = std::make_unique<Reader>(log, ReceivedFiles(m_options.saveFolder), m_options.commits);
    connect(reader.get(), &Reader::committed, this, &Session::considerLeaving);
    // The transport deletes what is not followed any more.
    connect(log, &QObject::destroyed, this, [this, log] { m_readers.erase(log); });
}

void Session::unfollow(const QString &name)
{
    for (const auto &[log, reader] : m_readers) {
        const QString logName = reader->logName();
        if (name != logName && name != Console::shortName(logName))
            continue;
        m_transport->unfollow(log).then(this, [logName](const Problem &problem) {
            Console::print(Console::shortName(logName) + QStringLiteral(" unfollowed"), problem);
        });
        return;
    }
    Console::warn(QStringLiteral("no followed log is called ") + name);
}

void Session::printStatus() const
{
    Console::print(QStringLiteral("transport %1 pending %2 entries %3 bytes")
                       .arg(stateWord(m_transport->state()))
                       .arg(m_transport->pendingCount())
                       .arg(m_transport->pendingBytes()));
    Console::print(QStringLiteral("transport problem"), m_transport->problem());
    for (const HelperStatus &helper : m_transport->helpers())
        Console::print(
            QStringLiteral("helper %1 %2 problem")
                .arg(helper.url().toString(QUrl::RemoveQuery),
                     helper.isUsable() ? QStringLiteral("usable") : QStringLiteral("unusable")),
            helper.problem());
    m_writer->printStatus();
    for (const auto &[log, reader] : m_readers)
        reader->printStatus();
}

void Session::endInput()
{
    m_hasInputEnded = true;
    if (m_options.hasExitCondition())
        considerLeaving();
    else
        leave();
}

void Session::leave()
{
    m_isLeaving = true;
    considerLeaving();
}

void Session::considerLeaving()
{
    if (m_isClosing || !m_writer)
        return;
    if (m_isLeaving) {
        if (m_writer->isSettled() && m_openCredentials == 0)
            leaveNow(hasFailed() ? Failed : Done);
        return;
    }
    if (!m_options.hasExitCondition() || committed() < m_options.exitAt)
        return;
    if (m_options.exitsWhenPublished && !m_isPublished) {
        if (m_hasInputEnded)
            m_writer->checkPublished();
        return;
    }
    leave();
}

void Session::leaveNow(ExitCode code)
{
    if (m_isClosing)
        return;
    m_isClosing = true;
    m_timeout.stop();
    m_writer->expectClose();
    if (code == TimedOut)
        Console::warn(QStringLiteral("the time is up"));
    QTimer::singleShot(CloseLimit, this, [this, code] {
        Console::warn(QStringLiteral("the profile takes too long to close; nothing is lost"));
        Q_EMIT left(code);
    });
    // Deleting the transport would do as well, but then the profile is free only some time later.
    m_transport->close().then(this, [this, code](const Problem &problem) {
        if (problem)
            Console::print(QStringLiteral("transport problem"), problem);
        // After what the transport says last, which is on its way.
        QMetaObject::invokeMethod(
            this, [this, code] { Q_EMIT left(code); }, Qt::QueuedConnection);
    });
}

bool Session::hasFailed() const
{
    return m_hasFailed || m_writer->hasFailed()
           || std::any_of(m_readers.begin(), m_readers.end(),
                          [](const auto &each) { return each.second->hasFailed(); });
}

quint64 Session::committed() const
{
    quint64 count = 0;
    for (const auto &[log, reader] : m_readers)
        count += reader->position();
    return count;
}
