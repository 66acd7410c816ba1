// SPDX-License-Identifier: MIT
#include "folders.h"

#include "platform/durablebatch.h"

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestDurableBatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void showsNothingBeforeTheCommit();
    void leavesNothingWhenAbandoned();
    void takesManyFiles();
    void replacesWhatIsThere();
    void createsOneDirectoryOnly();
    void stopsWhereAFileCannotBeNamed();
    void leavesNothingOnAFullDisk() { RUN_ON_OWN_DISK("leavesNothingOnAFullDisk"); }

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestDurableBatch::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir(m_folder->path()).mkdir(u"tmp"_s));
}

void TestDurableBatch::showsNothingBeforeTheCommit()
{
    DurableBatch batch(path(u"tmp"_s));
    QCOMPARE(batch.add(path(u"a"_s), "1"), Problem());
    QCOMPARE(batch.add(path(u"b"_s), "2"), Problem());
    QVERIFY(!QFile::exists(path(u"a"_s)) && !QFile::exists(path(u"b"_s)));
    QCOMPARE(batch.commit(), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "1");
    QCOMPARE(readFile(path(u"b"_s)), "2");
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableBatch::leavesNothingWhenAbandoned()
{
    {
        DurableBatch batch(path(u"tmp"_s));
        QCOMPARE(batch.add(path(u"a"_s), "1"), Problem());
    }
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"tmp/"_s}));
}

// More than may be open at a time.
void TestDurableBatch::takesManyFiles()
{
    DurableBatch batch(path(u"tmp"_s));
    for (int i = 0; i < 150; ++i) {
        const QString name = u"%1/%2"_s.arg(i % 7).arg(i);
        QCOMPARE(batch.add(path(name), QByteArray::number(i)), Problem());
    }
    QVERIFY(QDir(u"/proc/self/fd"_s).count() < 120);
    QCOMPARE(batch.commit(), Problem());
    for (int i = 0; i < 150; ++i)
        QCOMPARE(readFile(path(u"%1/%2"_s.arg(i % 7).arg(i))), QByteArray::number(i));
    QCOMPARE(namesBelow(path(u"tmp"_s)), QStringList());
}

void TestDurableBatch::replacesWhatIsThere()
{
    writeFile(path(u"a"_s), "bad");
    makeFifo(path(u"b"_s));
    DurableBatch batch(path(u"tmp"_s));
    QCOMPARE(batch.add(path(u"a"_s), "good"), Problem());
    QCOMPARE(batch.add(path(u"b"_s), "good"), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "bad");
    QCOMPARE(batch.commit(), Problem());
    QCOMPARE(readFile(path(u"a"_s)), "good");
    QCOMPARE(readFile(path(u"b"_s)), "good");
}

void TestDurableBatch::createsOneDirectoryOnly()
{
    DurableBatch batch(path(u"tmp"_s));
    QVERIFY(batch.add(path(u"none/below/a"_s), "1"));
    QCOMPARE(batch.add(path(u"new/a"_s), "1"), Problem());
    QCOMPARE(batch.commit(), Problem());
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"new/"_s, u"new/a"_s, u"tmp/"_s}));
}

void TestDurableBatch::stopsWhereAFileCannotBeNamed()
{
    QVERIFY(QDir().mkdir(path(u"b"_s))); // nothing replaces a directory
    {
        DurableBatch batch(path(u"tmp"_s));
        for (const auto &name : {u"a"_s, u"b"_s, u"c"_s})
            QCOMPARE(batch.add(path(name), "1"), Problem());
        QVERIFY(batch.commit());
    }
    QCOMPARE(namesBelow(m_folder->path()), QStringList({u"a"_s, u"b/"_s, u"tmp/"_s}));
}

class TestOnOwnDisk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesNothingOnAFullDisk();
};

void TestOnOwnDisk::leavesNothingOnAFullDisk()
{
    const QString folder = OwnDisk::path() + u'/';
    QVERIFY(QDir(folder).mkdir(u"tmp"_s));
    {
        DurableBatch batch(folder + u"tmp"_s);
        Problem problem;
        for (int i = 0; i < 10 && !problem; ++i)
            problem = batch.add(folder + QString::number(i), QByteArray(20'000, 'x'));
        QCOMPARE(problem.kind(), Problem::Kind::LocalStorageFull);
    }
    QCOMPARE(namesBelow(folder), QStringList({u"tmp/"_s}));
}

int main(int argc, char **argv)
{
    return runTests<TestDurableBatch, TestOnOwnDisk>(argc, argv);
}

#include "tst_durablebatch.moc"
