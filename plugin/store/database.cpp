// SPDX-License-Identifier: MIT
#include "database.h"

#include "databasefile.h"
#include "row.h"
#include "schema.h"
#include "storeproblem.h"

#include <QDir>
#include <QLoggingCategory>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace RemoteLog {

Q_LOGGING_CATEGORY(lcStore, "remotelog.store", QtWarningMsg)

namespace {

// The lock of the profile keeps others out; this is for a backup or virus scanner that reads the
// file just now.
constexpr int BusyTimeout = 250; // ms

void setOption(SQLite::Database &database, int option, bool on)
{
    sqlite3_db_config(database.getHandle(), option, int(on), nullptr);
}

} // namespace

Database::Opened Database::open(const QString &directory)
{
    const QString path = QDir(directory).filePath(QStringLiteral("remotelog.sqlite"));
    Opened opened = openFile(path);
    if (opened.problem.kind() != Problem::Kind::LocalDataCorrupt)
        return opened;
    const Result<QString> name = DatabaseFile(path).setAside();
    if (!name.ok())
        return {nullptr, name.problem(), opened.notice};
    const Problem notice(
        Problem::Kind::LocalDataCorrupt,
        QStringLiteral("%1; set aside as %2").arg(opened.problem.detail(), name.value()));
    qCWarning(lcStore).noquote() << notice.detail();
    const Problem ofLog = opened.notice;
    opened = openFile(path);
    opened.notice = withBoth(ofLog, notice);
    return opened;
}

Database::Opened Database::openFile(const QString &path)
{
    const DatabaseFile file(path);
    const Result<DatabaseFile::Sizes> sizes = file.sizes();
    if (!sizes.ok())
        return {nullptr, sizes.problem(), {}};
    if (sizes.value().isOrphaned())
        return {nullptr,
                Problem(Problem::Kind::LocalDataCorrupt,
                        QStringLiteral("the database is gone, its log is not")),
                {}};
    std::unique_ptr<Database> database(new Database(path));
    const Problem problem = database->begin(sizes.value());
    const Problem notice = database->m_notice;
    if (!problem)
        return {std::move(database), {}, notice};
    database.reset();
    if (problem.kind() != Problem::Kind::LocalDataCorrupt || !sizes.value().isEmpty())
        return {nullptr, problem, notice};
    // Nothing was in there yet. Set aside, it would be followed by the next, and so on for ever.
    file.remove();
    return {nullptr,
            Problem(Problem::Kind::ActionRequired,
                    QStringLiteral("the disk does not keep what is written to it: a new database, "
                                   "and ")
                        + problem.detail()),
            {}};
}

Problem Database::begin(const DatabaseFile::Sizes &sizes)
{
    const Problem problem = tryToBegin(sizes);
    return unlessDiskFailed(problem, takeDiskError(m_database ? m_database->getHandle() : nullptr));
}

Problem Database::tryToBegin(const DatabaseFile::Sizes &sizes)
try {
    const DatabaseFile file(m_path);
    if (const Problem problem = file.prepare())
        return problem;
    const bool wasUnclean = sizes.log > 0;
    if (const Problem problem = inspect(sizes.isCutShort(SchemaPageSize), wasUnclean))
        return problem;
    if (const Problem problem = wasUnclean ? keepDamagedLog(sizes) : Problem())
        return problem;
    if (const Problem problem = configure())
        return problem;
    if (const Problem problem = migrate(*m_database))
        return problem;
    if (sizes.total() <= CheckedSize || file.isSuspect()) {
        if (const Problem problem = checkAllPages())
            return problem;
        file.setSuspect(false);
    }
    setOption(*m_database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
    if (wasUnclean)
        eraseNow(); // whoever died here may have had something to erase
    m_identity = file.identity();
    return {};
} catch (const SQLite::Exception &exception) {
    if (exception.getErrorCode() == SQLITE_BUSY)
        return Problem(Problem::Kind::InUse,
                       QStringLiteral("another program has the database open"));
    if (exception.getErrorCode() == SQLITE_ERROR) // "unsupported file format" and the like
        return Problem(Problem::Kind::LocalDataCorrupt, QString::fromUtf8(exception.what()));
    return problemFromSqlite(exception,
                             takeDiskError(m_database ? m_database->getHandle() : nullptr));
}

// Nothing is written before the file is known to be ours, not even what its write-ahead log has.
Problem Database::inspect(bool isCutShort, bool wasUnclean)
{
    m_database = std::make_unique<SQLite::Database>(
        m_path.toUtf8().toStdString(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, BusyTimeout);
    setOption(*m_database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wasUnclean);
    setOption(*m_database, SQLITE_DBCONFIG_DEFENSIVE, true);
    setOption(*m_database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, false);
    m_database->exec("PRAGMA cell_size_check = ON");
    // Alone with it: no shared memory file, no locking for each transaction.
    m_database->exec("PRAGMA locking_mode = EXCLUSIVE");
    m_database->execAndGet("SELECT count(*) FROM sqlite_master"); // takes the lock
    if (const Problem problem = checkIdentity(*m_database))
        return problem;
    if (const Problem problem = checkSchema(*m_database))
        return problem;
    if (isCutShort)
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("the database is cut short"));
    // Although the file could be opened for writing.
    if (sqlite3_db_readonly(m_database->getHandle(), "main") == 1)
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("the database asks not to be written to"));
    return {};
}

// SQLite would overwrite a useless one, and cut a damaged one off, without a word.
Problem Database::keepDamagedLog(DatabaseFile::Sizes sizes)
{
    const DatabaseFile file(m_path);
    const Result<LogState> state = file.logState();
    if (!state.ok() || state.value() == LogState::Good)
        return state.problem();
    // Whatever damaged its log may have been in the database, too; also for the next open, if this
    // one gets no further.
    file.setSuspect(true);
    const bool isUseless = state.value() == LogState::Useless;
    if (isUseless)
        m_database.reset(); // it has the log open
    const Result<QString> name = isUseless ? file.setLogAside() : file.copyLogAside();
    if (!name.ok())
        return name.problem();
    m_notice = Problem(
        Problem::Kind::LocalDataCorrupt,
        QStringLiteral("the write-ahead log is damaged; set aside as %1").arg(name.value()));
    qCWarning(lcStore).noquote() << m_notice.detail();
    if (!isUseless)
        return {};
    sizes.log = 0;
    return inspect(sizes.isCutShort(SchemaPageSize), false);
}

Problem Database::configure()
{
    m_database->exec("PRAGMA page_size = " + std::to_string(SchemaPageSize));
    if (m_database->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
        return Problem(Problem::Kind::ActionRequired,
                       QStringLiteral("the database's file system allows no write-ahead log"));
    m_database->exec(
        "PRAGMA synchronous = FULL;"
        "PRAGMA foreign_keys = ON;"
        "PRAGMA secure_delete = ON;" // FAST would leave withdrawn payloads in free pages
        "PRAGMA temp_store = MEMORY;"
        "PRAGMA cache_size = -8192;" // KiB
        "PRAGMA wal_autocheckpoint = 1000;" // pages
        "PRAGMA journal_size_limit = 8388608"); // bytes
    return {};
}

Problem Database::checkAllPages()
{
    const std::string answer = m_database->execAndGet("PRAGMA integrity_check(1)").getString();
    if (answer == "ok")
        return {};
    return Problem(Problem::Kind::LocalDataCorrupt,
                   QStringLiteral("the database is damaged: ") + QString::fromStdString(answer));
}

Result<QByteArray> Database::metaValue(const QByteArray &name) const
{
    return guarded<QByteArray>(*this, [&]() -> QByteArray {
        SQLite::Statement &query = statement("SELECT value FROM meta WHERE name = ?1");
        query.bindNoCopy(1, name.constData());
        return query.executeStep() ? bytesAt(query, 0) : QByteArray();
    });
}

Problem Database::setMetaValue(const QByteArray &name, const QByteArray &value)
{
    return transaction([&]() -> Problem {
        SQLite::Statement &change =
            statement(value.isNull() ? "DELETE FROM meta WHERE name = ?1"
                                     : "INSERT INTO meta(name, value) VALUES (?1, ?2) ON "
                                       "CONFLICT(name) DO UPDATE SET value = excluded.value");
        change.bindNoCopy(1, name.constData());
        if (!value.isNull())
            bindBytes(change, 2, value);
        change.exec();
        return {};
    });
}

SQLite::Database &Database::handle() const
{
    return *m_database;
}

} // namespace RemoteLog
