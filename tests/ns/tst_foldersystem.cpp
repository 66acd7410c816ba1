// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/stuckdisk.h"

#include "interface/multibase.h"
#include "log/address.h"
#include "log/namerecord.h"
#include "ns/foldersystem.h"
#include "security/hash.h"
#include "security/keys.h"

#include <QRegularExpression>
#include <QSignalSpy>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

constexpr qint64 Limit = 100'000;
const QDateTime start(QDate(2025, 3, 4), QTime(5, 6, 7), Qt::UTC);

class Writer
{
public:
    Writer()
        : m_keys(MasterSecret::generate().logKeys(u"label"_s))
    {
    }

    QString logName() const { return Multibase::nameFromPublicKey(m_keys.publicKey); }

    QByteArray record(quint64 number, int days = 0) const
    {
        NameRecordDraft draft;
        draft.address = blockAddress(QByteArray::number(number));
        draft.number = number;
        draft.validity = Validity::fromDateTime(start.addDays(days));
        draft.signedAt = start.toMSecsSinceEpoch();
        return signNameRecord(draft, m_keys);
    }

private:
    LogKeys m_keys;
};

// As the wire format has it, written out again on purpose.
QString fileOf(const QByteArray &record, quint64 number, int days = 0)
{
    return u"%1-%2-%3"_s.arg(number, 19, 10, QChar(u'0'))
        .arg(start.addDays(days).toString(u"yyyyMMddTHHmmssZ"_s))
        .arg(QString::fromLatin1(sha256(record).toHex().first(16)));
}

class HangingSystem : public FolderSystem
{
public:
    using FolderSystem::calls;
    using FolderSystem::FolderSystem;
};

} // namespace

class TestFolderSystem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void init();
    void cleanup() { m_system.reset(); }
    void isMadeOfItsUrl();
    void givesBackWhatItTook();
    void laysFilesOutAsTheFormatSays();
    void givesTheBestFirst();
    void givesNoMoreThanEight();
    void givesNoMoreBytesThanAllowed();
    void keepsTheEightBest();
    void keepsWhatIsNotItsOwn();
    void takesAnOldRecordToo();
    void neverWritesARecordAgain();
    void replacesADamagedRecord();
    void refusesOtherRecords_data();
    void refusesOtherRecords();
    void refusesWhatIsNoName_data();
    void refusesWhatIsNoName();
    void passesOverPlantedFiles();
    void passesOverARecordUnderABetterName();
    void looksAtSomeFilesOnly();
    void knowsNothingAtFirst();
    void saysThatItsFolderIsMissing();
    void saysThatItCannotRead();
    void createsItsFolderOnly();
    void noticesARecordThatComes_data() { fileSystemRows(); }
    void noticesARecordThatComes();
    void noticesTheFolderThatComes();
    void saysWhichNameChanged();
    void answersWhenAbortedWhileTheDiskHangs();
    void answersWhenDeletedWhileTheDiskHangs();
    void worksOnWhenTheDiskHasSpaceAgain() { RUN_ON_OWN_DISK("worksOnWhenTheDiskHasSpaceAgain"); }
    void worksOnWhenTheDiskIsWritableAgain()
    {
        RUN_ON_OWN_DISK("worksOnWhenTheDiskIsWritableAgain");
    }

private:
    void open(const QString &folder);
    QString path(const QString &name) const { return m_folder->filePath(name); }
    QString names() const { return path(u"names/"_s + m_writer.logName()) + u'/'; }
    Problem put(const QByteArray &record)
    {
        return answer(m_system->put(m_writer.logName(), record));
    }
    QList<QByteArray> get(qint64 limit = Limit)
    {
        return answer(m_system->get(m_writer.logName(), limit)).value();
    }
    void useHangingSystem(StuckDisk &disk);

    Writer m_writer;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FolderSystem> m_system;
};

void TestFolderSystem::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open(m_folder->path());
}

void TestFolderSystem::open(const QString &folder)
{
    m_system.reset(FolderSystem::create(QUrl::fromLocalFile(folder)));
    QVERIFY(m_system);
}

void TestFolderSystem::isMadeOfItsUrl()
{
    QVERIFY(!m_system->needsNetwork());
    QCOMPARE(m_system->embedLimit(), 2048);
    const std::unique_ptr<FolderSystem> share(
        FolderSystem::create(QUrl(u"file:///mnt/share?network=required"_s)));
    QVERIFY(share && share->needsNetwork());
    QVERIFY(!FolderSystem::create(QUrl(u"file:///mnt/share?x=y"_s)));
}

void TestFolderSystem::givesBackWhatItTook()
{
    QCOMPARE(put(m_writer.record(1)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::laysFilesOutAsTheFormatSays()
{
    const QByteArray record = m_writer.record(42);
    QCOMPARE(put(record), Problem());
    const QString folder = u"names/"_s + m_writer.logName() + u'/';
    const QString file = fileOf(record, 42);
    QCOMPARE(namesBelow(m_folder->path()),
             QStringList({u"names/"_s, folder, folder + file, u"tmp/"_s}));
    QCOMPARE(readFile(path(folder + file)), record);
    QVERIFY(
        QRegularExpression(u"^0{17}42-20250304T050607Z-[0-9a-f]{16}$"_s).match(file).hasMatch());
}

void TestFolderSystem::givesTheBestFirst()
{
    // 10 after 9: the order of numbers, not of letters. Same number: the later validity.
    for (const auto &[number, days] : QList<std::pair<int, int>>{{9, 9}, {10, 1}, {1, 0}, {10, 2}})
        QCOMPARE(put(m_writer.record(quint64(number), days)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(10, 2), m_writer.record(10, 1),
                                       m_writer.record(9, 9), m_writer.record(1, 0)}));
}

void TestFolderSystem::givesNoMoreThanEight()
{
    QVERIFY(QDir().mkpath(names()));
    for (quint64 number = 1; number <= 20; ++number) {
        const QByteArray record = m_writer.record(number);
        writeFile(names() + fileOf(record, number), record);
    }
    const QList<QByteArray> records = get();
    QCOMPARE(records.size(), 8);
    QCOMPARE(records.first(), m_writer.record(20));
    QCOMPARE(records.last(), m_writer.record(13));
}

void TestFolderSystem::givesNoMoreBytesThanAllowed()
{
    for (quint64 number = 1; number <= 3; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    const qint64 two = m_writer.record(3).size() + m_writer.record(2).size();
    QCOMPARE(get(two).size(), 2);
    QCOMPARE(get(two - 1), QList<QByteArray>({m_writer.record(3)}));
    QCOMPARE(get(0), QList<QByteArray>());
}

void TestFolderSystem::keepsTheEightBest()
{
    for (quint64 number = 1; number <= 12; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    QStringList expected;
    for (quint64 number = 5; number <= 12; ++number)
        expected += fileOf(m_writer.record(number), number);
    QCOMPARE(namesBelow(names()), expected);
}

void TestFolderSystem::keepsWhatIsNotItsOwn()
{
    QVERIFY(QDir().mkpath(names()));
    const QByteArray foreign = Writer().record(1);
    const QStringList others{u"README"_s, fileOf("junk", 3), fileOf(foreign, 1)};
    writeFile(names() + others[0], "text");
    writeFile(names() + others[1], "junk");
    writeFile(names() + others[2], foreign);
    for (quint64 number = 1; number <= 12; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    for (const QString &other : others)
        QVERIFY(QFile::exists(names() + other));
    QCOMPARE(namesBelow(names()).size(), 8 + 3);
}

// A follower that puts one back, a writer that was restored: it is read back afterwards.
void TestFolderSystem::takesAnOldRecordToo()
{
    for (quint64 number = 2; number <= 10; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    QCOMPARE(put(m_writer.record(1)), Problem());
    QVERIFY(QFile::exists(names() + fileOf(m_writer.record(1), 1)));
    QCOMPARE(get().first(), m_writer.record(10));
}

void TestFolderSystem::neverWritesARecordAgain()
{
    const QByteArray record = m_writer.record(1);
    QCOMPARE(put(record), Problem());
    const QString before = identity(names() + fileOf(record, 1));
    QCOMPARE(put(record), Problem());
    QCOMPARE(identity(names() + fileOf(record, 1)), before);
}

void TestFolderSystem::replacesADamagedRecord()
{
    const QByteArray record = m_writer.record(1);
    QCOMPARE(put(record), Problem());
    writeFile(names() + fileOf(record, 1), record.chopped(1));
    QCOMPARE(get(), QList<QByteArray>());
    QCOMPARE(put(record), Problem());
    QCOMPARE(get(), QList<QByteArray>({record}));
}

void TestFolderSystem::refusesOtherRecords_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("junk") << QByteArray(300, 'x');
    QTest::newRow("another log's") << Writer().record(1);
    QTest::newRow("cut off") << m_writer.record(1).chopped(1);
    QTest::newRow("too large") << m_writer.record(1) + QByteArray(20'000, 'x');
}

void TestFolderSystem::refusesOtherRecords()
{
    QFETCH(QByteArray, record);
    const Problem problem = put(record);
    QCOMPARE(problem.kind(), Problem::Kind::Rejected);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(m_folder->path()));
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
}

void TestFolderSystem::refusesWhatIsNoName_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QString();
    QTest::newRow("up") << u".."_s;
    QTest::newRow("path") << u"../../etc"_s;
    QTest::newRow("cut off") << m_writer.logName().chopped(1);
    QTest::newRow("upper case") << m_writer.logName().toUpper();
    QTest::newRow("with a path") << m_writer.logName() + u"/x"_s;
    QTest::newRow("with a zero") << m_writer.logName() + QChar(u'\0');
    const QByteArray cid = *Multibase::decode(m_writer.logName());
    QTest::newRow("another base") << Multibase::encodeBase32(cid);
}

void TestFolderSystem::refusesWhatIsNoName()
{
    QFETCH(QString, name);
    QCOMPARE(answer(m_system->put(name, m_writer.record(1))).kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(answer(m_system->get(name, Limit)).problem().kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
}

void TestFolderSystem::passesOverPlantedFiles()
{
    const QByteArray good = m_writer.record(5);
    QCOMPARE(put(good), Problem());
    const QByteArray foreign = Writer().record(9);
    writeFile(names() + fileOf(foreign, 9), foreign);
    writeFile(names() + fileOf("junk", 8), "junk");
    writeFile(names() + fileOf("large", 7), QByteArray(1'000'000, 'x'));
    makeFifo(names() + fileOf("fifo", 11));
    QVERIFY(QDir().mkdir(names() + fileOf("directory", 12)));
    QVERIFY(QFile::link(u"/dev/zero"_s, names() + fileOf("device", 13)));
    // Not of the pattern, so nobody even looks.
    const QByteArray better = m_writer.record(99);
    for (const QString &name :
         {u"99"_s, fileOf(better, 99) + u".tmp"_s, fileOf(better, 99).toUpper(),
          u'9' + fileOf(better, 99), fileOf(better, 99).replace(u'T', u't'), u"ä"_s})
        writeFile(names() + name, better);
    QCOMPARE(get(), QList<QByteArray>({good}));
}

void TestFolderSystem::passesOverARecordUnderABetterName()
{
    QCOMPARE(put(m_writer.record(5)), Problem());
    writeFile(names() + fileOf(m_writer.record(1), 100), m_writer.record(1));
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(5)}));
}

void TestFolderSystem::looksAtSomeFilesOnly()
{
    QCOMPARE(put(m_writer.record(5)), Problem());
    const QByteArray junk = "junk";
    for (quint64 number = 1; number <= 63; ++number)
        writeFile(names() + fileOf(junk, 100 + number), junk);
    for (int i = 0; i < 1000; ++i)
        writeFile(names()
                      + u"0000000000000000001-20250101T000000Z-%1"_s.arg(i, 16, 10, QChar(u'0')),
                  junk);
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(5)}));
    writeFile(names() + fileOf(junk, 200), junk);
    QCOMPARE(get(), QList<QByteArray>());
}

void TestFolderSystem::knowsNothingAtFirst()
{
    const auto result = answer(m_system->get(m_writer.logName(), Limit));
    QVERIFY(result.ok() && result.value().isEmpty());
    QCOMPARE(namesBelow(m_folder->path()), QStringList()); // asking leaves no trace
}

void TestFolderSystem::saysThatItsFolderIsMissing()
{
    open(path(u"none"_s));
    const Problem missing = answer(m_system->get(m_writer.logName(), Limit)).problem();
    QCOMPARE(missing.kind(), Problem::Kind::WillRetry);
    QCOMPARE(missing.helper(), QUrl::fromLocalFile(path(u"none"_s)));
}

void TestFolderSystem::saysThatItCannotRead()
{
    QVERIFY(QDir().mkdir(path(u"names"_s)));
    writeFile(path(u"names/"_s + m_writer.logName()), "in place of the directory");
    const auto result = answer(m_system->get(m_writer.logName(), Limit));
    QVERIFY(!result.ok());
    QCOMPARE(result.problem().helper(), QUrl::fromLocalFile(m_folder->path()));
    QVERIFY(put(m_writer.record(1)));
}

void TestFolderSystem::createsItsFolderOnly()
{
    open(path(u"new"_s));
    QCOMPARE(put(m_writer.record(1)), Problem());
    open(path(u"not mounted/log"_s));
    QCOMPARE(put(m_writer.record(1)).kind(), Problem::Kind::WillRetry);
    QVERIFY(!QFile::exists(path(u"not mounted"_s)));
}

void TestFolderSystem::noticesARecordThatComes()
{
    QFETCH(QString, place);
    m_folder = std::make_unique<QTemporaryDir>(place + u"/remotelog-XXXXXX"_s);
    open(m_folder->path());
    const std::unique_ptr<FolderSystem> other(
        FolderSystem::create(QUrl::fromLocalFile(m_folder->path())));
    QCOMPARE(get(), QList<QByteArray>());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);

    // Asked for once only; the first time no directory is there.
    for (quint64 number = 1; number <= 3; ++number) {
        const QByteArray record = m_writer.record(number);
        QCOMPARE(answer(other->put(m_writer.logName(), record)), Problem());
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
        QCOMPARE(changed.first().first().toString(), m_writer.logName());
        changed.clear();
    }
    QCOMPARE(get().first(), m_writer.record(3));
}

void TestFolderSystem::noticesTheFolderThatComes()
{
    open(path(u"share/log"_s));
    QVERIFY(!answer(m_system->get(m_writer.logName(), Limit)).ok());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);
    QVERIFY(QDir().mkdir(path(u"share"_s)));
    QCOMPARE(put(m_writer.record(1)), Problem());
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::saysWhichNameChanged()
{
    const Writer second;
    const Writer unasked;
    QCOMPARE(get(), QList<QByteArray>());
    QVERIFY(answer(m_system->get(second.logName(), Limit)).ok());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);
    QCOMPARE(answer(m_system->put(unasked.logName(), unasked.record(1))), Problem());
    QCOMPARE(answer(m_system->put(second.logName(), second.record(1))), Problem());
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
    for (const QVariantList &arguments : changed)
        QCOMPARE(arguments.first().toString(), second.logName());
}

void TestFolderSystem::useHangingSystem(StuckDisk &disk)
{
    const QUrl url = QUrl::fromLocalFile(m_folder->path());
    auto system = std::make_unique<HangingSystem>(FolderHelper::fromUrl(url).value());
    system->calls().run(disk.task());
    m_system = std::move(system);
    QVERIFY(disk.waitUntilStuck());
}

void TestFolderSystem::answersWhenAbortedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingSystem(disk);
    const auto putting = m_system->put(m_writer.logName(), m_writer.record(1));
    const auto getting = m_system->get(m_writer.logName(), Limit);
    QVERIFY(!putting.isFinished() && !getting.isFinished());
    m_system->abort();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
    disk.letGo();
    QCOMPARE(put(m_writer.record(1)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::answersWhenDeletedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingSystem(disk);
    const auto putting = m_system->put(m_writer.logName(), m_writer.record(1));
    const auto getting = m_system->get(m_writer.logName(), Limit);
    m_system.reset();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
}

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void init() { m_system.reset(FolderSystem::create(QUrl::fromLocalFile(OwnDisk::path()))); }
    void worksOnWhenTheDiskHasSpaceAgain();
    void worksOnWhenTheDiskIsWritableAgain();

private:
    Problem put(quint64 number)
    {
        return answer(m_system->put(m_writer.logName(), m_writer.record(number)));
    }
    QList<QByteArray> get() { return answer(m_system->get(m_writer.logName(), Limit)).value(); }

    Writer m_writer;
    std::unique_ptr<FolderSystem> m_system;
};

void TestOnOwnDisk::worksOnWhenTheDiskHasSpaceAgain()
{
    QCOMPARE(put(1), Problem());
    OwnDisk::fill();
    const Problem problem = put(2);
    QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(OwnDisk::path()));
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
    QVERIFY(namesBelow(OwnDisk::path() + u"/tmp"_s).isEmpty());
    OwnDisk::empty();
    QCOMPARE(put(2), Problem());
    QCOMPARE(get().first(), m_writer.record(2));
}

void TestOnOwnDisk::worksOnWhenTheDiskIsWritableAgain()
{
    QCOMPARE(put(1), Problem());
    QVERIFY(OwnDisk::setReadOnly(true));
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
    QCOMPARE(put(2).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(put(2), Problem());
    QCOMPARE(get().first(), m_writer.record(2));
}

int main(int argc, char **argv)
{
    return runTests<TestFolderSystem, TestOnOwnDisk>(argc, argv);
}

#include "tst_foldersystem.moc"
