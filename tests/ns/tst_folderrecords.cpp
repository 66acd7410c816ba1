// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/systemcalls.h"
#include "recordwriter.h"

#include "ns/folderrecords.h"

#include <QRegularExpression>

#include <cerrno>
#include <optional>

using namespace RemoteLogTest;

namespace {

constexpr qint64 Limit = 100'000;

FolderRecords recordsIn(const QString &folder)
{
    return FolderRecords(FolderHelper::fromUrl(QUrl::fromLocalFile(folder)).value());
}

} // namespace

class TestFolderRecords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void init();
    void cleanup() { SystemCalls::heal(); }
    void laysFilesOutAsTheFormatSays();
    void givesTheBestFirst();
    void givesNoMoreThanEight();
    void givesNoMoreBytesThanAllowed();
    void keepsTheEightBest();
    void takesAnOldRecordToo();
    void neverWritesARecordAgain();
    void refusesOtherRecords_data();
    void refusesOtherRecords();
    void knowsNothingAtFirst();
    void saysThatItsFolderIsMissing();
    void saysThatItCannotRead();
    void movesAFileInPlaceOfItsDirectoryAside();
    void neverCreatesItsFolder();
    void takesRecordsOfSeveralUsers();
    void worksOnWhenTheDiskHasSpaceAgain() { RUN_ON_OWN_DISK("worksOnWhenTheDiskHasSpaceAgain"); }
    void worksOnWhenTheDiskIsWritableAgain()
    {
        RUN_ON_OWN_DISK("worksOnWhenTheDiskIsWritableAgain");
    }

private:
    void open(const QString &folder) { m_records = recordsIn(folder); }
    QString path(const QString &name) const { return m_folder->filePath(name); }
    QString names() const { return path(u"names/"_s + m_writer.logName()) + u'/'; }
    Problem put(const QByteArray &record) { return m_records->put(m_writer.logName(), record); }
    QList<QByteArray> get(qint64 limit = Limit)
    {
        return m_records->get(m_writer.logName(), limit).value();
    }

    Writer m_writer;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<FolderRecords> m_records;
};

void TestFolderRecords::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open(m_folder->path());
}

void TestFolderRecords::laysFilesOutAsTheFormatSays()
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

void TestFolderRecords::givesTheBestFirst()
{
    // 10 after 9: the order of numbers, not of letters. Same number: the later validity.
    for (const auto &[number, days] : QList<std::pair<int, int>>{{9, 9}, {10, 1}, {1, 0}, {10, 2}})
        QCOMPARE(put(m_writer.record(quint64(number), days)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(10, 2), m_writer.record(10, 1),
                                       m_writer.record(9, 9), m_writer.record(1, 0)}));
}

void TestFolderRecords::givesNoMoreThanEight()
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

void TestFolderRecords::givesNoMoreBytesThanAllowed()
{
    for (quint64 number = 1; number <= 3; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    const qint64 two = m_writer.record(3).size() + m_writer.record(2).size();
    QCOMPARE(get(two).size(), 2);
    QCOMPARE(get(two - 1), QList<QByteArray>({m_writer.record(3)}));
    QCOMPARE(get(0), QList<QByteArray>());
}

void TestFolderRecords::keepsTheEightBest()
{
    for (quint64 number = 1; number <= 12; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    QStringList expected;
    for (quint64 number = 5; number <= 12; ++number)
        expected += fileOf(m_writer.record(number), number);
    QCOMPARE(namesBelow(names()), expected);
}

// A follower that puts one back, a writer that was restored: it is read back afterwards.
void TestFolderRecords::takesAnOldRecordToo()
{
    for (quint64 number = 2; number <= 10; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    QCOMPARE(put(m_writer.record(1)), Problem());
    QVERIFY(QFile::exists(names() + fileOf(m_writer.record(1), 1)));
    QCOMPARE(get().first(), m_writer.record(10));
}

void TestFolderRecords::neverWritesARecordAgain()
{
    const QByteArray record = m_writer.record(1);
    QCOMPARE(put(record), Problem());
    const QString before = identity(names() + fileOf(record, 1));
    QCOMPARE(put(record), Problem());
    QCOMPARE(identity(names() + fileOf(record, 1)), before);
}

void TestFolderRecords::refusesOtherRecords_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("junk") << QByteArray(300, 'x');
    QTest::newRow("another log's") << Writer().record(1);
    QTest::newRow("cut off") << m_writer.record(1).chopped(1);
    QTest::newRow("too large") << m_writer.record(1) + QByteArray(20'000, 'x');
}

void TestFolderRecords::refusesOtherRecords()
{
    QFETCH(QByteArray, record);
    const Problem problem = put(record);
    QCOMPARE(problem.kind(), Problem::Kind::Rejected);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(m_folder->path()));
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
}

void TestFolderRecords::knowsNothingAtFirst()
{
    const auto result = m_records->get(m_writer.logName(), Limit);
    QVERIFY(result.ok() && result.value().isEmpty());
    QCOMPARE(namesBelow(m_folder->path()), QStringList()); // asking leaves no trace
}

void TestFolderRecords::saysThatItsFolderIsMissing()
{
    open(path(u"none"_s));
    const Problem missing = m_records->get(m_writer.logName(), Limit).problem();
    QCOMPARE(missing.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(missing.helper(), QUrl::fromLocalFile(path(u"none"_s)));
}

void TestFolderRecords::saysThatItCannotRead()
{
    const QByteArray record = m_writer.record(1);
    QCOMPARE(put(record), Problem());
    SystemCalls::fail(u"openat"_s, fileOf(record, 1), EIO);
    const auto result = m_records->get(m_writer.logName(), Limit);
    QCOMPARE(result.problem().kind(), Problem::Kind::WillRetry);
    QCOMPARE(result.problem().helper(), QUrl::fromLocalFile(m_folder->path()));
    QCOMPARE(put(record).kind(), Problem::Kind::WillRetry);
    SystemCalls::heal();
    SystemCalls::fail(u"openat"_s, u"/names"_s, EACCES);
    QCOMPARE(m_records->get(m_writer.logName(), Limit).problem().kind(),
             Problem::Kind::ActionRequired);
}

void TestFolderRecords::movesAFileInPlaceOfItsDirectoryAside()
{
    QVERIFY(QDir().mkdir(path(u"names"_s)));
    writeFile(path(u"names/"_s + m_writer.logName()), "in place of the directory");
    const auto result = m_records->get(m_writer.logName(), Limit);
    QCOMPARE(result.problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(result.problem().helper(), QUrl::fromLocalFile(m_folder->path()));
    QCOMPARE(put(m_writer.record(1)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderRecords::neverCreatesItsFolder()
{
    open(path(u"new"_s));
    QCOMPARE(put(m_writer.record(1)).kind(), Problem::Kind::ActionRequired);
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
    QVERIFY(QDir().mkdir(path(u"new"_s)));
    QCOMPARE(put(m_writer.record(1)), Problem());
}

void TestFolderRecords::takesRecordsOfSeveralUsers()
{
    if (!canBeOthers())
        QSKIP("needs root to be other users");
    setMode(m_folder->path(), 01777);
    const Writer other;
    QVERIFY(succeedsAs({3001, 3001}, [&] { return !put(m_writer.record(1)); }));
    QVERIFY(succeedsAs({3002, 3002}, [&] {
        return !m_records->put(other.logName(), other.record(1))
               && get() == QList<QByteArray>({m_writer.record(1)}) && !put(m_writer.record(1));
    }));
}

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void worksOnWhenTheDiskHasSpaceAgain();
    void worksOnWhenTheDiskIsWritableAgain();

private:
    Problem put(quint64 number)
    {
        return m_records.put(m_writer.logName(), m_writer.record(number));
    }
    QList<QByteArray> get() { return m_records.get(m_writer.logName(), Limit).value(); }

    Writer m_writer;
    FolderRecords m_records = recordsIn(OwnDisk::path());
};

void TestOnOwnDisk::worksOnWhenTheDiskHasSpaceAgain()
{
    QCOMPARE(put(1), Problem());
    OwnDisk::fill();
    const Problem problem = put(2);
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
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
    QCOMPARE(put(2).kind(), Problem::Kind::ActionRequired);
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(put(2), Problem());
    QCOMPARE(get().first(), m_writer.record(2));
}

int main(int argc, char **argv)
{
    return runTests<TestFolderRecords, TestOnOwnDisk>(argc, argv);
}

#include "tst_folderrecords.moc"
