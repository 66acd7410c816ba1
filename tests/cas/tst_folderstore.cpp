// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/stuckdisk.h"
#include "blocks.h"

#include "cas/folderstore.h"

#include <QDateTime>
#include <QSignalSpy>

using namespace RemoteLogTest;

namespace {

Upload upload(const QList<Block> &blocks)
{
    Upload upload;
    upload.setBlocks(blocks);
    return upload;
}

QByteArray bytesOf(const Result<QList<Block>> &result)
{
    return result.ok() && result.value().size() == 1 ? result.value().first().bytes()
                                                     : QByteArray();
}

class HangingStore : public FolderStore
{
public:
    using FolderStore::calls;
    using FolderStore::FolderStore;
};

} // namespace

class TestFolderStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_store.reset(); }
    void isMadeOfItsUrl();
    void givesBackWhatItTook();
    void refusesWhatIsNoAddress();
    void saysThatItsFolderIsMissing();
    void noticesAnotherFolder();
    void clearsAwayWhatCrashedWritersLeft();
    void noticesABlockThatComes_data() { fileSystemRows(); }
    void noticesABlockThatComes();
    void noticesAFolderThatComes();
    void answersWhenAbortedWhileTheDiskHangs();
    void answersWhenDeletedWhileTheDiskHangs();
    void mayBeDeletedByWhoeverIsAnswered();

private:
    void open(const QString &folder);
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem put(const QList<Block> &blocks) { return answer(m_store->put(upload(blocks))); }
    Result<QList<Block>> get(const Block &wanted)
    {
        return answer(m_store->get(Fetch(wanted.address(), 1 << 20)));
    }
    void useHangingStore(StuckDisk &disk);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FolderStore> m_store;
};

void TestFolderStore::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open(m_folder->path());
}

void TestFolderStore::open(const QString &folder)
{
    m_store.reset(FolderStore::create(QUrl::fromLocalFile(folder)));
    QVERIFY(m_store);
}

void TestFolderStore::isMadeOfItsUrl()
{
    QVERIFY(!m_store->needsNetwork());
    const std::unique_ptr<FolderStore> share(
        FolderStore::create(QUrl(u"file:///mnt/share?network=required"_s)));
    QVERIFY(share && share->needsNetwork());
    QVERIFY(!FolderStore::create(QUrl(u"file:///mnt/share?netork=required"_s)));
    QVERIFY(!FolderStore::create(QUrl(u"https://example.org/"_s)));
}

void TestFolderStore::givesBackWhatItTook()
{
    const Block first = block("first");
    const Block second = block(QByteArray(1 << 20, 'x'));
    QCOMPARE(put({first, second}), Problem());
    QCOMPARE(bytesOf(get(first)), first.bytes());
    QCOMPARE(get(first).value().first().address(), first.address());
    QCOMPARE(bytesOf(get(second)), second.bytes());
    const auto held =
        answer(m_store->exists({first.address(), block("other").address(), second.address()}));
    QCOMPARE(held.value(), QList<bool>({true, false, true}));
}

void TestFolderStore::refusesWhatIsNoAddress()
{
    for (const QByteArray &bad :
         {QByteArray(), QByteArray("../../etc/passwd"), QByteArray(36, 'x')}) {
        QCOMPARE(answer(m_store->get(Fetch(bad, 100))).problem().kind(),
                 Problem::Kind::InvalidArgument);
        QCOMPARE(answer(m_store->exists({bad})).problem().kind(), Problem::Kind::InvalidArgument);
        QCOMPARE(put({Block(bad, "x")}).kind(), Problem::Kind::InvalidArgument);
    }
}

void TestFolderStore::saysThatItsFolderIsMissing()
{
    open(path(u"none"_s));
    const Block one = block("one");
    const Problem missing = get(one).problem();
    QCOMPARE(missing.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(missing.helper(), QUrl::fromLocalFile(path(u"none"_s)));
    QVERIFY(!missing.detail().isEmpty());
    QCOMPARE(answer(m_store->exists({one.address()})).problem(), missing);
    QCOMPARE(put({one}), missing);
    QVERIFY(!QFile::exists(path(u"none"_s)));
}

void TestFolderStore::clearsAwayWhatCrashedWritersLeft()
{
    const QString stale = path(u"tmp/remotelog-00000000000000000000000000000000.tmp"_s);
    QVERIFY(QDir().mkdir(path(u"tmp"_s)));
    writeFile(stale, "x");
    QFile file(stale);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(
        file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-2), QFile::FileModificationTime));
    file.close();
    QVERIFY(get(block("one")).ok());
    QVERIFY(QFile::exists(stale)); // a reader removes nothing
    QCOMPARE(put({block("one")}), Problem());
    QVERIFY(!QFile::exists(stale));
}

void TestFolderStore::noticesABlockThatComes()
{
    QFETCH(QString, place);
    m_folder = std::make_unique<QTemporaryDir>(place + u"/remotelog-XXXXXX"_s);
    open(m_folder->path());
    const std::unique_ptr<FolderStore> writer(
        FolderStore::create(QUrl::fromLocalFile(m_folder->path())));
    QSignalSpy changed(m_store.get(), &ContentStore::changed);

    // The first time no directory is there, the second time all are.
    for (const Block &each : {block("one"), block("two")}) {
        changed.clear();
        QVERIFY(get(each).value().isEmpty());
        QCOMPARE(answer(writer->put(upload({each}))), Problem());
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
        QCOMPARE(bytesOf(get(each)), each.bytes());
    }
}

void TestFolderStore::noticesAFolderThatComes()
{
    open(path(u"share/log"_s));
    const Block one = block("one");
    QVERIFY(!get(one).ok());
    QSignalSpy changed(m_store.get(), &ContentStore::changed);
    QVERIFY(QDir().mkpath(path(u"share/log"_s)));
    QCOMPARE(put({one}), Problem());
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
    QCOMPARE(bytesOf(get(one)), one.bytes());
}

void TestFolderStore::useHangingStore(StuckDisk &disk)
{
    const QUrl url = QUrl::fromLocalFile(m_folder->path());
    auto store = std::make_unique<HangingStore>(FolderHelper::fromUrl(url).value());
    store->calls().run(disk.task());
    m_store = std::move(store);
    QVERIFY(disk.waitUntilStuck());
}

void TestFolderStore::answersWhenAbortedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingStore(disk);
    const Block one = block("one");
    const auto putting = m_store->put(upload({one}));
    const auto getting = m_store->get(Fetch(one.address(), 100));
    const auto asking = m_store->exists({one.address()});
    QVERIFY(!putting.isFinished() && !getting.isFinished() && !asking.isFinished());
    m_store->abort();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(asking).problem().kind(), Problem::Kind::WillRetry);

    // It does not wait for the disk to wake up, and nothing was done for nobody.
    QVERIFY(!QFile::exists(path(u"blocks"_s)));
    QCOMPARE(put({one}), Problem());
    QCOMPARE(bytesOf(get(one)), one.bytes());
}

void TestFolderStore::noticesAnotherFolder()
{
    const Block one = block("one");
    Upload next = upload({block("two")});
    next.setPreviousHead(one.address());
    QCOMPARE(answer(m_store->put(next)).kind(), Problem::Kind::WillRetry);
    QCOMPARE(put({one}), Problem());
    QCOMPARE(answer(m_store->put(next)), Problem());
}

void TestFolderStore::answersWhenDeletedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingStore(disk);
    const auto putting = m_store->put(upload({block("one")}));
    const auto getting = m_store->get(Fetch(block("one").address(), 100));
    m_store.reset();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
}

void TestFolderStore::mayBeDeletedByWhoeverIsAnswered()
{
    StuckDisk disk;
    useHangingStore(disk);
    auto putting = m_store->put(upload({block("one")}));
    const auto deleted = putting.then(this, [this](const Problem &) { m_store.reset(); });
    m_store->abort();
    QTRY_VERIFY(deleted.isFinished());
    QVERIFY(!m_store);
}

QTEST_GUILESS_MAIN(TestFolderStore)

#include "tst_folderstore.moc"
