// SPDX-License-Identifier: MIT
#include "engine/writing/auditor.h"
#include "logandstores.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// What an audit asks stores, puts back and counts.
class AuditorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aSilentStoreIsGivenUpAtOnce();
    void whatIsSaidToBeThereIsAskedFor();
    void aStoreThatWasGivenNothingHasNothing();
    void whatIsMissingComesInPieces();
    void aNewerHeadStays();
    void aHeadIsPutBackAsHead();
    void aStoreThatRestsIsLeftAlone();
    void whatIsHeardIsTheStoresHealth_data();
    void whatIsHeardIsTheStoresHealth();

private:
    void audit();

    std::unique_ptr<LogAndStores> m_own;
    std::optional<Result<Audit>> m_audit;
};

void AuditorTest::init()
{
    m_own.reset();
    m_own = std::make_unique<LogAndStores>();
}

void AuditorTest::audit()
{
    m_audit.reset();
    const Reply<Result<Audit>> reply;
    reply.future().then(this, [this](const Result<Audit> &audit) { m_audit = audit; });
    new Auditor(m_own->log, *m_own->context, reply, this);
}

void AuditorTest::aSilentStoreIsGivenUpAtOnce()
{
    m_own->use({First, Second});
    m_own->addPages(300, 100);
    for (const QUrl &url : {First, Second})
        m_own->place({300, m_own->log.position.tail}, url);
    audit();
    QTRY_COMPARE(store(Second)->questions.size(), 1);
    QCOMPARE(store(First)->questions.size(), 1);
    const auto isDone = [this] {
        if (!store(Second)->questions.isEmpty())
            store(Second)->answerExists(QList<bool>(store(Second)->questions.first().size(), true));
        return m_audit.has_value();
    };
    QVERIFY(QTest::qWaitFor(isDone, 60'000));
    QCOMPARE(m_audit->value().blocks(), 600);
    QCOMPARE(m_audit->value().checked(), 300);
    QCOMPARE(m_audit->value().failed(), 300);
    QCOMPARE(store(First)->questions.size(), 1);
}

void AuditorTest::whatIsSaidToBeThereIsAskedFor()
{
    m_own->addPages(10, 100);
    m_own->place({4, {}});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 4);
    store()->answerExists(QList<bool>{true, false, true, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    store()->answerPut({});
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_audit->value().checked(), 4);
    QCOMPARE(m_audit->value().restored(), 1);
    // What it was not given yet.
    QCOMPARE(m_audit->value().blocks(), 10);
    QCOMPARE(m_audit->value().failed(), 6);
}

void AuditorTest::aStoreThatWasGivenNothingHasNothing()
{
    m_own->addPages(3, 100, 1);
    audit();
    QTRY_VERIFY(m_audit);
    QVERIFY(store()->questions.isEmpty());
    QCOMPARE(m_audit->value().blocks(), 6);
    QCOMPARE(m_audit->value().checked(), 0);
    QCOMPARE(m_audit->value().failed(), 6);
}

// Also in the middle of what is there: the store is on its way to the next one.
void AuditorTest::aHeadIsPutBackAsHead()
{
    m_own->addPages(5, 100, 1);
    const QByteArray head = m_own->blocks().at(5).block.address(); // of the third page
    m_own->place({4, head});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 8);
    store()->answerExists(QList<bool>{true, false, true, true, true, false, false, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 2);
    QVERIFY(store()->puts.first().head().isNull());
    QVERIFY(!store()->puts.first().completesTree());
    store()->answerPut({});
    // When it has everything else.
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    QCOMPARE(store()->puts.first().blocks().first().address(), head);
    QCOMPARE(store()->puts.first().head(), head);
    QVERIFY(store()->puts.first().completesTree());
    store()->answerPut({});
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_audit->value().checked(), 8);
    QCOMPARE(m_audit->value().restored(), 3);
    QCOMPARE(m_audit->value().failed(), 2);
    QVERIFY(store()->puts.isEmpty());
}

void AuditorTest::whatIsMissingComesInPieces()
{
    m_own->addPages(20, 500'000);
    m_own->place({20, m_own->log.position.tail});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 20);
    store()->answerExists(QList<bool>(20, false));
    qsizetype restored = 0;
    while (restored < 19) {
        QTRY_COMPARE(store()->puts.size(), 1);
        qint64 bytes = 0;
        for (const Block &block : store()->puts.first().blocks())
            bytes += block.bytes().size();
        QVERIFY2(bytes <= 8 * 1024 * 1024, qPrintable(QString::number(bytes)));
        restored += store()->puts.first().blocks().size();
        store()->answerPut({});
    }
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().head(), m_own->log.position.tail);
    store()->answerPut({});
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_audit->value().restored(), 20);
    QCOMPARE(m_audit->value().failed(), 0);
    QVERIFY(store()->questions.isEmpty());
}

// An upload went on meanwhile.
void AuditorTest::aNewerHeadStays()
{
    m_own->addPages(2, 100);
    const QByteArray before = m_own->log.position.tail;
    m_own->place({2, before});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    m_own->addPages(1, 100);
    m_own->place({3, m_own->log.position.tail});
    store()->answerExists(QList<bool>{true, false});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().first().address(), before);
    QVERIFY(store()->puts.first().head().isNull());
    QVERIFY(!store()->puts.first().completesTree());
    store()->answerPut({});
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_audit->value().restored(), 1);
}

void AuditorTest::aStoreThatRestsIsLeftAlone()
{
    m_own->addPages(4, 100);
    m_own->place({4, {}});
    m_own->helper()->heed(Refused.withRetryAfter(std::chrono::hours(1)));
    audit();
    QTRY_VERIFY(m_audit);
    QVERIFY(store()->questions.isEmpty());
    QCOMPARE(m_audit->value().checked(), 0);
    QCOMPARE(m_audit->value().failed(), 4);
}

void AuditorTest::whatIsHeardIsTheStoresHealth_data()
{
    QTest::addColumn<bool>("isPut");
    QTest::newRow("asked what it has") << false;
    QTest::newRow("given what it lacks") << true;
}

void AuditorTest::whatIsHeardIsTheStoresHealth()
{
    QFETCH(bool, isPut);
    const Problem busy = Refused.withRetryAfter(std::chrono::hours(1));
    m_own->addPages(4, 100);
    m_own->place({4, {}});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    if (isPut) {
        QVERIFY(m_own->helpers->statuses().first().lastSuccess().isNull());
        store()->answerExists(QList<bool>{true, false, true, true});
        QTRY_COMPARE(store()->puts.size(), 1);
        QVERIFY(!m_own->helpers->statuses().first().lastSuccess().isNull());
        store()->answerPut(busy);
    } else {
        store()->answerExists(busy);
    }
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_own->helpers->statuses().first().problem().retryAfter(), busy.retryAfter());
    const Helper *helper = m_own->helper();
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Read)); // it asks for that
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Write));
}

QTEST_GUILESS_MAIN(AuditorTest)
#include "tst_auditor.moc"
