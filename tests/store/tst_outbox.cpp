// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include "log/history.h"

#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

using namespace RemoteLog;

class OutboxTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void newLog();
    void everyFieldOfALogSurvives();
    void labelsAndKeysAreUnique();
    void invalidLabelsAreRefused();
    void numbersNeverGoBack();
    void entriesComeBack_data();
    void entriesComeBack();
    void entriesFollowOnTheLastOne();
    void logsDoNotMix();
    void appendIsOneTransaction();
    void pendingIsPaged();
    void totalsFollow();
    void withdraw();
    void withdrawWhatIsNotThere();
    void sequencesUpToTheGreatest();
    void idsThatAreTooLong();

private:
    Problem append(const QList<NewEntry> &entries)
    {
        const Problem problem = m_profile->outbox().append(m_log, m_log.nextSequence, entries);
        if (!problem)
            m_log.nextSequence += quint64(entries.size());
        return problem;
    }
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void OutboxTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
    QVERIFY(m_log.id > 0);
}

static void compareLogs(const OwnLog &a, const OwnLog &b)
{
    QCOMPARE(a.id, b.id);
    QCOMPARE(a.label, b.label);
    QCOMPARE(a.publicKey, b.publicKey);
    QCOMPARE(a.nextSequence, b.nextSequence);
    QCOMPARE(a.position.nextPage, b.position.nextPage);
    QCOMPARE(a.position.nextSequence, b.position.nextSequence);
    QCOMPARE(a.position.history, b.position.history);
    QCOMPARE(a.position.tail, b.position.tail);
    QCOMPARE(a.recordNumber, b.recordNumber);
    QCOMPARE(a.record, b.record);
    QCOMPARE(a.seenNumber, b.seenNumber);
    QCOMPARE(a.highestValidity, b.highestValidity);
    QCOMPARE(a.publishedNumber, b.publishedNumber);
    QCOMPARE(a.publishedSequence, b.publishedSequence);
    QCOMPARE(a.mustResolve, b.mustResolve);
    QCOMPARE(a.isConflict, b.isConflict);
}

void OutboxTest::newLog()
{
    QCOMPARE(m_log.nextSequence, quint64(1));
    QCOMPARE(m_log.position.nextSequence, quint64(1));
    QCOMPARE(m_log.position.history, initialHistory());
    QCOMPARE(m_log.recordNumber, quint64(0));
    QVERIFY(m_log.position.tail.isEmpty() && m_log.record.isEmpty()
            && m_log.highestValidity.isEmpty());
    QVERIFY(!m_log.mustResolve && !m_log.isConflict);
    compareLogs(m_profile->ownLog(), m_log);
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->ownLog(), m_log);
}

void OutboxTest::everyFieldOfALogSurvives()
{
    OwnLog log = m_log;
    log.nextSequence = 1001;
    log.position = {17, 900, bytesOf(1, 32), addressOf(1)};
    log.recordNumber = 4;
    log.record = bytesOf(2, 700);
    log.seenNumber = MaxSequence;
    log.highestValidity = "2040-01-01T00:00:00.000000000Z";
    log.publishedNumber = 3;
    log.publishedSequence = 800;
    log.mustResolve = true;
    log.isConflict = true;
    QVERIFY(!m_profile->outbox().saveLog(log));
    compareLogs(m_profile->ownLog(), log);
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->ownLog(), log);
    log.mustResolve = false;
    log.record.clear();
    QVERIFY(!m_profile->outbox().saveLog(log));
    compareLogs(m_profile->ownLog(), log);
}

void OutboxTest::labelsAndKeysAreUnique()
{
    const QByteArray other(32, 'o');
    const auto kind = [&](const QString &label, const QByteArray &key) {
        return m_profile->outbox().createLog(label, key, false).problem().kind();
    };
    QCOMPARE(kind(m_log.label, other), Problem::Kind::InvalidArgument);
    QCOMPARE(kind(QStringLiteral("other"), m_log.publicKey), Problem::Kind::InvalidArgument);
    QCOMPARE(kind(QStringLiteral("other"), QByteArray(31, 'o')), Problem::Kind::InvalidArgument);
    QCOMPARE(m_profile->outbox().logs().value().rows.size(), 1);
    const Result<OwnLog> log = m_profile->outbox().createLog(QStringLiteral("Chat"), other, true);
    QVERIFY(log.ok());
    QVERIFY(log.value().mustResolve);
    compareLogs(m_profile->ownLog(1), log.value());
}

void OutboxTest::invalidLabelsAreRefused()
{
    for (const QString &label : {QString(), QString(256, u'a'), QString(QChar(0xd800))}) {
        const Result<OwnLog> log = m_profile->outbox().createLog(label, QByteArray(32, 'o'), false);
        QCOMPARE(log.problem().kind(), Problem::Kind::InvalidArgument);
    }
    const QString greatest = QString(127, QChar(0xe4)) + u'a'; // 255 bytes of UTF-8
    QVERIFY(m_profile->createLog(greatest).id > 0);
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->ownLog(1).label, greatest);
}

void OutboxTest::numbersNeverGoBack()
{
    m_log.nextSequence = 50;
    m_log.position = {3, 20, bytesOf(1, 32), addressOf(1)};
    m_log.recordNumber = 3;
    QVERIFY(!m_profile->outbox().saveLog(m_log));
    for (int what = 0; what < 3; ++what) {
        OwnLog log = m_log;
        log.record = "would be written";
        if (what == 0)
            --log.position.nextPage;
        else if (what == 1)
            --log.position.nextSequence;
        else
            --log.recordNumber;
        QCOMPARE(m_profile->outbox().saveLog(log).kind(), Problem::Kind::InvalidArgument);
        compareLogs(m_profile->ownLog(), m_log);
    }
    // A copy of the log from before the last append must not give its sequences away again.
    OwnLog stale = m_log;
    stale.nextSequence = 40;
    stale.record = "new";
    QVERIFY(!m_profile->outbox().saveLog(stale));
    QCOMPARE(m_profile->ownLog().nextSequence, quint64(50));
    QCOMPARE(m_profile->ownLog().record, QByteArray("new"));

    OwnLog nobody = m_log;
    nobody.id = 77;
    QCOMPARE(m_profile->outbox().saveLog(nobody).kind(), Problem::Kind::InvalidArgument);
    OwnLog huge = m_log;
    huge.seenNumber = MaxSequence + 1;
    QCOMPARE(m_profile->outbox().saveLog(huge).kind(), Problem::Kind::InvalidArgument);
}

void OutboxTest::entriesComeBack_data()
{
    QTest::addColumn<int>("payload");
    QTest::addColumn<int>("id");
    for (int payload : {0, 1, 200, 3900, 4096, 65536, 1'000'000}) {
        for (int id : {0, 1, 64})
            QTest::addRow("%d bytes, id of %d", payload, id) << payload << id;
    }
}

void OutboxTest::entriesComeBack()
{
    QFETCH(int, payload);
    QFETCH(int, id);
    QVERIFY(
        !append({{bytesOf(1, payload), bytesOf(2, id)}, {bytesOf(3, payload), bytesOf(4, id)}}));
    for (int opened = 0; opened < 2; ++opened) {
        const QList<PendingEntry> entries = m_profile->pending(m_log);
        QCOMPARE(entries.size(), 2);
        for (int i = 0; i < 2; ++i) {
            QCOMPARE(entries.at(i).sequence, quint64(i + 1));
            QCOMPARE(entries.at(i).payload, bytesOf(quint64(2 * i + 1), payload));
            QCOMPARE(entries.at(i).id, bytesOf(quint64(2 * i + 2), id));
            QVERIFY(!entries.at(i).isWithdrawn);
        }
        QCOMPARE(m_profile->ownLog().nextSequence, quint64(3));
        QVERIFY(!m_profile->open());
    }
}

void OutboxTest::entriesFollowOnTheLastOne()
{
    QVERIFY(!m_profile->outbox().append(m_log, 1, {}));
    for (quint64 first : {quint64(0), quint64(2), MaxSequence, MaxSequence + 1, ~quint64(0)})
        QCOMPARE(m_profile->outbox().append(m_log, first, {{"a", {}}}).kind(),
                 Problem::Kind::InvalidArgument);
    QVERIFY(m_profile->pending(m_log).isEmpty());
    QVERIFY(!append({{"a", {}}, {"b", {}}}));
    for (quint64 first : {1, 2, 4})
        QCOMPARE(m_profile->outbox().append(m_log, first, {{"c", {}}}).kind(),
                 Problem::Kind::InvalidArgument);
    QCOMPARE(m_profile->pending(m_log).size(), 2);
    QVERIFY(!append({{"c", {}}}));
    QCOMPARE(m_profile->pending(m_log).size(), 3);
}

void OutboxTest::logsDoNotMix()
{
    const OwnLog other = m_profile->createLog(QStringLiteral("other"));
    QVERIFY(!append({{"a", {}}, {"b", {}}}));
    QVERIFY(!m_profile->outbox().append(other, 1, {{"c", {}}}));
    QVERIFY(m_profile->outbox().withdraw(other, 1).value());
    QCOMPARE(m_profile->pending(m_log).constFirst().payload, QByteArray("a"));
    QVERIFY(m_profile->pending(other).constFirst().isWithdrawn);
    QCOMPARE(m_profile->outbox().pendingTotals(m_log).value().count, 2);
    QCOMPARE(m_profile->outbox().pendingTotals(other).value().count, 0);
}

void OutboxTest::appendIsOneTransaction()
{
    struct Counts
    {
        int commits = 0;
        int statements = 0;
    } counts;
    sqlite3 *handle = m_profile->db().handle().getHandle();
    sqlite3_commit_hook(
        handle, [](void *c) { return ++static_cast<Counts *>(c)->commits, 0; }, &counts);
    sqlite3_trace_v2(
        handle, SQLITE_TRACE_STMT,
        [](unsigned, void *c, void *, void *) { return ++static_cast<Counts *>(c)->statements, 0; },
        &counts);
    QList<NewEntry> entries;
    for (int i = 0; i < 1000; ++i)
        entries.append({bytesOf(quint64(i), 200), {}});
    QVERIFY(!append(entries));
    QCOMPARE(counts.commits, 1);
    QCOMPARE(counts.statements, 1000 + 3); // BEGIN, the log's row, COMMIT
}

void OutboxTest::pendingIsPaged()
{
    QList<NewEntry> entries;
    for (int i = 0; i < 20; ++i)
        entries.append({QByteArray(100, 'x'), {}});
    QVERIFY(!append(entries));
    Outbox outbox = m_profile->outbox();
    const auto sequences = [&](quint64 first, int count, qint64 bytes) {
        QList<quint64> found;
        const Result<QList<PendingEntry>> result = outbox.pending(m_log, first, count, bytes);
        for (const PendingEntry &entry : result.value())
            found.append(entry.sequence);
        return found;
    };
    QCOMPARE(sequences(1, 3, 100'000), (QList<quint64>{1, 2, 3}));
    QCOMPARE(sequences(4, 3, 100'000), (QList<quint64>{4, 5, 6}));
    QCOMPARE(sequences(19, 10, 100'000), (QList<quint64>{19, 20}));
    QCOMPARE(sequences(5, 10, 250), (QList<quint64>{5, 6, 7})); // about
    QCOMPARE(sequences(5, 10, 0), (QList<quint64>{5})); // at least one
    QCOMPARE(sequences(5, 0, 1000), (QList<quint64>{5}));
    QCOMPARE(sequences(5, -1, -1), (QList<quint64>{5}));
    QCOMPARE(sequences(21, 10, 1000), QList<quint64>());
    QCOMPARE(sequences(~quint64(0), 10, 1000), QList<quint64>());
}

void OutboxTest::totalsFollow()
{
    const auto totals = [&] {
        const PendingTotals found = m_profile->outbox().pendingTotals(m_log).value();
        return QPair<int, qint64>(found.count, found.bytes);
    };
    QCOMPARE(totals(), qMakePair(0, qint64(0)));
    QVERIFY(!append({{QByteArray(10, 'a'), "id"},
                     {QByteArray(20, 'b'), {}},
                     {QByteArray(), {}},
                     {QByteArray(40, 'd'), {}}}));
    QCOMPARE(totals(), qMakePair(4, qint64(70)));
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value());
    QCOMPARE(totals(), qMakePair(3, qint64(50)));
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 3)}));
    QCOMPARE(totals(), qMakePair(1, qint64(40)));
    QVERIFY(!m_profile->open());
    QCOMPARE(totals(), qMakePair(1, qint64(40)));
}

void OutboxTest::withdraw()
{
    QVERIFY(!append({{"a", "ida"}, {"b", "idb"}, {"c", "idc"}}));
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value());
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value()); // it still is
    QCOMPARE(m_profile->outbox().pendingTotals(m_log).value().count, 2);
    QVERIFY(!m_profile->open());
    const QList<PendingEntry> entries = m_profile->pending(m_log);
    QCOMPARE(entries.size(), 3);
    QVERIFY(entries.at(1).isWithdrawn);
    QCOMPARE(entries.at(1).sequence, quint64(2));
    QVERIFY(entries.at(1).payload.isEmpty() && entries.at(1).id.isEmpty());
    QCOMPARE(entries.at(2).payload, QByteArray("c"));
}

void OutboxTest::withdrawWhatIsNotThere()
{
    QVERIFY(!append({{"a", {}}, {"b", {}}}));
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 1)}));
    const int changes = m_profile->db().handle().getTotalChanges();
    for (quint64 sequence : {quint64(0), quint64(1), quint64(3), MaxSequence}) {
        const Result<bool> result = m_profile->outbox().withdraw(m_log, sequence);
        QVERIFY(result.ok());
        QVERIFY(!result.value());
    }
    QCOMPARE(m_profile->outbox().withdraw(m_log, ~quint64(0)).problem().kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(m_profile->db().handle().getTotalChanges(), changes);
}

void OutboxTest::sequencesUpToTheGreatest()
{
    // A log that was rebuilt from its head may go on from anywhere.
    m_log.nextSequence = MaxSequence - 1;
    m_log.position.nextSequence = MaxSequence - 1;
    QVERIFY(!m_profile->outbox().saveLog(m_log));
    QCOMPARE(append({{"a", {}}, {"b", {}}, {"c", {}}}).kind(), Problem::Kind::InvalidArgument);
    QVERIFY(!append({{"a", {}}, {"b", {}}}));
    QCOMPARE(append({{"c", {}}}).kind(), Problem::Kind::InvalidArgument); // the log is full
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->ownLog().nextSequence, MaxSequence + 1);
    const QList<PendingEntry> entries = m_profile->pending(m_log, MaxSequence - 1);
    QCOMPARE(entries.size(), 2);
    QCOMPARE(entries.at(1).sequence, MaxSequence);
    QCOMPARE(m_profile->pending(m_log, MaxSequence).size(), 1);
    QVERIFY(m_profile->outbox().withdraw(m_log, MaxSequence).value());
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, MaxSequence)}));
    QCOMPARE(m_profile->pages().pageHolding(m_log, MaxSequence).value()->range.count, quint64(2));
    QCOMPARE(m_profile->ownLog().position.nextSequence, MaxSequence + 1);
    QVERIFY(m_profile->pending(m_log).isEmpty());
}

void OutboxTest::idsThatAreTooLong()
{
    QCOMPARE(append({{"a", {}}, {"b", QByteArray(65, 'i')}}).kind(),
             Problem::Kind::InvalidArgument);
    QVERIFY(m_profile->pending(m_log).isEmpty());
    QCOMPARE(m_profile->ownLog().nextSequence, quint64(1));
}

QTEST_GUILESS_MAIN(OutboxTest)
#include "tst_outbox.moc"
