// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/systemcalls.h"
#include "blocks.h"

#include "cas/folderblocks.h"
#include "log/block.h"

#include <QDateTime>
#include <QRegularExpression>

#include <cerrno>
#include <optional>

using namespace RemoteLogTest;

namespace {

QList<Block> manyBlocks(int count)
{
    QList<Block> blocks;
    for (int i = 0; i < count; ++i)
        blocks.append(block("block " + QByteArray::number(i)));
    return blocks;
}

void setAge(const QString &path, int days)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadWrite)
        || !file.setFileTime(QDateTime::currentDateTimeUtc().addDays(-days),
                             QFileDevice::FileModificationTime))
        qFatal("a file's time cannot be set");
}

FolderBlocks blocksIn(const QString &folder)
{
    return FolderBlocks(FolderHelper::fromUrl(QUrl::fromLocalFile(folder)).value());
}

} // namespace

class TestFolderBlocks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { SystemCalls::heal(); }
    void laysFilesOutAsTheFormatSays();
    void takesManyBlocksAtOnce();
    void neverWritesABlockAgain();
    void replacesADamagedBlock_data();
    void replacesADamagedBlock();
    void refusesABlockThatDoesNotMatch();
    void hasNotWhatNobodyPut();
    void readsNoMoreThanAllowed();
    void doesNotHangOnAFifo();
    void handsOutDamagedBytesAsTheyAre();
    void passesOverWhatIsBeingCopied();
    void neverCreatesItsFolder();
    void noticesAnotherFolder();
    void saysThatItCannotRead_data();
    void saysThatItCannotRead();
    void movesADirectoryInPlaceOfABlockAside();
    void takesBlocksOfSeveralUsers();
    void worksOnWhenTheDiskHasSpaceAgain() { RUN_ON_OWN_DISK("worksOnWhenTheDiskHasSpaceAgain"); }
    void worksOnWhenTheDiskIsWritableAgain()
    {
        RUN_ON_OWN_DISK("worksOnWhenTheDiskIsWritableAgain");
    }

private:
    void open(const QString &folder) { m_blocks = blocksIn(folder); }
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem put(const QList<Block> &blocks, const QByteArray &previousHead = {})
    {
        return m_blocks->put(blocks, previousHead);
    }
    Result<QByteArray> get(const Block &wanted, qint64 limit = 1 << 20)
    {
        return m_blocks->get(wanted.address(), limit);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<FolderBlocks> m_blocks;
};

void TestFolderBlocks::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open(m_folder->path());
}

void TestFolderBlocks::laysFilesOutAsTheFormatSays()
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

void TestFolderBlocks::takesManyBlocksAtOnce()
{
    const QList<Block> blocks = manyBlocks(200);
    QCOMPARE(put(blocks), Problem());
    QList<QByteArray> addresses;
    for (const Block &each : blocks)
        addresses.append(each.address());
    QVERIFY(!m_blocks->exist(addresses).value().contains(false));
    QCOMPARE(get(blocks.last()).value(), blocks.last().bytes());
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestFolderBlocks::neverWritesABlockAgain()
{
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    const QString before = identity(path(fileOf(one)));
    QCOMPARE(put({one, block("two")}), Problem());
    QCOMPARE(identity(path(fileOf(one))), before);
}

void TestFolderBlocks::replacesADamagedBlock_data()
{
    QTest::addColumn<QByteArray>("damaged"); // null: a FIFO
    QTest::newRow("other bytes") << QByteArray("onE");
    QTest::newRow("cut off") << QByteArray("on");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("longer") << QByteArray("one more");
    QTest::newRow("FIFO") << QByteArray();
}

void TestFolderBlocks::replacesADamagedBlock()
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

void TestFolderBlocks::refusesABlockThatDoesNotMatch()
{
    const Block good = block("good");
    QCOMPARE(put({good}), Problem());
    const Problem problem = put({Block(good.address(), "bad")});
    QCOMPARE(problem.kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(get(good).value(), good.bytes());
}

void TestFolderBlocks::hasNotWhatNobodyPut()
{
    const auto empty = get(block("one"));
    QVERIFY(empty.ok() && empty.value().isNull());
    QCOMPARE(put({block("two")}), Problem());
    const auto other = get(block("one"));
    QVERIFY(other.ok() && other.value().isNull());
}

void TestFolderBlocks::readsNoMoreThanAllowed()
{
    const Block one = block(QByteArray(1000, 'x'));
    QCOMPARE(put({one}), Problem());
    QCOMPARE(get(one, 1000).value(), one.bytes());
    const auto tooLarge = get(one, 999);
    QCOMPARE(tooLarge.problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(tooLarge.problem().helper(), QUrl::fromLocalFile(m_folder->path()));
}

void TestFolderBlocks::doesNotHangOnAFifo()
{
    const Block one = block("one");
    QVERIFY(QDir().mkpath(QFileInfo(path(fileOf(one))).path()));
    makeFifo(path(fileOf(one)));
    QCOMPARE(get(one).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(m_blocks->exist({one.address()}).value(), QList<bool>({false}));
}

// Whoever asked compares with the address; the store does not judge.
void TestFolderBlocks::handsOutDamagedBytesAsTheyAre()
{
    const Block one = block("one");
    QCOMPARE(put({one}), Problem());
    writeFile(path(fileOf(one)), "onE");
    setAge(path(fileOf(one)), 2);
    QCOMPARE(get(one).value(), "onE");
}

void TestFolderBlocks::passesOverWhatIsBeingCopied()
{
    const Block one = block("one");
    const QString file = path(fileOf(one));
    QVERIFY(QDir().mkpath(QFileInfo(file).path()));
    for (const QByteArray &begun : {QByteArray("on"), QByteArray(3, '\0')}) {
        writeFile(file, begun);
        QVERIFY(get(one).value().isNull());
        QVERIFY(m_blocks->isThere(one.address()));
        for (const int days : {2, -2}) { // a clock that is wrong hides no damage
            setAge(file, days);
            QCOMPARE(get(one).value(), begun);
        }
    }
    writeFile(file, "");
    setAge(file, 2);
    QVERIFY(get(one).value().isNull());
    // Whole, but not it: that is no copy under way.
    const QByteArray changed = encodeBlock({"changed", {}});
    writeFile(file, changed);
    QCOMPARE(get(one).value(), changed);
}

// It may be a mount point, or in one.
void TestFolderBlocks::neverCreatesItsFolder()
{
    const Block one = block("one");
    open(path(u"new"_s));
    const Problem problem = put({one});
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(path(u"new"_s)));
    QCOMPARE(get(one).problem(), problem);
    QCOMPARE(m_blocks->exist({one.address()}).problem(), problem);
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
    QVERIFY(QDir().mkdir(path(u"new"_s)));
    QCOMPARE(put({one}), Problem());
    QCOMPARE(get(one).value(), one.bytes());
}

void TestFolderBlocks::noticesAnotherFolder()
{
    const Block one = block("one");
    const Block two = block("two");
    const Problem refused = put({two}, one.address());
    QCOMPARE(refused.kind(), Problem::Kind::WillRetry);
    QVERIFY(refused.detail().contains(u"does not hold what was stored in it before"));
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
    QCOMPARE(put({one}), Problem());
    QCOMPARE(put({two}, one.address()), Problem());
    writeFile(path(fileOf(one)), "onE"); // as good as none
    QCOMPARE(put({block("three")}, one.address()), refused);
}

void TestFolderBlocks::saysThatItCannotRead_data()
{
    QTest::addColumn<QString>("pathEnd");
    QTest::addColumn<int>("error");
    QTest::addColumn<Problem::Kind>("kind");
    const QString file = fileOf(block("one"));
    QTest::newRow("file") << file << EIO << Problem::Kind::WillRetry;
    QTest::newRow("file of somebody else") << file << EACCES << Problem::Kind::ActionRequired;
    QTest::newRow("directory") << file.section(u'/', 0, 1) << EIO << Problem::Kind::WillRetry;
    QTest::newRow("all blocks") << u"/blocks"_s << EACCES << Problem::Kind::ActionRequired;
}

// What cannot be read is not missing: nobody writes it again, or starts over because of it.
void TestFolderBlocks::saysThatItCannotRead()
{
    QFETCH(const QString, pathEnd);
    QFETCH(const int, error);
    QFETCH(const Problem::Kind, kind);
    const Block one = block("one");
    const Block two = block("two");
    QCOMPARE(put({one, two}), Problem());
    const QString before = identity(path(fileOf(one)));
    SystemCalls::fail(u"openat"_s, pathEnd, error);
    QCOMPARE(get(one).problem().kind(), kind);
    QCOMPARE(m_blocks->exist({two.address(), one.address()}).problem().kind(), kind);
    QCOMPARE(put({one}).kind(), kind);
    QCOMPARE(put({block("three")}, one.address()).kind(), kind);
    SystemCalls::heal();
    QCOMPARE(identity(path(fileOf(one))), before);
    QVERIFY(!QFile::exists(path(fileOf(block("three")))));
}

void TestFolderBlocks::movesADirectoryInPlaceOfABlockAside()
{
    const Block one = block("one");
    QVERIFY(QDir().mkpath(path(fileOf(one))));
    QCOMPARE(m_blocks->exist({one.address()}).value(), QList<bool>({false}));
    QCOMPARE(put({one}), Problem());
    QCOMPARE(get(one).value(), one.bytes());
}

void TestFolderBlocks::takesBlocksOfSeveralUsers()
{
    if (!canBeOthers())
        QSKIP("needs root to be other users");
    setMode(m_folder->path(), 01777);
    const QList<Block> hers = manyBlocks(50);
    const QList<Block> his = manyBlocks(100);
    QVERIFY(succeedsAs({3001, 3001}, [&] { return !put(hers); }));
    QVERIFY(succeedsAs({3002, 3002}, [&] {
        return !put(his, hers.last().address())
               && get(hers.first()).value() == hers.first().bytes();
    }));
}

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void worksOnWhenTheDiskHasSpaceAgain();
    void worksOnWhenTheDiskIsWritableAgain();

private:
    const FolderBlocks m_blocks = blocksIn(OwnDisk::path());
};

void TestOnOwnDisk::worksOnWhenTheDiskHasSpaceAgain()
{
    const Block small = block("small");
    const Block large = block(QByteArray(20'000, 'x'));
    QCOMPARE(m_blocks.put({small}, {}), Problem());
    OwnDisk::fill();
    const QStringList before = namesBelow(OwnDisk::path());
    const Problem problem = m_blocks.put({small, large}, {});
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(OwnDisk::path()));
    QCOMPARE(m_blocks.exist({large.address()}).value(), QList<bool>({false}));
    // Nothing half written is left; an empty directory may be.
    QVERIFY(namesBelow(OwnDisk::path() + u"/tmp"_s).isEmpty());
    QVERIFY(namesBelow(OwnDisk::path()).size() <= before.size() + 1);
    QCOMPARE(m_blocks.get(small.address(), 100).value(), small.bytes());

    OwnDisk::empty();
    QCOMPARE(m_blocks.put({small, large}, {}), Problem());
    QCOMPARE(m_blocks.get(large.address(), 20'000).value(), large.bytes());
}

void TestOnOwnDisk::worksOnWhenTheDiskIsWritableAgain()
{
    const Block one = block("one");
    const Block two = block("two");
    QCOMPARE(m_blocks.put({one}, {}), Problem());
    QVERIFY(OwnDisk::setReadOnly(true));
    QCOMPARE(m_blocks.get(one.address(), 100).value(), one.bytes());
    QCOMPARE(m_blocks.put({one}, {}), Problem()); // is there
    QCOMPARE(m_blocks.put({one, two}, {}).kind(), Problem::Kind::ActionRequired);
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(m_blocks.put({one, two}, {}), Problem());
}

int main(int argc, char **argv)
{
    return runTests<TestFolderBlocks, TestOnOwnDisk>(argc, argv);
}

#include "tst_folderblocks.moc"
