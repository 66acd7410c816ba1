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
    timing.namesRate = 2;
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
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 3);
    QVERIFY2(since.elapsed() >= 500, qPrintable(QString::number(since.elapsed())));
}

QTEST_GUILESS_MAIN(RecordPutterTest)
#include "tst_recordputter.moc"
