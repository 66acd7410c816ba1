// SPDX-License-Identifier: MIT
#include "store/profile.h"

#include "security/keys.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace RemoteLog;

class ProfileTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void isMadeOnceAndKept();
    void makesItsFolder();
    void differsFromFolderToFolder();
    void keepsItsIdentityWhenMoved();
    void damagedFileIsNeverReplaced_data();
    void damagedFileIsNeverReplaced();
};

static QString fileIn(const QString &directory)
{
    return QDir(directory).filePath(QStringLiteral("profile"));
}

void ProfileTest::isMadeOnceAndKept()
{
    const QTemporaryDir directory;
    const Result<QString> id = profileId(directory.path());
    QVERIFY(id.ok());
    QVERIFY(QRegularExpression(QStringLiteral("\\A[0-9a-f]{32}\\z")).match(id.value()).hasMatch());
    QCOMPARE(profileId(directory.path()).value(), id.value());
    QCOMPARE(
        QDir(directory.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
        {QStringLiteral("profile")});
}

void ProfileTest::makesItsFolder()
{
    const QTemporaryDir directory;
    QVERIFY(profileId(directory.filePath(QStringLiteral("a/b"))).ok());
    QVERIFY(QFile::exists(directory.filePath(QStringLiteral("a/b/profile"))));
}

void ProfileTest::differsFromFolderToFolder()
{
    const QTemporaryDir a;
    const QTemporaryDir b;
    QVERIFY(profileId(a.path()).value() != profileId(b.path()).value());
}

void ProfileTest::keepsItsIdentityWhenMoved()
{
    const QTemporaryDir directory;
    const QString before = directory.filePath(QStringLiteral("before"));
    const QString after = directory.filePath(QStringLiteral("after"));
    const QString id = profileId(before).value();
    QVERIFY(QDir().rename(before, after));
    QCOMPARE(profileId(after).value(), id);
}

void ProfileTest::damagedFileIsNeverReplaced_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("short") << QByteArray(31, 'a');
    QTest::newRow("long") << QByteArray(33, 'a');
    QTest::newRow("upper case") << QByteArray(32, 'A');
    QTest::newRow("not hex") << QByteArray(32, 'g');
    QTest::newRow("zeros") << QByteArray(32, '\0');
    QTest::newRow("huge") << QByteArray(1'000'000, 'a');
}

void ProfileTest::damagedFileIsNeverReplaced()
{
    QFETCH(QByteArray, content);
    const QTemporaryDir directory;
    QFile file(fileIn(directory.path()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
    file.close();
    const Result<QString> id = profileId(directory.path());
    QVERIFY(!id.ok());
    if (content.size() < 4096)
        QCOMPARE(id.problem().kind(), Problem::Kind::LocalDataCorrupt);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), content);
}

QTEST_GUILESS_MAIN(ProfileTest)
#include "tst_profile.moc"
