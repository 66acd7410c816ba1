// SPDX-License-Identifier: MIT
// What lies in the folder when a database is opened, and what of it goes aside together.
#include "testprofile.h"

#include "store/databasefile.h"

#include <QFile>
#include <QLoggingCategory>
#include <QTest>

using namespace RemoteLog;

class DatabaseFileTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(QStringLiteral("remotelog.store=false"));
    }
    void init() { m_profile = std::make_unique<TestProfile>(); }
    void cleanup() { m_profile.reset(); }
    void orphans_data();
    void orphans();
    void journalOfAnEmptyDatabaseIsNoLoss();
    void twoInTheSameMillisecond();
    void interruptedSettingAsideGoesOn_data();
    void interruptedSettingAsideGoesOn();
    void anOldNameIsNotUsedTwice();

private:
    QString path(const QString &suffix) const { return m_profile->file() + suffix; }
    void write(const QString &suffix, const QByteArray &bytes)
    {
        QFile file(path(suffix));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes), bytes.size());
    }
    QByteArray read(const QString &name)
    {
        QFile file(QDir(m_profile->directory()).filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QStringList names(const QString &pattern) const
    {
        return QDir(m_profile->directory()).entryList({pattern}, QDir::Files);
    }
    std::unique_ptr<TestProfile> m_profile;
};

static const QString Wal = QStringLiteral("-wal");
static const QString Journal = QStringLiteral("-journal");
static const QString Suspect = QStringLiteral("-suspect");

void DatabaseFileTest::orphans_data()
{
    QTest::addColumn<QString>("suffix");
    QTest::addColumn<bool>("hasEmptyDatabase");
    for (const QString &suffix : {Wal, Journal}) {
        for (bool hasEmptyDatabase : {false, true})
            QTest::addRow("%s%s", qPrintable(suffix), hasEmptyDatabase ? ", empty database" : "")
                << suffix << hasEmptyDatabase;
    }
}

void DatabaseFileTest::orphans()
{
    // SQLite would delete them.
    QFETCH(QString, suffix);
    QFETCH(bool, hasEmptyDatabase);
    const QByteArray log = bytesOf(1, 5000);
    write(suffix, log);
    if (hasEmptyDatabase)
        write({}, {});
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->notice.kind(), Problem::Kind::LocalDataCorrupt);
    const QStringList logs = names(QStringLiteral("*.damaged-*") + suffix);
    QCOMPARE(logs.size(), 1);
    QCOMPARE(read(logs.constFirst()), log);
    QVERIFY(m_profile->createLog().id > 0);
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
}

void DatabaseFileTest::journalOfAnEmptyDatabaseIsNoLoss()
{
    // A process died while it made the database: the size to go back to is 0.
    QByteArray journal = bytesOf(1, 512);
    journal.replace(16, 4, QByteArray(4, '\0'));
    write({}, {});
    write(Journal, journal);
    QVERIFY(!m_profile->open());
    QVERIFY(!m_profile->notice);
    QVERIFY(m_profile->createLog().id > 0);
}

void DatabaseFileTest::twoInTheSameMillisecond()
{
    const DatabaseFile file(m_profile->file());
    QSet<QString> names;
    for (int i = 0; i < 20; ++i) {
        write({}, QByteArray::number(i));
        names.insert(file.setAside().value());
    }
    QCOMPARE(names.size(), 20);
    QCOMPARE(m_profile->setAside().size(), 20);
}

void DatabaseFileTest::interruptedSettingAsideGoesOn_data()
{
    QTest::addColumn<QStringList>("left"); // what had not been renamed yet
    QTest::newRow("nothing renamed") << QStringList{QString(), Wal, Journal};
    QTest::newRow("the database renamed") << QStringList{Wal, Journal};
    QTest::newRow("its write-ahead log too") << QStringList{Journal};
    QTest::newRow("everything renamed") << QStringList();
}

void DatabaseFileTest::interruptedSettingAsideGoesOn()
{
    QFETCH(QStringList, left);
    const DatabaseFile file(m_profile->file());
    for (const QString &suffix : {QString(), Wal, Journal})
        write(suffix, suffix.toUtf8() + bytesOf(1, 5000));
    const QString name = file.setAside().value();
    QVERIFY(!file.isSuspect());
    // As a process leaves it that died in there.
    for (const QString &suffix : left)
        QVERIFY(QFile::rename(QDir(m_profile->directory()).filePath(name + suffix), path(suffix)));
    write(Suspect, name.toUtf8());

    QVERIFY(!m_profile->open());
    QCOMPARE(bool(m_profile->notice), !left.isEmpty());
    QCOMPARE(names(QStringLiteral("*.damaged-*")), (QStringList{name, name + Journal, name + Wal}));
    for (const QString &suffix : {QString(), Wal, Journal})
        QCOMPARE(read(name + suffix), suffix.toUtf8() + bytesOf(1, 5000));
    QVERIFY(!file.isSuspect());
}

void DatabaseFileTest::anOldNameIsNotUsedTwice()
{
    const DatabaseFile file(m_profile->file());
    write({}, "first");
    const QString name = file.setAside().value();
    for (const QByteArray &content :
         {name.toUtf8(), QByteArray("../elsewhere"), QByteArray("profile"), QByteArray(300, 'a')}) {
        write({}, "next");
        write(Suspect, content);
        QVERIFY(file.setAside().value() != name);
    }
    QCOMPARE(read(name), QByteArray("first"));
    QCOMPARE(m_profile->setAside().size(), 5);
}

QTEST_GUILESS_MAIN(DatabaseFileTest)
#include "tst_databasefile.moc"
