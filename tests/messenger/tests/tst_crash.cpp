// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

#include <QCryptographicHash>
#include <QMap>
#include <QRandomGenerator>

using namespace RemoteLogTest;

// Processes that are killed (kill -9) wherever they happen to be. How far they get is chosen by
// what they have printed, from a fixed seed; where exactly it hits them is left to the scheduler.
class TestCrash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void losesNothingThatWasAppended();
    void bringsWhatIsNotCommittedAgain();
    void bringsWhatIsCommittedOnlyOnce();
};

namespace {

constexpr int WriterRounds = 12;
constexpr int EntriesEach = 40;
constexpr int ReaderRounds = 12;
constexpr int ReaderEntries = 600;

using Entries = QMap<qulonglong, QString>; // by sequence, as the messenger prints them

Entries entriesIn(const MessengerProcess &process, const QString &before)
{
    const QStringList sequences = process.all(before + u" (\\d+) .*"_s);
    const QStringList texts = process.all(before + u" \\d+ (.*)"_s);
    Entries entries;
    for (qsizetype index = 0; index < sequences.size(); ++index)
        entries.insert(sequences.at(index).toULongLong(), texts.at(index));
    return entries;
}

// The same on every run, and large now and then: then it goes into blocks of its own.
QByteArray payload(int round, int index)
{
    if (index % 8 == 7)
        return noise(quint32(1000 * round + index), 100'000 + index);
    return "round " + QByteArray::number(round) + " entry " + QByteArray::number(index);
}

// As the messenger prints it.
QString described(const QByteArray &payload)
{
    if (payload.size() < 100)
        return u'"' + QString::fromUtf8(payload) + u'"';
    const QByteArray digest = QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex();
    return u"<%1 bytes, sha256 %2>"_s.arg(payload.size()).arg(QLatin1String(digest.first(16)));
}

QString publish(MessengerProcess &alice, int count)
{
    if (!alice.start({u"--print-link"_s, u"--exit-when-published"_s}))
        return {};
    for (int index = 1; index <= count; ++index)
        alice.type("entry " + QByteArray::number(index));
    alice.endInput();
    if (!alice.waitFor(u"own link (.*)"_s))
        return {};
    const QString link = alice.captured();
    return alice.waitForEnd() == 0 ? link : QString();
}

} // namespace

void TestCrash::losesNothingThatWasAppended()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url()});
    bob.setHelpers({storage.url()});
    QVERIFY(alice.start({u"--print-link"_s}));
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    alice.kill();
    // Bob reads along. What he was given must stay true, whatever Alice forgets.
    QVERIFY(bob.start({u"--follow"_s, link}));

    QRandomGenerator random(1);
    Entries durable;
    for (int round = 0; round < WriterRounds; ++round) {
        QVERIFY(alice.start());
        for (int index = 0; index < EntriesEach; ++index) {
            const QByteArray bytes = payload(round, index);
            alice.type(bytes.size() < 100
                           ? bytes
                           : "/file " + storage.keep(u"payload%1"_s.arg(index), bytes).toUtf8());
        }
        // During the appends, or during what comes after them.
        const int appended = round % 2 == 0 ? random.bounded(1, EntriesEach) : EntriesEach;
        QVERIFY2(alice.waitForCount(u"own appended .*"_s, appended),
                 alice.transcript().constData());
        if (round % 2 != 0) {
            const QString later =
                QStringList{u"own stored .*"_s, u"own published .*"_s, u"own head .*"_s, u".*"_s}
                    .at(round / 2 % 4);
            EXPECT_LINE(alice, later);
        }
        alice.kill();
        // The messenger says so in the order in which it was told.
        const QStringList sequences = alice.all(u"own appended (\\d+) .*"_s);
        QVERIFY(sequences.size() >= appended);
        for (qsizetype index = 0; index < sequences.size(); ++index) {
            const qulonglong sequence = sequences.at(index).toULongLong();
            QVERIFY2(!durable.contains(sequence), "a sequence was given twice");
            durable.insert(sequence, described(payload(round, int(index))));
        }
    }

    QVERIFY(alice.start({u"--exit-when-published"_s}));
    alice.endInput();
    EXPECT_END(alice, 0);
    QVERIFY(alice.start());
    alice.type("/log");
    EXPECT_LINE(alice, u"own end of log"_s);
    alice.endInput();
    EXPECT_END(alice, 0);
    const Entries log = entriesIn(alice, u"own entry"_s);
    QCOMPARE(log.size(), qsizetype(log.lastKey()));
    for (auto entry = durable.cbegin(); entry != durable.cend(); ++entry)
        QCOMPARE(log.value(entry.key()), u"published "_s + entry.value());

    QVERIFY2(bob.waitForCount(u".* received \\d+ .*"_s, log.size()), bob.transcript().constData());
    bob.endInput();
    EXPECT_END(bob, 0);
    const Entries read = entriesIn(bob, u".* received"_s);
    QCOMPARE(read.size(), log.size());
    for (auto entry = read.cbegin(); entry != read.cend(); ++entry)
        QCOMPARE(u"published "_s + entry.value(), log.value(entry.key()));
}

void TestCrash::bringsWhatIsNotCommittedAgain()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url()});
    bob.setHelpers({storage.url()});
    const QString link = publish(alice, 300);
    QVERIFY2(!link.isEmpty(), alice.transcript().constData());

    // Saved, and killed before it was committed: the messenger knows them when they come again.
    const QStringList options{u"--follow"_s, link, u"--save"_s, bob.saveFolder()};
    for (const QString &how : {u"received"_s, u"again"_s}) {
        QVERIFY(bob.start(options + QStringList{u"--no-commit"_s}));
        EXPECT_LINE(bob, u"\\w{8} "_s + how + u" 1 \"entry 1\""_s);
        EXPECT_LINE(bob, u"\\w{8} "_s + how + u" 256 \"entry 256\""_s);
        bob.kill();
        QCOMPARE(bob.all(u"\\w{8} committed (.*)"_s), QStringList());
        QCOMPARE(bob.all(u"\\w{8} "_s + how + u" (\\d+) .*"_s).size(), 256);
    }
    QVERIFY(bob.start(options + QStringList{u"--exit-at"_s, u"300"_s}));
    EXPECT_END(bob, 0);
    QCOMPARE(bob.all(u"\\w{8} again (\\d+) .*"_s).size(), 256);
    QCOMPARE(bob.all(u"\\w{8} received (\\d+) .*"_s).size(), 44);
}

void TestCrash::bringsWhatIsCommittedOnlyOnce()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url()});
    bob.setHelpers({storage.url()});
    const QString link = publish(alice, ReaderEntries);
    QVERIFY2(!link.isEmpty(), alice.transcript().constData());

    const QStringList options{u"--follow"_s, link, u"--save"_s, bob.saveFolder()};
    QRandomGenerator random(2);
    qulonglong committed = 0; // what a process has said, before it was killed
    qulonglong delivered = 0;
    QMap<qulonglong, int> timesReceived;
    for (int round = 0; round < ReaderRounds && delivered < ReaderEntries; ++round) {
        QVERIFY(bob.start(options));
        const qulonglong left = ReaderEntries - committed;
        const int count = random.bounded(1, int(std::min<qulonglong>(left, 120)) + 1);
        if (!bob.waitForCount(u"\\w{8} (received|again) .*"_s, count))
            break;
        bob.kill();
        qulonglong previous = 0;
        const QStringList come = bob.all(u"\\w{8} (?:received|again) (\\d+) .*"_s);
        for (const QString &text : come) {
            const qulonglong sequence = text.toULongLong();
            QVERIFY2(sequence > committed, "a committed entry came again");
            QVERIFY2(previous == 0 || sequence == previous + 1, "there is a gap");
            previous = sequence;
        }
        QVERIFY2(come.constFirst().toULongLong() <= delivered + 1, "an entry was left out");
        for (const QString &text : bob.all(u"\\w{8} received (\\d+) .*"_s))
            ++timesReceived[text.toULongLong()];
        for (const QString &text : bob.all(u"\\w{8} committed (\\d+)"_s))
            committed = std::max(committed, text.toULongLong());
        delivered = std::max(delivered, previous);
    }

    QVERIFY(bob.start(options + QStringList{u"--exit-at"_s, QString::number(ReaderEntries)}));
    EXPECT_END(bob, 0);
    for (const QString &text : bob.all(u"\\w{8} received (\\d+) .*"_s))
        ++timesReceived[text.toULongLong()];
    for (auto times = timesReceived.cbegin(); times != timesReceived.cend(); ++times)
        QCOMPARE(times.value(), 1);
    for (int sequence = 1; sequence <= ReaderEntries; ++sequence)
        QCOMPARE(readFile(bob.saveFolder() + u'/' + QUrl(link).path() + u'/'
                          + QString::number(sequence)),
                 "entry " + QByteArray::number(sequence));
}

QTEST_GUILESS_MAIN(TestCrash)
#include "tst_crash.moc"
