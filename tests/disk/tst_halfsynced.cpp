// SPDX-License-Identifier: MIT
#include "disktest.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QRandomGenerator>

#include <algorithm>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeFile(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!QDir().mkpath(QFileInfo(path).path()) || !file.open(QIODevice::WriteOnly)
        || file.write(bytes) != bytes.size())
        qFatal("a file cannot be written");
}

// As Syncthing, rsync and file managers do it.
void moveIntoPlace(const QString &path, const QByteArray &bytes)
{
    const QFileInfo info(path);
    const QString temporary =
        info.path() + QStringLiteral("/.syncthing.%1.tmp").arg(info.fileName());
    writeFile(temporary, bytes);
    QFile::remove(path);
    if (!QFile::rename(temporary, path))
        qFatal("a file cannot be moved");
}

void makeOld(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite)
        || !file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-2),
                             QFileDevice::FileModificationTime))
        qFatal("a file's time cannot be set");
}

QByteArray damaged(const QByteArray &bytes, const QString &how)
{
    if (how == u"cut short")
        return bytes.first(bytes.size() / 2);
    if (how == u"zero-filled")
        return QByteArray(bytes.size(), '\0');
    if (how == u"half zero-filled")
        return bytes.first(bytes.size() / 2).leftJustified(bytes.size(), '\0');
    return QByteArray("");
}

} // namespace

// A folder that something else copies from somewhere else, file by file and in any order.
class HalfSyncedTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void blocksArrive_data();
    void blocksArrive();
    void recordArrives_data();
    void recordArrives();
    void toolsFilesAreLeftAlone();
    void newsArriveBeforeTheirBlocks();

private:
    QString copyOf(const QString &file) const { return m_copy->filePath(file); }
    void litter();
    bool isPrefix(const QList<Entry> &entries) const
    {
        const QList<QByteArray> payloads = payloadsOf(entries);
        return payloads == m_payloads.first(std::min(payloads.size(), m_payloads.size()));
    }

    QList<QByteArray> m_payloads;
    LogLink m_link;
    QHash<QString, QByteArray> m_blocks; // by path in the folder
    QHash<QString, QByteArray> m_records;
    std::unique_ptr<QTemporaryDir> m_copy;
    QHash<QString, QByteArray> m_litter;
};

void HalfSyncedTest::initTestCase()
{
    const QTemporaryDir source;
    Party alice({folderUrl(source.path())});
    OutgoingLog *log = alice.open().openLog(Label);
    // Several pages, and an entry of several blocks.
    for (int i = 0; i < 6; ++i) {
        m_payloads.append(payload(i, i == 3 ? 3'000'000 : 5000));
        QVERIFY(await(log->append(m_payloads.constLast())).ok());
        QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(i) + 1; }));
    }
    m_link = linkOf(log);
    alice.close();
    QDirIterator files(source.path(), QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString file = QDir(source.path()).relativeFilePath(files.next());
        (file.startsWith(u"blocks/") ? m_blocks : m_records)
            .insert(file, readFile(source.filePath(file)));
    }
    QVERIFY(m_blocks.size() >= 9);
    QVERIFY(!m_records.isEmpty());
}

void HalfSyncedTest::init()
{
    m_copy = std::make_unique<QTemporaryDir>();
    m_litter.clear();
    litter();
}

// What tools leave beside what they copy.
void HalfSyncedTest::litter()
{
    const auto leave = [this](const QString &file, const QByteArray &bytes) {
        m_litter.insert(file, bytes);
        writeFile(copyOf(file), bytes);
    };
    QHash<QString, QByteArray> all = m_blocks;
    all.insert(m_records);
    for (auto file = all.cbegin(); file != all.cend(); ++file) {
        const QFileInfo info(file.key());
        const QString folder = info.path() + u'/';
        const QByteArray part = file.value().first(file.value().size() / 3);
        leave(folder + QStringLiteral(".syncthing.%1.tmp").arg(info.fileName()), part);
        leave(folder + QStringLiteral(".%1.A1b2C3").arg(info.fileName()), part); // rsync
        leave(folder + info.fileName() + QStringLiteral(".part"), part);
        leave(folder + info.fileName() + QStringLiteral(".sync-conflict-20260101-120000-ABCDEFG"),
              part);
    }
    leave(QStringLiteral(".stfolder/syncthing-folder-1a2b3c.txt"), "a marker");
    leave(QStringLiteral(".stversions/old"), "a version");
    leave(QStringLiteral(".DS_Store"), "icons");
    leave(QStringLiteral("names/desktop.ini"), "icons");
}

void HalfSyncedTest::blocksArrive_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<bool>("isOld"); // the copying ended long ago
    QTest::addColumn<bool>("isInPlace");
    QTest::newRow("missing, moved") << QString() << false << false;
    QTest::newRow("missing, written") << QString() << false << true;
    for (const char *how : {"cut short", "zero-filled", "half zero-filled", "empty"}) {
        QTest::addRow("%s, moved", how) << QString::fromLatin1(how) << false << false;
        QTest::addRow("%s, written", how) << QString::fromLatin1(how) << false << true;
        QTest::addRow("%s long ago, moved", how) << QString::fromLatin1(how) << true << false;
    }
}

void HalfSyncedTest::blocksArrive()
{
    QFETCH(const QString, how);
    QFETCH(const bool, isOld);
    QFETCH(const bool, isInPlace);
    for (auto block = m_blocks.cbegin(); block != m_blocks.cend() && !how.isEmpty(); ++block) {
        writeFile(copyOf(block.key()), damaged(block.value(), how));
        if (isOld)
            makeOld(copyOf(block.key()));
    }
    for (auto record = m_records.cbegin(); record != m_records.cend(); ++record)
        writeFile(copyOf(record.key()), record.value());

    Party bob({folderUrl(m_copy->path())});
    Reader reader(bob.open().follow(m_link));
    // What is still being copied is not there yet; what was damaged long ago is.
    const auto expected =
        isOld && how != u"empty" ? Problem::Kind::Tampered : Problem::Kind::WillRetry;
    QVERIFY(waitFor([&] { return bool(reader.log->problem()); }));
    QCOMPARE(reader.log->problem().kind(), expected);
    QCOMPARE(reader.log->head().recordNumber(), 6u);
    QVERIFY(reader.entries.isEmpty());

    QStringList files = m_blocks.keys();
    files.sort();
    QRandomGenerator random(quint32(qHash(how)) + 5);
    std::shuffle(files.begin(), files.end(), random);
    for (const QString &file : std::as_const(files)) {
        (isInPlace ? writeFile : moveIntoPlace)(copyOf(file), m_blocks.value(file));
        QCoreApplication::processEvents();
        QVERIFY(isPrefix(reader.entries));
    }
    QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
    QVERIFY(payloadsOf(reader.entries) == m_payloads);
    QVERIFY(waitFor([&] { return !reader.log->problem(); }));
    if (expected == Problem::Kind::Tampered)
        bob.transport().syncNow(); // it is told until then that wrong bytes came
    QVERIFY(waitFor([&] { return !bob.transport().problem(); }));
}

void HalfSyncedTest::recordArrives_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"cut short", "zero-filled", "empty"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void HalfSyncedTest::recordArrives()
{
    QFETCH(const QString, how);
    for (auto block = m_blocks.cbegin(); block != m_blocks.cend(); ++block)
        writeFile(copyOf(block.key()), block.value());
    for (auto record = m_records.cbegin(); record != m_records.cend(); ++record)
        writeFile(copyOf(record.key()), damaged(record.value(), how));
    Party bob({folderUrl(m_copy->path())});
    Reader reader(bob.open().follow(m_link));
    QVERIFY(waitFor([&] { return bob.transport().lastChecked().isValid(); }));
    QVERIFY(!reader.log->problem());
    QVERIFY(reader.log->head().isNull());
    for (auto record = m_records.cbegin(); record != m_records.cend(); ++record)
        writeFile(copyOf(record.key()), record.value());
    QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
    QVERIFY(payloadsOf(reader.entries) == m_payloads);
    QVERIFY(!bob.transport().problem());
}

void HalfSyncedTest::toolsFilesAreLeftAlone()
{
    Party alice({folderUrl(m_copy->path())});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("between all that")).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 1; }));
    Party bob({folderUrl(m_copy->path())});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.entries.size() == 1; }));
    QVERIFY(!alice.transport().problem());
    QVERIFY(!bob.transport().problem());
    alice.close();
    bob.close();
    for (auto file = m_litter.cbegin(); file != m_litter.cend(); ++file)
        QCOMPARE(readFile(copyOf(file.key())), file.value());
}

void HalfSyncedTest::newsArriveBeforeTheirBlocks()
{
    const QTemporaryDir source;
    Party alice({folderUrl(source.path())});
    OutgoingLog *log = alice.open().openLog(Label);
    Party bob({folderUrl(m_copy->path())});
    Reader reader(bob.open().follow(linkOf(log)));
    QList<QByteArray> payloads;
    for (int i = 0; i < 4; ++i) {
        payloads.append(payload(i));
        QVERIFY(await(log->append(payloads.constLast())).ok());
        QVERIFY(waitFor([&] { return log->head().lastSequence() == quint64(i) + 1; }));
        for (const QString &part : {QStringLiteral("names"), QStringLiteral("blocks")}) {
            QDirIterator files(source.filePath(part), QDir::Files, QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QString file = QDir(source.path()).relativeFilePath(files.next());
                if (!QFile::exists(copyOf(file)))
                    moveIntoPlace(copyOf(file), readFile(source.filePath(file)));
            }
            if (part == u"names")
                QVERIFY(
                    waitFor([&] { return reader.log->head().recordNumber() == quint64(i) + 1; }));
        }
        QVERIFY(waitFor([&] { return reader.entries.size() == i + 1; }));
        QCOMPARE(payloadsOf(reader.entries), payloads);
    }
}

QTEST_GUILESS_MAIN(HalfSyncedTest)
#include "tst_halfsynced.moc"
