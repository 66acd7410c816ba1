// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

using namespace RemoteLogTest;

// The network comes and goes; and what happens when both are there at once.
class TestLive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsEverythingWhileThereIsNoNetwork();
    void readsNothingWhileThereIsNoNetwork();
    void usesAFolderWithoutNetwork();
    void noticesEachOther();
    void holdsBackWhilePaused();
};

void TestLive::keepsEverythingWhileThereIsNoNetwork()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url(true)});
    QVERIFY(alice.start({u"--offline"_s}));
    EXPECT_LINE(alice, u"transport offline"_s);
    for (int count = 1; count <= 3; ++count) {
        alice.type("one more");
        EXPECT_LINE(alice, u"own appended %1 .*"_s.arg(count));
        EXPECT_LINE(alice, u"own pending %1"_s.arg(count));
    }
    alice.type("/sync"); // also when somebody asks for it
    alice.type("/status");
    EXPECT_LINE(alice, u"transport offline pending 3 entries 24 bytes"_s);
    EXPECT_LINE(alice, u"transport problem none"_s);
    EXPECT_LINE(alice, u"helper .* unusable problem none"_s);
    QCOMPARE(storage.files({}), QStringList());

    // It waits across a restart, too.
    alice.type("/quit");
    EXPECT_END(alice, 0);
    QVERIFY(alice.start({u"--offline"_s}));
    // Counters come when they come.
    QVERIFY2(alice.waitForCount(u"own pending 3"_s, 1), alice.transcript().constData());
    EXPECT_LINE(alice, u"transport offline"_s);
    QCOMPARE(storage.files({}), QStringList());

    alice.type("/online");
    EXPECT_LINE(alice, u"own head 3 .*"_s);
    EXPECT_LINE(alice, u"own published 1-3"_s);
    alice.type("/status");
    EXPECT_LINE(alice, u"transport idle pending .*"_s);
    QVERIFY(!storage.files(u"blocks"_s).isEmpty());
    QCOMPARE(storage.files(u"names"_s).size(), 1);

    alice.type("/offline");
    EXPECT_LINE(alice, u"transport offline"_s);
    alice.type("and gone again");
    EXPECT_LINE(alice, u"own pending 1"_s);
    alice.endInput();
    EXPECT_END(alice, 0);
}

void TestLive::readsNothingWhileThereIsNoNetwork()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url()});
    bob.setHelpers({storage.url(true)});
    QVERIFY(alice.start({u"--print-link"_s, u"--exit-when-published"_s}));
    alice.type("Hello");
    alice.endInput();
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    EXPECT_END(alice, 0);

    QVERIFY(bob.start({u"--offline"_s, u"--follow"_s, link}));
    EXPECT_LINE(bob, u"transport offline"_s);
    bob.type("/sync");
    bob.type("/status");
    EXPECT_LINE(bob, u"\\w{8} log committed 0 of 0"_s);
    bob.type("/online");
    EXPECT_LINE(bob, u"\\w{8} received 1 \"Hello\""_s);
    bob.endInput();
    EXPECT_END(bob, 0);
}

void TestLive::usesAFolderWithoutNetwork()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start({u"--offline"_s, u"--exit-when-published"_s}));
    alice.type("to a stick");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(storage.files(u"names"_s).size(), 1);
}

void TestLive::noticesEachOther()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url()});
    bob.setHelpers({storage.url()});
    QVERIFY(alice.start({u"--print-link"_s}));
    QVERIFY(bob.start({u"--print-link"_s}));
    EXPECT_LINE(alice, u"own link (.*)"_s);
    EXPECT_LINE(bob, u"own link (.*)"_s);
    // Before either has published anything: the first entry is noticed, too.
    alice.type("/follow " + bob.captured().toUtf8());
    bob.type("/follow " + alice.captured().toUtf8());

    // Far fewer seconds than the timer behind the events takes for one round.
    for (int count = 1; count <= 20; ++count) {
        const QString number = QString::number(count);
        alice.type("ping " + number.toUtf8());
        EXPECT_LINE(bob, u"\\w{8} received %1 \"ping %1\""_s.arg(number));
        bob.type("pong " + number.toUtf8());
        EXPECT_LINE(alice, u"\\w{8} received %1 \"pong %1\""_s.arg(number));
    }
    // Both at once, and one after the other as fast as it goes.
    for (int count = 21; count <= 120; ++count) {
        alice.type("fast");
        bob.type("fast");
    }
    QVERIFY2(alice.waitForCount(u"\\w{8} received .*"_s, 120), alice.transcript().constData());
    QVERIFY2(bob.waitForCount(u"\\w{8} received .*"_s, 120), bob.transcript().constData());
    for (MessengerProcess *each : {&alice, &bob}) {
        EXPECT_LINE(*each, u"\\w{8} committed 120"_s);
        each->endInput();
        EXPECT_END(*each, 0);
        QCOMPARE(each->all(u"\\w{8} received (120) .*"_s).size(), 1);
    }
}

void TestLive::holdsBackWhilePaused()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    alice.setHelpers({storage.url()});
    QVERIFY(alice.start());
    EXPECT_LINE(alice, u"transport idle"_s);
    alice.type("/pause");
    EXPECT_LINE(alice, u"transport offline"_s);
    alice.type("later");
    EXPECT_LINE(alice, u"own pending 1"_s);
    alice.type("/sync");
    alice.type("/status");
    EXPECT_LINE(alice, u"transport offline pending 1 entries 5 bytes"_s);
    QCOMPARE(storage.files(u"blocks"_s), QStringList());
    alice.type("/resume");
    EXPECT_LINE(alice, u"own head 1 .*"_s);
    alice.endInput();
    EXPECT_END(alice, 0);
}

QTEST_GUILESS_MAIN(TestLive)
#include "tst_live.moc"
