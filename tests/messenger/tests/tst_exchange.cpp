// SPDX-License-Identifier: MIT
#include "messengerprocess.h"
#include "storage.h"

#include <QDir>
#include <QRandomGenerator>

using namespace RemoteLogTest;

// What the product is for: people who are never online together, through a folder.
class TestExchange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bringsEverythingBothWays();
    void opensOnlyWithTheKey();
    void deliversNothingOfWhatWasChanged_data();
    void deliversNothingOfWhatWasChanged();
};

namespace {

constexpr qsizetype KiB = 1024;
constexpr qsizetype MiB = 1024 * KiB;

// Sizes around every limit of the format (embedded or mapped, one block or several), and much that
// is small.
QList<qsizetype> mixedSizes(int count, quint32 seed)
{
    const QList<qsizetype> special{
        0,         1, 64 * KiB - 1,  64 * KiB, 64 * KiB + 1, 256 * KiB, MiB - 257, MiB - 256,
        MiB - 255, 0, 2 * MiB - 512, 2 * MiB,  5 * MiB,
    };
    QList<qsizetype> sizes;
    QRandomGenerator random(seed);
    for (int index = 0; index < count; ++index)
        sizes.append(random.bounded(96 * int(KiB)));
    for (qsizetype index = 0; index < special.size(); ++index)
        sizes[index * count / special.size()] = special.at(index);
    return sizes;
}

QList<QByteArray> payloads(const QList<qsizetype> &sizes, quint32 seed)
{
    QList<QByteArray> all;
    for (const qsizetype size : sizes)
        all.append(noise(seed++, size));
    return all;
}

void typeAll(MessengerProcess &process, const Storage &storage, const QList<QByteArray> &payloads,
             const QString &name)
{
    for (qsizetype index = 0; index < payloads.size(); ++index)
        process.type("/file "
                     + storage.keep(name + QString::number(index), payloads.at(index)).toUtf8());
}

QString logNameOf(const QString &link)
{
    return QUrl(link).path();
}

// Empty if `reader` was given exactly these, in order, and kept exactly these bytes.
QByteArray difference(const MessengerProcess &reader, const QString &link,
                      const QList<QByteArray> &payloads)
{
    const QStringList sequences =
        reader.all(link.section(u'?', 0, 0).right(8) + u" received (\\d+) .*"_s);
    if (sequences.size() != payloads.size())
        return QByteArray::number(sequences.size()) + " entries came";
    for (qsizetype index = 0; index < payloads.size(); ++index) {
        const QString sequence = QString::number(index + 1);
        if (sequences.at(index) != sequence)
            return "out of order: " + sequences.at(index).toUtf8();
        if (readFile(reader.saveFolder() + u'/' + logNameOf(link) + u'/' + sequence)
            != payloads.at(index))
            return "other bytes: " + sequence.toUtf8();
    }
    return {};
}

} // namespace

void TestExchange::bringsEverythingBothWays()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    MessengerProcess carol(storage.place(), u"carol"_s);
    for (MessengerProcess *each : {&alice, &bob, &carol})
        each->setHelpers({storage.url()});
    const QList<QByteArray> hers = payloads(mixedSizes(700, 1), 1000);
    const QList<QByteArray> his = payloads(mixedSizes(300, 2), 2000);

    QVERIFY(alice.start({u"--print-link"_s, u"--exit-when-published"_s}));
    typeAll(alice, storage, hers, u"hers"_s);
    alice.endInput();
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString herLink = alice.captured();
    EXPECT_END(alice, 0);

    QVERIFY(bob.start({u"--print-link"_s, u"--exit-when-published"_s, u"--exit-at"_s, u"700"_s,
                       u"--follow"_s, herLink, u"--save"_s, bob.saveFolder()}));
    typeAll(bob, storage, his, u"his"_s);
    bob.endInput();
    EXPECT_LINE(bob, u"own link (.*)"_s);
    const QString hisLink = bob.captured();
    EXPECT_END(bob, 0);
    QCOMPARE(difference(bob, herLink, hers), QByteArray());

    QVERIFY(alice.start(
        {u"--exit-at"_s, u"300"_s, u"--follow"_s, hisLink, u"--save"_s, alice.saveFolder()}));
    EXPECT_END(alice, 0);
    QCOMPARE(difference(alice, hisLink, his), QByteArray());

    // Whoever else was given the link reads the same.
    QVERIFY(carol.start(
        {u"--exit-at"_s, u"700"_s, u"--follow"_s, herLink, u"--save"_s, carol.saveFolder()}));
    EXPECT_END(carol, 0);
    QCOMPARE(difference(carol, herLink, hers), QByteArray());
}

void TestExchange::opensOnlyWithTheKey()
{
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess mallory(storage.place(), u"mallory"_s);
    alice.setHelpers({storage.url()});
    mallory.setHelpers({storage.url()});

    QVERIFY(alice.start({u"--print-link"_s, u"--exit-when-published"_s}));
    alice.type("for Bob alone");
    alice.endInput();
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    EXPECT_END(alice, 0);

    // Her name, which is public, with a key that fits another log.
    QVERIFY(mallory.start({u"--print-link"_s, u"--save"_s, mallory.saveFolder()}));
    EXPECT_LINE(mallory, u"own link (.*)"_s);
    const QString forged = link.section(u'#', 0, 0) + u'#' + mallory.captured().section(u'#', 1);
    mallory.type("/follow " + forged.toUtf8());
    EXPECT_LINE(mallory, u"following .*"_s);
    EXPECT_LINE(mallory, u"\\w{8} problem tampered .+"_s);
    QCOMPARE(mallory.all(u".* received .*"_s), QStringList());

    // It does not stand in the way of the true one.
    mallory.type("/follow " + link.toUtf8());
    EXPECT_LINE(mallory, u".* received 1 \"for Bob alone\""_s);
    mallory.endInput();
    EXPECT_END(mallory, 0);
    QCOMPARE(mallory.all(u".* received .*"_s).size(), 1);
}

void TestExchange::deliversNothingOfWhatWasChanged_data()
{
    QTest::addColumn<QString>("part");
    QTest::addColumn<qsizetype>("number"); // among the files of that part, largest first
    QTest::addColumn<qsizetype>("readable"); // entries that come before what was changed
    QTest::newRow("newest record") << u"names"_s << qsizetype(0) << qsizetype(0);
    QTest::newRow("head page") << u"blocks"_s << qsizetype(2) << qsizetype(0);
    QTest::newRow("first part of a large entry") << u"blocks"_s << qsizetype(0) << qsizetype(5);
    QTest::newRow("content of an entry") << u"blocks"_s << qsizetype(1) << qsizetype(2);
}

void TestExchange::deliversNothingOfWhatWasChanged()
{
    QFETCH(const QString, part);
    QFETCH(const qsizetype, number);
    QFETCH(const qsizetype, readable);
    const Storage storage;
    MessengerProcess alice(storage.place(), u"alice"_s);
    MessengerProcess bob(storage.place(), u"bob"_s);
    alice.setHelpers({storage.url(true)});
    bob.setHelpers({storage.urlOf(u"copy"_s)});

    // One page with one record; 3 and 6 lie in blocks of their own.
    const QList<QByteArray> all = payloads({100, 0, 300 * KiB, 2000, 3000, 400 * KiB, 40'000}, 7);
    QVERIFY(alice.start({u"--print-link"_s, u"--exit-when-published"_s, u"--offline"_s}));
    typeAll(alice, storage, all, u"hers"_s);
    EXPECT_LINE(alice, u"own link (.*)"_s);
    const QString link = alice.captured();
    QVERIFY2(alice.waitForCount(u"own appended .*"_s, all.size()), alice.transcript().constData());
    alice.type("/online");
    alice.endInput();
    EXPECT_END(alice, 0);
    QCOMPARE(storage.files(u"names"_s).size(), 1);
    QCOMPARE(storage.files(u"blocks"_s).size(), 3);

    storage.copyTo(u"copy"_s);
    const QString changed = storage.files(part, u"copy"_s).at(number);
    const QByteArray original = readFile(changed);
    changeInPlace(changed);
    QVERIFY(bob.start({u"--follow"_s, link, u"--save"_s, bob.saveFolder()}));
    EXPECT_LINE(bob, u"\\w{8} problem tampered .+"_s);
    bob.type("/quit");
    EXPECT_END(bob, 0);
    const QStringList received = bob.all(u"\\w{8} received (\\d+) .*"_s);
    QVERIFY2(received.size() <= readable, bob.transcript().constData());
    QCOMPARE(QDir(bob.saveFolder() + u'/' + logNameOf(link)).entryList(QDir::Files).size(),
             received.size());

    // The true bytes, once they are there, are not held against it.
    writeInPlace(changed, original);
    QVERIFY(
        bob.start({u"--save"_s, bob.saveFolder(), u"--exit-at"_s, QString::number(all.size())}));
    EXPECT_END(bob, 0);
    for (qsizetype index = 0; index < all.size(); ++index)
        QCOMPARE(
            readFile(bob.saveFolder() + u'/' + logNameOf(link) + u'/' + QString::number(index + 1)),
            all.at(index));
}

QTEST_GUILESS_MAIN(TestExchange)
#include "tst_exchange.moc"
