// SPDX-License-Identifier: MIT
#include "party.h"

#include "loadedplugin.h"
#include "memoryhelpers.h"

#include <QCoreApplication>
#include <QDeadlineTimer>

namespace RemoteLog::Testing {

Party::Party(const QList<QUrl> &helpers)
{
    MemoryWorld::registerScheme();
    settings.setApplicationId(QStringLiteral("org.remotelog.test"));
    settings.setDirectory(m_directory.filePath(QStringLiteral("profile")));
    settings.setHelpers(helpers);
}

Party::~Party()
{
    if (m_transport)
        close();
}

HostServices Party::services()
{
    HostServices services;
    services.setSecretStore(&secrets);
    if (bringsNetwork)
        services.setNetworkWatch(&network);
    return services;
}

Transport &Party::open()
{
    m_transport.reset(loadedPlugin().create(settings, services()));
    return *m_transport;
}

void Party::close()
{
    const Problem problem = await(m_transport->close());
    if (problem)
        qFatal("closing failed: %s", qPrintable(problem.detail()));
    m_transport.reset();
}

void Party::drop()
{
    m_transport.reset();
}

Reader::Reader(IncomingLog *incoming, bool commits)
    : log(incoming)
{
    connect(log, &IncomingLog::entriesReceived, this,
            [this, commits](const QList<Entry> &received) {
                largestSignal = std::max(largestSignal, int(received.size()));
                entries += received;
                if (commits)
                    log->commit(received.constLast().sequence());
            });
    log->start();
}

LogLink linkOf(OutgoingLog *log)
{
    if (!waitFor([log] { return log->isReady(); }))
        qFatal("a log did not become ready: %s", qPrintable(log->problem().detail()));
    return log->link();
}

bool waitFor(const std::function<bool()> &condition)
{
    // Looks after every event, and every few milliseconds for what comes without one.
    QTimer heartbeat;
    heartbeat.start(5);
    const QDeadlineTimer deadline(60'000);
    while (!condition()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
    return true;
}

} // namespace RemoteLog::Testing
