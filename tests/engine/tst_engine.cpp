// SPDX-License-Identifier: MIT
#include "engine/engine.h"
#include "scriptednames.h"
#include "support/sealedlog.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QUrl Far(QStringLiteral("far://one"));
const QUrl Near(QStringLiteral("near://one"));
constexpr auto Connected = NetworkWatch::Reachability::Connected;
constexpr auto Disconnected = NetworkWatch::Reachability::Disconnected;

ScriptedNames *names(const QUrl &url = Far)
{
    return ScriptedNames::at(url);
}

} // namespace

// When a whole engine tries what: spans are short, name systems answer when the test says.
class EngineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void flappingCostsTwoResets();
    void goingDownIsAtOnce_data();
    void goingDownIsAtOnce();
    void aLossIsNoReasonToAsk();
    void theNewestNetworkCounts_data();
    void theNewestNetworkCounts();
    void manyLogsStayWithinTheBudget();
    void checkNowAndNewsOvertake();
    void recentlyActiveFirst();
    void unfollowedIsNotAsked();
    void newHintsAreAReasonToAsk();
    void noProperAnswerIsAskedForAgain();
    void pollsGoOnByThemselves();
    void anIdleLogIsPolledLess();
    void nothingIsAskedWhilePaused();
    void nothingIsAskedWhileOffline();

private:
    void open(const QList<QUrl> &helpers, bool isUnlocked = true);
    void setNetwork(NetworkWatch::Reachability reachability);
    bool isHeldBack() const { return !m_status.helpers.isEmpty() && !isUsable(); }
    bool isUsable() const { return m_status.helpers.value(0).isUsable(); }
    void follow(int count);
    IncomingKey key(int log) const { return {identityOf(m_logs.at(std::size_t(log))->link()), 0}; }
    QString name(int log) const { return m_logs.at(std::size_t(log))->name(); }
    // Answers what is asked until nothing is any more; how many were under way at most.
    int answerAll(const QUrl &url = Far);

    Timing m_timing;
    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<Engine> m_engine;
    TransportStatus m_status;
    QByteArray m_master;
    bool m_isUnlocked = false;
    std::vector<std::unique_ptr<SealedLog>> m_logs;
};

void EngineTest::init()
{
    m_timing = Timing();
    m_timing.namesRate = 100'000;
    m_timing.namesBurst = 1000;
    m_timing.namesAtOnce = 4;
    m_status = {};
    m_master = MasterSecret::generate().toBytes();
    m_isUnlocked = false;
    m_logs.clear();
    m_directory = std::make_unique<QTemporaryDir>();
}

void EngineTest::cleanup()
{
    m_engine.reset();
}

void EngineTest::open(const QList<QUrl> &helpers, bool isUnlocked)
{
    auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("far"), NameSystemFactory(ScriptedNames::create)));
    QVERIFY(!registry->add(QStringLiteral("near"), NameSystemFactory(ScriptedNames::create)));
    Settings settings;
    settings.setDirectory(m_directory->filePath(QStringLiteral("profile")));
    settings.setHelpers(helpers);
    m_engine = std::make_unique<Engine>(settings, registry, std::make_shared<AppendQueue>(),
                                        m_timing, QDateTime::currentDateTimeUtc);
    connect(m_engine.get(), &Engine::statusChanged, this,
            [this](const TransportStatus &status) { m_status = status; });
    connect(m_engine.get(), &Engine::logsKnown, this, [this] { m_isUnlocked = true; });
    if (isUnlocked) {
        connect(
            m_engine.get(), &Engine::opened, this, [this] { m_engine->unlock(m_master, true); },
            Qt::QueuedConnection);
    }
    m_engine->open();
    QTRY_COMPARE(m_isUnlocked, isUnlocked);
}

void EngineTest::setNetwork(NetworkWatch::Reachability reachability)
{
    m_engine->setNetwork({reachability, false, false});
}

void EngineTest::follow(int count)
{
    for (int i = 0; i < count; ++i) {
        m_logs.push_back(std::make_unique<SealedLog>(QString::number(i)));
        m_logs.back()->add({"entry"});
        m_engine->incoming().follow(m_logs.back()->link(), 0);
    }
}

int EngineTest::answerAll(const QUrl &url)
{
    int most = 0;
    const auto answerSome = [&] {
        most = std::max(most, int(names(url)->gets.size()));
        while (!names(url)->gets.isEmpty())
            names(url)->answer();
        return !m_engine->incoming().isBusy();
    };
    return QTest::qWaitFor(answerSome, 60'000) ? most : -1;
}

// ---- A network that flaps

void EngineTest::flappingCostsTwoResets()
{
    m_timing.networkQuiet = 1500ms;
    open({Far}, false);
    setNetwork(Connected);
    QCOMPARE(names()->aborts, 1); // at once
    for (int i = 0; i < 10; ++i) {
        setNetwork(Disconnected);
        setNetwork(Connected);
        setNetwork(Connected); // another one of the same kind
    }
    QCOMPARE(names()->aborts, 1);
    QTRY_COMPARE(names()->aborts, 2);
    QTRY_VERIFY(isUsable());
    // When the span is over, one is taken at once again, and what was counted until then was all.
    bool isQuiet = false;
    QTimer::singleShot(2 * m_timing.networkQuiet, this, [&isQuiet] { isQuiet = true; });
    QTRY_VERIFY(isQuiet);
    setNetwork(Connected);
    QCOMPARE(names()->aborts, 3);
}

void EngineTest::goingDownIsAtOnce_data()
{
    QTest::addColumn<NetworkWatch::Reachability>("reachability");
    QTest::addColumn<bool>("isCaptivePortal");
    QTest::newRow("disconnected") << Disconnected << false;
    QTest::newRow("captive portal") << Connected << true;
}

void EngineTest::goingDownIsAtOnce()
{
    QFETCH(NetworkWatch::Reachability, reachability);
    QFETCH(bool, isCaptivePortal);
    m_timing.networkQuiet = 1h;
    open({Far}, false);
    setNetwork(Connected);
    QTRY_VERIFY(isUsable());
    m_engine->setNetwork({reachability, isCaptivePortal, false});
    QTRY_VERIFY(isHeldBack());
    QCOMPARE(names()->aborts, 1);
}

void EngineTest::aLossIsNoReasonToAsk()
{
    m_timing.networkQuiet = 100ms;
    open({Near, Far});
    follow(3);
    while (!names(Far)->gets.isEmpty())
        names(Far)->answer();
    QVERIFY(answerAll(Near) > 0);
    setNetwork(Disconnected);
    QTRY_COMPARE(names(Far)->aborts, 1);
    bool isLater = false; // than it is acted on
    QTimer::singleShot(20, this, [&isLater] { isLater = true; });
    QTRY_VERIFY(isLater);
    QCOMPARE(names(Near)->asked.size(), 3);
    // What comes then is a reason, and is not delayed.
    setNetwork(Connected);
    QCOMPARE(names(Far)->aborts, 2);
    QTRY_COMPARE(names(Near)->asked.size(), 6);
}

void EngineTest::theNewestNetworkCounts_data()
{
    QTest::addColumn<bool>("isUp");
    QTest::newRow("up") << true;
    QTest::newRow("down") << false;
}

void EngineTest::theNewestNetworkCounts()
{
    QFETCH(bool, isUp);
    m_timing.networkQuiet = 1s;
    open({Far}, false);
    setNetwork(Connected);
    setNetwork(Disconnected);
    setNetwork(Connected);
    setNetwork(Disconnected);
    if (isUp)
        setNetwork(Connected);
    QTRY_COMPARE(names()->aborts, 2);
    QTRY_COMPARE(isUsable(), isUp);
}

// ---- A budget for many logs

void EngineTest::manyLogsStayWithinTheBudget()
{
    open({Far, Near});
    follow(300);
    for (int round = 1; round <= 2; ++round) {
        const auto answerNear = [] {
            while (!names(Near)->gets.isEmpty())
                names(Near)->answer();
            return names(Near)->asked.size() >= 300;
        };
        QVERIFY(QTest::qWaitFor(answerNear, 60'000)); // however long the other one takes
        QVERIFY(names(Far)->asked.size() < 10 * round);
        const int most = answerAll();
        // Of polls, as in the second round, a quarter less.
        QCOMPARE(most, round == 1 ? m_timing.namesAtOnce : m_timing.namesAtOnce * 3 / 4);
        const QStringList &asked = names()->asked;
        QCOMPARE(QSet<QString>(asked.begin(), asked.end()).size(), 300);
        QVERIFY2(asked.size() <= 304, qPrintable(QString::number(asked.size())));
        names(Near)->asked.clear();
        names(Far)->asked.clear();
        m_engine->syncNow();
    }
}

void EngineTest::checkNowAndNewsOvertake()
{
    open({Far});
    follow(50);
    answerAll();
    m_engine->syncNow();
    const auto already = names()->asked.size() - 50; // the last ones that were followed
    names()->asked.clear();
    m_engine->incoming().check(key(12));
    Q_EMIT names()->changed(name(17));
    const SealedLog newcomer(QStringLiteral("newcomer"));
    m_engine->incoming().follow(newcomer.link(), 0);
    names()->answer(); // the first one had a place that polls leave
    names()->answer();
    QTRY_COMPARE(names()->asked, QStringList({name(12), name(17), newcomer.name()}));
    QVERIFY(answerAll() > 0);
    // Each of them once: who waits is not asked twice.
    QCOMPARE(names()->asked.size(), 51 - already);
}

void EngineTest::recentlyActiveFirst()
{
    open({Far});
    follow(50);
    QVERIFY(answerAll() > 0);
    for (const int log : {30, 10, 20}) {
        m_engine->incoming().check(key(log));
        QTRY_COMPARE(names()->gets.size(), 1);
        names()->answer(QList<QByteArray>{m_logs.at(std::size_t(log))->record()});
        QTRY_VERIFY(!m_engine->incoming().isBusy());
        bool isLater = false; // than this one's news
        QTimer::singleShot(2, this, [&isLater] { isLater = true; });
        QTRY_VERIFY(isLater);
    }
    names()->asked.clear();
    m_engine->syncNow();
    QCOMPARE(names()->asked.first(3), QStringList({name(20), name(10), name(30)}));
    QVERIFY(answerAll() > 0);
    QCOMPARE(names()->asked.size(), 50);
}

void EngineTest::unfollowedIsNotAsked()
{
    open({Far});
    follow(20);
    const Reply<Problem> waiting;
    m_engine->incoming().unfollow(key(15), waiting);
    const Reply<Problem> underWay;
    m_engine->incoming().unfollow(key(0), underWay);
    QVERIFY(!waiting.future().result());
    QVERIFY(!underWay.future().result());
    QVERIFY(answerAll() > 0);
    QVERIFY(!names()->asked.contains(name(15)));
    QCOMPARE(names()->asked.size(), 19);
    m_engine->syncNow();
    QVERIFY(answerAll() > 0);
    QCOMPARE(names()->asked.size(), 19 + 18);
}

void EngineTest::newHintsAreAReasonToAsk()
{
    open({Far});
    follow(1);
    QVERIFY(answerAll() > 0);
    m_engine->incoming().follow(m_logs.at(0)->link(), 0);
    QCOMPARE(names()->asked.size(), 1);
    const QUrl hint(QStringLiteral("far+https://names.messenger.net/"));
    m_engine->incoming().follow(withHints(m_logs.at(0)->link(), {hint}), 0);
    QCOMPARE(names()->asked.size(), 2);
}

void EngineTest::noProperAnswerIsAskedForAgain()
{
    open({Far});
    follow(50);
    QVERIFY(answerAll() > 0);
    // In the next run they are idle, and polled every ten seconds.
    m_engine.reset();
    m_isUnlocked = false;
    m_timing.poll = 200ms;
    m_timing.pollsAlways = 1;
    open({Far});
    const auto answer = [this] {
        while (!names()->gets.isEmpty()) {
            const bool isProper = names()->gets.constFirst() != name(7);
            names()->answer(isProper ? ScriptedNames::Answer(QList<QByteArray>())
                                     : Problem(Problem::Kind::Tampered, QString()));
        }
        return names()->asked.count(name(7)) == 2;
    };
    QVERIFY(QTest::qWaitFor(answer, 60'000));
    QCOMPARE(names()->asked.size(), 51);
}

void EngineTest::pollsGoOnByThemselves()
{
    m_timing.poll = 20ms;
    open({Far});
    follow(3);
    const auto isPolled = [this] {
        while (!names()->gets.isEmpty())
            names()->answer();
        const QStringList &asked = names()->asked;
        return asked.count(name(0)) >= 5 && asked.count(name(1)) >= 5 && asked.count(name(2)) >= 5;
    };
    QVERIFY(QTest::qWaitFor(isPolled, 60'000));
}

void EngineTest::anIdleLogIsPolledLess()
{
    m_timing.poll = 20ms;
    m_timing.pollsAlways = 1;
    open({Far});
    follow(20);
    int fresh = 0;
    int idle = 0;
    const auto answer = [&] {
        while (!names()->gets.isEmpty()) {
            const bool isFresh = names()->gets.constFirst() == name(0);
            fresh += isFresh ? 1 : 0;
            idle += names()->gets.constFirst() == name(1) ? 1 : 0;
            m_logs.at(0)->add({"news"});
            names()->answer(isFresh ? QList<QByteArray>{m_logs.at(0)->record()}
                                    : QList<QByteArray>());
        }
        return fresh >= 60;
    };
    QVERIFY(QTest::qWaitFor(answer, 60'000));
    QVERIFY2(idle < fresh * 2 / 3, qPrintable(QStringLiteral("%1 of %2").arg(idle).arg(fresh)));
}

// ---- Nothing is attempted

void EngineTest::nothingIsAskedWhilePaused()
{
    m_timing.poll = 5ms;
    open({Far, Near});
    follow(10);
    m_engine->setPaused(true);
    while (!names(Far)->gets.isEmpty())
        names(Far)->answer();
    while (!names(Near)->gets.isEmpty())
        names(Near)->answer();
    const auto asked = names(Far)->asked.size() + names(Near)->asked.size();
    const auto askedNow = [] { return names(Far)->asked.size() + names(Near)->asked.size(); };
    QTRY_VERIFY(!m_engine->incoming().isBusy()); // also those who waited
    m_engine->syncNow();
    m_engine->incoming().check(key(3));
    Q_EMIT names(Near)->changed(name(4));
    setNetwork(Disconnected);
    setNetwork(Connected);
    bool isLater = false; // than several polls would have been
    QTimer::singleShot(50, this, [&isLater] { isLater = true; });
    QTRY_VERIFY(isLater);
    QCOMPARE(askedNow(), asked);
    names(Far)->asked.clear();
    m_engine->setPaused(false);
    const auto answerFar = [] {
        while (!names(Far)->gets.isEmpty())
            names(Far)->answer();
        return QSet<QString>(names(Far)->asked.begin(), names(Far)->asked.end()).size() == 10;
    };
    QVERIFY(QTest::qWaitFor(answerFar, 60'000));
}

void EngineTest::nothingIsAskedWhileOffline()
{
    m_timing.poll = 5ms;
    m_timing.networkQuiet = 1ms;
    open({Far, Near});
    setNetwork(Disconnected);
    follow(5);
    m_engine->syncNow();
    m_engine->incoming().check(key(3));
    Q_EMIT names(Near)->changed(name(4));
    // The one that needs no network is polled again and again meanwhile.
    const auto answerNear = [] {
        while (!names(Near)->gets.isEmpty())
            names(Near)->answer();
        return names(Near)->asked.size() >= 50;
    };
    QVERIFY(QTest::qWaitFor(answerNear, 60'000));
    QCOMPARE(names(Far)->asked.size(), 0);
    setNetwork(Connected);
    QTRY_VERIFY(!names(Far)->asked.isEmpty());
}

QTEST_GUILESS_MAIN(EngineTest)
#include "tst_engine.moc"
