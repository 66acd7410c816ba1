// SPDX-License-Identifier: MIT
#include "folderrecords.h"

#include "interface/multibase.h"
#include "platform/durablebatch.h"
#include "platform/lastingcategory.h"
#include "security/hash.h"

#include <QDateTime>

#include <functional>
#include <set>

namespace RemoteLog {

namespace {

REMOTELOG_LASTING_CATEGORY(log, "remotelog.ns")

// A listing takes about a second then, and an endless one ends.
constexpr qint64 MaxFilesListed = 1'000'000;

// A file that nobody has written to for so long is not being copied any more.
constexpr qint64 MaxSecondsOfACopy = 60;

// 0: a digit; h: a hexadecimal one, lower case.
constexpr char NamePattern[] = "0000000000000000000-00000000T000000Z-hhhhhhhhhhhhhhhh";

bool isRecordName(const QByteArray &name)
{
    if (name.size() != qsizetype(sizeof NamePattern) - 1)
        return false;
    for (qsizetype i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool isDigit = c >= '0' && c <= '9';
        const char expected = NamePattern[i];
        const bool matches = expected == '0'   ? isDigit
                             : expected == 'h' ? isDigit || (c >= 'a' && c <= 'f')
                                               : c == expected;
        if (!matches)
            return false;
    }
    return true;
}

// In the folder.
QString directoryOf(const QString &logName)
{
    return QLatin1String("names/") + logName;
}

QString pathOf(const QString &logName, const QByteArray &name)
{
    return directoryOf(logName) + QLatin1Char('/') + QLatin1String(name);
}

// Tools that write files under their own names (cp, rsync --inplace) show them half written.
bool isBeingCopied(const FolderTree &tree, const QString &path, const QByteArray &bytes)
{
    if (bytes.isEmpty())
        return true; // there is nothing to be reported either
    if (isWholeNameRecord(bytes))
        return false;
    const std::optional<QDateTime> modified = tree.lastModified(path);
    return modified && modified->secsTo(QDateTime::currentDateTimeUtc()) < MaxSecondsOfACopy;
}

} // namespace

FolderRecords::FolderRecords(const FolderHelper &folder)
    : m_folder(folder)
{
}

QByteArray FolderRecords::publicKey(const QString &logName)
{
    const std::optional<QByteArray> key = Multibase::publicKeyFromName(logName);
    return key && Multibase::nameFromPublicKey(*key) == logName ? *key : QByteArray();
}

QString FolderRecords::directory(const QString &logName) const
{
    return m_folder.path + QLatin1Char('/') + directoryOf(logName);
}

QByteArray FolderRecords::fileName(const NameRecord &record)
{
    const QString validity =
        record.validity.toDateTime().toUTC().toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
    return QByteArray::number(record.number).rightJustified(19, '0') + '-' + validity.toLatin1()
           + '-' + sha256(record.bytes).first(8).toHex();
}

// Never more names than MaxFilesRead in memory, the best first.
Result<QList<QByteArray>> FolderRecords::bestNames(const FolderTree &tree,
                                                   const QString &logName) const
{
    std::set<QByteArray, std::greater<>> best;
    const Problem problem =
        tree.list(directoryOf(logName), MaxFilesListed, [&](const QByteArray &name) {
            if (!isRecordName(name))
                return;
            best.insert(name);
            if (best.size() > MaxFilesRead)
                best.erase(std::prev(best.end()));
        });
    if (problem)
        return m_folder.named(problem);
    return QList<QByteArray>(best.begin(), best.end());
}

Result<NameRecord> FolderRecords::readRecord(const FolderTree &tree, const QString &logName,
                                             const QByteArray &name) const
{
    const Result<QByteArray> bytes = tree.read(pathOf(logName, name), MaxNameRecordSize);
    if (!bytes.ok())
        return m_folder.named(bytes.problem());
    const Result<NameRecord> record = parseNameRecord(bytes.value(), publicKey(logName));
    // A good record under a better name than its own would hide better ones.
    if (record.ok() && fileName(record.value()) != name)
        return m_folder.named(
            Problem(Problem::Kind::Tampered, QStringLiteral("a record under another's file name")));
    return record;
}

// Null if it is a good record after all, of whatever name, or will perhaps be one.
QByteArray FolderRecords::readDamaged(const FolderTree &tree, const QString &logName,
                                      const QByteArray &name) const
{
    const QString path = pathOf(logName, name);
    const Result<QByteArray> bytes = tree.read(path, MaxNameRecordSize);
    if (!bytes.ok() || parseNameRecord(bytes.value(), publicKey(logName)).ok()
        || isBeingCopied(tree, path, bytes.value()))
        return QByteArray();
    return bytes.value();
}

Problem FolderRecords::put(const QString &logName, const QByteArray &record) const
{
    const Result<NameRecord> parsed = parseNameRecord(record, publicKey(logName));
    const QByteArray name = parsed.ok() ? fileName(parsed.value()) : QByteArray();
    if (!isRecordName(name))
        return m_folder.named(
            Problem(Problem::Kind::Rejected, QStringLiteral("not a name record of this log")));
    FolderTree tree(m_folder.path);
    if (const Problem problem = tree.open())
        return m_folder.named(problem);

    DurableBatch batch(tree);
    const QString file = pathOf(logName, name);
    const Result<QByteArray> present = tree.read(file, record.size());
    if (!present.ok() && present.problem().kind() != Problem::Kind::Tampered)
        return m_folder.named(present.problem());
    if (present.ok() && present.value() == record) {
        batch.keep(file);
        return m_folder.named(batch.commit());
    }
    if (const Problem problem = batch.add(file, record))
        return m_folder.named(problem);
    if (const Problem problem = batch.commit())
        return m_folder.named(problem);
    prune(tree, logName, name);
    return Problem();
}

// What cannot be removed stays: it does no harm. What is not a record of this log is not ours to
// remove.
void FolderRecords::prune(const FolderTree &tree, const QString &logName,
                          const QByteArray &keptName) const
{
    const Result<QList<QByteArray>> names = bestNames(tree, logName);
    if (!names.ok() || names.value().size() <= MaxNameRecords)
        return;
    int better = 0;
    for (const QByteArray &name : names.value()) {
        if (!readRecord(tree, logName, name).ok())
            continue;
        if (++better > MaxNameRecords && name != keptName)
            tree.remove(pathOf(logName, name));
    }
}

Result<QList<QByteArray>> FolderRecords::get(const QString &logName, qint64 limit) const
{
    FolderTree tree(m_folder.path);
    if (const Problem problem = tree.open())
        return m_folder.named(problem);
    const Result<QList<QByteArray>> names = bestNames(tree, logName);
    if (!names.ok())
        return names.problem();
    QList<QByteArray> answer;
    QByteArray damaged;
    qint64 size = 0;
    Problem unreadable;
    for (const QByteArray &name : names.value()) {
        const Result<NameRecord> record = readRecord(tree, logName, name);
        if (!record.ok()) {
            qCDebug(log) << "skipping" << name << record.problem();
            if (record.problem().kind() != Problem::Kind::Tampered)
                unreadable = record.problem();
            else if (answer.isEmpty() && damaged.isNull())
                damaged = readDamaged(tree, logName, name);
            continue;
        }
        size += record.value().bytes.size();
        if (size > limit)
            break;
        answer.append(record.value().bytes);
        if (answer.size() == MaxNameRecords)
            break;
    }
    // By its name it is better than all that is good: whoever asks gets to know that something was
    // changed, instead of taking the next best for the newest.
    if (!damaged.isNull() && size + damaged.size() <= limit) {
        if (answer.size() == MaxNameRecords)
            answer.removeLast();
        answer.prepend(damaged);
    }
    // A disk that cannot be read is not an answer; one file among others that can be is none of our
    // business.
    if (answer.isEmpty() && unreadable)
        return unreadable;
    return answer;
}

} // namespace RemoteLog
