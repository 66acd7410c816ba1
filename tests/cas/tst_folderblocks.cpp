// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "blocks.h"

#include "cas/folderblocks.h"

#include <QRegularExpression>

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
    void createsItsFolderOnly();
    void worksOnWhenTheDiskHasSpaceAgain() { RUN_ON_OWN_DISK("worksOnWhenTheDiskHasSpaceAgain"); }
    void worksOnWhenTheDiskIsWritableAgain()
    {
        RUN_ON_OWN_DISK("worksOnWhenTheDiskIsWritableAgain");
    }

private:
    void open(const QString &folder) { m_blocks = blocksIn(folder); }
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem put(const QList<Block> &blocks) { return m_blocks->put(blocks); }
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
    QCOMPARE(get(one).value(), "onE");
}

void TestFolderBlocks::createsItsFolderOnly()
{
    open(path(u"new"_s));
    QCOMPARE(put({block("one")}), Problem());
    open(path(u"not mounted/log"_s));
    QCOMPARE(put({block("one")}).kind(), Problem::Kind::WillRetry);
    QVERIFY(!QFile::exists(path(u"not mounted"_s)));
    QVERIFY(QDir().mkdir(path(u"not mounted"_s)));
    QCOMPARE(put({block("one")}), Problem());
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
    QCOMPARE(m_blocks.put({small}), Problem());
    OwnDisk::fill();
    const QStringList before = namesBelow(OwnDisk::path());
    const Problem problem = m_blocks.put({small, large});
    QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    QCOMPARE(problem.helper(), QUrl::fromLocalFile(OwnDisk::path()));
    QCOMPARE(m_blocks.exist({large.address()}).value(), QList<bool>({false}));
    // Nothing half written is left; an empty directory may be.
    QVERIFY(namesBelow(OwnDisk::path() + u"/tmp"_s).isEmpty());
    QVERIFY(namesBelow(OwnDisk::path()).size() <= before.size() + 1);
    QCOMPARE(m_blocks.get(small.address(), 100).value(), small.bytes());

    OwnDisk::empty();
    QCOMPARE(m_blocks.put({small, large}), Problem());
    QCOMPARE(m_blocks.get(large.address(), 20'000).value(), large.bytes());
}

void TestOnOwnDisk::worksOnWhenTheDiskIsWritableAgain()
{
    const Block one = block("one");
    const Block two = block("two");
    QCOMPARE(m_blocks.put({one}), Problem());
    QVERIFY(OwnDisk::setReadOnly(true));
    QCOMPARE(m_blocks.get(one.address(), 100).value(), one.bytes());
    QCOMPARE(m_blocks.put({one}), Problem()); // is there
    QCOMPARE(m_blocks.put({one, two}).kind(), Problem::Kind::LocalStorageFull);
    QVERIFY(OwnDisk::setReadOnly(false));
    QCOMPARE(m_blocks.put({one, two}), Problem());
}

int main(int argc, char **argv)
{
    return runTests<TestFolderBlocks, TestOnOwnDisk>(argc, argv);
}

#include "tst_folderblocks.moc"
