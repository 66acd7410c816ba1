// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/stuckdisk.h"

#include "cas/folderstore.h"
#include "log/address.h"

#include <QDateTime>
#include <QRegularExpression>
#include <QSignalSpy>

using namespace RemoteLog;
using namespace RemoteLogTest;

namespace {

Block block(const QByteArray &bytes)
{
    return Block(blockAddress(bytes), bytes);
}

QList<Block> manyBlocks(int count)
{
    QList<Block> blocks;
    for (int i = 0; i < count; ++i)
        blocks.append(block("block " + QByteArray::number(i)));
    return blocks;
}

Upload upload(const QList<Block> &blocks)
{
    Upload upload;
    upload.setBlocks(blocks);
    return upload;
}

// As the wire format has it, written out again on purpose.
QString fileOf(const Block &block)
{
    const QString text = addressToText(block.address());
    return u"blocks/"_s + text.last(2) + u'/' + text;
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
    void laysFilesOutAsTheFormatSays();
    void takesManyBlocksAtOnce();
    void neverWritesABlockAgain();
    void replacesADamagedBlock_data();
    void replacesADamagedBlock();
    void refusesABlockThatDoesNotMatch();
    void refusesWhatIsNoAddress();
    void hasNotWhatNobodyPut();
    void readsNoMoreThanAllowed();
    void doesNotHangOnAFifo();
    void handsOutDamagedBytesAsTheyAre();
    void saysThatItsFolderIsMissing();
    void createsItsFolderOnly();
    void clearsAwayWhatCrashedWritersLeft();
    void noticesABlockThatComes_data() { fileSystemRows(); }
    void noticesABlockThatComes();
    void noticesAFolderThatComes();
    void answersWhenAbortedWhileTheDiskHangs();
    void answersWhenDeletedWhileTheDiskHangs();
    void mayBeDeletedByWhoeverIsAnswered();
    void worksOnWhenTheDiskHasSpaceAgain() { RUN_ON_OWN_DISK("worksOnWhenTheDiskHasSpaceAgain"); }
    void worksOnWhenTheDiskIsWritableAgain()
    {
        RUN_ON_OWN_DISK("worksOnWhenTheDiskIsWritableAgain");
    }

private:
    void open(const QString &folder);
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem put(const QList<Block> &blocks) { return answer(m_store->put(upload(blocks))); }
    Result<QList<Block>> get(const Block &wanted, qint64 limit = 1 << 20)
    {
        return answer(m_store->get(Fetch(wanted.address(), limit)));
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

void TestFolderStore::laysFilesOutAsTheFormatSays()
{
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    const QString file = fileOf(one);
    QCOMPARE(namesBelow(m_folder->path()),
             QStringList({u"blocks/"_s, file.first(10), file, u"tmp/"_s}));
    QCOMPARE(readFile(path(file)), one.bytes());
    // The address itself, as any other tool would compute it.
    QVERIFY(QRegularExpression(u"^blocks/(..)/bafyrei[a-z2-7]{50}\\1$"_s).match(file).hasMatch());
}

void TestFolderStore::takesManyBlocksAtOnce()
{
    const QList<Block> blocks = manyBlocks(200);
    QCOMPARE(put(blocks), Problem());
    QList<QByteArray> addresses;
    for (const Block &each : blocks)
        addresses.append(each.address());
    QVERIFY(!answer(m_store->exists(addresses)).value().contains(false));
    QCOMPARE(bytesOf(get(blocks.last())), blocks.last().bytes());
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestFolderStore::neverWritesABlockAgain()
{
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    const QString before = identity(path(fileOf(one)));
    QCOMPARE(put({one, block("two")}), Problem());
    QCOMPARE(identity(path(fileOf(one))), before);
}

void TestFolderStore::replacesADamagedBlock_data()
{
    QTest::addColumn<QByteArray>("damaged"); // null: a FIFO
    QTest::newRow("other bytes") << QByteArray("onE");
    QTest::newRow("cut off") << QByteArray("on");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("longer") << QByteArray("one more");
    QTest::newRow("FIFO") << QByteArray();
}

void TestFolderStore::replacesADamagedBlock()
{
    QFETCH(QByteArray, damaged);
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    const QString file = path(fileOf(one));
    if (damaged.isNull()) {
        QVERIFY(QFile::remove(file));
        makeFifo(file);
    } else {
        writeFile(file, damaged);
    }
    QCOMPARE(put({one}), Problem());
    QCOMPARE(readFile(file), one.bytes());
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestFolderStore::refusesABlockThatDoesNotMatch()
{
    const Block good = block("good");
    QCOMPARE(put({good}), Problem());
    const Problem problem = put({Block(good.address(), "bad")});
    QCOMPARE(problem.kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(bytesOf(get(good)), good.bytes());
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

void TestFolderStore::hasNotWhatNobodyPut()
{
    const auto empty = get(block("one"));
    QVERIFY(empty.ok() && empty.value().isEmpty());
    QCOMPARE(put({block("two")}), Problem());
    const auto other = get(block("one"));
    QVERIFY(other.ok() && other.value().isEmpty());
}

void TestFolderStore::readsNoMoreThanAllowed()
{
    const Block one = block(QByteArray(1000, 'x'));
    QCOMPARE(put({one}), Problem());
    QCOMPARE(bytesOf(get(one, 1000)), one.bytes());
    const auto tooLarge = get(one, 999);
    QCOMPARE(tooLarge.problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(tooLarge.problem().helper(), QUrl::fromLocalFile(m_folder->path()));
}

void TestFolderStore::doesNotHangOnAFifo()
{
    const Block one = block("one");
    QVERIFY(QDir().mkpath(QFileInfo(path(fileOf(one))).path()));
    makeFifo(path(fileOf(one)));
    QCOMPARE(get(one).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(answer(m_store->exists({one.address()})).value(), QList<bool>({false}));
}

// Whoever asked compares with the address; the store does not judge.
void TestFolderStore::handsOutDamagedBytesAsTheyAre()
{
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    writeFile(path(fileOf(one)), "onE");
    QCOMPARE(bytesOf(get(one)), "onE");
}

void TestFolderStore::saysThatItsFolderIsMissing()
{
    open(path(u"none"_s));
    const Block one = block("one");
    const Problem missing = get(one).problem();
    QCOMPARE(missing.kind(), Problem::Kind::WillRetry);
    QCOMPARE(missing.helper(), QUrl::fromLocalFile(path(u"none"_s)));
    QVERIFY(!missing.detail().isEmpty());
    QCOMPARE(answer(m_store->exists({one.address()})).problem().kind(), Problem::Kind::WillRetry);
    QVERIFY(!QFile::exists(path(u"none"_s)));
}

void TestFolderStore::createsItsFolderOnly()
{
    open(path(u"new"_s));
    QCOMPARE(put({block("one")}), Problem());
    open(path(u"not mounted/log"_s));
    QCOMPARE(put({block("one")}).kind(), Problem::Kind::WillRetry);
    QVERIFY(!QFile::exists(path(u"not mounted"_s)));
    QVERIFY(QDir().mkdir(path(u"not mounted"_s)));
    QCOMPARE(put({block("one")}), Problem());
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
    QVERIFY(QDir().mkdir(path(u"share"_s)));
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

    disk.letGo();
    QCOMPARE(put({one}), Problem());
    QCOMPARE(bytesOf(get(one)), one.bytes());
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

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_store.reset(FolderStore::create(QUrl::fromLocalFile(OwnDisk::path()))); }
    void worksOnWhenTheDiskHasSpaceAgain();
    void worksOnWhenTheDiskIsWritableAgain();

private:
    std::unique_ptr<FolderStore> m_store;
};

void TestOnOwnDisk::worksOnWhenTheDiskHasSpaceAgain()
{
    const Block small = block("small");
    const Block large = block(QByteArray(20'000, 'x'));
    QCOMPARE(answer(m_store->put(upload({small}))), Problem());
    OwnDisk::fill();
    const QStringList before = namesBelow(OwnDisk::path());
    const Problem problem = answer(m_store->put(upload({small, large})));
    QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(OwnDisk::path()));
    QCOMPARE(answer(m_store->exists({large.address()})).value(), QList<bool>({false}));
    // Nothing half written is left; an empty directory may be.
    QVERIFY(namesBelow(OwnDisk::path() + u"/tmp"_s).isEmpty());
    QVERIFY(namesBelow(OwnDisk::path()).size() <= before.size() + 1);
    QCOMPARE(bytesOf(answer(m_store->get(Fetch(small.address(), 100)))), small.bytes());

    OwnDisk::empty();
    QCOMPARE(answer(m_store->put(upload({small, large}))), Problem());
    QCOMPARE(bytesOf(answer(m_store->get(Fetch(large.address(), 20'000)))), large.bytes());
}

void TestOnOwnDisk::worksOnWhenTheDiskIsWritableAgain()
{
    const Block one = block("one");
    const Block two = block("two");
    QCOMPARE(answer(m_store->put(upload({one}))), Problem());
    QVERIFY(OwnDisk::setReadOnly(true));
    QCOMPARE(bytesOf(answer(m_store->get(Fetch(one.address(), 100)))), one.bytes());
    QCOMPARE(answer(m_store->put(upload({one}))), Problem()); // is there
    QCOMPARE(answer(m_store->put(upload({one, two}))).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(answer(m_store->put(upload({one, two}))), Problem());
}

int main(int argc, char **argv)
{
    return runTests<TestFolderStore, TestOnOwnDisk>(argc, argv);
}

#include "tst_folderstore.moc"
