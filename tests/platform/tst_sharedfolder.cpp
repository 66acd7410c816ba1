// SPDX-License-Identifier: MIT
#include "folders.h"
#include "systemcalls.h"

#include "platform/durablebatch.h"

#include <cerrno>
#include <optional>

using namespace RemoteLog;
using namespace RemoteLogTest;

// A folder in which others write, too, and put whatever they like.
class TestSharedFolder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { SystemCalls::heal(); }
    void movesObstaclesAside_data();
    void movesObstaclesAside();
    void neverWritesThroughALink();
    void saysWhatItCannotMove_data();
    void saysWhatItCannotMove();
    void sharesWhatItMakes_data();
    void sharesWhatItMakes();
    void widensItsOwnDirectories();
    void worksForTheNextUser_data();
    void worksForTheNextUser();

private:
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem write(const QStringList &names) const;
    Problem keep(const QString &name) const;

    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<FolderTree> m_tree;
};

void TestSharedFolder::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_tree.emplace(m_folder->path());
    QCOMPARE(m_tree->open(), Problem());
}

Problem TestSharedFolder::write(const QStringList &names) const
{
    DurableBatch batch(*m_tree);
    for (const QString &name : names) {
        if (const Problem problem = batch.add(name, "good"))
            return problem;
    }
    return batch.commit();
}

Problem TestSharedFolder::keep(const QString &name) const
{
    DurableBatch batch(*m_tree);
    batch.keep(name);
    return batch.commit();
}

void TestSharedFolder::movesObstaclesAside_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("what");
    for (const QString &place : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s, u"blocks/aa/1"_s}) {
        for (const QString &what : {u"file"_s, u"folder"_s, u"link"_s, u"dead link"_s, u"FIFO"_s}) {
            // What is no obstacle: a folder in place of one; and a file replaces all but folders.
            if ((what == u"folder"_s) == place.endsWith(u'1'))
                QTest::addRow("%s: %s", qPrintable(place), qPrintable(what)) << place << what;
        }
    }
}

void TestSharedFolder::movesObstaclesAside()
{
    QFETCH(const QString, place);
    QFETCH(const QString, what);
    const QTemporaryDir elsewhere;
    const QString obstacle = path(place);
    QVERIFY(QDir().mkpath(QFileInfo(obstacle).path()));
    if (what == u"file"_s)
        writeFile(obstacle, "theirs");
    else if (what == u"FIFO"_s)
        makeFifo(obstacle);
    else if (what == u"folder"_s)
        QVERIFY(QDir().mkpath(obstacle + u"/theirs"_s));
    else
        QVERIFY(QFile::link(what == u"link"_s ? elsewhere.path() : u"/none"_s, obstacle));

    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(m_tree->read(u"blocks/aa/1"_s, 10).value(), "good");
    QCOMPARE(namesBelow(elsewhere.path()), QStringList());
    // It is still there.
    const QDir beside(place == u"tmp"_s ? m_folder->path() : path(u"tmp"_s));
    const auto all = QDir::AllEntries | QDir::System | QDir::Hidden | QDir::NoDotAndDotDot;
    const QStringList moved =
        beside.entryList({u"obstacle-%1-*"_s.arg(QFileInfo(place).fileName())}, all);
    QCOMPARE(moved.size(), 1);
    if (what == u"file"_s)
        QCOMPARE(readFile(beside.filePath(moved.first())), "theirs");
}

void TestSharedFolder::neverWritesThroughALink()
{
    const QTemporaryDir elsewhere;
    QVERIFY(QDir(elsewhere.path()).mkdir(u"aa"_s));
    writeFile(elsewhere.filePath(u"aa/1"_s), "secret");
    QVERIFY(QFile::link(elsewhere.path(), path(u"blocks"_s)));
    QCOMPARE(m_tree->read(u"blocks/aa/1"_s, 10).problem().kind(), Problem::Kind::Tampered);
    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(readFile(elsewhere.filePath(u"aa/1"_s)), "secret");
}

void TestSharedFolder::saysWhatItCannotMove_data()
{
    QTest::addColumn<QString>("place");
    for (const QString &place : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s})
        QTest::addRow("%s", qPrintable(place)) << place;
}

void TestSharedFolder::saysWhatItCannotMove()
{
    QFETCH(const QString, place);
    QVERIFY(QDir().mkpath(QFileInfo(path(place)).path()));
    writeFile(path(place), "theirs");
    SystemCalls::fail(u"rename"_s, u'/' + place, EPERM);
    const Problem problem = write({u"blocks/aa/1"_s});
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    QVERIFY2(problem.detail().contains(u'"' + place + u'"'), qPrintable(problem.detail()));
    QCOMPARE(readFile(path(place)), "theirs");
}

void TestSharedFolder::sharesWhatItMakes_data()
{
    QTest::addColumn<int>("folderMode");
    QTest::addColumn<QString>("directoryMode");
    QTest::addColumn<QString>("fileMode");
    QTest::newRow("everybody's") << 01777 << u"1777"_s << u"644"_s;
    QTest::newRow("a group's") << 02775 << u"2775"_s << u"644"_s;
    QTest::newRow("a group's alone") << 0770 << u"770"_s << u"640"_s;
    QTest::newRow("one's own") << 0700 << u"700"_s << u"600"_s;
    QTest::newRow("readable") << 0755 << u"755"_s << u"644"_s;
}

void TestSharedFolder::sharesWhatItMakes()
{
    QFETCH(const int, folderMode);
    QFETCH(const QString, directoryMode);
    QFETCH(const QString, fileMode);
    setMode(m_folder->path(), mode_t(folderMode));
    QCOMPARE(m_tree->open(), Problem());
    const mode_t before = ::umask(077);
    const Problem problem = write({u"blocks/aa/1"_s});
    ::umask(before);
    QCOMPARE(problem, Problem());
    for (const QString &name : {u"tmp"_s, u"blocks"_s, u"blocks/aa"_s})
        QCOMPARE(modeOf(path(name)), directoryMode);
    QCOMPARE(modeOf(path(u"blocks/aa/1"_s)), fileMode);
}

// Made by somebody who crashed in between, or before the folder was opened to others.
void TestSharedFolder::widensItsOwnDirectories()
{
    QVERIFY(QDir().mkpath(path(u"blocks/aa"_s)));
    setMode(path(u"blocks"_s), 0700);
    setMode(m_folder->path(), 01777);
    QCOMPARE(m_tree->open(), Problem());
    QCOMPARE(write({u"blocks/aa/1"_s}), Problem());
    QCOMPARE(modeOf(path(u"blocks"_s)), u"1777"_s);
    QCOMPARE(modeOf(path(u"blocks/aa"_s)), u"1777"_s);
}

void TestSharedFolder::worksForTheNextUser_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<int>("group"); // 0: no group in common
    QTest::newRow("everybody's") << 01777 << 0;
    QTest::newRow("a group's") << 02775 << 4711;
    QTest::newRow("a group's, without setgid") << 0770 << 4711;
}

void TestSharedFolder::worksForTheNextUser()
{
    if (!canBeOthers())
        QSKIP("needs root to be other users");
    QFETCH(const int, mode);
    QFETCH(const int, group);
    if (group != 0) {
        const QByteArray folder = QFile::encodeName(m_folder->path());
        QCOMPARE(::chown(folder.constData(), uid_t(-1), gid_t(group)), 0);
    }
    setMode(m_folder->path(), mode_t(mode));
    QCOMPARE(m_tree->open(), Problem());
    const QList<gid_t> groups = group != 0 ? QList<gid_t>{gid_t(group)} : QList<gid_t>();
    const User first{3001, 3001, groups};
    const User second{3002, 3002, groups};
    QVERIFY(succeedsAs(first, [&] { return !write({u"blocks/aa/1"_s, u"blocks/bb/1"_s}); }));
    QVERIFY(succeedsAs(second, [&] {
        return !write({u"blocks/aa/2"_s, u"blocks/cc/1"_s}) && !keep(u"blocks/aa/1"_s)
               && m_tree->read(u"blocks/aa/1"_s, 10).value() == "good";
    }));
    QVERIFY(succeedsAs(first, [&] {
        return !write({u"blocks/cc/2"_s}) && m_tree->read(u"blocks/cc/1"_s, 10).value() == "good";
    }));
}

QTEST_GUILESS_MAIN(TestSharedFolder)

#include "tst_sharedfolder.moc"
