// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

#include <RemoteLog/problem.h>

#include <QJsonDocument>
#include <QJsonObject>

#include <csignal>

using namespace RemoteLogTest;
using RemoteLog::Problem;

// The program as others start and stop it.
class TestProcess : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysThatTheProfileIsInUse();
    void endsCleanlyWheneverItIsTold_data();
    void endsCleanlyWheneverItIsTold();
    void endsAlsoWhereTheProfileCannotBeClosed();
    void keepsWhatStandardInputEndedWith();
    void speaksTheLanguageOfThePerson();
    void stopsFollowingForGood();
    void takesAnEntryBack();
    void knowsWhatThePeerHas();
    void putsBackWhatTheStorageLost();
    void keepsACredential();
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
};

void TestProcess::saysThatTheProfileIsInUse()
{
    const Storage storage;
    MessengerProcess first(storage.place(), u"alice"_s);
    MessengerProcess second(storage.place(), u"alice"_s);
    first.setHelpers({storage.url()});
    second.setHelpers({storage.url()});
    QVERIFY(first.start());
    EXPECT_LINE(first, u"transport idle"_s);

    QVERIFY(second.start());
    EXPECT_LINE(second, u"transport problem in-use (.+)"_s);
    QCOMPARE(second.captured(), Problem(Problem::Kind::InUse).text());
    second.type("has no profile");
    EXPECT_LINE(second, u"own not-appended in-use (.+)"_s);
    QCOMPARE(second.captured(), Problem(Problem::Kind::InUse).text());
    first.type("has the profile");
    EXPECT_LINE(first, u"own head 1 .*"_s);
    first.type("/quit");
    EXPECT_END(first, 0);

    // By itself, and without a new start.
    EXPECT_LINE(second, u"transport problem none"_s);
    second.type("has it now");
    EXPECT_LINE(second, u"own head 2 .*"_s);
    second.type("/quit");
    EXPECT_END(second, 1); // for an entry was not accepted
}

void TestProcess::endsCleanlyWheneverItIsTold_data()
{
    QTest::addColumn<int>("signal"); // 0: the end of standard input
    QTest::addColumn<int>("lines"); // that were printed before
    const QList<QPair<const char *, int>> ways{
        {"Ctrl-C", SIGINT}, {"SIGTERM", SIGTERM}, {"SIGHUP", SIGHUP}, {"end of input", 0}};
    for (const auto &[name, number] : ways) {
        for (const int lines : {1, 2, 3, 5, 8, 13, 40, 130, 260})
            QTest::addRow("%s after %d lines", name, lines) << number << lines;
    }
}

void TestProcess::endsCleanlyWheneverItIsTold()
{
    QFETCH(const int, signal);
    QFETCH(const int, lines);
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start());
    for (int count = 0; count < 300; ++count)
        alice.type("busy");
    QVERIFY2(alice.waitForCount(u".*"_s, lines), alice.transcript().constData());
    if (signal)
        alice.sendSignal(signal);
    else
        alice.endInput();
    EXPECT_END(alice, 0);
    // The program ends when close() is done: by then everybody was told.
    QCOMPARE(alice.all(u"transport (closed)"_s).size(), 1);
    const auto appended = alice.all(u"own appended (\\d+) .*"_s);

    // Nothing has to be repaired the next time, and nothing is lost.
    QVERIFY(alice.start({u"--exit-when-published"_s}));
    alice.type("/log");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(alice.all(u"own appended .*"_s).size(), 0);
    QVERIFY(alice.all(u"own entry (\\d+) .*"_s).size() >= appended.size());
}

void TestProcess::endsAlsoWhereTheProfileCannotBeClosed()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    QVERIFY(alice.start({u"--plugin"_s, QStringLiteral(STUCK_PLUGIN)}));
    alice.sendSignal(SIGTERM);
    EXPECT_END(alice, 0);
    QCOMPARE(alice.all(u"transport (closed)"_s), QStringList());
}

void TestProcess::keepsWhatStandardInputEndedWith()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    QVERIFY(alice.start());
    for (int count = 0; count < 500; ++count)
        alice.type("line");
    alice.type("/file " + storage.keep(u"binary"_s, noise(1, 1000)).toUtf8());
    alice.type("//with a slash");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(alice.all(u"own appended (\\d+) .*"_s).size(), 502);

    QVERIFY(alice.start());
    alice.type("/log");
    EXPECT_LINE(alice, u"own entry 500 pending \"line\""_s);
    EXPECT_LINE(alice, u"own entry 501 pending <1000 bytes, sha256 [0-9a-f]{16}>"_s);
    EXPECT_LINE(alice, u"own entry 502 pending \"/with a slash\""_s);
    EXPECT_LINE(alice, u"own end of log"_s);
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestProcess::speaksTheLanguageOfThePerson()
{
    const Storage storage;
    MessengerProcess first(storage.place(), u"alice"_s);
    MessengerProcess second(storage.place(), u"alice"_s);
    QVERIFY(first.start());
    EXPECT_LINE(first, u"own ready"_s);
    second.setLocale(u"de_DE.UTF-8"_s);
    QVERIFY(second.start());
    EXPECT_LINE(second, u"transport problem in-use (.+)"_s);
    QVERIFY2(second.captured().contains(u"Profil"_s), second.transcript().constData());
    QVERIFY(second.captured() != Problem(Problem::Kind::InUse).text());
}

void TestProcess::stopsFollowingForGood()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    MessengerProcess bobAgain(storage.place(), u"bob"_s);
    for (MessengerProcess *each : {&alice, &bob, &bobAgain})
        each->setHelpers({storage.url()});
    QVERIFY(alice.start({u"--print-link"_s, u"--exit-when-published"_s}));
    alice.type("Hello");
    alice.endInput();
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QByteArray link = alice.captured().toUtf8();
    const QByteArray name = QUrl(alice.captured()).path().toUtf8();
    EXPECT_END(alice, 0);

    QVERIFY(bob.start());
    bob.type("/follow " + link);
    EXPECT_LINE(bob, u"\\w{8} committed 1"_s);
    bob.type("/unfollow " + name);
    EXPECT_LINE(bob, u"\\w{8} unfollowed none"_s);
    // From nothing.
    bob.type("/follow " + link);
    EXPECT_LINE(bob, u"\\w{8} received 1 .*"_s);
    EXPECT_LINE(bob, u"\\w{8} committed 1"_s);

    // Also before the profile is open and anybody knows that it follows that log.
    QVERIFY(bobAgain.start());
    bobAgain.type("/follow " + link);
    bobAgain.type("/unfollow " + name);
    bobAgain.type("/status");
    EXPECT_LINE(bobAgain, u"own log main not ready .*"_s);
    bob.endInput();
    EXPECT_END(bob, 0);
    EXPECT_LINE(bobAgain, u"\\w{8} unfollowed none"_s);
    EXPECT_LINE(bobAgain, u"transport idle"_s);
    bobAgain.endInput();
    EXPECT_END(bobAgain, 0);
    QVERIFY(bob.start());
    EXPECT_LINE(bob, u"transport idle"_s);
    bob.endInput();
    EXPECT_END(bob, 0);
    QCOMPARE(bob.all(u"(following .*)"_s), QStringList());
}

void TestProcess::takesAnEntryBack()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url(true)});
    bob.setHelpers({storage.url()});
    QVERIFY(alice.start({u"--offline"_s, u"--print-link"_s}));
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    alice.type("first");
    alice.type("wrong window");
    alice.type("third");
    EXPECT_LINE(alice, u"own appended 3 .*"_s);
    alice.type("/withdraw 2");
    EXPECT_LINE(alice, u"own withdrawn 2"_s);
    alice.type("/online");
    EXPECT_LINE(alice, u"own head 3 .*"_s);
    alice.type("/withdraw 1");
    EXPECT_LINE(alice, u"own not-withdrawn 1 too late.*"_s);
    alice.endInput();
    EXPECT_END(alice, 0);

    QVERIFY(bob.start({u"--follow"_s, link, u"--exit-at"_s, u"3"_s}));
    EXPECT_END(bob, 0);
    QCOMPARE(bob.all(u"\\w{8} received (.*)"_s), QStringList({u"1 \"first\""_s, u"3 \"third\""_s}));
}

void TestProcess::knowsWhatThePeerHas()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start());
    alice.type("seen");
    alice.type("not seen");
    EXPECT_LINE(alice, u"own appended 2 .*"_s);
    EXPECT_LINE(alice, u"own head 2 .*"_s);
    alice.type("/ack 1");
    EXPECT_LINE(alice, u"own acknowledged 1"_s);
    alice.type("/ack 7");
    EXPECT_LINE(alice, u"own not-acknowledged 7 no such entry"_s);
    alice.type("/log");
    EXPECT_LINE(alice, u"own entry 1 acknowledged \"seen\""_s);
    EXPECT_LINE(alice, u"own entry 2 published \"not seen\""_s);
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestProcess::putsBackWhatTheStorageLost()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start());
    EXPECT_LINE(alice, u"transport idle"_s);
    alice.type("/file " + storage.keep(u"large"_s, noise(1, 300 * 1024)).toUtf8());
    EXPECT_LINE(alice, u"own head 1 .*"_s);
    const QString lost = storage.files(u"blocks"_s).constFirst();
    const QByteArray bytes = readFile(lost);
    QVERIFY(QFile::remove(lost));
    alice.type("/audit");
    EXPECT_LINE(alice, u"own audit blocks 2 checked 2 missing 1 restored 1 failed 0"_s);
    QCOMPARE(readFile(lost), bytes);
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestProcess::keepsACredential()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    const QString file = storage.keep(u"token"_s, "THE-TOKEN\n");
    const QString url = u"kubo+http://localhost:5001?network=required"_s;
    QVERIFY(alice.start({u"--credential"_s, url + u'=' + file}));
    alice.endInput(); // it does not leave before
    EXPECT_LINE(alice, u"transport credential none"_s);
    EXPECT_END(alice, 0);
    QVERIFY(!alice.transcript().contains("THE-TOKEN"));
    bool isKept = false;
    const QByteArray secrets = readFile(storage.path(u"alice.secrets"_s));
    for (const QJsonValue &each : QJsonDocument::fromJson(secrets).object())
        isKept = isKept || QByteArray::fromBase64(each.toString().toLatin1()).contains("THE-TOKEN");
    QVERIFY(isKept);
}

void TestProcess::refusesWhatIsWrong_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const auto add = [](const char *name, const QStringList &options, int code, const char *says) {
        QTest::newRow(name) << options << code << QByteArray(says);
    };
    add("no such option", {u"--no-such-option"_s}, 2, "no-such-option");
    add("no number", {u"--exit-at"_s, u"many"_s}, 2, "--exit-at needs a number");
    // The other one is always there.
    add("two places for secrets", {u"--keychain"_s}, 2,
        "--keychain and --secrets exclude each other");
    add("two who know of the network", {u"--system-network"_s, u"--offline"_s}, 2,
        "--system-network and --offline exclude each other");
    add("helper that is no URL", {u"--helper"_s, u"/folder"_s}, 2, "problem invalid-argument");
    add("credential without a file", {u"--credential"_s, u"kubo+http://localhost"_s}, 2,
        "--credential needs a URL, an equals sign and a file");
    add("credential that cannot be read",
        {u"--credential"_s, u"kubo+http://localhost=/no/such/file"_s}, 1, "/no/such/file");
    add("link that is none", {u"--follow"_s, u"https://example.org/"_s}, 1,
        "not-followed invalid-argument");
    add("no such plugin", {u"--plugin"_s, u"/no/such/plugin.so"_s}, 4, "/no/such/plugin.so");
}

void TestProcess::refusesWhatIsWrong()
{
    QFETCH(const QStringList, options);
    QFETCH(const int, code);
    QFETCH(const QByteArray, says);
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    (void)alice.start(options);
    alice.endInput();
    EXPECT_END(alice, code);
    QVERIFY2(alice.transcript().contains(says), alice.transcript().constData());
}

QTEST_GUILESS_MAIN(TestProcess)
#include "tst_process.moc"
