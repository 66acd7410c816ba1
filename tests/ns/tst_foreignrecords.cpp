// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "recordwriter.h"

#include "ns/folderrecords.h"

#include <optional>

using namespace RemoteLogTest;

namespace {

constexpr qint64 Limit = 100'000;

} // namespace

// Files that somebody put there, changed, or is still copying.
class TestForeignRecords : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void init();
    void passesOverPlantedFiles();
    void givesADamagedRecordIfItWasTheNewest();
    void passesOverARecordThatIsBeingCopied_data();
    void passesOverARecordThatIsBeingCopied();
    void passesOverARecordUnderABetterName();
    void looksAtSomeFilesOnly();
    void replacesADamagedRecord();
    void keepsWhatIsNotItsOwn();

private:
    QString names() const { return m_folder->filePath(u"names/"_s + m_writer.logName()) + u'/'; }
    Problem put(const QByteArray &record) { return m_records->put(m_writer.logName(), record); }
    QList<QByteArray> get() { return m_records->get(m_writer.logName(), Limit).value(); }

    Writer m_writer;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<FolderRecords> m_records;
};

void TestForeignRecords::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_records.emplace(FolderHelper::fromUrl(QUrl::fromLocalFile(m_folder->path())).value());
}

void TestForeignRecords::passesOverPlantedFiles()
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
    // But for the one that has the best name: it is for the reader to say that it is no record.
    QCOMPARE(get(), QList<QByteArray>({foreign, good}));
}

void TestForeignRecords::givesADamagedRecordIfItWasTheNewest()
{
    for (quint64 number = 1; number <= 8; ++number)
        QCOMPARE(put(m_writer.record(number)), Problem());
    const QByteArray newest = m_writer.record(9);
    const QByteArray damaged = newest.chopped(1) + 'x';
    writeFile(names() + fileOf(newest, 9), damaged);
    const QList<QByteArray> records = get();
    QCOMPARE(records.size(), 8);
    QCOMPARE(records.at(0), damaged);
    QCOMPARE(records.at(1), m_writer.record(8));
    QCOMPARE(records.at(7), m_writer.record(2));

    // An older one that is damaged keeps nobody from the newest.
    QCOMPARE(put(m_writer.record(10)), Problem());
    QCOMPARE(get().first(), m_writer.record(10));
    QVERIFY(!get().contains(damaged));
}

void TestForeignRecords::passesOverARecordThatIsBeingCopied_data()
{
    QTest::addColumn<int>("size"); // of a record that is longer
    QTest::addColumn<int>("age"); // s
    QTest::addColumn<bool>("isReported");
    QTest::newRow("empty") << 0 << 0 << false;
    QTest::newRow("empty for long") << 0 << 3600 << false;
    QTest::newRow("begun") << 1 << 0 << false;
    QTest::newRow("without the data") << 66 << 0 << false;
    QTest::newRow("half") << 100 << 0 << false;
    QTest::newRow("half for a while") << 100 << 30 << false;
    QTest::newRow("half for long") << 100 << 90 << true;
    QTest::newRow("all but one byte") << -1 << 0 << false;
    QTest::newRow("all but one byte for long") << -1 << 90 << true;
}

void TestForeignRecords::passesOverARecordThatIsBeingCopied()
{
    QFETCH(const int, size);
    QFETCH(const int, age);
    QFETCH(const bool, isReported);
    QCOMPARE(put(m_writer.record(5)), Problem());
    const QByteArray newest = m_writer.record(6);
    const QByteArray part = size < 0 ? newest.chopped(-size) : newest.first(size);
    const QString name = names() + fileOf(newest, 6);
    writeFile(name, part);
    QFile file(name);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addSecs(-age),
                             QFile::FileModificationTime));
    file.close();
    const QByteArray good = m_writer.record(5);
    QCOMPARE(get(), isReported ? QList<QByteArray>({part, good}) : QList<QByteArray>({good}));
    writeFile(name, newest);
    QCOMPARE(get(), QList<QByteArray>({newest, good}));
}

void TestForeignRecords::passesOverARecordUnderABetterName()
{
    QCOMPARE(put(m_writer.record(5)), Problem());
    writeFile(names() + fileOf(m_writer.record(1), 100), m_writer.record(1));
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(5)}));
}

void TestForeignRecords::looksAtSomeFilesOnly()
{
    QCOMPARE(put(m_writer.record(5)), Problem());
    const QByteArray junk = Writer().record(1);
    for (quint64 number = 1; number <= 63; ++number)
        writeFile(names() + fileOf(junk, 100 + number), junk);
    for (int i = 0; i < 1000; ++i)
        writeFile(names()
                      + u"0000000000000000001-20250101T000000Z-%1"_s.arg(i, 16, 10, QChar(u'0')),
                  junk);
    QCOMPARE(get(), QList<QByteArray>({junk, m_writer.record(5)}));
    writeFile(names() + fileOf(junk, 200), junk);
    QCOMPARE(get(), QList<QByteArray>({junk}));
}

void TestForeignRecords::replacesADamagedRecord()
{
    const QByteArray record = m_writer.record(1);
    QCOMPARE(put(record), Problem());
    const QByteArray damaged = record.chopped(1) + 'x';
    writeFile(names() + fileOf(record, 1), damaged);
    QCOMPARE(get(), QList<QByteArray>({damaged}));
    QCOMPARE(put(record), Problem());
    QCOMPARE(get(), QList<QByteArray>({record}));
}

void TestForeignRecords::keepsWhatIsNotItsOwn()
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

QTEST_GUILESS_MAIN(TestForeignRecords)

#include "tst_foreignrecords.moc"
