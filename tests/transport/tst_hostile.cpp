// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QDir>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

void copyFolder(const QString &from, const QString &to)
{
    QVERIFY(QDir().mkpath(to));
    for (const QFileInfo &file : QDir(from).entryInfoList(QDir::Files))
        QVERIFY(QFile::copy(file.filePath(), QDir(to).filePath(file.fileName())));
}

void publish(OutgoingLog *log, const QByteArray &payload)
{
    const Result<quint64> sequence = await(log->append(payload));
    QVERIFY2(sequence.ok(), qPrintable(sequence.problem().detail()));
    QVERIFY(waitFor([&] { return log->head().lastSequence() == sequence.value(); }));
}

} // namespace

// Helpers and writers that lie: nothing unverified is delivered, the reader is told, and the truth
// still comes through.
class HostileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lyingStore();
    void lyingStoreBesideAnHonestOne();
    void damagedRecord();
    void forgedKey();
    void rolledBackName();
    void clonedProfile();
    void restoredBackup();
    void restoredBackupThatCountsOn();
    void payloadOverTheLimit();
    void missingBlockComesLater();
    void gapBelowManyPages();
    void largestEntryArrives();
    void readerReportsTwoHistories();
};

void HostileTest::lyingStore()
{
    const auto world = MemoryWorld::named(QStringLiteral("liar"));
    Party alice({helper("liar")});
    Party bob({helper("liar")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "truth");
    world->setStoreMood(MemoryWorld::Mood::Lies);
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Tampered; }));
    QCOMPARE(reader.log->problem().helper(), helper("liar"));
    QVERIFY(reader.entries.isEmpty());
    QCOMPARE(reader.log->head().recordNumber(), 1u);
    world->setStoreMood(MemoryWorld::Mood::Works);
    bob.transport().syncNow();
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

void HostileTest::lyingStoreBesideAnHonestOne()
{
    Party alice({helper("honest"), helper("dishonest")});
    Party bob({helper("dishonest"), helper("honest")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "truth");
    const auto liar = MemoryWorld::named(QStringLiteral("dishonest"));
    QVERIFY(waitFor([&] { return !liar->records().isEmpty(); }));
    liar->setStoreMood(MemoryWorld::Mood::Lies);
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QCOMPARE(reader.entries.first().payload(), QByteArray("truth"));
}

void HostileTest::damagedRecord()
{
    const auto world = MemoryWorld::named(QStringLiteral("damaged"));
    Party alice({helper("damaged")});
    Party bob({helper("damaged")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "truth");
    const QHash<QString, QList<QByteArray>> good = world->records();
    QHash<QString, QList<QByteArray>> bad = good;
    for (QList<QByteArray> &records : bad) {
        for (QByteArray &record : records)
            record[record.size() - 20] = char(record.at(record.size() - 20) ^ 4);
    }
    world->setRecords(bad);
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Tampered; }));
    QVERIFY(reader.log->head().isNull());
    world->setRecords(good);
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

void HostileTest::forgedKey()
{
    Party alice({helper("forged")});
    Party bob({helper("forged")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "for those who have the key");
    const LogLink link = linkOf(log);
    QUrl url = link.toUrl();
    url.setFragment(QString::fromLatin1(
        (QByteArray(1, '\x01') + QByteArray(32, 'k'))
            .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals)));
    const LogLink forged = LogLink::fromUrl(url).value();
    QCOMPARE(forged.logName(), link.logName());
    Reader blind(bob.open().follow(forged));
    QVERIFY(waitFor([&blind] { return blind.log->problem().kind() == Problem::Kind::Tampered; }));
    // The forged link does not block the true one.
    Reader reader(bob.transport().follow(link));
    QVERIFY(reader.log != blind.log);
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 1; }));
    QVERIFY(blind.entries.isEmpty());
}

void HostileTest::rolledBackName()
{
    const auto world = MemoryWorld::named(QStringLiteral("rollback"));
    Party alice({helper("rollback")});
    Party bob({helper("rollback")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    const QHash<QString, QList<QByteArray>> old = world->records();
    publish(log, "two");
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    const Head head = reader.log->head();
    world->setRecords(old);
    reader.log->checkNow();
    QVERIFY(
        waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::WillRetry; }));
    QCOMPARE(reader.log->head(), head);
    QCOMPARE(reader.entries.size(), 2);
}

void HostileTest::clonedProfile()
{
    Party alice({helper("clone")});
    Party clone({helper("clone")});
    Party bob({helper("clone")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    const LogLink link = linkOf(log);
    alice.close();
    copyFolder(alice.settings.directory(), clone.settings.directory());
    clone.secrets.secrets = alice.secrets.secrets;

    log = alice.open().openLog(Label);
    publish(log, "two, by the original");
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 2; }));

    OutgoingLog *cloned = clone.open().openLog(Label);
    QVERIFY(waitFor([cloned] { return cloned->problem().kind() == Problem::Kind::Conflict; }));
    QCOMPARE(await(cloned->append("two, by the clone")).problem().kind(), Problem::Kind::Conflict);
    QVERIFY(waitFor(
        [&clone] { return clone.transport().state() == Transport::State::NeedsAttention; }));
    // For good, and only for this log.
    clone.close();
    cloned = clone.open().openLog(Label);
    QCOMPARE(await(cloned->append("again")).problem().kind(), Problem::Kind::Conflict);
    publish(clone.transport().openLog(QStringLiteral("a new label")), "fresh");
    publish(log, "three, by the original");
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
}

void HostileTest::restoredBackup()
{
    Party alice({helper("backup")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    alice.close();
    const QString backup = alice.directory() + QStringLiteral("/backup");
    copyFolder(alice.settings.directory(), backup);
    log = alice.open().openLog(Label);
    publish(log, "two");
    alice.close();
    QVERIFY(QDir(alice.settings.directory()).removeRecursively());
    copyFolder(backup, alice.settings.directory());
    log = alice.open().openLog(Label);
    QVERIFY(waitFor([log] { return log->problem().kind() == Problem::Kind::Conflict; }));
}

void HostileTest::restoredBackupThatCountsOn()
{
    const auto world = MemoryWorld::named(QStringLiteral("counts-on"));
    Party alice({helper("counts-on")});
    Party backup({helper("counts-on")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    alice.close();
    copyFolder(alice.settings.directory(), backup.settings.directory());
    backup.secrets.secrets = alice.secrets.secrets;
    log = alice.open().openLog(Label);
    publish(log, "two, which the backup does not know");
    alice.close();
    const auto before = world->records();

    // It writes more than was lost while nobody tells it what there is: its number is higher then.
    world->setNamesMood(MemoryWorld::Mood::Fails);
    OutgoingLog *restored = backup.open().openLog(Label);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(await(restored->append("another two")).ok());
        QVERIFY(waitFor([restored] { return restored->pendingCount() == 0; }));
    }
    world->setNamesMood(MemoryWorld::Mood::Works);
    backup.transport().syncNow();
    QVERIFY(waitFor([restored] { return restored->problem().kind() == Problem::Kind::Conflict; }));
    QCOMPARE(world->records(), before);
}

void HostileTest::payloadOverTheLimit()
{
    Party alice({helper("large")});
    Party bob({helper("large")});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->appendAll({"small", QByteArray(2'000, 'x'), "behind"})).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 3; }));
    bob.settings.setMaxPayload(1'000);
    const LogLink link = linkOf(log);
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::TooLarge; }));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    QCOMPARE(reader.entries.size(), 1);
    Settings larger = bob.settings;
    larger.setMaxPayload(3'000);
    QVERIFY(!await(bob.transport().applySettings(larger)));
    QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

void HostileTest::missingBlockComesLater()
{
    const auto world = MemoryWorld::named(QStringLiteral("half"));
    Party alice({helper("half")});
    Party bob({helper("half")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (const char *payload : {"one", "two", "three"})
        publish(log, payload);
    const QHash<QByteArray, QByteArray> all = world->blocks();
    for (const QByteArray &missing : all.keys()) {
        QHash<QByteArray, QByteArray> some = all;
        some.remove(missing);
        world->setBlocks(some);
        Reader reader(bob.open().follow(linkOf(log)));
        QVERIFY(waitFor(
            [&reader] { return reader.log->problem().kind() == Problem::Kind::WillRetry; }));
        world->setBlocks(all);
        bob.transport().syncNow();
        QVERIFY(waitFor([&reader] { return reader.entries.size() == 3; }));
        QVERIFY(!await(bob.transport().unfollow(reader.log)));
        bob.close();
    }
}

void HostileTest::gapBelowManyPages()
{
    // 16 MiB of pages, twice what a reader holds, wait for the oldest one.
    const auto world = MemoryWorld::named(QStringLiteral("gap"));
    Party alice({helper("gap")});
    Party bob({helper("gap")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "the oldest, in a page of its own");
    QVERIFY(await(log->appendAll(QList<QByteArray>(400, QByteArray(40'000, 'x')))).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 401; }));
    const QHash<QByteArray, QByteArray> all = world->blocks();
    QByteArray oldest;
    for (auto block = all.cbegin(); block != all.cend(); ++block) {
        if (oldest.isNull() || block->size() < all.value(oldest).size())
            oldest = block.key();
    }
    QHash<QByteArray, QByteArray> some = all;
    some.remove(oldest);
    world->setBlocks(some);
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(
        waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::WillRetry; }));
    QVERIFY(reader.entries.isEmpty());
    world->setBlocks(all);
    bob.transport().syncNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 401; }));
}

void HostileTest::largestEntryArrives()
{
    Party alice({helper("largest")});
    Party bob({helper("largest")});
    OutgoingLog *log = alice.open().openLog(Label);
    const QByteArray largest(int(alice.settings.maxPayload()), 'L');
    QCOMPARE(await(log->append(largest + 'x')).problem().kind(), Problem::Kind::TooLarge);
    QVERIFY(await(log->append(largest)).ok());
    QVERIFY(await(log->append("behind it")).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 2; }));
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    QVERIFY(reader.entries.at(0).payload() == largest);
    QCOMPARE(reader.entries.at(1).payload(), QByteArray("behind it"));
}

void HostileTest::readerReportsTwoHistories()
{
    // Two writers with one key, in worlds that know nothing of each other: sequence 2 gets two
    // meanings.
    Party alice({helper("history-a")});
    Party clone({helper("history-b")});
    Party bob({helper("history-a"), helper("history-b")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    const LogLink link = linkOf(log);
    alice.close();
    copyFolder(alice.settings.directory(), clone.settings.directory());
    clone.secrets.secrets = alice.secrets.secrets;
    log = alice.open().openLog(Label);
    publish(log, "two, by the original");
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));

    OutgoingLog *cloned = clone.open().openLog(Label);
    publish(cloned, "two, by the clone");
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Conflict; }));
    publish(cloned, "three, by the clone");
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->head().recordNumber() == 3; }));
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Conflict; }));
    QCOMPARE(reader.entries.size(), 2);
    QCOMPARE(reader.entries.last().payload(), QByteArray("two, by the original"));
}

QTEST_GUILESS_MAIN(HostileTest)
#include "tst_hostile.moc"
