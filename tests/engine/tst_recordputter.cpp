// SPDX-License-Identifier: MIT
#include "engine/writing/recordputter.h"
#include "helpers/namelane.h"
#include "scriptednames.h"
#include "support/sealedlog.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QUrl Url(QStringLiteral("far://one"));
constexpr auto System = Helper::Role::System;
constexpr auto Read = Helper::Direction::Read;
constexpr auto Write = Helper::Direction::Write;

} // namespace

// Bringing a record to a name system that may not be used at times.
class RecordPutterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isReadBack();
    void nothingIsReadBackMeanwhile_data();
    void nothingIsReadBackMeanwhile();
    void goesOnAfterARest();
    void theReadingBackIsMadeUpForByOthers();
    void onlyTheNewestOfThoseThatWaitIsPut();
    void namesHaveLimitsOfTheirOwn();
    void aFewLogsPutAtATime();
};

void RecordPutterTest::isReadBack()
{
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, Timing());
    SealedLog log;
    log.add({"entry"});
    const QByteArray record = log.record();
    RecordPutter putter(log.keys.publicKey, &helper, Timing(), nullptr);
    QSignalSpy served(&putter, &RecordPutter::served);
    // That others failed to read is no reason not to know.
    helper.failed(helper.begin(System, Read), Problem(Problem::Kind::WillRetry, QString()));
    putter.put(parseNameRecord(record, log.keys.publicKey).value());
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    ScriptedNames::at(Url)->answer(QList<QByteArray>{record});
    QTRY_COMPARE(served.size(), 1);
    QVERIFY(!putter.isBusy());
    QCOMPARE(ScriptedNames::at(Url)->puts, 1);
}

void RecordPutterTest::nothingIsReadBackMeanwhile_data()
{
    QTest::addColumn<bool>("isHeldBack");
    QTest::newRow("paused or offline") << true;
    QTest::newRow("the server asks for a rest") << false;
}

void RecordPutterTest::nothingIsReadBackMeanwhile()
{
    QFETCH(bool, isHeldBack);
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, Timing());
    SealedLog log;
    log.add({"entry"});
    const QByteArray record = log.record();
    RecordPutter putter(log.keys.publicKey, &helper, Timing(), nullptr);
    QSignalSpy served(&putter, &RecordPutter::served);
    QSignalSpy interrupted(&putter, &RecordPutter::interrupted);
    putter.put(parseNameRecord(record, log.keys.publicKey).value());
    if (isHeldBack)
        helper.setHeldBack(true);
    else
        helper.failed(helper.begin(System, Read),
                      Problem(Problem::Kind::WillRetry, QString()).withRetryAfter(1h));
    QTRY_COMPARE(interrupted.size(), 1);
    QVERIFY(!putter.isBusy());
    QCOMPARE(ScriptedNames::at(Url)->asked.size(), 0);
    putter.advance();
    QCOMPARE(ScriptedNames::at(Url)->puts, 1);
    if (!isHeldBack)
        return;
    helper.setHeldBack(false);
    putter.advance();
    QCOMPARE(ScriptedNames::at(Url)->puts, 2);
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    ScriptedNames::at(Url)->answer(QList<QByteArray>{record});
    QTRY_COMPARE(served.size(), 1);
}

void RecordPutterTest::goesOnAfterARest()
{
    Timing timing;
    timing.retryFirst = 0ms;
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, timing);
    SealedLog log;
    log.add({"entry"});
    const QByteArray record = log.record();
    RecordPutter putter(log.keys.publicKey, &helper, timing, nullptr);
    QSignalSpy served(&putter, &RecordPutter::served);
    QSignalSpy interrupted(&putter, &RecordPutter::interrupted);
    putter.put(parseNameRecord(record, log.keys.publicKey).value());
    helper.heed(Problem(Problem::Kind::WillRetry, QString()).withRetryAfter(1s));
    // However long the machine takes to look at the answer to the put.
    QTRY_VERIFY(interrupted.size() == 1 || !ScriptedNames::at(Url)->gets.isEmpty());
    QTRY_VERIFY(helper.isUsable(System, Write));
    putter.advance();
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    QCOMPARE(ScriptedNames::at(Url)->puts, 1 + int(interrupted.size()));
    ScriptedNames::at(Url)->answer(QList<QByteArray>{record});
    QTRY_COMPARE(served.size(), 1);
}

void RecordPutterTest::theReadingBackIsMadeUpForByOthers()
{
    Timing timing;
    timing.namesRate = 1;
    timing.namesBurst = 2;
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, timing);
    SealedLog log;
    log.add({"entry"});
    RecordPutter putter(log.keys.publicKey, &helper, timing, nullptr);
    QElapsedTimer since;
    since.start();
    putter.put(parseNameRecord(log.record(), log.keys.publicKey).value());
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    // Without it both of them could be asked at once.
    QObject another;
    for (const QObject *asker :
         {static_cast<const QObject *>(this), static_cast<const QObject *>(&another)})
        helper.names()->ask({QStringLiteral("log"), asker, Place::urgent(), [](const auto *) {}});
    QTRY_VERIFY(ScriptedNames::at(Url)->gets.size() >= 2);
    // On a machine that stood still for a second the rate allows it.
    QVERIFY(ScriptedNames::at(Url)->gets.size() == 2 || since.hasExpired(1000));
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 3);
}

void RecordPutterTest::onlyTheNewestOfThoseThatWaitIsPut()
{
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, Timing());
    SealedLog log;
    log.add({"entry"});
    QList<QByteArray> records;
    for (int number = 0; number < 4; ++number)
        records.append(log.record());
    RecordPutter putter(log.keys.publicKey, &helper, Timing(), nullptr);
    QSignalSpy served(&putter, &RecordPutter::served);
    ScriptedNames *const names = ScriptedNames::at(Url);
    names->holdsPuts = true;
    for (const QByteArray &record : std::as_const(records))
        putter.put(parseNameRecord(record, log.keys.publicKey).value());
    QCOMPARE(names->heldPuts, records.first(1));
    QVERIFY(putter.isBusy());
    names->answerPut();
    QTRY_COMPARE(names->gets.size(), 1);
    names->answer(records.first(1));
    QTRY_COMPARE(served.size(), 1);
    QCOMPARE(names->heldPuts, records.last(1));
    names->answerPut();
    QTRY_COMPARE(names->gets.size(), 1);
    names->answer(records.last(1));
    QTRY_COMPARE(served.size(), 2);
    QVERIFY(!putter.isBusy());
    QCOMPARE(names->puts, 2);
}

// The public DHT takes minutes.
void RecordPutterTest::namesHaveLimitsOfTheirOwn()
{
    Timing timing;
    QVERIFY(timing.namePutLimit >= 5min && timing.nameGetLimit >= 1min);
    timing.callLimit = 0ms;
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, timing);
    SealedLog log;
    log.add({"entry"});
    const QByteArray record = log.record();
    RecordPutter putter(log.keys.publicKey, &helper, timing, nullptr);
    QSignalSpy served(&putter, &RecordPutter::served);
    QSignalSpy interrupted(&putter, &RecordPutter::interrupted);
    // A limit of no time that began before this has passed after it.
    const auto settle = [] {
        QEventLoop loop;
        QTimer::singleShot(1, &loop, &QEventLoop::quit);
        loop.exec();
    };
    ScriptedNames::at(Url)->holdsPuts = true;
    putter.put(parseNameRecord(record, log.keys.publicKey).value());
    settle();
    QCOMPARE(interrupted.size(), 0);
    ScriptedNames::at(Url)->answerPut();
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    settle();
    QCOMPARE(interrupted.size(), 0);
    ScriptedNames::at(Url)->answer(QList<QByteArray>{record});
    QTRY_COMPARE(served.size(), 1);

    timing.namePutLimit = 0ms;
    RecordPutter impatient(log.keys.publicKey, &helper, timing, nullptr);
    QSignalSpy givesUp(&impatient, &RecordPutter::interrupted);
    impatient.put(parseNameRecord(log.record(), log.keys.publicKey).value());
    QTRY_COMPARE(givesUp.size(), 1);
    QVERIFY(!impatient.isBusy());
}

void RecordPutterTest::aFewLogsPutAtATime()
{
    Timing timing;
    timing.namePutsAtOnce = 2;
    Helper helper(Url, nullptr, std::make_unique<ScriptedNames>(Url), false, timing);
    ScriptedNames *const names = ScriptedNames::at(Url);
    names->holdsPuts = true;
    std::vector<std::unique_ptr<SealedLog>> logs;
    std::vector<std::unique_ptr<RecordPutter>> putters;
    QList<QByteArray> records;
    const auto put = [&](std::size_t number) {
        records.append(logs[number]->record());
        putters[number]->put(
            parseNameRecord(records.constLast(), logs[number]->keys.publicKey).value());
    };
    for (std::size_t number = 0; number < 5; ++number) {
        logs.push_back(std::make_unique<SealedLog>(QString::number(number)));
        logs.back()->add({"entry"});
        putters.push_back(
            std::make_unique<RecordPutter>(logs.back()->keys.publicKey, &helper, timing, nullptr));
        put(number);
        QVERIFY(putters.back()->isBusy());
    }
    QCOMPARE(names->heldPuts, records.first(2));
    // Who waits puts what is the newest then, and who is gone nothing.
    put(3);
    putters[2].reset();
    QCOMPARE(names->puts, 2);
    // Reading back is no put: others may go on meanwhile.
    names->answerPut();
    QTRY_COMPARE(names->heldPuts.size(), 2);
    QCOMPARE(names->heldPuts, QList<QByteArray>({records.at(1), records.at(5)}));
    // A turn ends with him whose it is.
    putters[1].reset();
    QTRY_COMPARE(names->puts, 4);
    QCOMPARE(names->heldPuts.constLast(), records.at(4));
}

QTEST_GUILESS_MAIN(RecordPutterTest)
#include "tst_recordputter.moc"
