// SPDX-License-Identifier: MIT
#include "profileondisk.h"

#include <QDir>
#include <QLoggingCategory>

#include <sys/stat.h>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// The files of an open profile are moved away, removed, or replaced: nothing is confirmed that
// nobody would find again, and what is not ours is not touched.
class MovedProfileTest : public QObject
{
    Q_OBJECT

public:
    explicit MovedProfileTest(const QString &why)
        : m_why(why)
    {
    }

private Q_SLOTS:
    void initTestCase();
    void init() { m_profile = std::make_unique<ProfileOnDisk>(QStringLiteral("notes")); }
    void cleanup() { m_profile.reset(); }
    void vanishes_data();
    void vanishes();
    void isReplaced_data();
    void isReplaced();
    void whatTakesItsPlaceIsLeftAlone();
    void olderDatabaseInPlaceOfOurs();
    void olderLogInPlaceOfOurs();
    void logInPlaceOfOursIsKept();
    void logOnAnotherDiskIsLeftAlone();

private:
    const QString m_why;
    std::unique_ptr<ProfileOnDisk> m_profile;
};

void MovedProfileTest::initTestCase()
{
    if (!m_why.isEmpty())
        QSKIP(qPrintable(m_why));
    QLoggingCategory::setFilterRules(QStringLiteral("remotelog.store=false"));
}

void MovedProfileTest::vanishes_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"pulled out", "profile renamed", "parent renamed"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void MovedProfileTest::vanishes()
{
    QFETCH(const QString, how);
    const bool isPulledOut = how == u"pulled out";
    const QString from =
        how == u"profile renamed" ? m_profile->folder() : QFileInfo(m_profile->folder()).path();
    const QString to = from + QStringLiteral("-away");
    OutgoingLog *log = m_profile->open();
    for (int i = 0; i < 5; ++i)
        QVERIFY(m_profile->append(log));
    if (isPulledOut)
        m_profile->disk.pullOut();
    else
        QVERIFY(QFile::rename(from, to));
    // Nobody would find what is written now.
    for (int i = 0; i < 3; ++i)
        QCOMPARE(await(log->append(payload(1000))).problem().kind(), Problem::Kind::ActionRequired);
    QVERIFY(waitFor([&] {
        return m_profile->alice->transport().problem().kind() == Problem::Kind::ActionRequired;
    }));
    if (isPulledOut)
        m_profile->disk.plugIn();
    else
        QVERIFY(QFile::rename(to, from));
    QVERIFY(waitFor([&] { return !m_profile->alice->transport().problem(); }));
    QVERIFY(m_profile->append(log));
    QVERIFY(m_profile->isAllThere());
}

void MovedProfileTest::isReplaced_data()
{
    QTest::addColumn<QString>("how");
    for (const char *how : {"folder removed", "files removed", "another folder", "log removed"})
        QTest::newRow(how) << QString::fromLatin1(how);
}

void MovedProfileTest::isReplaced()
{
    QFETCH(const QString, how);
    OutgoingLog *log = m_profile->open();
    for (int i = 0; i < 5; ++i)
        QVERIFY(m_profile->append(log));
    QDir folder(m_profile->folder());
    if (how == u"log removed") {
        QVERIFY(folder.remove(QStringLiteral("remotelog.sqlite-wal")));
    } else if (how == u"files removed") {
        for (const QString &name : folder.entryList(QDir::Files))
            QVERIFY(folder.remove(name));
    } else {
        QVERIFY(folder.removeRecursively());
        if (how == u"another folder")
            QVERIFY(QDir().mkpath(m_profile->folder()));
    }
    for (int i = 0; i < 3; ++i)
        QCOMPARE(await(log->append(payload(1000))).problem().kind(), Problem::Kind::ActionRequired);
    // What is open still has what was confirmed; closing puts it where it belongs if it can.
    if (how != u"log removed")
        m_profile->confirmed.clear();
    QVERIFY(m_profile->isAllThere());
}

void MovedProfileTest::whatTakesItsPlaceIsLeftAlone()
{
    QVERIFY(m_profile->append(m_profile->open()));
    const QString away = m_profile->folder() + QStringLiteral("-away");
    QVERIFY(QFile::rename(m_profile->folder(), away));
    // A backup, say, in which a write-ahead log waits to be read.
    QVERIFY(QDir().mkdir(m_profile->folder()));
    QFile theirs(m_profile->folder() + QStringLiteral("/remotelog.sqlite-wal"));
    QVERIFY(theirs.open(QIODevice::WriteOnly));
    theirs.write("theirs");
    theirs.close();
    m_profile->alice->close();
    QVERIFY(theirs.open(QIODevice::ReadOnly));
    QCOMPARE(theirs.readAll(), QByteArray("theirs"));
    QCOMPARE(QDir(m_profile->folder()).entryList(QDir::Files).size(), 1);
    // And the old one has all that it had.
    QVERIFY(QDir(m_profile->folder()).removeRecursively());
    QVERIFY(QFile::rename(away, m_profile->folder()));
    QCOMPARE(contentOf(m_profile->open()), m_profile->confirmed);
}

// A backup that somebody restores meanwhile: it is not mixed with what was written since.
void MovedProfileTest::olderDatabaseInPlaceOfOurs()
{
    QVERIFY(m_profile->append(m_profile->open()));
    m_profile->alice->close();
    const QString backup = m_profile->file(QStringLiteral("-backup"));
    QVERIFY(QFile::copy(m_profile->file(), backup));
    const QList<QByteArray> old = m_profile->confirmed;
    OutgoingLog *log = m_profile->open();
    for (int i = 0; i < 20; ++i)
        QVERIFY(m_profile->append(log));
    QVERIFY(QFile::remove(m_profile->file()));
    QVERIFY(QFile::rename(backup, m_profile->file()));
    m_profile->alice->close();
    QCOMPARE(contentOf(m_profile->open()), old);
    // And what was ours alone is there for whoever looks for it.
    const QDir folder(m_profile->folder());
    QCOMPARE(folder.entryList({QStringLiteral("*.damaged-*-wal")}).size(), 1);
}

void MovedProfileTest::olderLogInPlaceOfOurs()
{
    OutgoingLog *log = m_profile->open();
    QVERIFY(m_profile->append(log));
    const QString backup = m_profile->file(QStringLiteral("-backup"));
    QVERIFY(QFile::copy(m_profile->file(QStringLiteral("-wal")), backup));
    for (int i = 0; i < 20; ++i)
        QVERIFY(m_profile->append(log));
    QVERIFY(QFile::remove(m_profile->file(QStringLiteral("-wal"))));
    QVERIFY(QFile::rename(backup, m_profile->file(QStringLiteral("-wal"))));
    QVERIFY(m_profile->isAllThere());
}

// And nothing of ours is lost with our log.
void MovedProfileTest::logInPlaceOfOursIsKept()
{
    QVERIFY(m_profile->append(m_profile->open()));
    QFile theirs(m_profile->file(QStringLiteral("-wal")));
    QVERIFY(theirs.remove());
    QVERIFY(theirs.open(QIODevice::WriteOnly));
    theirs.write("theirs");
    theirs.close();
    m_profile->alice->close();
    const QDir folder(m_profile->folder());
    const QStringList aside = folder.entryList({QStringLiteral("*.damaged-*-wal")});
    QCOMPARE(aside.size(), 1);
    QFile kept(folder.filePath(aside.constFirst()));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), QByteArray("theirs"));
    QCOMPARE(contentOf(m_profile->open()), m_profile->confirmed);
}

// Where the database's number of the file is the same: SQLite does not see that it is another one.
void MovedProfileTest::logOnAnotherDiskIsLeftAlone()
{
    const QString name = QStringLiteral("/remotelog.sqlite");
    const auto inodeOf = [](const QString &path) {
        struct stat status;
        return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? status.st_ino : 0;
    };
    QVERIFY(m_profile->append(m_profile->open()));
    const auto ours = inodeOf(m_profile->folder() + name);
    m_profile->disk.pullOut();
    {
        SmallDisk other(2048);
        m_profile->disk.plugIn(other);
        QVERIFY(QDir().mkpath(m_profile->folder()));
        const auto make = [](const QString &path) {
            QFile file(path);
            return file.open(QIODevice::WriteOnly) && file.write("theirs") == 6;
        };
        // Numbers of files go up: here, too, there will be one.
        for (int i = 0; inodeOf(m_profile->folder() + name) != ours; ++i) {
            QVERIFY(i < 1000);
            QFile::remove(m_profile->folder() + name);
            QVERIFY(make(m_profile->folder() + name));
        }
        QVERIFY(make(m_profile->folder() + name + QStringLiteral("-wal")));
        m_profile->alice->close();
        QFile theirs(m_profile->folder() + name + QStringLiteral("-wal"));
        QVERIFY(theirs.open(QIODevice::ReadOnly));
        QCOMPARE(theirs.readAll(), QByteArray("theirs"));
        theirs.close();
        m_profile->disk.pullOut();
    }
    m_profile->disk.plugIn();
    QCOMPARE(contentOf(m_profile->open()), m_profile->confirmed);
}

int main(int argc, char **argv)
{
    return runWithMounts<MovedProfileTest>(argc, argv);
}
#include "tst_moved.moc"
