// SPDX-License-Identifier: MIT
#include "writer.h"

#include "console.h"

#include <QtCore/QFile>

using RemoteLog::Audit;
using RemoteLog::Entry;
using RemoteLog::Head;
using RemoteLog::Problem;
using RemoteLog::Result;

namespace {

constexpr int MostWaiting = 1000;
constexpr qint64 MostWaitingBytes = 16 * 1024 * 1024;
constexpr int EntriesAtOnce = 256;

QString stateWord(Entry::State state)
{
    return Console::word(state, Entry::State::Pending);
}

} // namespace

Writer::Writer(RemoteLog::OutgoingLog *log, bool printsLink, QObject *parent)
    : QObject(parent)
    , m_log(log)
{
    using RemoteLog::OutgoingLog;
    connect(log, &OutgoingLog::readyChanged, this, [this, printsLink] {
        print(m_log->isReady() ? QStringLiteral("ready") : QStringLiteral("not ready"));
        if (m_log->isReady()) {
            if (printsLink)
                printLink();
            for (const std::function<void()> &action : std::exchange(m_whenReady, {}))
                action();
        }
        Q_EMIT progressed();
    });
    connect(log, &OutgoingLog::pendingCountChanged, this, [this] {
        print(QStringLiteral("pending %1").arg(m_log->pendingCount()));
        Q_EMIT progressed();
    });
    connect(log, &OutgoingLog::entryStatesChanged, this,
            [this](quint64 first, quint64 last, Entry::State state) {
                const QString to = last > first ? QStringLiteral("-%1").arg(last) : QString();
                print(QStringLiteral("%1 %2%3").arg(stateWord(state)).arg(first).arg(to));
            });
    connect(log, &OutgoingLog::headPublished, this, [this](const Head &head) {
        print(QStringLiteral("head %1 record %2 %3")
                  .arg(head.lastSequence())
                  .arg(head.recordNumber())
                  .arg(head.address()));
        Q_EMIT progressed();
    });
    connect(log, &OutgoingLog::problemChanged, this, &Writer::report);
}

void Writer::append(const QByteArray &payload)
{
    ++m_waiting;
    m_waitingBytes += payload.size();
    m_log->append(payload).then(this, [this, size = payload.size()](const Result<quint64> &result) {
        --m_waiting;
        m_waitingBytes -= size;
        // Only now: a messenger may show the message as sent, for it survives whatever happens.
        if (result.ok()) {
            print(QStringLiteral("appended %1 (%2 bytes)").arg(result.value()).arg(size));
        } else if (!m_expectsClose || result.problem().kind() != Problem::Kind::Closed) {
            m_hasFailed = true;
            Console::print(QStringLiteral("own not-appended"), result.problem());
        }
        Q_EMIT settled();
    });
}

void Writer::appendFile(const QString &path)
{
    QFile file(path);
    if (file.open(QIODevice::ReadOnly)) {
        const QByteArray bytes = file.readAll();
        if (file.error() == QFileDevice::NoError)
            return append(bytes);
    }
    m_hasFailed = true;
    Console::warn(QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
}

bool Writer::isFull() const
{
    return m_waiting >= MostWaiting || m_waitingBytes >= MostWaitingBytes;
}

void Writer::whenReady(std::function<void()> action)
{
    if (m_log->isReady())
        action();
    else
        m_whenReady.append(std::move(action));
}

void Writer::withdraw(quint64 sequence)
{
    whenReady([this, sequence] {
        // That it worked is an event of its own: entryStatesChanged().
        m_log->withdraw(sequence).then(this, [this, sequence](const Problem &problem) {
            // Not the host's mistake here, for the person typed the number.
            if (problem.kind() == Problem::Kind::InvalidArgument)
                print(QStringLiteral("not-withdrawn %1 too late, or no such entry").arg(sequence));
            else if (problem)
                Console::print(QStringLiteral("own not-withdrawn %1").arg(sequence), problem);
            Q_EMIT progressed();
        });
    });
}

void Writer::acknowledge(quint64 sequence)
{
    whenReady([this, sequence] {
        m_log->acknowledge({sequence}).then(this, [this, sequence](const Problem &problem) {
            if (problem.kind() == Problem::Kind::InvalidArgument)
                print(QStringLiteral("not-acknowledged %1 no such entry").arg(sequence));
            else if (problem)
                Console::print(QStringLiteral("own not-acknowledged %1").arg(sequence), problem);
        });
    });
}

void Writer::audit()
{
    whenReady([this] {
        m_log->audit().then(this, [this](const Result<Audit> &result) {
            if (!result.ok())
                return Console::print(QStringLiteral("own not-audited"), result.problem());
            const Audit &audit = result.value();
            print(QStringLiteral("audit blocks %1 checked %2 missing %3 restored %4 failed %5")
                      .arg(audit.blocks())
                      .arg(audit.checked())
                      .arg(audit.missing())
                      .arg(audit.restored())
                      .arg(audit.failed()));
        });
    });
}

void Writer::list()
{
    whenReady([this] { listFrom(1); });
}

void Writer::listFrom(quint64 first)
{
    m_log->read(first, EntriesAtOnce).then(this, [this](const Result<QList<Entry>> &result) {
        if (!result.ok())
            return Console::print(QStringLiteral("own not-listed"), result.problem());
        for (const Entry &entry : result.value())
            print(QStringLiteral("entry %1 %2 %3")
                      .arg(QString::number(entry.sequence()), stateWord(entry.state()),
                           Console::describe(entry.payload())));
        if (result.value().isEmpty())
            print(QStringLiteral("end of log"));
        else
            listFrom(result.value().constLast().sequence() + 1);
    });
}

void Writer::checkPublished()
{
    if (m_isChecking || !isSettled() || !m_log->isReady())
        return;
    m_isChecking = true;
    // Whatever stands behind the published head is not published, also if an earlier run appended
    // it.
    const quint64 next = m_log->head().lastSequence() + 1;
    m_log->read(next, 1).then(this, [this, next](const Result<QList<Entry>> &result) {
        m_isChecking = false;
        if (next != m_log->head().lastSequence() + 1)
            checkPublished();
        else if (result.ok() && result.value().isEmpty() && isSettled())
            Q_EMIT published();
    });
}

void Writer::printLink()
{
    whenReady([this] {
        print(QStringLiteral("link ") + m_log->link().toUrl().toString(QUrl::FullyEncoded));
    });
}

void Writer::printStatus() const
{
    print(QStringLiteral("log %1 %2 pending %3 published %4")
              .arg(m_log->label(),
                   m_log->isReady() ? QStringLiteral("ready") : QStringLiteral("not ready"))
              .arg(m_log->pendingCount())
              .arg(m_log->head().lastSequence()));
    report(m_log->problem());
}

void Writer::print(const QString &event) const
{
    Console::print(QStringLiteral("own ") + event);
}

void Writer::report(const Problem &problem) const
{
    Console::print(QStringLiteral("own problem"), problem);
}
