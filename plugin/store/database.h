// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include "databasefile.h"
#include "rowseal.h"
#include "security/keys.h"

#include <QString>

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace RemoteLog {

// The database of one profile: `<directory>/remotelog.sqlite`, WAL, synchronous FULL. The caller
// holds the ProfileLock. One thread at a time.
//
// Exceptions of SQLiteCpp end here: everything that touches SQLite runs inside guard() or
// transaction().
class Database
{
public:
    static constexpr int SchemaPageSize = 4096;
    // Up to this many bytes open() checks every page: some 50 ms.
    static constexpr qint64 CheckedSize = 8 * 1024 * 1024;
    // With less room than that the disk is full.
    static constexpr qint64 ProbeSize = 64 * 1024;

    struct Opened
    {
        std::unique_ptr<Database>
            database; // null if it could not be opened; then `problem` says why
        Problem problem; // Unsupported, and nothing is touched, if a newer version wrote it; InUse
                         // if someone else has it open; WillRetry if the disk fails to give what it
                         // holds: whether that is damaged, nobody can tell then
        Problem notice; // also without a database; LocalDataCorrupt: an unusable file was set aside
                        // (renamed, never deleted) and a new one begun, of the database or of its
                        // write-ahead log alone, or first of the one, then of the other
    };
    static Opened open(const QString &directory);
    ~Database();

    // False for a new database, and for one whose process died between making it and unlocking it.
    // A Problem if it cannot be found out: then no key may be made or asked for.
    Result<bool> hasCheckValue() const;

    // Checks the master secret against the check value and every own log's public key (`label`
    // opened with it); stores the check value if there is none. KeyMissing, and nothing is changed,
    // if it is another profile's secret. With the right check value, a damaged label is passed
    // over: Outbox::logs() reports it.
    Problem unlock(const MasterSecret &master);
    bool isUnlocked() const { return m_seal != nullptr; }

    // Only after unlock(); before it, and inside guard(), this is a Problem of kind KeyMissing.
    const RowSeal &seal() const;

    // A helper's URL as it stands in tables: 16 bytes keyed with the database key, so that the disk
    // does not tell. Only after unlock().
    QByteArray helperId(const QString &url) const;

    // Small persistent flags, by name. Null if there is no such flag. Nothing here is sealed.
    Result<QByteArray> metaValue(const QByteArray &name) const;
    // A null value removes the flag.
    Problem setMetaValue(const QByteArray &name, const QByteArray &value);

    // Runs `work` in one transaction (BEGIN IMMEDIATE ... COMMIT); rolls back if it returns or
    // throws a problem. A call inside `work` joins the outer transaction, and if it fails, the
    // outer one cannot succeed any more. After LocalStorageFull or the like everything is as
    // before. ActionRequired while the database is not where it was opened, for what is written
    // then nobody would find again.
    Problem transaction(const std::function<Problem()> &work);

    // What keeps the disk from taking what is written, as the last transaction met it:
    // LocalStorageFull, ActionRequired where the database was moved, or WillRetry after an I/O
    // error; null since probeDisk() found that over.
    Problem diskProblem() const { return m_diskProblem; }
    // `tell` is called when that is another one now, and each time that something fails because of
    // it, from within whatever met it; for the probe only when it is another one.
    void onDiskProblem(std::function<void()> tell) { m_tellDiskProblem = std::move(tell); }
    // Writes as much as is usual, to find out whether it is over. Not inside a transaction.
    void probeDisk();

    // Runs `work`, turning SQLite's exceptions into a Problem: LocalStorageFull, LocalDataCorrupt,
    // WillRetry (I/O errors among others), ActionRequired, InvalidArgument for what the tables do
    // not allow, TooLarge.
    Problem guard(const std::function<Problem()> &work) const;

    // A prepared statement, reset and with bindings cleared; kept for the next call with the same
    // literal. Only inside guard() or transaction().
    SQLite::Statement &statement(const char *sql) const;

    // Bytes were overwritten that must not survive in the write-ahead log either: it is emptied
    // after the commit.
    void eraseAfterCommit();

    SQLite::Database &handle() const;

private:
    struct Prepared;

    explicit Database(const QString &path);
    Q_DISABLE_COPY_MOVE(Database)
    static Opened openFile(const QString &path);
    Problem begin(const DatabaseFile::Sizes &sizes);
    Problem tryToBegin(const DatabaseFile::Sizes &sizes);
    Problem inspect(bool isCutShort, bool wasUnclean);
    Problem keepDamagedLog(DatabaseFile::Sizes sizes);
    Problem configure();
    Problem checkAllPages();
    Problem verify(const MasterSecret &master, const RowSeal &seal, bool hasCheck) const;
    Problem runInTransaction(const std::function<Problem()> &work);
    bool isMoved() const;
    void leaveFiles();
    void keepLostLog();
    void noteDiskProblem(const Problem &problem);
    void release() const;
    void eraseNow();

    QString m_path;
    DatabaseFile::Identity m_identity; // when it was opened
    Problem m_notice; // of its write-ahead log
    std::unique_ptr<SQLite::Database> m_database;
    mutable std::unordered_map<const char *, std::unique_ptr<Prepared>>
        m_statements; // by address of the literal
    std::unique_ptr<RowSeal> m_seal;
    Key m_helperKey;
    mutable int m_depth = 0; // of guards and transactions
    bool m_inTransaction = false;
    Problem m_doom; // why the transaction under way cannot succeed any more
    bool m_mustErase = false;
    Problem m_diskProblem;
    mutable int m_diskError = 0; // that the last outermost guard met; 0: none
    bool m_isProbing = false;
    std::function<void()> m_tellDiskProblem;
};

// Fetches a value out of guard(): what `work` returns, or the Problem that stood in its way.
template <class T>
Result<T> guarded(const Database &database, const std::function<T()> &work)
{
    std::optional<T> value;
    const Problem problem = database.guard([&]() -> Problem {
        value.emplace(work());
        return {};
    });
    if (problem)
        return problem;
    return std::move(*value);
}

} // namespace RemoteLog
