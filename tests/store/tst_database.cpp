// SPDX-License-Identifier: MIT
#include "testprofile.h"

#include "store/storeproblem.h"

#include <QFile>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <sqlite3.h>

#include <cerrno>

using namespace RemoteLog;

class DatabaseTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void newDatabaseHasNoCheckValue();
    void checkValueIsStoredOnce();
    void anotherSecretIsKeyMissingAndChangesNothing();
    void anotherSecretIsKeyMissingWithoutCheckValueToo();
    void ownLogOfAnotherKeyIsKeyMissing();
    void damagedLabelIsPassedOver();
    void whatCannotBeReadIsNoAnswer();
    void unlockTwice();
    void lockedDatabaseGivesNothing();
    void deletedDatabaseIsANewOne();
    void openElsewhereIsInUse();
    void durabilityIsConfigured();
    void filesAreTheOwnersAlone();
    void helperIdsTellNothing();
    void metaValues();
    void transactionsRollBack_data();
    void transactionsRollBack();
    void transactionsJoin();
    void failedInnerTransactionDoomsTheOuter();
    void statementsLetGoOfTheirSnapshot();
    void exceptionsBecomeProblems();
};

void DatabaseTest::newDatabaseHasNoCheckValue()
{
    TestProfile profile;
    Database::Opened opened = Database::open(profile.directory());
    QVERIFY(opened.database && !opened.problem && !opened.notice);
    QVERIFY(!opened.database->hasCheckValue().value());
    opened.database.reset();
    // As after a crash between making and unlocking it.
    opened = Database::open(profile.directory());
    QVERIFY(opened.database && !opened.notice);
    QVERIFY(!opened.database->hasCheckValue().value());
    QVERIFY(!opened.database->unlock(profile.master));
    QVERIFY(opened.database->hasCheckValue().value());
}

void DatabaseTest::checkValueIsStoredOnce()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    QCOMPARE(profile.db().metaValue("check").value(), profile.master.checkValue());
    const int changes = profile.db().handle().getTotalChanges();
    QVERIFY(!profile.db().unlock(profile.master));
    QCOMPARE(profile.db().handle().getTotalChanges(), changes);
    QVERIFY(!profile.open());
    QCOMPARE(profile.db().handle().getTotalChanges(), 0);
}

void DatabaseTest::anotherSecretIsKeyMissingAndChangesNothing()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    profile.close();
    const Database::Opened opened = Database::open(profile.directory());
    QVERIFY(opened.database);
    QCOMPARE(opened.database->unlock(MasterSecret::generate()).kind(), Problem::Kind::KeyMissing);
    QVERIFY(!opened.database->isUnlocked());
    QCOMPARE(opened.database->handle().getTotalChanges(), 0);
    QVERIFY(!opened.database->unlock(profile.master));
    QVERIFY(opened.database->isUnlocked());
}

void DatabaseTest::anotherSecretIsKeyMissingWithoutCheckValueToo()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    QVERIFY(profile.createLog().id > 0);
    profile.db().handle().exec("DELETE FROM meta");
    profile.close();
    Database::Opened opened = Database::open(profile.directory());
    QCOMPARE(opened.database->unlock(MasterSecret::generate()).kind(), Problem::Kind::KeyMissing);
    QVERIFY(!opened.database->hasCheckValue().value());
    QVERIFY(!opened.database->unlock(profile.master));
    QVERIFY(opened.database->hasCheckValue().value());
}

void DatabaseTest::ownLogOfAnotherKeyIsKeyMissing()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    const QByteArray foreign = MasterSecret::generate().logKeys(QStringLiteral("chat")).publicKey;
    QVERIFY(profile.outbox().createLog(QStringLiteral("chat"), foreign, false).ok());
    QCOMPARE(profile.open().kind(), Problem::Kind::KeyMissing);
}

void DatabaseTest::damagedLabelIsPassedOver()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    profile.createLog();
    profile.db().handle().exec("UPDATE own_logs SET label = x'01' || label");
    QVERIFY(!profile.open());
    QVERIFY(!profile.notice);
    QCOMPARE(profile.db().unlock(MasterSecret::generate()).kind(), Problem::Kind::KeyMissing);
    // Without check value nothing proves that it is the right secret.
    profile.db().handle().exec("DELETE FROM meta");
    QCOMPARE(profile.open().kind(), Problem::Kind::KeyMissing);
    QVERIFY(profile.setAside().isEmpty());
}

void DatabaseTest::whatCannotBeReadIsNoAnswer()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    profile.db().handle().exec("UPDATE meta SET value = 'text' WHERE name = 'check'");
    QCOMPARE(profile.db().hasCheckValue().problem().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(profile.db().metaValue("check").problem().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(profile.open().kind(), Problem::Kind::LocalDataCorrupt);
}

void DatabaseTest::unlockTwice()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    QVERIFY(!profile.db().unlock(profile.master));
    QCOMPARE(profile.db().unlock(MasterSecret::generate()).kind(), Problem::Kind::KeyMissing);
    QVERIFY(profile.createLog().id > 0); // the right secret is still in use
}

void DatabaseTest::lockedDatabaseGivesNothing()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    profile.createLog();
    profile.close();
    Database::Opened opened = Database::open(profile.directory());
    Outbox outbox(*opened.database);
    QCOMPARE(outbox.logs().problem().kind(), Problem::Kind::KeyMissing);
    QCOMPARE(outbox.createLog(QStringLiteral("b"), QByteArray(32, 'b'), false).problem().kind(),
             Problem::Kind::KeyMissing);
    OwnLog log;
    log.id = 1;
    log.publicKey = QByteArray(32, 'a');
    QCOMPARE(outbox.append(log, 1, {{"payload", {}}}).kind(), Problem::Kind::KeyMissing);
}

void DatabaseTest::deletedDatabaseIsANewOne()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    profile.createLog();
    profile.close();
    QVERIFY(QFile::remove(profile.file()));
    const Database::Opened opened = Database::open(profile.directory());
    QVERIFY(opened.database && !opened.notice && !opened.problem);
    QVERIFY(
        !opened.database->hasCheckValue().value()); // "database lost": appends wait for the name
    QVERIFY(!opened.database->unlock(profile.master));
    QVERIFY(Outbox(*opened.database).logs().value().rows.isEmpty());
}

void DatabaseTest::openElsewhereIsInUse()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    const Database::Opened second = Database::open(profile.directory());
    QVERIFY(!second.database);
    QCOMPARE(second.problem.kind(), Problem::Kind::InUse);
    QVERIFY(profile.setAside().isEmpty());
    QVERIFY(profile.createLog().id > 0);
}

void DatabaseTest::durabilityIsConfigured()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    SQLite::Database &handle = profile.db().handle();
    QCOMPARE(handle.execAndGet("PRAGMA journal_mode").getString(), std::string("wal"));
    QCOMPARE(handle.execAndGet("PRAGMA synchronous").getInt(), 2);
    QCOMPARE(handle.execAndGet("PRAGMA foreign_keys").getInt(), 1);
    QCOMPARE(handle.execAndGet("PRAGMA secure_delete").getInt(), 1);
    QCOMPARE(handle.execAndGet("PRAGMA locking_mode").getString(), std::string("exclusive"));
    QVERIFY(handle.execAndGet("PRAGMA journal_size_limit").getInt() > 0);
}

void DatabaseTest::filesAreTheOwnersAlone()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    for (const QString &suffix : {QString(), QStringLiteral("-wal")}) {
        const auto permissions = QFile::permissions(profile.file() + suffix);
        QVERIFY(permissions & QFile::ReadOwner);
        QVERIFY(!(permissions
                  & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther)));
    }
}

void DatabaseTest::helperIdsTellNothing()
{
    TestProfile a;
    TestProfile b;
    QVERIFY(!a.open() && !b.open());
    const QString url = QStringLiteral("kubo+http://127.0.0.1:5001");
    QCOMPARE(a.db().helperId(url).size(), 16);
    QCOMPARE(a.db().helperId(url), a.db().helperId(url));
    QVERIFY(a.db().helperId(url) != a.db().helperId(url + u'/'));
    QVERIFY(a.db().helperId(url) != b.db().helperId(url));
    const QByteArray id = a.db().helperId(url);
    QVERIFY(!a.open());
    QCOMPARE(a.db().helperId(url), id);
}

void DatabaseTest::metaValues()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    QVERIFY(profile.db().metaValue("flag").value().isNull());
    QVERIFY(!profile.db().setMetaValue("flag", "1"));
    QVERIFY(!profile.db().setMetaValue("flag", "2"));
    QVERIFY(!profile.db().setMetaValue("empty", ""));
    QVERIFY(!profile.open());
    QCOMPARE(profile.db().metaValue("flag").value(), QByteArray("2"));
    QVERIFY(profile.db().metaValue("empty").value().isEmpty()
            && !profile.db().metaValue("empty").value().isNull());
    QVERIFY(!profile.db().setMetaValue("flag", {}));
    QVERIFY(profile.db().metaValue("flag").value().isNull());
}

void DatabaseTest::transactionsRollBack_data()
{
    QTest::addColumn<int>("how");
    QTest::newRow("a problem is returned") << 0;
    QTest::newRow("a problem is thrown") << 1;
    QTest::newRow("SQLite throws") << 2;
    QTest::newRow("memory ends") << 3;
}

void DatabaseTest::transactionsRollBack()
{
    QFETCH(int, how);
    TestProfile profile;
    QVERIFY(!profile.open());
    const Problem problem = profile.db().transaction([&]() -> Problem {
        if (const Problem failed = profile.db().setMetaValue("flag", "1"))
            return failed;
        if (how == 1)
            fail(Problem::Kind::Tampered, QStringLiteral("thrown"));
        if (how == 2)
            profile.db().handle().exec("INSERT INTO meta VALUES (NULL, NULL)");
        if (how == 3)
            throw std::bad_alloc();
        return Problem(Problem::Kind::Tampered);
    });
    const Problem::Kind kinds[] = {Problem::Kind::Tampered, Problem::Kind::Tampered,
                                   Problem::Kind::InvalidArgument, Problem::Kind::WillRetry};
    QCOMPARE(problem.kind(), kinds[how]);
    QVERIFY(profile.db().metaValue("flag").value().isNull());
    QVERIFY(!profile.db().setMetaValue("flag", "2"));
    QCOMPARE(profile.db().metaValue("flag").value(), QByteArray("2"));
}

void DatabaseTest::transactionsJoin()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    int commits = 0;
    sqlite3_commit_hook(
        profile.db().handle().getHandle(),
        [](void *count) { return ++*static_cast<int *>(count), 0; }, &commits);
    QVERIFY(!profile.db().transaction([&]() -> Problem {
        if (const Problem failed = profile.db().setMetaValue("a", "1"))
            return failed;
        return profile.db().transaction([&] { return profile.db().setMetaValue("b", "2"); });
    }));
    QCOMPARE(commits, 1);
    QCOMPARE(profile.db().metaValue("a").value(), QByteArray("1"));
    QCOMPARE(profile.db().metaValue("b").value(), QByteArray("2"));
}

void DatabaseTest::failedInnerTransactionDoomsTheOuter()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    const Problem problem = profile.db().transaction([&]() -> Problem {
        if (const Problem failed = profile.db().setMetaValue("a", "1"))
            return failed;
        const Problem ignored =
            profile.db().transaction([] { return Problem(Problem::Kind::Tampered); });
        Q_UNUSED(ignored);
        return {};
    });
    QCOMPARE(problem.kind(), Problem::Kind::Tampered);
    QVERIFY(profile.db().metaValue("a").value().isNull());
    QVERIFY(!profile.db().setMetaValue("a", "1"));
}

void DatabaseTest::statementsLetGoOfTheirSnapshot()
{
    TestProfile profile;
    QVERIFY(!profile.open());
    QVERIFY(!profile.db().setMetaValue("a", "1"));
    QVERIFY(!profile.db().guard([&]() -> Problem {
        SQLite::Statement &query = profile.db().statement("SELECT * FROM meta");
        query.executeStep(); // and no further
        return {};
    }));
    QVERIFY(!profile.db().setMetaValue("a", "2"));
    QCOMPARE(sqlite3_wal_checkpoint_v2(profile.db().handle().getHandle(), nullptr,
                                       SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr),
             SQLITE_OK);
}

void DatabaseTest::exceptionsBecomeProblems()
{
    using Kind = Problem::Kind;
    struct Row
    {
        int code;
        int systemError;
        Kind kind;
    };
    const Row table[] = {{SQLITE_FULL, 0, Kind::LocalStorageFull},
                         {SQLITE_READONLY, 0, Kind::LocalStorageFull},
                         {SQLITE_READONLY_DIRECTORY, 0, Kind::LocalStorageFull},
                         {SQLITE_IOERR, 0, Kind::WillRetry},
                         {SQLITE_IOERR_READ, EIO, Kind::WillRetry},
                         {SQLITE_IOERR_CORRUPTFS, EIO, Kind::WillRetry},
                         {SQLITE_IOERR_FSYNC, EIO, Kind::WillRetry},
                         {SQLITE_IOERR_FSYNC, ENOSPC, Kind::LocalStorageFull},
                         {SQLITE_IOERR_WRITE, EIO, Kind::WillRetry},
                         {SQLITE_IOERR_WRITE, EDQUOT, Kind::LocalStorageFull},
                         {SQLITE_IOERR_NOMEM, 0, Kind::WillRetry},
                         {SQLITE_CORRUPT, 0, Kind::LocalDataCorrupt},
                         {SQLITE_CORRUPT_INDEX, 0, Kind::LocalDataCorrupt},
                         {SQLITE_NOTADB, 0, Kind::LocalDataCorrupt},
                         {SQLITE_BUSY, 0, Kind::WillRetry},
                         {SQLITE_NOMEM, 0, Kind::WillRetry},
                         {SQLITE_CONSTRAINT_UNIQUE, 0, Kind::InvalidArgument},
                         {SQLITE_TOOBIG, 0, Kind::TooLarge},
                         {SQLITE_CANTOPEN, 0, Kind::ActionRequired},
                         {SQLITE_CANTOPEN, EROFS, Kind::LocalStorageFull},
                         {SQLITE_PERM, 0, Kind::ActionRequired},
                         {SQLITE_ERROR, 0, Kind::ActionRequired}};
    for (const Row &row : table) {
        const Problem problem =
            problemFromSqlite(row.code, QStringLiteral("what"), row.systemError);
        QCOMPARE(problem.kind(), row.kind);
        QVERIFY(problem.detail().contains(QString::number(row.code)));
    }
}

QTEST_GUILESS_MAIN(DatabaseTest)
#include "tst_database.moc"
