// SPDX-License-Identifier: MIT
#include "engine/recordputter.h"
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
                      Problem(Problem::Kind::WillRetry, QString()).withRetryAfter(1s));
    QTRY_COMPARE(interrupted.size(), 1);
    QVERIFY(!putter.isBusy());
    QCOMPARE(ScriptedNames::at(Url)->asked.size(), 0);
    putter.advance();
    QCOMPARE(ScriptedNames::at(Url)->puts, 1);

    helper.setHeldBack(false);
    QTRY_VERIFY(helper.isUsable(System, Write));
    putter.advance();
    QCOMPARE(ScriptedNames::at(Url)->puts, 2);
    QTRY_COMPARE(ScriptedNames::at(Url)->gets.size(), 1);
    ScriptedNames::at(Url)->answer(QList<QByteArray>{record});
    QTRY_COMPARE(served.size(), 1);
}

QTEST_GUILESS_MAIN(RecordPutterTest)
#include "tst_recordputter.moc"
