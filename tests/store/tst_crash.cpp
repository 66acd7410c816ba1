// SPDX-License-Identifier: MIT
// A process that appends, cuts pages and withdraws is killed in the middle of it, again and again.
// What it was told is stored must be there, whole, and nothing twice. The process is this program,
// started with a folder as argument.
#include "testprofile.h"

#include <QCoreApplication>
#include <QProcess>
#include <QRandomGenerator>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <cstdio>

using namespace RemoteLog;

static constexpr int BatchSize = 3; // entries of one transaction
static constexpr int CutAfter = 7; // transactions

static QByteArray payloadOf(quint64 sequence)
{
    return bytesOf(sequence, int(sequence * 37 % 3000));
}

static MasterSecret secret()
{
    return MasterSecret::fromBytes(QByteArray(32, 's')).value();
}

static bool isToBeWithdrawn(quint64 sequence)
{
    return sequence % (5 * BatchSize) == 1;
}

// Never returns: says each last sequence that is stored, until it is killed.
static int appendForEver(const QString &directory)
{
    TestProfile profile(directory, secret());
    if (profile.open())
        return 1;
    OwnLog log = profile.ownLog();
    if (log.id == 0)
        log = profile.createLog();
    for (int round = 1;; ++round) {
        QList<NewEntry> entries;
        for (int i = 0; i < BatchSize; ++i)
            entries.append({payloadOf(log.nextSequence + quint64(i)), {}});
        if (profile.outbox().append(log, log.nextSequence, entries))
            return 2;
        log.nextSequence += BatchSize;
        if (isToBeWithdrawn(log.nextSequence - BatchSize)
            && !profile.outbox().withdraw(log, log.nextSequence - BatchSize).ok())
            return 3;
        if (round % CutAfter == 0) {
            OwnLog changed = log;
            const QList<CutPage> pages{cutPage(changed, log.nextSequence - BatchSize - 1, 2, 3000)};
            if (profile.pages().addPages(changed, pages))
                return 4;
            log = changed;
        }
        std::printf("%llu\n", static_cast<unsigned long long>(log.nextSequence - 1));
        std::fflush(stdout);
    }
}

class CrashTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void killedAgainAndAgain();
    void restartAtEveryState();

private:
    void everythingIsThere(TestProfile &profile, quint64 said);
};

void CrashTest::everythingIsThere(TestProfile &profile, quint64 said)
{
    const OwnLog log = profile.ownLog();
    const quint64 last = log.nextSequence - 1;
    QVERIFY2(last >= said, qPrintable(QStringLiteral("%1 < %2").arg(last).arg(said)));
    QCOMPARE(last % BatchSize, quint64(0)); // nothing half

    // Pages and their blocks lead without a gap to where pending entries begin.
    quint64 next = 1;
    const QList<OwnPage> pages = profile.pages().pages(log, 0, 1'000'000).value();
    for (const OwnPage &page : pages) {
        QCOMPARE(page.range.first, next);
        QCOMPARE(profile.pages()
                     .blocks(log, page.number, 0, 3, 1'000'000)
                     .value()
                     .value(2)
                     .block.address(),
                 page.range.address);
        next = page.range.last() + 1;
    }
    QCOMPARE(quint64(pages.size()), log.position.nextPage);
    QCOMPARE(log.position.nextSequence, next);
    QCOMPARE(profile.pages().blockCount(log, MaxSequence).value(), int(pages.size()) * 3);

    PendingTotals totals;
    for (const PendingEntry &entry : profile.pending(log)) {
        QCOMPARE(entry.sequence, next++);
        // Only the very last append may have been stored and not withdrawn yet.
        if (!entry.isWithdrawn)
            QVERIFY(!isToBeWithdrawn(entry.sequence) || entry.sequence > said);
        if (entry.isWithdrawn)
            continue;
        QCOMPARE(entry.payload, payloadOf(entry.sequence));
        ++totals.count;
        totals.bytes += entry.payload.size();
    }
    QCOMPARE(next, log.nextSequence);
    QCOMPARE(profile.outbox().pendingTotals(log).value().count, totals.count);
    QCOMPARE(profile.outbox().pendingTotals(log).value().bytes, totals.bytes);
    QCOMPARE(profile.db().handle().execAndGet("PRAGMA integrity_check").getString(),
             std::string("ok"));
}

void CrashTest::killedAgainAndAgain()
{
    const QTemporaryDir directory;
    QRandomGenerator random(5);
    quint64 said = 0;
    for (int round = 0; round < 12; ++round) {
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QCoreApplication::applicationFilePath(), {directory.path()});
        QVERIFY(process.waitForStarted());
        for (int lines = random.bounded(1, 40); lines > 0;) {
            QVERIFY2(process.waitForReadyRead(), qPrintable(QString::number(process.exitCode())));
            while (process.canReadLine()) {
                said = process.readLine().trimmed().toULongLong();
                --lines;
            }
        }
        process.kill(); // SIGKILL, wherever it is now
        QVERIFY(process.waitForFinished());
        while (process.canReadLine())
            said = process.readLine().trimmed().toULongLong();
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);

        TestProfile profile(directory.path(), secret());
        QVERIFY(!profile.open());
        QVERIFY(!profile.notice);
        everythingIsThere(profile, said);
        if (QTest::currentTestFailed())
            return;
        // What was to be withdrawn and was not is withdrawn now, as its host would do.
        const OwnLog log = profile.ownLog();
        for (const PendingEntry &entry : profile.pending(log)) {
            if (isToBeWithdrawn(entry.sequence))
                QVERIFY(profile.outbox().withdraw(log, entry.sequence).value());
        }
    }
    QVERIFY(said > 100);
}

void CrashTest::restartAtEveryState()
{
    // The files as they are after each step, taken without closing: every step is there after the
    // restart, or was not asked for.
    TestProfile profile(QString(), secret());
    QVERIFY(!profile.open());
    profile.crash();
    QVERIFY(!profile.open());
    QVERIFY(profile.db().hasCheckValue().value());
    OwnLog log = profile.createLog();
    profile.crash();
    QVERIFY(!profile.open());
    QCOMPARE(profile.ownLog().id, log.id);
    for (int step = 0; step < 10; ++step) {
        QVERIFY(!profile.outbox().append(
            log, log.nextSequence,
            {{payloadOf(log.nextSequence), {}}, {payloadOf(log.nextSequence + 1), {}}}));
        log.nextSequence += 2;
        profile.crash();
        QVERIFY(!profile.open());
        QCOMPARE(profile.ownLog().nextSequence, log.nextSequence);
        if (step % 3 == 2) {
            QVERIFY(!profile.pages().addPages(log, {cutPage(log, log.nextSequence - 2)}));
            profile.crash();
            QVERIFY(!profile.open());
            QCOMPARE(profile.ownLog().position.nextPage, log.position.nextPage);
        }
        const QList<PendingEntry> entries = profile.pending(log);
        QCOMPARE(entries.constFirst().sequence, log.position.nextSequence);
        QCOMPARE(entries.constLast().sequence, log.nextSequence - 1);
        for (const PendingEntry &entry : entries)
            QCOMPARE(entry.payload, payloadOf(entry.sequence));
    }
    QVERIFY(profile.setAside().isEmpty());
}

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1][0] == '/')
        return appendForEver(QString::fromLocal8Bit(argv[1]));
    QCoreApplication application(argc, argv);
    CrashTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_crash.moc"
