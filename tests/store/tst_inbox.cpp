// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include "log/block.h"
#include "log/history.h"

#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

using namespace RemoteLog;

class InboxTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void newLog();
    void everyFieldOfALogSurvives();
    void knownWithoutTheKey();
    void knownWithoutTheKeyOnceSaved();
    void linksAreUniqueByNameAndKey();
    void numbersNeverGoBack();
    void receiveIsOneTransaction();
    void failedReceiveChangesNothing();
    void pageAfter_data();
    void pageAfter();
    void commitForgetsExactlyWhatIsCommitted_data();
    void commitForgetsExactlyWhatIsCommitted();
    void contentsComeBack();
    void contentsOfUnclaimedEntriesSurvive();
    void sameContentOfTwoEntries();
    void waitingBytes();
    void sequencesUpToTheGreatest();
    void removedLogsAreGone();

private:
    Problem receive(quint64 first, quint64 last)
    {
        m_log.cursor = qMax(m_log.cursor, last);
        m_log.history = bytesOf(last, 32);
        return m_profile->inbox().receive(m_log, {{first, last, bytesOf(last, 500)}});
    }
    int count(const char *table)
    {
        return m_profile->db()
            .handle()
            .execAndGet(std::string("SELECT count(*) FROM ") + table)
            .getInt();
    }
    std::unique_ptr<TestProfile> m_profile;
    FollowedLog m_log;
};

void InboxTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    const Result<FollowedLog> log = m_profile->inbox().createLog(linkTo(QStringLiteral("alice")));
    QVERIFY(log.ok());
    m_log = log.value();
}

static void compareLogs(const FollowedLog &a, const FollowedLog &b)
{
    QCOMPARE(a.id, b.id);
    QCOMPARE(a.link.toUrl(), b.link.toUrl());
    QCOMPARE(a.position, b.position);
    QCOMPARE(a.cursor, b.cursor);
    QCOMPARE(a.history, b.history);
    QCOMPARE(a.record, b.record);
    QCOMPARE(a.recordNumber, b.recordNumber);
    QCOMPARE(a.lastSequence, b.lastSequence);
    QCOMPARE(a.isHeadRead, b.isHeadRead);
}

void InboxTest::newLog()
{
    QVERIFY(m_log.id > 0);
    QCOMPARE(m_log.position, quint64(0));
    QCOMPARE(m_log.cursor, quint64(0));
    QCOMPARE(m_log.history, initialHistory());
    QVERIFY(m_log.record.isEmpty());
    compareLogs(m_profile->followedLog(), m_log);
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->followedLog(), m_log);
}

void InboxTest::everyFieldOfALogSurvives()
{
    FollowedLog log = m_log;
    log.link = linkTo(QStringLiteral("alice"),
                      {QUrl(QStringLiteral("gateway+https://gateway.example.org/"))});
    QCOMPARE(log.link.hints().size(), 1);
    log.position = 3;
    log.cursor = 5;
    log.history = bytesOf(1, 32);
    log.record = bytesOf(2, 10'240);
    log.recordNumber = 7;
    log.lastSequence = MaxSequence;
    log.isHeadRead = true;
    QVERIFY(!m_profile->inbox().saveLog(log));
    compareLogs(m_profile->followedLog(), log);
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->followedLog(), log);
}

void InboxTest::knownWithoutTheKey()
{
    FollowedLog log = m_log;
    log.position = 3;
    log.record = bytesOf(2, 300);
    log.recordNumber = 7;
    log.lastSequence = 9;
    QVERIFY(!m_profile->inbox().saveLog(log));
    m_profile->close();
    const Database::Opened locked = Database::open(m_profile->directory());
    QVERIFY(locked.database && !locked.database->isUnlocked());
    Inbox inbox(*locked.database);
    const LogLink withHints = linkTo(
        QStringLiteral("alice"), {QUrl(QStringLiteral("gateway+https://gateway.example.org/"))});
    for (const LogLink &link : {m_log.link, withHints}) {
        const auto known = inbox.unsealedLog(link);
        QVERIFY(known.ok() && known.value());
        QVERIFY(known.value()->link == link);
        QCOMPARE(known.value()->position, 3u);
        QCOMPARE(known.value()->record, log.record);
        QCOMPARE(known.value()->recordNumber, 7u);
        QCOMPARE(known.value()->lastSequence, 9u);
    }
    const auto stranger = inbox.unsealedLog(linkTo(QStringLiteral("bob")));
    QVERIFY(stranger.ok() && !stranger.value());
}

// A row that version 1 of the database wrote.
void InboxTest::knownWithoutTheKeyOnceSaved()
{
    m_profile->db().handle().exec("UPDATE followed_logs SET identity = NULL");
    const auto before = m_profile->inbox().unsealedLog(m_log.link);
    QVERIFY(before.ok() && !before.value());
    QVERIFY(!m_profile->inbox().saveLog(m_log));
    const auto after = m_profile->inbox().unsealedLog(m_log.link);
    QVERIFY(after.ok() && after.value());
}

void InboxTest::linksAreUniqueByNameAndKey()
{
    QCOMPARE(m_profile->inbox().createLog(LogLink()).problem().kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(m_profile->inbox().createLog(m_log.link).problem().kind(),
             Problem::Kind::InvalidArgument);
    // The right name and a forged key do not block the true link.
    QUrl url = m_log.link.toUrl();
    url.setFragment(linkTo(QStringLiteral("mallory")).toUrl().fragment());
    const Result<LogLink> forged = LogLink::fromUrl(url);
    QVERIFY(forged.ok());
    QVERIFY(m_profile->inbox().createLog(forged.value()).ok());
    QVERIFY(m_profile->inbox().createLog(linkTo(QStringLiteral("bob"))).ok());
    QCOMPARE(m_profile->inbox().logs().value().rows.size(), 3);
    FollowedLog null = m_log;
    null.link = LogLink();
    QCOMPARE(m_profile->inbox().saveLog(null).kind(), Problem::Kind::InvalidArgument);
}

void InboxTest::numbersNeverGoBack()
{
    m_log.position = 5;
    m_log.cursor = 9;
    m_log.recordNumber = 4;
    QVERIFY(!m_profile->inbox().saveLog(m_log));
    FollowedLog log = m_log;
    log.recordNumber = 3;
    QCOMPARE(m_profile->inbox().saveLog(log).kind(), Problem::Kind::InvalidArgument);
    log = m_log;
    log.position = 4;
    QCOMPARE(m_profile->inbox().saveLog(log).kind(), Problem::Kind::InvalidArgument);
    log = m_log;
    log.lastSequence = MaxSequence + 1;
    QCOMPARE(m_profile->inbox().saveLog(log).kind(), Problem::Kind::InvalidArgument);
    compareLogs(m_profile->followedLog(), m_log);
}

void InboxTest::receiveIsOneTransaction()
{
    int commits = 0;
    sqlite3_commit_hook(
        m_profile->db().handle().getHandle(), [](void *c) { return ++*static_cast<int *>(c), 0; },
        &commits);
    m_log.cursor = 30;
    m_log.history = bytesOf(30, 32);
    QVERIFY(!m_profile->inbox().receive(m_log, {{1, 10, "a"}, {11, 20, "b"}, {21, 30, "c"}}));
    QCOMPARE(commits, 1);
    m_log.position = 20;
    QVERIFY(m_profile->inbox().commit(m_log).ok());
    QCOMPARE(commits, 2);
    m_profile->crash();
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->followedLog(), m_log);
    QCOMPARE(m_profile->inbox().pageAfter(m_log, 20).value()->block, QByteArray("c"));
}

void InboxTest::failedReceiveChangesNothing()
{
    const FollowedLog before = m_log;
    m_log.cursor = 30;
    for (const ReceivedPage &bad :
         {ReceivedPage{0, 5, "x"}, ReceivedPage{6, 5, "x"}, ReceivedPage{11, 20, {}},
          ReceivedPage{11, MaxSequence + 1, "x"}})
        QCOMPARE(m_profile->inbox().receive(m_log, {{1, 10, "a"}, bad}).kind(),
                 Problem::Kind::InvalidArgument);
    compareLogs(m_profile->followedLog(), before);
    QCOMPARE(count("inbox_pages"), 0);
}

void InboxTest::pageAfter_data()
{
    QTest::addColumn<quint64>("sequence");
    QTest::addColumn<quint64>("first"); // 0: none
    QTest::addColumn<quint64>("last");
    // Pages 1..10, 5..20 (a later compaction), 21..30, 25..28 inside it, and 31..40 beyond the
    // cursor.
    QTest::newRow("the beginning") << quint64(0) << quint64(1) << quint64(10);
    QTest::newRow("inside") << quint64(5) << quint64(1) << quint64(10);
    QTest::newRow("the last but one") << quint64(9) << quint64(1) << quint64(10);
    QTest::newRow("the end of a page") << quint64(10) << quint64(5) << quint64(20);
    QTest::newRow("the next page") << quint64(20) << quint64(21) << quint64(30);
    QTest::newRow("a page inside another") << quint64(24) << quint64(21) << quint64(30);
    QTest::newRow("before the cursor") << quint64(29) << quint64(21) << quint64(30);
    QTest::newRow("the cursor") << quint64(30) << quint64(0) << quint64(0);
    QTest::newRow("beyond the cursor") << quint64(35) << quint64(0) << quint64(0);
    QTest::newRow("beyond everything") << ~quint64(0) << quint64(0) << quint64(0);
}

void InboxTest::pageAfter()
{
    QFETCH(quint64, sequence);
    QFETCH(quint64, first);
    QFETCH(quint64, last);
    m_log.cursor = 30;
    QVERIFY(!m_profile->inbox().receive(
        m_log, {{1, 10, "a"}, {5, 20, "b"}, {25, 28, "d"}, {21, 30, "c"}, {31, 40, "e"}}));
    const auto page = m_profile->inbox().pageAfter(m_log, sequence).value();
    QCOMPARE(page.has_value(), first != 0);
    if (page) {
        QCOMPARE(page->first, first);
        QCOMPARE(page->last, last);
    }
}

void InboxTest::commitForgetsExactlyWhatIsCommitted_data()
{
    QTest::addColumn<quint64>("position");
    QTest::addColumn<int>("pages");
    QTest::addColumn<int>("contents");
    QTest::newRow("0") << quint64(0) << 3 << 3;
    QTest::newRow("1") << quint64(1) << 3 << 3;
    QTest::newRow("4") << quint64(4) << 3 << 3;
    QTest::newRow("5") << quint64(5) << 3 << 2;
    QTest::newRow("9") << quint64(9) << 3 << 2;
    QTest::newRow("10") << quint64(10) << 2 << 1;
    QTest::newRow("11") << quint64(11) << 2 << 1;
    QTest::newRow("29") << quint64(29) << 1 << 0;
    QTest::newRow("30") << quint64(30) << 0 << 0;
}

void InboxTest::commitForgetsExactlyWhatIsCommitted()
{
    QFETCH(quint64, position);
    FollowedLog other = m_profile->inbox().createLog(linkTo(QStringLiteral("bob"))).value();
    other.cursor = 10;
    QVERIFY(!m_profile->inbox().receive(other, {{1, 10, "other"}}));
    for (quint64 sequence : {5, 10, 25})
        QVERIFY(
            !m_profile->inbox().receiveContent(m_log, sequence, addressOf(sequence), "content"));
    QVERIFY(!receive(1, 10) && !receive(11, 20) && !receive(21, 30));
    m_log.position = position;
    QVERIFY(m_profile->inbox().commit(m_log).ok());
    QVERIFY(!m_profile->open());
    QTEST(count("inbox_pages") - 1, "pages");
    QTEST(count("inbox_contents"), "contents");
    QCOMPARE(m_profile->followedLog().position, position);
    if (position < 30)
        QVERIFY(m_profile->inbox().pageAfter(m_log, position).value()->first <= position + 1);
    QVERIFY(m_profile->inbox().pageAfter(other, 0).value());
}

void InboxTest::contentsComeBack()
{
    const QByteArray block = bytesOf(1, MaxBlockSize);
    QVERIFY(m_profile->inbox().content(m_log, addressOf(1)).value().isNull());
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 3, addressOf(1), block));
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 3, addressOf(1), block)); // fetched once more
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->inbox().content(m_log, addressOf(1)).value(), block);
    QCOMPARE(count("inbox_contents"), 1);
    const FollowedLog other = m_profile->inbox().createLog(linkTo(QStringLiteral("bob"))).value();
    QVERIFY(m_profile->inbox().content(other, addressOf(1)).value().isNull());
    QCOMPARE(m_profile->inbox().receiveContent(m_log, ~quint64(0), addressOf(2), "x").kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(m_profile->inbox().receiveContent(m_log, 4, addressOf(2), {}).kind(),
             Problem::Kind::InvalidArgument);
}

void InboxTest::contentsOfUnclaimedEntriesSurvive()
{
    QVERIFY(!receive(1, 10));
    for (quint64 sequence : {8, 12, 15})
        QVERIFY(
            !m_profile->inbox().receiveContent(m_log, sequence, addressOf(sequence), "content"));
    m_profile->crash();
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->inbox().content(m_log, addressOf(12)).value(), QByteArray("content"));
    QVERIFY(!m_profile->inbox().dropContents(m_log)); // they turned out wrong
    QVERIFY(m_profile->inbox().content(m_log, addressOf(12)).value().isNull());
    QVERIFY(m_profile->inbox().content(m_log, addressOf(15)).value().isNull());
    QCOMPARE(m_profile->inbox().content(m_log, addressOf(8)).value(), QByteArray("content"));
}

void InboxTest::sameContentOfTwoEntries()
{
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 3, addressOf(1), "content"));
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 7, addressOf(1), "content"));
    QVERIFY(!receive(1, 10));
    m_log.position = 5;
    QVERIFY(m_profile->inbox().commit(m_log).ok());
    QCOMPARE(m_profile->inbox().content(m_log, addressOf(1)).value(), QByteArray("content"));
}

void InboxTest::waitingBytes()
{
    QCOMPARE(m_profile->inbox().waitingBytes(m_log).value(), qint64(0));
    QVERIFY(!receive(1, 10) && !receive(11, 20));
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 25, addressOf(1), bytesOf(1, 100'000)));
    QCOMPARE(m_profile->inbox().waitingBytes(m_log).value(), qint64(101'000));
    m_log.position = 10;
    QCOMPARE(m_profile->inbox().commit(m_log).value(), qint64(500));
    QCOMPARE(m_profile->inbox().waitingBytes(m_log).value(), qint64(100'500));
}

void InboxTest::sequencesUpToTheGreatest()
{
    QVERIFY(!receive(1, MaxSequence));
    QVERIFY(!m_profile->inbox().receiveContent(m_log, MaxSequence, addressOf(1), "content"));
    QVERIFY(!m_profile->open());
    compareLogs(m_profile->followedLog(), m_log);
    QCOMPARE(m_profile->inbox().pageAfter(m_log, MaxSequence - 1).value()->last, MaxSequence);
    QVERIFY(!m_profile->inbox().pageAfter(m_log, MaxSequence).value());
    m_log.position = MaxSequence;
    QVERIFY(m_profile->inbox().commit(m_log).ok());
    QCOMPARE(count("inbox_pages") + count("inbox_contents"), 0);
    QCOMPARE(m_profile->followedLog().position, MaxSequence);
}

void InboxTest::removedLogsAreGone()
{
    FollowedLog other = m_profile->inbox().createLog(linkTo(QStringLiteral("bob"))).value();
    other.cursor = 10;
    QVERIFY(!m_profile->inbox().receive(other, {{1, 10, "other"}}));
    QVERIFY(!receive(1, 10));
    QVERIFY(!m_profile->inbox().receiveContent(m_log, 5, addressOf(1), "content"));
    QVERIFY(!m_profile->inbox().removeLog(m_log));
    QCOMPARE(m_profile->inbox().logs().value().rows.size(), 1);
    QCOMPARE(count("inbox_pages"), 1);
    QCOMPARE(count("inbox_contents"), 0);
    QCOMPARE(m_profile->inbox().receive(m_log, {{11, 20, "late"}}).kind(),
             Problem::Kind::InvalidArgument);
    QVERIFY(m_profile->inbox().createLog(m_log.link).ok());
}

QTEST_GUILESS_MAIN(InboxTest)
#include "tst_inbox.moc"
