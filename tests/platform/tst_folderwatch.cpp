// SPDX-License-Identifier: MIT
#include "folders.h"
#include "stuckdisk.h"

#include "platform/foldercalls.h"
#include "platform/folderwatch.h"

#include <QElapsedTimer>
#include <QSignalSpy>

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestFolderWatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void noticesAFile_data() { fileSystemRows(); }
    void noticesAFile();
    void noticesOnlyWholeFiles_data() { fileSystemRows(); }
    void noticesOnlyWholeFiles();
    void noticesAFileInDirectoriesThatComeLater_data() { fileSystemRows(); }
    void noticesAFileInDirectoriesThatComeLater();
    void noticesWhateverAppearsInADirectory_data() { fileSystemRows(); }
    void noticesWhateverAppearsInADirectory();
    void noticesADirectoryThatComesWithItsFiles_data() { fileSystemRows(); }
    void noticesADirectoryThatComesWithItsFiles();
    void noticesADirectoryThatIsReplaced_data() { fileSystemRows(); }
    void noticesADirectoryThatIsReplaced();
    void saysManyThingsAtOnce();
    void forgetsWhatWasFound();
    void forgetsWhatIsReleased();
    void forgetsTheOldestWhenThereAreTooMany();
    void goesOnAfterAbort();
    void goesOnAfterAbortWhereItWasAskedForAgain();
    void isNotConfusedByAFileInPlaceOfADirectory();
    void tellsNamesInOneDirectoryApart();
    void isSaidLessOftenWhereLookingIsDear();
    void mayBeDestroyedBeforeItsHandles();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    void makeFolder();
    void watch(const QString &key, const QString &directory, const QString &fileName = QString());
    void release(const QString &key);
    void makeWhileStuck(StuckDisk &disk, const QString &name);
    void moveIn(const QString &name); // as writers do
    bool waitFor(const QString &key);
    QStringList heard() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FolderCalls> m_calls;
    std::unique_ptr<FolderWatch> m_watch;
    std::unique_ptr<QSignalSpy> m_spy;
};

void TestFolderWatch::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_calls = std::make_unique<FolderCalls>(QUrl());
    m_watch = std::make_unique<FolderWatch>(m_calls.get(), 4);
    m_spy = std::make_unique<QSignalSpy>(m_watch.get(), &FolderWatch::changed);
}

void TestFolderWatch::cleanup()
{
    m_spy.reset();
    m_watch.reset();
    m_calls.reset();
}

// On the file system of the row.
void TestFolderWatch::makeFolder()
{
    QFETCH(QString, place);
    m_folder = std::make_unique<QTemporaryDir>(place + u"/remotelog-XXXXXX"_s);
    QVERIFY(m_folder->isValid());
}

void TestFolderWatch::watch(const QString &key, const QString &directory, const QString &fileName)
{
    const auto handle = m_watch->handle({key, directory, fileName});
    answer(m_calls->call<Problem>([handle] {
        handle.watch();
        return Problem();
    }));
}

void TestFolderWatch::release(const QString &key)
{
    const auto handle = m_watch->handle({key, QString(), QString()});
    answer(m_calls->call<Problem>([handle] {
        handle.release();
        return Problem();
    }));
}

void TestFolderWatch::moveIn(const QString &name)
{
    QTemporaryDir elsewhere(QFileInfo(m_folder->path()).path() + u"/remotelog-XXXXXX"_s);
    const QString file = elsewhere.filePath(u"file"_s);
    writeFile(file, "x");
    QVERIFY(QFile::rename(file, path(name)));
}

QStringList TestFolderWatch::heard() const
{
    QStringList keys;
    for (const QVariantList &arguments : *m_spy)
        keys += arguments.first().toStringList();
    return keys;
}

bool TestFolderWatch::waitFor(const QString &key)
{
    return QTest::qWaitFor([&] { return heard().contains(key); }, 30'000);
}

void TestFolderWatch::noticesAFile()
{
    makeFolder();
    watch(u"a"_s, m_folder->path(), u"file"_s);
    moveIn(u"other"_s);
    moveIn(u"file"_s);
    QVERIFY(waitFor(u"a"_s));
    QCOMPARE(heard(), QStringList({u"a"_s}));
}

void TestFolderWatch::noticesOnlyWholeFiles()
{
    makeFolder();
    watch(u"a"_s, m_folder->path(), u"file"_s);
    watch(u"mark"_s, m_folder->path(), u"mark"_s);
    QFile file(path(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    moveIn(u"mark"_s);
    QVERIFY(waitFor(u"mark"_s)); // what came before it was heard by then
    QVERIFY(!heard().contains(u"a"_s));
    file.close();
    QVERIFY(waitFor(u"a"_s));
}

void TestFolderWatch::noticesAFileInDirectoriesThatComeLater()
{
    makeFolder();
    watch(u"a"_s, path(u"x/y/z"_s), u"file"_s);
    watch(u"b"_s, path(u"x/y"_s));
    QVERIFY(QDir().mkdir(path(u"x"_s)));
    QVERIFY(QDir().mkdir(path(u"x/y"_s)));
    QVERIFY(waitFor(u"b"_s));
    QVERIFY(!heard().contains(u"a"_s));
    QVERIFY(QDir().mkdir(path(u"x/y/z"_s)));
    moveIn(u"x/y/z/file"_s);
    QVERIFY(waitFor(u"a"_s));
}

void TestFolderWatch::noticesWhateverAppearsInADirectory()
{
    makeFolder();
    watch(u"a"_s, m_folder->path());
    for (int i = 0; i < 3; ++i) {
        moveIn(QString::number(i));
        QVERIFY(waitFor(u"a"_s));
        m_spy->clear();
    }
}

void TestFolderWatch::noticesADirectoryThatComesWithItsFiles()
{
    makeFolder();
    watch(u"a"_s, path(u"x/y"_s), u"file"_s);
    watch(u"b"_s, path(u"x/y"_s));
    QVERIFY(QDir().mkpath(path(u"new/y"_s)));
    writeFile(path(u"new/y/file"_s), "x");
    QVERIFY(QFile::rename(path(u"new"_s), path(u"x"_s)));
    QVERIFY(waitFor(u"a"_s));
    QVERIFY(waitFor(u"b"_s));
}

void TestFolderWatch::noticesADirectoryThatIsReplaced()
{
    makeFolder();
    QVERIFY(QDir().mkdir(path(u"x"_s)));
    watch(u"a"_s, path(u"x"_s), u"file"_s);
    QVERIFY(QDir().rmdir(path(u"x"_s)));
    QVERIFY(QDir().mkdir(path(u"x"_s)));
    moveIn(u"x/file"_s);
    QVERIFY(waitFor(u"a"_s));
}

void TestFolderWatch::saysManyThingsAtOnce()
{
    watch(u"a"_s, m_folder->path());
    for (int i = 0; i < 1000; ++i)
        writeFile(path(QString::number(i)), "x");
    QVERIFY(waitFor(u"a"_s));
    QVERIFY(m_spy->size() < 100);
}

void TestFolderWatch::forgetsWhatWasFound()
{
    watch(u"a"_s, m_folder->path(), u"file"_s);
    moveIn(u"file"_s);
    QVERIFY(waitFor(u"a"_s));
    m_spy->clear();

    watch(u"mark"_s, m_folder->path(), u"mark"_s);
    QVERIFY(QFile::remove(path(u"file"_s)));
    moveIn(u"file"_s);
    moveIn(u"mark"_s);
    QVERIFY(waitFor(u"mark"_s));
    QCOMPARE(heard(), QStringList({u"mark"_s}));
}

void TestFolderWatch::forgetsWhatIsReleased()
{
    watch(u"a"_s, m_folder->path(), u"file"_s);
    watch(u"mark"_s, m_folder->path(), u"mark"_s);
    release(u"a"_s);
    moveIn(u"file"_s);
    moveIn(u"mark"_s);
    QVERIFY(waitFor(u"mark"_s));
    QCOMPARE(heard(), QStringList({u"mark"_s}));
}

void TestFolderWatch::forgetsTheOldestWhenThereAreTooMany()
{
    for (int i = 0; i < 4; ++i)
        watch(QString::number(i), m_folder->path(), QString::number(i));
    watch(u"0"_s, m_folder->path(), u"0"_s); // asked for again: 1 is the oldest now
    watch(u"4"_s, m_folder->path(), u"4"_s);
    for (int i = 0; i < 5; ++i)
        moveIn(QString::number(i));
    for (const auto &key : {u"0"_s, u"2"_s, u"3"_s, u"4"_s})
        QVERIFY(waitFor(key));
    QVERIFY(!heard().contains(u"1"_s));
}

// Makes a directory while the folder's thread is stuck: a new place for "a" is looked for, and does
// not come before somebody aborts.
void TestFolderWatch::makeWhileStuck(StuckDisk &disk, const QString &name)
{
    watch(u"all"_s, m_folder->path());
    m_calls->run(disk.task());
    QVERIFY(disk.waitUntilStuck());
    QVERIFY(QDir().mkdir(path(name)));
    QVERIFY(waitFor(u"all"_s)); // said after all that happened in the folder was seen
}

void TestFolderWatch::goesOnAfterAbort()
{
    StuckDisk disk;
    watch(u"a"_s, path(u"x"_s), u"file"_s);
    makeWhileStuck(disk, u"x"_s);
    m_calls->abort();
    m_watch->resume();
    moveIn(u"x/file"_s);
    QVERIFY(waitFor(u"a"_s));
}

// Asked for again in between, it has a place; still, what was underway is not any more.
void TestFolderWatch::goesOnAfterAbortWhereItWasAskedForAgain()
{
    StuckDisk disk;
    watch(u"a"_s, path(u"x/y"_s), u"file"_s);
    makeWhileStuck(disk, u"x"_s);
    m_watch->handle({u"a"_s, path(u"x/y"_s), u"file"_s}).watch();
    QCoreApplication::processEvents();
    m_calls->abort();
    m_watch->resume();
    QVERIFY(QDir().mkdir(path(u"x/y"_s)));
    moveIn(u"x/y/file"_s);
    QVERIFY(waitFor(u"a"_s));
}

void TestFolderWatch::isNotConfusedByAFileInPlaceOfADirectory()
{
    writeFile(path(u"x"_s), "x");
    watch(u"a"_s, path(u"x/y"_s), u"file"_s);
    watch(u"mark"_s, m_folder->path(), u"mark"_s);
    moveIn(u"mark"_s);
    QVERIFY(waitFor(u"mark"_s));
    QCOMPARE(heard(), QStringList({u"mark"_s}));

    QVERIFY(QFile::remove(path(u"x"_s)));
    QVERIFY(QDir().mkpath(path(u"x/y"_s)));
    moveIn(u"x/y/file"_s);
    QVERIFY(waitFor(u"a"_s));
}

// A watch of a thousand names is told of each event about one of them only; here, that it is the
// right one.
void TestFolderWatch::tellsNamesInOneDirectoryApart()
{
    for (const auto &key : {u"a"_s, u"b"_s, u"c"_s})
        watch(key, path(u"x"_s), key);
    QVERIFY(QDir().mkdir(path(u"x"_s)));
    watch(u"d"_s, path(u"x"_s), u"d"_s);
    for (const auto &key : {u"d"_s, u"b"_s, u"a"_s}) {
        moveIn(u"x/"_s + key);
        QVERIFY(waitFor(key));
    }
    QVERIFY(!heard().contains(u"c"_s));
}

void TestFolderWatch::isSaidLessOftenWhereLookingIsDear()
{
    const auto handle = m_watch->handle({u"a"_s, m_folder->path(), QString()});
    handle.watch();
    QCoreApplication::processEvents();
    handle.setCost(std::chrono::milliseconds(300));
    QElapsedTimer timer;
    timer.start();
    moveIn(u"1"_s);
    QVERIFY(waitFor(u"a"_s));
    QVERIFY(timer.elapsed() >= 250);
}

void TestFolderWatch::mayBeDestroyedBeforeItsHandles()
{
    const auto handle = m_watch->handle({u"a"_s, m_folder->path(), u"file"_s});
    handle.watch();
    m_spy.reset();
    m_watch.reset();
    handle.watch();
    handle.release();
}

QTEST_GUILESS_MAIN(TestFolderWatch)

#include "tst_folderwatch.moc"
