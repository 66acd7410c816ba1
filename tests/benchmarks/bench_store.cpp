// SPDX-License-Identifier: MIT
// What a durable append costs, compared with SQLite alone: the same sealed rows, put into the same
// table of a database with the same pragmas by the C API. Every measurement has a new database;
// medians of several rounds, in turn.
#include "security/keys.h"
#include "store/outbox.h"
#include "support/party.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QTemporaryDir>

#include <SQLiteCpp/Database.h>

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace RemoteLog;

namespace {

struct Case
{
    const char *name;
    int payload; // bytes
    int id; // bytes; 0: computed
    int entries;
    int batch; // entries a transaction
};

void check(bool ok, const char *what)
{
    if (ok)
        return;
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(1);
}

struct Store
{
    QTemporaryDir directory;
    std::unique_ptr<Database> database;
    std::unique_ptr<Outbox> outbox;
    OwnLog log;

    Store(const QString &where, const MasterSecret &master)
        : directory(where + QStringLiteral("/bench_store-XXXXXX"))
    {
        const QString label = QStringLiteral("bench");
        database = std::move(Database::open(directory.path()).database);
        check(database && !database->unlock(master), "opening a database");
        outbox = std::make_unique<Outbox>(*database);
        const Result<OwnLog> created =
            outbox->createLog(label, master.logKeys(label).publicKey, false);
        check(created.ok(), "creating a log");
        log = created.value();
    }
    sqlite3 *handle() { return database->handle().getHandle(); }
};

double appendSealed(Store &store, const Case &c, const QList<NewEntry> &entries)
{
    std::vector<QList<NewEntry>> batches;
    for (int i = 0; i < c.entries; i += c.batch)
        batches.push_back(entries.mid(i, c.batch));
    QElapsedTimer timer;
    timer.start();
    for (const QList<NewEntry> &batch : batches) {
        check(!store.outbox->append(store.log, store.log.nextSequence, batch), "append");
        store.log.nextSequence += quint64(batch.size());
    }
    return double(timer.nsecsElapsed()) / c.entries;
}

std::vector<QByteArray> sealedRows(Store &store)
{
    std::vector<QByteArray> rows;
    sqlite3_stmt *query = nullptr;
    sqlite3_prepare_v2(store.handle(), "SELECT sealed FROM pending ORDER BY sequence", -1, &query,
                       nullptr);
    while (sqlite3_step(query) == SQLITE_ROW)
        rows.emplace_back(static_cast<const char *>(sqlite3_column_blob(query, 0)),
                          sqlite3_column_bytes(query, 0));
    sqlite3_finalize(query);
    return rows;
}

double insertRaw(Store &store, const Case &c, const std::vector<QByteArray> &rows)
{
    sqlite3 *handle = store.handle();
    sqlite3_stmt *begin = nullptr;
    sqlite3_stmt *commit = nullptr;
    sqlite3_stmt *insert = nullptr;
    sqlite3_prepare_v2(handle, "BEGIN IMMEDIATE", -1, &begin, nullptr);
    sqlite3_prepare_v2(handle, "COMMIT", -1, &commit, nullptr);
    sqlite3_prepare_v2(handle,
                       "INSERT INTO pending(log, sequence, size, sealed) VALUES (?1, ?2, ?3, ?4)",
                       -1, &insert, nullptr);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < c.entries;) {
        sqlite3_step(begin);
        sqlite3_reset(begin);
        for (int end = std::min(c.entries, i + c.batch); i < end; ++i) {
            const QByteArray &row = rows[size_t(i)];
            sqlite3_bind_int64(insert, 1, store.log.id);
            sqlite3_bind_int64(insert, 2, i + 1);
            sqlite3_bind_int64(insert, 3, c.payload);
            sqlite3_bind_blob(insert, 4, row.constData(), int(row.size()), SQLITE_STATIC);
            check(sqlite3_step(insert) == SQLITE_DONE, "raw insert");
            sqlite3_reset(insert);
        }
        check(sqlite3_step(commit) == SQLITE_DONE, "raw commit");
        sqlite3_reset(commit);
    }
    const double nanoseconds = double(timer.nsecsElapsed()) / c.entries;
    for (sqlite3_stmt *statement : {begin, commit, insert})
        sqlite3_finalize(statement);
    return nanoseconds;
}

// The same entries as a host appends them: from its thread through the queue to the worker and
// back.
double appendByHost(const QList<NewEntry> &entries)
{
    QList<QByteArray> payloads;
    for (const NewEntry &entry : entries)
        payloads.append(entry.payload);
    Testing::Party writer({});
    OutgoingLog *log = writer.open().openLog(QStringLiteral("bench"));
    Testing::linkOf(log);
    QElapsedTimer timer;
    timer.start();
    check(Testing::await(log->appendAll(payloads)).ok(), "appendAll");
    return double(timer.nsecsElapsed()) / double(entries.size());
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void run(const Case &c, int rounds, const QString &where, const MasterSecret &master)
{
    QList<NewEntry> entries;
    for (int i = 0; i < c.entries; ++i)
        entries.append({randomBytes(c.payload), c.id ? randomBytes(c.id) : QByteArray()});
    // One appendAll() is one transaction.
    const bool isByHost = c.batch >= c.entries && c.id == 0;
    std::vector<double> sealed;
    std::vector<double> raw;
    std::vector<double> host;
    for (int round = 0; round < rounds; ++round) {
        Store ours(where, master);
        sealed.push_back(appendSealed(ours, c, entries));
        const std::vector<QByteArray> rows = sealedRows(ours);
        check(int(rows.size()) == c.entries, "all rows are there");
        Store theirs(where, master);
        raw.push_back(insertRaw(theirs, c, rows));
        if (isByHost)
            host.push_back(appendByHost(entries));
    }
    std::printf("%-38s %10.0f /s %9.2f us   raw %10.0f /s %9.2f us   ratio %.2f\n", c.name,
                1e9 / median(sealed), median(sealed) / 1e3, 1e9 / median(raw), median(raw) / 1e3,
                median(raw) / median(sealed));
    if (isByHost)
        std::printf("%-38s %10.0f /s %9.2f us   %39s ratio %.2f\n", "    by a host's appendAll()",
                    1e9 / median(host), median(host) / 1e3, "", median(raw) / median(host));
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOption({QStringLiteral("quick"), QStringLiteral("Only see that it works.")});
    parser.addOption({QStringLiteral("rounds"), QStringLiteral("Measurements of each case."),
                      QStringLiteral("n"), QStringLiteral("9")});
    parser.addOption({QStringLiteral("directory"), QStringLiteral("Where databases are made."),
                      QStringLiteral("path"), QDir::tempPath()});
    parser.process(application);
    const bool quick = parser.isSet(QStringLiteral("quick"));
    const int rounds = quick ? 1 : std::max(1, parser.value(QStringLiteral("rounds")).toInt());

    check(initializeCryptography(), "libsodium");
    const MasterSecret master = MasterSecret::generate();
    const Case cases[] = {
        {"10000 x 200 B in one transaction", 200, 0, 10000, 10000},
        {"10000 x 200 B, ids of 32 B", 200, 32, 10000, 10000},
        {"10000 x 200 B, 100 a transaction", 200, 0, 10000, 100},
        {"2000 x 4 KiB in one transaction", 4096, 0, 2000, 2000},
        {"300 x 64 KiB in one transaction", 65536, 0, 300, 300},
        {"300 x 200 B, one a transaction", 200, 0, 300, 1},
    };
    for (Case c : cases) {
        if (quick)
            c.entries = std::min(c.entries, 50);
        run(c, rounds, parser.value(QStringLiteral("directory")), master);
    }
    return 0;
}
