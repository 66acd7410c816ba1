// SPDX-License-Identifier: MIT
#include "folders.h"

#include "platform/foldertree.h"

#include <cerrno>

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestFolderTree : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void needsItsFolder();
    void mayBeALinkItself();
    void readsBelowItsFolder();
    void listsADirectory();
    void leavesNoTrace();
    void followsNoLinkBelow_data();
    void followsNoLinkBelow();
    void saysWhatAPersonHasToDo_data();
    void saysWhatAPersonHasToDo();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestFolderTree::needsItsFolder()
{
    FolderTree missing(path(u"none"_s));
    QCOMPARE(missing.open().kind(), Problem::Kind::ActionRequired);
    QVERIFY(missing.open().detail().contains(u"folder"));
    QVERIFY(!QFile::exists(path(u"none"_s)));
    writeFile(path(u"file"_s), "x");
    QCOMPARE(FolderTree(path(u"file"_s)).open().kind(), Problem::Kind::ActionRequired);
    QVERIFY(QDir().mkdir(path(u"none"_s)));
    QCOMPARE(missing.open(), Problem());
}

void TestFolderTree::mayBeALinkItself()
{
    QVERIFY(QDir().mkdir(path(u"real"_s)));
    writeFile(path(u"real/file"_s), "x");
    QVERIFY(QFile::link(path(u"real"_s), path(u"link"_s)));
    FolderTree tree(path(u"link"_s));
    QCOMPARE(tree.open(), Problem());
    QCOMPARE(tree.read(u"file"_s, 10).value(), "x");
}

void TestFolderTree::readsBelowItsFolder()
{
    QVERIFY(QDir().mkpath(path(u"a/b"_s)));
    writeFile(path(u"a/b/file"_s), "text");
    FolderTree tree(m_folder->path());
    QCOMPARE(tree.open(), Problem());
    QCOMPARE(tree.read(u"a/b/file"_s, 4).value(), "text");
    QCOMPARE(tree.read(u"a/b/file"_s, 3).problem().kind(), Problem::Kind::Tampered);
    for (const QString &none : {u"none"_s, u"a/none"_s, u"none/b/file"_s})
        QVERIFY(tree.read(none, 10).ok() && tree.read(none, 10).value().isNull());
    QVERIFY(tree.lastModified(u"a/b/file"_s));
    QVERIFY(!tree.lastModified(u"a/b/none"_s));
    tree.remove(u"a/b/none"_s);
    tree.remove(u"a/b/file"_s);
    QVERIFY(!QFile::exists(path(u"a/b/file"_s)));
}

void TestFolderTree::listsADirectory()
{
    QVERIFY(QDir().mkpath(path(u"a/b"_s)));
    for (int i = 0; i < 10; ++i)
        writeFile(path(u"a/%1"_s.arg(i)), "x");
    FolderTree tree(m_folder->path());
    QCOMPARE(tree.open(), Problem());
    QSet<QByteArray> names;
    const auto gather = [&](const QByteArray &name) { names.insert(name); };
    QCOMPARE(tree.list(u"a"_s, 100, gather), Problem());
    QCOMPARE(names.size(), 11);
    names.clear();
    QCOMPARE(tree.list(u"a"_s, 5, gather), Problem());
    QVERIFY(names.size() <= 5);
    names.clear();
    QCOMPARE(tree.list(u"none"_s, 5, gather), Problem());
    QVERIFY(names.isEmpty());
    QCOMPARE(tree.list(u"a/1"_s, 5, gather).kind(), Problem::Kind::Tampered);
}

void TestFolderTree::leavesNoTrace()
{
    FolderTree tree(m_folder->path());
    QCOMPARE(tree.open(), Problem());
    QVERIFY(tree.read(u"blocks/aa/1"_s, 10).ok());
    QCOMPARE(tree.list(u"names"_s, 10, [](const QByteArray &) {}), Problem());
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
}

void TestFolderTree::followsNoLinkBelow_data()
{
    QTest::addColumn<QString>("link");
    QTest::addColumn<QString>("target");
    QTest::newRow("first directory") << u"a"_s << u"elsewhere"_s;
    QTest::newRow("second directory") << u"real/b"_s << u"elsewhere/b"_s;
    QTest::newRow("file") << u"real/b/file"_s << u"elsewhere/b/file"_s;
}

void TestFolderTree::followsNoLinkBelow()
{
    QFETCH(const QString, link);
    QFETCH(const QString, target);
    const QString folder = path(u"folder"_s);
    QVERIFY(QDir().mkpath(path(u"elsewhere/b"_s)));
    writeFile(path(u"elsewhere/b/file"_s), "secret");
    QVERIFY(QDir().mkpath(QFileInfo(folder + u'/' + link).path()));
    QVERIFY(QFile::link(path(target), folder + u'/' + link));
    FolderTree tree(folder);
    QCOMPARE(tree.open(), Problem());
    const QString file = link.startsWith(u"real") ? u"real/b/file"_s : u"a/b/file"_s;
    QCOMPARE(tree.read(file, 100).problem().kind(), Problem::Kind::Tampered);
    if (!link.endsWith(u"file")) {
        QCOMPARE(tree.list(file.chopped(5), 10, [](const QByteArray &) {}).kind(),
                 Problem::Kind::Tampered);
        tree.remove(file);
        QVERIFY(QFile::exists(path(u"elsewhere/b/file"_s)));
    }
}

void TestFolderTree::saysWhatAPersonHasToDo_data()
{
    QTest::addColumn<int>("error");
    QTest::addColumn<Problem::Kind>("kind");
    for (const int error : {ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EXDEV, ENOTDIR, EISDIR, EBUSY})
        QTest::addRow("%d", error) << error << Problem::Kind::ActionRequired;
    for (const int error : {ENOENT, EIO, ESTALE, ETIMEDOUT, EMFILE})
        QTest::addRow("%d", error) << error << Problem::Kind::WillRetry;
}

void TestFolderTree::saysWhatAPersonHasToDo()
{
    QFETCH(const int, error);
    QFETCH(const Problem::Kind, kind);
    const Problem problem = folderProblem(error, u"doing this"_s);
    QCOMPARE(problem.kind(), kind);
    QVERIFY(problem.detail().startsWith(u"doing this: "));
}

QTEST_GUILESS_MAIN(TestFolderTree)

#include "tst_foldertree.moc"
