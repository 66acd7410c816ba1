// SPDX-License-Identifier: MIT
#include "engine/reading/recordkeeper.h"
#include "support/sealedlog.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// Counts what is put.
class CountingNames : public NameSystem
{
public:
    CountingNames(QList<QByteArray> &puts, const Problem &answer)
        : m_puts(puts)
        , m_answer(answer)
    {
    }
    bool needsNetwork() const override { return false; }
    void abort() override {}
    int embedLimit() const override { return 0; }
    QFuture<Problem> put(const QString &, const QByteArray &record) override
    {
        m_puts.append(record);
        return QtFuture::makeReadyFuture(m_answer);
    }
    QFuture<Result<QList<QByteArray>>> get(const QString &, qint64) override
    {
        return QtFuture::makeReadyFuture(Result<QList<QByteArray>>(QList<QByteArray>()));
    }

private:
    QList<QByteArray> &m_puts;
    Problem m_answer;
};

Timing withoutJitter()
{
    Timing timing;
    timing.putBackJitter = std::chrono::milliseconds(0);
    return timing;
}

} // namespace

// Putting a record back where it is missing.
class RecordKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void missingRecordIsPutBack();
    void lowerRecordIsReplaced();
    void atMostHourly_data();
    void atMostHourly();
    void whenItsTurnComesLate_data();
    void whenItsTurnComesLate();
    void aRestThatIsAskedForIsKept();
    void leavesAlone_data();
    void leavesAlone();

private:
    std::unique_ptr<Helper> makeHelper(bool isHint, const Problem &answer = {})
    {
        return std::make_unique<Helper>(QUrl(QStringLiteral("names://one")), nullptr,
                                        std::make_unique<CountingNames>(m_puts, answer), isHint,
                                        withoutJitter());
    }
    NameRecord record() { return parseNameRecord(m_log->record(), m_log->keys.publicKey).value(); }
    // A timer of no time that was started before this has fired after it.
    void settle()
    {
        for (int round = 0; round < 2; ++round) {
            QEventLoop loop;
            QTimer::singleShot(1, &loop, &QEventLoop::quit);
            loop.exec();
        }
    }

    QDateTime m_now;
    QList<QByteArray> m_puts;
    std::unique_ptr<SealedLog> m_log;
    std::unique_ptr<RecordKeeper> m_keeper;
};

void RecordKeeperTest::init()
{
    m_now = QDateTime::currentDateTimeUtc();
    m_puts.clear();
    m_log = std::make_unique<SealedLog>();
    m_log->add({"one"});
    m_keeper = std::make_unique<RecordKeeper>(
        m_log->name(), withoutJitter(), [this] { return m_now; }, nullptr);
}

void RecordKeeperTest::missingRecordIsPutBack()
{
    const auto helper = makeHelper(false);
    const NameRecord best = record();
    m_keeper->keep(best);
    m_keeper->heard(helper.get(), nullptr);
    QTRY_COMPARE(m_puts, QList<QByteArray>{best.bytes});
}

void RecordKeeperTest::lowerRecordIsReplaced()
{
    const auto helper = makeHelper(false);
    const NameRecord lower = record();
    const NameRecord best = record();
    m_keeper->keep(best);
    m_keeper->heard(helper.get(), &lower);
    QTRY_COMPARE(m_puts, QList<QByteArray>{best.bytes});
}

void RecordKeeperTest::atMostHourly_data()
{
    QTest::addColumn<int>("sign");
    QTest::newRow("as time goes by") << 1;
    QTest::newRow("by a clock that was set back") << -1;
}

void RecordKeeperTest::atMostHourly()
{
    QFETCH(int, sign);
    const auto helper = makeHelper(false);
    m_keeper->keep(record());
    m_keeper->heard(helper.get(), nullptr);
    QTRY_COMPARE(m_puts.size(), 1);
    m_now = m_now.addSecs(sign * 3599);
    m_keeper->heard(helper.get(), nullptr);
    settle();
    QCOMPARE(m_puts.size(), 1);
    m_now = m_now.addSecs(sign);
    m_keeper->heard(helper.get(), nullptr);
    QTRY_COMPARE(m_puts.size(), 2);
}

void RecordKeeperTest::whenItsTurnComesLate_data()
{
    QTest::addColumn<int>("days");
    QTest::addColumn<bool>("isPut");
    QTest::newRow("it is put") << 1 << true;
    QTest::newRow("not what has expired meanwhile") << 11 << false;
}

void RecordKeeperTest::whenItsTurnComesLate()
{
    QFETCH(int, days);
    QFETCH(bool, isPut);
    const auto helper = makeHelper(false);
    QList<PutTurns::Turn> turns;
    for (int i = 0; i < withoutJitter().namePutsAtOnce; ++i)
        helper->names()->puts().wait(PutTurns::Of::Writer, this,
                                     [&turns](const PutTurns::Turn &turn) { turns.append(turn); });
    m_keeper->keep(record());
    for (int i = 0; i < 2; ++i) { // it waits once all the same
        m_keeper->heard(helper.get(), nullptr);
        settle();
    }
    QVERIFY(m_puts.isEmpty());
    m_now = m_now.addDays(days);
    turns.clear();
    settle();
    QCOMPARE(m_puts.size(), int(isPut));
    if (isPut)
        return;
    // What was not put costs no hour.
    m_now = m_now.addDays(-days);
    m_keeper->heard(helper.get(), nullptr);
    QTRY_COMPARE(m_puts.size(), 1);
}

void RecordKeeperTest::aRestThatIsAskedForIsKept()
{
    const Problem refused(Problem::Kind::Rejected, QStringLiteral("not yours"));
    const auto plain = makeHelper(false, refused);
    const auto polite = makeHelper(false, refused.withRetryAfter(std::chrono::hours(1)));
    const auto isUsable = [](const auto &helper) {
        return helper->isUsable(Helper::Role::System, Helper::Direction::Read);
    };
    m_keeper->keep(record());
    m_keeper->heard(plain.get(), nullptr);
    QTRY_COMPARE(m_puts.size(), 1);
    settle();
    QVERIFY(isUsable(plain)); // it may not be ours to write to
    m_now = m_now.addSecs(3600);
    m_keeper->heard(polite.get(), nullptr);
    QTRY_VERIFY(!isUsable(polite));
}

void RecordKeeperTest::leavesAlone_data()
{
    QTest::addColumn<bool>("isHint");
    QTest::addColumn<bool>("hasIt");
    QTest::addColumn<bool>("isOld");
    QTest::newRow("a helper that only a link named") << true << false << false;
    QTest::newRow("one that has it") << false << true << false;
    QTest::newRow("a record that has expired") << false << false << true;
}

void RecordKeeperTest::leavesAlone()
{
    QFETCH(bool, isHint);
    QFETCH(bool, hasIt);
    QFETCH(bool, isOld);
    const auto helper = makeHelper(isHint);
    const NameRecord best = record();
    if (isOld)
        m_now = m_now.addDays(11);
    m_keeper->keep(best);
    m_keeper->heard(helper.get(), hasIt ? &best : nullptr);
    settle();
    QVERIFY(m_puts.isEmpty());
}

QTEST_GUILESS_MAIN(RecordKeeperTest)
#include "tst_recordkeeper.moc"
