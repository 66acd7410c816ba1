// SPDX-License-Identifier: MIT
#include "engine/writing/auditor.h"
#include "engine/writing/uploader.h"
#include "scriptedstore.h"
#include "testprofile.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QUrl First(QStringLiteral("scripted://first"));
const QUrl Second(QStringLiteral("scripted://second"));
const Problem Refused(Problem::Kind::WillRetry, QStringLiteral("refused"));

ScriptedStore *store(const QUrl &url = First)
{
    return ScriptedStore::at(url);
}

} // namespace

// How blocks come to a store that is slow, hangs, or is another one than before, and what an audit
// makes of it, with time limits of a few milliseconds.
class UploaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void lateSuccessCountsAndLessFollows();
    void whatHangsIsAbortedOnceAndNeverDoubled();
    void whatIgnoresAbortIsLeftBehind();
    void previousHeadIsWhatTheStoreWasGiven();
    void aStoreThatLostAllGetsAllAgain();
    void nothingAfterStop();
    void auditGivesUpASilentStoreAtOnce();
    void auditAsksForWhatIsSaidToBeThere();
    void auditLeavesAStoreThatRestsAlone();
    void whatAnAuditHearsIsTheStoresHealth_data();
    void whatAnAuditHearsIsTheStoresHealth();

private:
    void use(const QList<QUrl> &urls);
    void addPages(int count, int blockSize);
    void start();
    Placement placement(const QUrl &url = First);
    void audit();

    Timing m_timing;
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
    std::unique_ptr<Outbox> m_outbox;
    std::unique_ptr<OwnPages> m_pages;
    std::unique_ptr<HelperSet> m_helpers;
    std::unique_ptr<BlockFetcher> m_fetcher;
    std::unique_ptr<PublisherContext> m_context;
    std::unique_ptr<Uploader> m_uploader;
    std::optional<Result<Audit>> m_audit;
};

void UploaderTest::init()
{
    m_uploader.reset();
    m_context.reset();
    m_fetcher.reset();
    m_helpers.reset();
    m_audit.reset();
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
    m_log = m_profile->createLog();
    m_outbox = std::make_unique<Outbox>(m_profile->db());
    m_pages = std::make_unique<OwnPages>(m_profile->db());
    m_timing = Timing();
    m_timing.callLimit = std::chrono::milliseconds(1500);
    m_timing.minimumRate = 1024 * 1024 * 1024;
    m_timing.retryFirst = std::chrono::milliseconds(20);
    m_timing.retryMost = std::chrono::milliseconds(20);
    use({First});
}

void UploaderTest::use(const QList<QUrl> &urls)
{
    const auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("scripted"), ScriptedStore::create));
    m_helpers = std::make_unique<HelperSet>(registry, m_timing, nullptr);
    m_fetcher = std::make_unique<BlockFetcher>(*m_helpers, m_timing, nullptr);
    Settings settings;
    settings.setHelpers(urls);
    m_helpers->configure(settings);
    m_context.reset(new PublisherContext{*m_outbox, *m_pages, m_profile->db(), *m_helpers,
                                         *m_fetcher, m_timing, &QDateTime::currentDateTimeUtc});
}

void UploaderTest::addPages(int count, int blockSize)
{
    QList<CutPage> pages;
    for (int i = 0; i < count; ++i)
        pages.append(cutPage(m_log, m_log.position.nextSequence, 0, blockSize));
    QVERIFY(!m_pages->addPages(m_log, pages));
}

// As after a start of the profile.
void UploaderTest::start()
{
    Helper *helper = m_helpers->writable(Helper::Role::Store).first();
    m_uploader = std::make_unique<Uploader>(m_log, helper, *m_context, nullptr);
    connect(m_helpers.get(), &HelperSet::usable, m_uploader.get(), &Uploader::advance);
    m_uploader->advance();
}

Placement UploaderTest::placement(const QUrl &url)
{
    return m_pages->placement(m_log, m_profile->db().helperId(url.toString())).value();
}

void UploaderTest::audit()
{
    m_audit.reset();
    const Reply<Result<Audit>> reply;
    reply.future().then(this, [this](const Result<Audit> &audit) { m_audit = audit; });
    new Auditor(m_log, *m_context, reply, this);
}

void UploaderTest::lateSuccessCountsAndLessFollows()
{
    addPages(40, 400'000);
    start();
    QCOMPARE(store()->puts.size(), 1);
    const qsizetype before = store()->puts.first().blocks().size();
    QSignalSpy progressed(m_uploader.get(), &Uploader::progressed);
    QTRY_COMPARE(progressed.size(), 1); // overdue
    QVERIFY(m_helpers->statuses().first().problem());
    QVERIFY(!m_uploader->isBusy());
    store()->answerPut({});
    QTRY_COMPARE(m_uploader->storedPages(), quint64(before));
    QCOMPARE(placement().pages, quint64(before));
    // Once the store has rested; what is there already is not sent again.
    QTRY_COMPARE(store()->puts.size(), 1);
    const qsizetype after = store()->puts.first().blocks().size();
    QVERIFY2(after <= before / 2 + 1, qPrintable(QString::number(after)));
    store()->answerPut({});
    QTRY_COMPARE(store()->puts.size(), 1);
    QVERIFY(store()->puts.first().blocks().size() > after);
    QVERIFY(!m_helpers->statuses().first().problem());
}

void UploaderTest::whatHangsIsAbortedOnceAndNeverDoubled()
{
    addPages(40, 400'000);
    start();
    QTRY_COMPARE(store()->aborts, 1);
    QCOMPARE(store()->puts.size(), 1);
    qsizetype blocks = store()->puts.first().blocks().size();
    // Down to one block, as long as it takes.
    while (blocks > 1) {
        store()->answerPut(Refused);
        QTRY_COMPARE(store()->puts.size(), 1);
        QVERIFY(store()->puts.first().blocks().size() < blocks);
        blocks = store()->puts.first().blocks().size();
    }
}

void UploaderTest::whatIgnoresAbortIsLeftBehind()
{
    m_timing.callLimit = std::chrono::milliseconds(100);
    use({First});
    addPages(4, 1000);
    start();
    // Tried again, but what such a store holds is bounded.
    QTRY_COMPARE_WITH_TIMEOUT(store()->aborts, 5, 20'000);
    QCOMPARE(store()->puts.size(), 5);
    store()->answerPut(Refused); // nobody listens any more
    QCOMPARE(m_uploader->storedPages(), quint64(0));
    QVERIFY(!m_uploader->isBusy());
}

void UploaderTest::previousHeadIsWhatTheStoreWasGiven()
{
    addPages(3, 1000);
    const QByteArray head = m_log.position.tail;
    start();
    QVERIFY(store()->puts.first().previousHead().isNull());
    QCOMPARE(store()->puts.first().head(), head);
    store()->answerPut({});
    QTRY_COMPARE(placement(), (Placement{3, head}));
    // The start is cut short in the middle of an upload: what was put last was never a head.
    addPages(300, 1000);
    m_uploader->advance();
    QCOMPARE(store()->puts.first().previousHead(), head);
    store()->answerPut({});
    QTRY_COMPARE(placement(), (Placement{3 + 256, head}));
    m_uploader.reset();
    use({First});
    start();
    QCOMPARE(store()->questions.size(), 1);
    QVERIFY(store()->questions.first().contains(head));
    store()->answerExists(QList<bool>{true, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().previousHead(), head);
    store()->answerPut({});
    QTRY_COMPARE(placement(), (Placement{303, m_log.position.tail}));
}

void UploaderTest::aStoreThatLostAllGetsAllAgain()
{
    addPages(3, 1000);
    start();
    store()->answerPut({});
    QTRY_COMPARE(placement().pages, quint64(3));
    addPages(1, 1000);
    m_uploader->advance();
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    store()->answerPut(Refused); // the folder is another one
    QTRY_COMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{false});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(placement(), Placement());
    QCOMPARE(store()->puts.first().blocks().size(), 4);
    QVERIFY(store()->puts.first().previousHead().isNull());
    store()->answerPut({});
    QTRY_COMPARE(placement(), (Placement{4, m_log.position.tail}));
}

void UploaderTest::nothingAfterStop()
{
    addPages(1000, 1000);
    start();
    m_uploader->stop();
    store()->answerPut({});
    QTRY_COMPARE(placement().pages, quint64(256)); // it is there all the same
    m_uploader->advance();
    QVERIFY(store()->puts.isEmpty());
}

void UploaderTest::auditGivesUpASilentStoreAtOnce()
{
    use({First, Second});
    addPages(300, 100);
    for (const QUrl &url : {First, Second})
        QVERIFY(!m_pages->setPlacement(m_log, m_profile->db().helperId(url.toString()),
                                       {300, m_log.position.tail}));
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

void UploaderTest::auditAsksForWhatIsSaidToBeThere()
{
    addPages(10, 100);
    QVERIFY(!m_pages->setPlacement(m_log, m_profile->db().helperId(First.toString()), {4, {}}));
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

void UploaderTest::auditLeavesAStoreThatRestsAlone()
{
    addPages(4, 100);
    QVERIFY(!m_pages->setPlacement(m_log, m_profile->db().helperId(First.toString()), {4, {}}));
    Helper *helper = m_helpers->writable(Helper::Role::Store).first();
    helper->heed(Refused.withRetryAfter(std::chrono::hours(1)));
    audit();
    QTRY_VERIFY(m_audit);
    QVERIFY(store()->questions.isEmpty());
    QCOMPARE(m_audit->value().checked(), 0);
    QCOMPARE(m_audit->value().failed(), 4);
}

void UploaderTest::whatAnAuditHearsIsTheStoresHealth_data()
{
    QTest::addColumn<bool>("isPut");
    QTest::newRow("asked what it has") << false;
    QTest::newRow("given what it lacks") << true;
}

void UploaderTest::whatAnAuditHearsIsTheStoresHealth()
{
    QFETCH(bool, isPut);
    const Problem busy = Refused.withRetryAfter(std::chrono::hours(1));
    addPages(4, 100);
    QVERIFY(!m_pages->setPlacement(m_log, m_profile->db().helperId(First.toString()), {4, {}}));
    audit();
    QCOMPARE(store()->questions.size(), 1);
    if (isPut) {
        QVERIFY(m_helpers->statuses().first().lastSuccess().isNull());
        store()->answerExists(QList<bool>{true, false, true, true});
        QTRY_COMPARE(store()->puts.size(), 1);
        QVERIFY(!m_helpers->statuses().first().lastSuccess().isNull());
        store()->answerPut(busy);
    } else {
        store()->answerExists(busy);
    }
    QTRY_VERIFY(m_audit);
    QCOMPARE(m_helpers->statuses().first().problem().retryAfter(), busy.retryAfter());
    Helper *helper = m_helpers->writable(Helper::Role::Store).first();
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Read));
    QVERIFY(!helper->isUsable(Helper::Role::Store, Helper::Direction::Write));
}

QTEST_GUILESS_MAIN(UploaderTest)
#include "tst_uploader.moc"
