// SPDX-License-Identifier: MIT
#include "folders.h"

#include "platform/folderhelper.h"

#include <QDateTime>

using namespace RemoteLog;
using namespace RemoteLogTest;

class TestFolderHelper : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void readsItsUrl_data();
    void readsItsUrl();
    void refusesOtherUrls_data();
    void refusesOtherUrls();
    void namesItselfInProblems();
    void removesOldTemporaryFilesOfOurs();
    void removesNothingBehindALink();

private:
    void fill(const QString &folder, const QStringList &names);
    FolderHelper helperAt(const QString &path) const
    {
        return FolderHelper::fromUrl(QUrl::fromLocalFile(path)).value();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestFolderHelper::readsItsUrl_data()
{
    QTest::addColumn<QByteArray>("url");
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("needsNetwork");
    QTest::newRow("plain") << QByteArray("file:///srv/log") << u"/srv/log"_s << false;
    QTest::newRow("slash at the end") << QByteArray("file:///srv/log/") << u"/srv/log"_s << false;
    QTest::newRow("dots") << QByteArray("file:///srv/x/../log") << u"/srv/log"_s << false;
    QTest::newRow("encoded") << QByteArray("file:///srv/a%20b%25%3F") << u"/srv/a b%?"_s << false;
    QTest::newRow("umlaut") << QByteArray("file:///srv/%C3%BC") << u"/srv/ü"_s << false;
    QTest::newRow("share") << QByteArray("file:///mnt/x?network=required") << u"/mnt/x"_s << true;
    QTest::newRow("empty query") << QByteArray("file:///mnt/x?") << u"/mnt/x"_s << false;
}

void TestFolderHelper::readsItsUrl()
{
    QFETCH(QByteArray, url);
    QFETCH(QString, path);
    QFETCH(bool, needsNetwork);
    const Result<FolderHelper> helper = FolderHelper::fromUrl(QUrl::fromEncoded(url));
    QVERIFY(helper.ok());
    QCOMPARE(helper.value().path, path);
    QCOMPARE(helper.value().needsNetwork, needsNetwork);
    QCOMPARE(helper.value().url, QUrl::fromEncoded(url));
}

void TestFolderHelper::refusesOtherUrls_data()
{
    QTest::addColumn<QByteArray>("url");
    for (const char *url :
         {"", "/srv/log", "http:///srv/log", "file:", "file:relative", "file://server/share",
          "file://user@/srv/log", "file:///srv/log#part", "file:///srv/log?network=maybe",
          "file:///srv/log?network", "file:///srv/log?other=1",
          "file:///srv/log?network=required&other=1", "file:///srv/%00log"})
        QTest::newRow(*url ? url : "empty") << QByteArray(url);
}

void TestFolderHelper::refusesOtherUrls()
{
    QFETCH(QByteArray, url);
    const Result<FolderHelper> helper = FolderHelper::fromUrl(QUrl::fromEncoded(url));
    QVERIFY(!helper.ok());
    QCOMPARE(helper.problem().kind(), Problem::Kind::InvalidArgument);
}

void TestFolderHelper::namesItselfInProblems()
{
    const FolderHelper helper = helperAt(m_folder->path());
    const Problem problem = helper.named(Problem(Problem::Kind::Rejected, u"detail"_s));
    QCOMPARE(problem, Problem(Problem::Kind::Rejected, u"detail"_s, helper.url));
    QVERIFY(!helper.named(Problem()));
}

// Writes files into a folder, of which the second is younger than a day.
void TestFolderHelper::fill(const QString &folder, const QStringList &names)
{
    QVERIFY(QDir().mkpath(folder));
    for (const QString &name : names) {
        QFile file(folder + u'/' + name);
        QVERIFY(file.open(QIODevice::WriteOnly));
        const int hours = name == names[1] ? 23 : 25;
        QVERIFY(file.setFileTime(QDateTime::currentDateTimeUtc().addSecs(-3600 * hours),
                                 QFile::FileModificationTime));
    }
}

void TestFolderHelper::removesOldTemporaryFilesOfOurs()
{
    const FolderHelper helper = helperAt(m_folder->path());
    helper.removeStaleFiles(); // of which there is nothing yet
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
    const QString ours = u"remotelog-0123456789abcdef0123456789abcd%1.tmp"_s;
    const QStringList names{ours.arg(u"01"_s),    ours.arg(u"02"_s),       ours.arg(u"0G"_s),
                            ours.arg(u"012"_s),   u"remotelog-1.tmp"_s,    u"notes.txt"_s,
                            u"obstacle-tmp-01"_s, ours.arg(u"01"_s) + u'x'};
    fill(m_folder->filePath(u"tmp"_s), names);
    helper.removeStaleFiles();
    QStringList left = names.mid(1);
    QStringList found = namesBelow(m_folder->filePath(u"tmp"_s));
    left.sort();
    found.sort();
    QCOMPARE(found, left);
}

void TestFolderHelper::removesNothingBehindALink()
{
    const QTemporaryDir elsewhere;
    const QStringList names{u"remotelog-0123456789abcdef0123456789abcdef.tmp"_s, u"young"_s};
    fill(elsewhere.path(), names);
    QVERIFY(QFile::link(elsewhere.path(), m_folder->filePath(u"tmp"_s)));
    helperAt(m_folder->path()).removeStaleFiles();
    QCOMPARE(namesBelow(elsewhere.path()), names);
}

QTEST_GUILESS_MAIN(TestFolderHelper)

#include "tst_folderhelper.moc"
