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
    QCOMPARE(m_audit->value().blocks(), 4);
    QCOMPARE(m_audit->value().restored(), 1);
    QCOMPARE(m_audit->value().failed(), 0);
}

// Also in the middle of what is there: the store is on its way to the next one.
void AuditorTest::aHeadIsPutBackAsHead()
{
    m_own->addPages(5, 100, 1);
    const QByteArray head = m_own->blocks().at(5).block.address(); // of the third page
    m_own->place({4, head});
    audit();
    QCOMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 6);
    store()->answerExists(QList<bool>{true, false, true, true, true, false});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 2);
    QCOMPARE(store()->puts.first().head(), head);
    QVERIFY(store()->puts.first().completesTree());
    store()->answerPut({});
    QTRY_COMPARE(store()->questions.size(), 1);
    QCOMPARE(store()->questions.first().size(), 2);
    store()->answerExists(QList<bool>{false, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    QVERIFY(store()->puts.first().head().isNull());
    QVERIFY(!store()->puts.first().completesTree());
    store()->answerPut({});
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_audit->value().blocks(), 8);
    QCOMPARE(m_audit->value().restored(), 3);
    QCOMPARE(m_audit->value().failed(), 0);
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
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Read));
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Write));
}

QTEST_GUILESS_MAIN(AuditorTest)
#include "tst_auditor.moc"
