// SPDX-License-Identifier: MIT
#include "engine/writing/uploader.h"
#include "logandstores.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// How blocks come to a store that is slow, hangs, or is another one than before.
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
    void whatIsThereAfterALossIsNotPutAgain();
    void aHeadThatIsRefusedIsLookedBelow();
    void aSlowQuestionIsAwaited();
    void nothingAfterStop();

private:
    void start();

    std::unique_ptr<LogAndStores> m_own;
    std::unique_ptr<Uploader> m_uploader;
};

void UploaderTest::init()
{
    m_uploader.reset();
    m_own.reset();
    m_own = std::make_unique<LogAndStores>();
}

// As after a start of the profile.
void UploaderTest::start()
{
    m_uploader = std::make_unique<Uploader>(m_own->log, m_own->helper(), *m_own->context, nullptr);
    connect(m_own->helpers.get(), &HelperSet::usable, m_uploader.get(), &Uploader::advance);
    m_uploader->advance();
}

void UploaderTest::lateSuccessCountsAndLessFollows()
{
    m_own->addPages(40, 400'000);
    start();
    QCOMPARE(store()->puts.size(), 1);
    const qsizetype before = store()->puts.first().blocks().size();
    QSignalSpy progressed(m_uploader.get(), &Uploader::progressed);
    QTRY_COMPARE(progressed.size(), 1); // overdue
    QVERIFY(m_own->helpers->statuses().first().problem());
    QVERIFY(!m_uploader->isBusy());
    store()->answerPut({});
    QTRY_COMPARE(m_uploader->storedPages(), quint64(before));
    QCOMPARE(m_own->placement().pages, quint64(before));
    // Once the store has rested; what is there already is not sent again.
    QTRY_COMPARE(store()->puts.size(), 1);
    const qsizetype after = store()->puts.first().blocks().size();
    QVERIFY2(after <= before / 2 + 1, qPrintable(QString::number(after)));
    store()->answerPut({});
    QTRY_COMPARE(store()->puts.size(), 1);
    QVERIFY(store()->puts.first().blocks().size() > after);
    QVERIFY(!m_own->helpers->statuses().first().problem());
}

void UploaderTest::whatHangsIsAbortedOnceAndNeverDoubled()
{
    m_own->addPages(40, 400'000);
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
    m_own->timing.callLimit = std::chrono::milliseconds(100);
    m_own->use({First});
    m_own->addPages(4, 1000);
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
    m_own->addPages(3, 1000);
    const QByteArray head = m_own->log.position.tail;
    start();
    QVERIFY(store()->puts.first().previousHead().isNull());
    QCOMPARE(store()->puts.first().head(), head);
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{3, head}));
    // The start is cut short in the middle of an upload: what was put last was never a head.
    m_own->addPages(300, 1000);
    m_uploader->advance();
    QCOMPARE(store()->puts.first().previousHead(), head);
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{3 + 256, head}));
    m_uploader.reset();
    m_own->use({First});
    start();
    QCOMPARE(store()->questions.size(), 1);
    QVERIFY(store()->questions.first().contains(head));
    store()->answerExists(QList<bool>{true, true});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().previousHead(), head);
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{303, m_own->log.position.tail}));
}

void UploaderTest::aStoreThatLostAllGetsAllAgain()
{
    m_own->addPages(3, 1000);
    start();
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement().pages, quint64(3));
    m_own->addPages(1, 1000);
    m_uploader->advance();
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    store()->answerPut(Refused); // the folder is another one
    QTRY_COMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{false});
    QTRY_COMPARE(store()->questions.size(), 1);
    QCOMPARE(m_own->placement(), Placement());
    QCOMPARE(store()->questions.first().size(), 4);
    store()->answerExists(QList<bool>(4, false));
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 4);
    QVERIFY(store()->puts.first().previousHead().isNull());
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{4, m_own->log.position.tail}));
}

void UploaderTest::whatIsThereAfterALossIsNotPutAgain()
{
    m_own->addPages(600, 100);
    const QByteArray head = m_own->log.position.tail;
    m_own->place({599, m_own->blocks().at(598).block.address()});
    start();
    QCOMPARE(store()->questions.size(), 1);
    store()->answerExists(QList<bool>{false});
    // All but one of the first 64, all of the next, and of the rest all, its head included.
    QTRY_COMPARE(store()->questions.size(), 1);
    QList<bool> there(64, true);
    there[50] = false;
    store()->answerExists(there);
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    QCOMPARE(store()->puts.first().blocks().first().address(),
             m_own->blocks().at(50).block.address());
    QVERIFY(store()->puts.first().head().isNull());
    store()->answerPut({});
    for (const int count : {64, 64, 64, 64, 64, 64, 64, 64, 24}) {
        QTRY_COMPARE(store()->questions.size(), 1);
        QVERIFY(store()->puts.isEmpty());
        QCOMPARE(store()->questions.first().size(), count);
        store()->answerExists(QList<bool>(count, true));
    }
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 1);
    QCOMPARE(store()->puts.first().head(), head);
    QVERIFY(store()->puts.first().completesTree());
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{600, head}));
    // What is new is put without a question.
    m_own->addPages(1, 100);
    m_uploader->advance();
    QVERIFY(store()->questions.isEmpty());
    QCOMPARE(store()->puts.size(), 1);
}

// As a store does that pins what is below a head, and lacks some of it.
void UploaderTest::aHeadThatIsRefusedIsLookedBelow()
{
    m_own->addPages(3, 100);
    const QByteArray before = m_own->log.position.tail;
    m_own->place({3, before});
    m_own->addPages(1, 100);
    start();
    int refused = 0;
    const auto refuse = [&] {
        const bool isWhole = !store()->questions.isEmpty() && store()->questions.first().size() > 1;
        if (!store()->puts.isEmpty()) {
            ++refused;
            store()->answerPut(Refused);
        } else if (!isWhole && !store()->questions.isEmpty()) {
            store()->answerExists(QList<bool>{true});
        }
        return isWhole;
    };
    QVERIFY(QTest::qWaitFor(refuse, 60'000));
    QCOMPARE(refused, 3);
    store()->answerExists(QList<bool>{true, false, true, false});
    QTRY_COMPARE(store()->puts.size(), 1);
    QCOMPARE(store()->puts.first().blocks().size(), 2);
    QCOMPARE(store()->puts.first().head(), m_own->log.position.tail);
    QCOMPARE(store()->puts.first().previousHead(), before);
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement(), (Placement{4, m_own->log.position.tail}));
}

void UploaderTest::aSlowQuestionIsAwaited()
{
    m_own->timing.callLimit = std::chrono::milliseconds(100);
    m_own->use({First});
    m_own->addPages(3, 100);
    m_own->place({2, {}});
    start();
    QCOMPARE(store()->questions.size(), 1);
    // Overdue, and ended: never another one beside it.
    QTRY_COMPARE(store()->aborts, 1);
    QCOMPARE(store()->questions.size(), 1);
    QVERIFY(!m_uploader->isBusy());
    store()->answerExists(Refused);
    QTRY_COMPARE(store()->questions.size(), 1);
    QVERIFY(QTest::qWaitFor([this] { return !m_uploader->isBusy(); }, 60'000));
    store()->answerExists(QList<bool>{true}); // late, and it counts
    QTRY_COMPARE(store()->puts.size(), 1);
    QVERIFY(store()->questions.isEmpty());
    QCOMPARE(store()->puts.first().blocks().size(), 1);
}

void UploaderTest::nothingAfterStop()
{
    m_own->addPages(1000, 1000);
    start();
    m_uploader->stop();
    store()->answerPut({});
    QTRY_COMPARE(m_own->placement().pages, quint64(256)); // it is there all the same
    m_uploader->advance();
    QVERIFY(store()->puts.isEmpty());
}

QTEST_GUILESS_MAIN(UploaderTest)
#include "tst_uploader.moc"
