// SPDX-License-Identifier: MIT
// A row that is damaged inside a database that is not: the others are not harmed.
#include "testprofile.h"

#include "log/history.h"

#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

using namespace RemoteLog;

class DamagedRowsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void ownLogIsLeftOut_data();
    void ownLogIsLeftOut();
    void ownLogWithoutIdentityMakesNewOnesResolve();
    void followedLogIsLeftOut_data();
    void followedLogIsLeftOut();
    void followedLogBeginsAnew_data();
    void followedLogBeginsAnew();
    void whatWasCommittedIsNotKeptAgain();
    void positionThatCannotBeRight();
    void damageOfAnotherLinkIsNotTouched();
    void pendingEndsBeforeADamagedRow_data();
    void pendingEndsBeforeADamagedRow();
    void pendingEndsBeforeAMissingRow();

private:
    void execute(const QByteArray &sql)
    {
        QVERIFY(m_profile->db().handle().exec(sql.constData()) > 0);
    }
    int count(const char *table)
    {
        return m_profile->db()
            .handle()
            .execAndGet(std::string("SELECT count(*) FROM ") + table)
            .getInt();
    }
    Result<OwnLog> createAgain()
    {
        return m_profile->outbox().createLog(
            m_log.label, m_profile->master.logKeys(m_log.label).publicKey, false);
    }
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log; // the first of two, as the followed one is
    FollowedLog m_followed;
};

void DamagedRowsTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
    QVERIFY(m_profile->createLog(QStringLiteral("other")).id > 0);
    QVERIFY(!m_profile->outbox().append(m_log, 1, {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}}));

    m_followed = m_profile->inbox().createLog(linkTo(QStringLiteral("alice"))).value();
    QVERIFY(m_profile->inbox().createLog(linkTo(QStringLiteral("bob"))).ok());
    m_followed.cursor = 30;
    m_followed.history = bytesOf(30, 32);
    m_followed.record = bytesOf(2, 700);
    m_followed.recordNumber = 7;
    m_followed.lastSequence = 40;
    m_followed.isHeadRead = true;
    QVERIFY(!m_profile->inbox().receive(m_followed, {{1, 20, "first"}, {21, 30, "second"}}));
    m_followed.position = 20;
    QVERIFY(m_profile->inbox().commit(m_followed).ok());
}

void DamagedRowsTest::ownLogIsLeftOut_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<bool>("isNobodys"); // for all that can be told without knowing its label
    QTest::newRow("the label") << QByteArray("label = zeroblob(60)") << false;
    QTest::newRow("text for a label") << QByteArray("label = 'text'") << false;
    QTest::newRow("the history") << QByteArray("history = zeroblob(73)") << false;
    QTest::newRow("what the history is bound to") << QByteArray("cut_sequence = 3") << false;
    QTest::newRow("the key") << QByteArray("public_key = zeroblob(32)") << true;
    QTest::newRow("a short key") << QByteArray("public_key = x'01'") << true;
    QTest::newRow("a number for a key") << QByteArray("public_key = 7") << true;
    QTest::newRow("key and label") << QByteArray("public_key = x'01', label = x'02'") << true;
    QTest::newRow("label and history") << QByteArray("label = x'01', history = x''") << true;
    QTest::newRow("a negative number") << QByteArray("record_number = -1") << false;
    QTest::newRow("text for a number") << QByteArray("last_sequence = 'x'") << false;
}

void DamagedRowsTest::ownLogIsLeftOut()
{
    QFETCH(QByteArray, change);
    execute("UPDATE own_logs SET " + change + " WHERE id = 1");
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    const Readable<OwnLog> logs = m_profile->outbox().logs().value();
    QCOMPARE(logs.rows.size(), 1);
    QCOMPARE(logs.rows.constFirst().label, QStringLiteral("other"));
    QCOMPARE(logs.damage.kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(logs.damage.detail().contains(QStringLiteral("own logs")));
    QVERIFY(!logs.damage.detail().contains(m_log.label));
    QVERIFY(!m_profile->outbox().append(logs.rows.constFirst(), 1, {{"payload", {}}}));
    // Its sequences are never given away again.
    QCOMPARE(createAgain().problem().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(count("own_logs"), 2);
    const OwnLog fresh = m_profile->createLog(QStringLiteral("fresh"));
    QVERIFY(fresh.id > 0);
    QTEST(fresh.mustResolve, "isNobodys");
}

void DamagedRowsTest::ownLogWithoutIdentityMakesNewOnesResolve()
{
    execute("UPDATE own_logs SET public_key = x'01', label = x'02', history = x'03' WHERE id = 1");
    QVERIFY(!m_profile->open());
    QVERIFY(createAgain().value().mustResolve);
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->ownLog(1).label, m_log.label);
    QVERIFY(m_profile->ownLog(1).mustResolve);
}

void DamagedRowsTest::followedLogIsLeftOut_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::newRow("the link") << QByteArray("link = zeroblob(100)");
    QTest::newRow("a number for a link") << QByteArray("link = 7");
    QTest::newRow("the history") << QByteArray("history = zeroblob(73)");
    QTest::newRow("the cursor, to which the history is bound") << QByteArray("cursor = cursor + 1");
    QTest::newRow("another log's link")
        << QByteArray("link = (SELECT link FROM followed_logs WHERE id = 2)");
    QTest::newRow("a negative number") << QByteArray("position = -1");
    QTest::newRow("text for a number") << QByteArray("position = 'x'");
}

void DamagedRowsTest::followedLogIsLeftOut()
{
    QFETCH(QByteArray, change);
    execute("UPDATE followed_logs SET " + change + " WHERE id = 1");
    const Readable<FollowedLog> logs = m_profile->inbox().logs().value();
    QCOMPARE(logs.rows.size(), 1);
    QCOMPARE(logs.rows.constFirst().link, linkTo(QStringLiteral("bob")));
    QCOMPARE(logs.damage.kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(logs.damage.detail().contains(QStringLiteral("followed logs")));
    QVERIFY(!m_profile->inbox().saveLog(logs.rows.constFirst()));
    QVERIFY(m_profile->inbox().createLog(m_followed.link).ok());
    QVERIFY(m_profile->inbox().createLog(m_followed.link).problem());
}

void DamagedRowsTest::followedLogBeginsAnew_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::addColumn<quint64>("position");
    QTest::addColumn<quint64>("recordNumber");
    QTest::newRow("the link") << QByteArray("link = zeroblob(100)") << quint64(20) << quint64(7);
    QTest::newRow("the history") << QByteArray("history = x''") << quint64(20) << quint64(7);
    QTest::newRow("the cursor") << QByteArray("cursor = -3") << quint64(20) << quint64(7);
    QTest::newRow("the position") << QByteArray("position = 'x'") << quint64(0) << quint64(7);
    QTest::newRow("the record") << QByteArray("record_number = -1") << quint64(20) << quint64(0);
    // Nothing tells whose it was: a new log like any other.
    QTest::newRow("link and history")
        << QByteArray("link = x'', history = x''") << quint64(0) << quint64(0);
}

void DamagedRowsTest::followedLogBeginsAnew()
{
    QFETCH(QByteArray, change);
    execute("UPDATE followed_logs SET " + change + " WHERE id = 1");
    const FollowedLog log = m_profile->inbox().createLog(m_followed.link).value();
    QVERIFY(!m_profile->open());
    const FollowedLog saved = m_profile->followedLog(1);
    QCOMPARE(saved.id, log.id);
    QCOMPARE(saved.link, m_followed.link);
    QTEST(saved.position, "position");
    QTEST(saved.recordNumber, "recordNumber");
    QCOMPARE(saved.cursor, quint64(0));
    QCOMPARE(saved.history, initialHistory());
    QVERIFY(!saved.isHeadRead);
    QVERIFY(!m_profile->inbox().pageAfter(saved, 20).value());
    const bool isTakenOver = count("followed_logs") == 2;
    QCOMPARE(isTakenOver, !m_profile->inbox().logs().value().damage);
    QCOMPARE(count("inbox_pages"), isTakenOver ? 0 : 1);
    QCOMPARE(saved.lastSequence, quint64(isTakenOver ? 40 : 0));
}

void DamagedRowsTest::whatWasCommittedIsNotKeptAgain()
{
    execute("UPDATE followed_logs SET history = x'' WHERE id = 1");
    FollowedLog log = m_profile->inbox().createLog(m_followed.link).value();
    for (quint64 sequence : {5, 15, 25})
        QVERIFY(!m_profile->inbox().receiveContent(log, sequence, addressOf(sequence), "content"));
    log.cursor = 20;
    QVERIFY(!m_profile->inbox().receive(log, {{1, 10, "a"}, {11, 20, "b"}}));
    QCOMPARE(m_profile->inbox().waitingBytes(log).value(), qint64(7)); // the content of 25
    log.cursor = 30;
    QVERIFY(!m_profile->inbox().receive(log, {{11, 30, "c"}}));
    QCOMPARE(m_profile->inbox().pageAfter(log, log.position).value()->block, QByteArray("c"));
    QCOMPARE(m_profile->inbox().content(log, addressOf(25)).value(), QByteArray("content"));
}

void DamagedRowsTest::positionThatCannotBeRight()
{
    execute("UPDATE followed_logs SET history = x'', position = 41 WHERE id = 1");
    QCOMPARE(m_profile->inbox().createLog(m_followed.link).value().position, quint64(0));
}

void DamagedRowsTest::damageOfAnotherLinkIsNotTouched()
{
    execute("UPDATE followed_logs SET history = x'' WHERE id = 1");
    const FollowedLog log = m_profile->inbox().createLog(linkTo(QStringLiteral("eve"))).value();
    QCOMPARE(log.position, quint64(0));
    QCOMPARE(count("followed_logs"), 3);
    QCOMPARE(m_profile->inbox().createLog(m_followed.link).value().position, quint64(20));
}

void DamagedRowsTest::pendingEndsBeforeADamagedRow_data()
{
    QTest::addColumn<QByteArray>("change");
    QTest::newRow("other bytes") << QByteArray("sealed = zeroblob(60)");
    QTest::newRow("empty") << QByteArray("sealed = x''");
    QTest::newRow("text") << QByteArray("sealed = 'text'");
    QTest::newRow("another entry's")
        << QByteArray("sealed = (SELECT sealed FROM pending WHERE sequence = 1)");
}

void DamagedRowsTest::pendingEndsBeforeADamagedRow()
{
    QFETCH(QByteArray, change);
    execute("UPDATE pending SET " + change + " WHERE sequence = 3");
    Outbox outbox = m_profile->outbox();
    const auto read = [&](quint64 first) { return outbox.pending(m_log, first, 10, 1000); };
    const QList<PendingEntry> entries = read(1).value();
    QCOMPARE(entries.size(), 2);
    QCOMPARE(entries.constLast().payload, QByteArray("b"));
    QCOMPARE(read(3).problem().kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(read(3).problem().detail().contains(u'3'));
    QCOMPARE(read(4).value().size(), 1);
    // The way out.
    QVERIFY(outbox.withdraw(m_log, 3).value());
    QCOMPARE(read(1).value().size(), 4);
    QVERIFY(read(3).value().constFirst().isWithdrawn);
}

void DamagedRowsTest::pendingEndsBeforeAMissingRow()
{
    execute("DELETE FROM pending WHERE sequence = 2");
    Outbox outbox = m_profile->outbox();
    QCOMPARE(outbox.pending(m_log, 1, 10, 1000).value().size(), 1);
    // The next one is not taken for it.
    QCOMPARE(outbox.pending(m_log, 2, 10, 1000).problem().kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 1)}));
    QCOMPARE(outbox.pending(m_log, 1, 10, 1000).problem().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(outbox.pending(m_log, 3, 10, 1000).value().size(), 2);
}

QTEST_GUILESS_MAIN(DamagedRowsTest)
#include "tst_damagedrows.moc"
