// SPDX-License-Identifier: MIT
#include "folderrecords.h"

#include "interface/multibase.h"
#include "platform/directorylisting.h"
#include "platform/durablebatch.h"
#include "platform/durablefile.h"
#include "security/hash.h"

#include <QFile>
#include <QLoggingCategory>

#include <functional>
#include <set>

namespace RemoteLog {

namespace {

Q_LOGGING_CATEGORY(log, "remotelog.ns", QtWarningMsg)

// A listing takes about a second then, and an endless one ends.
constexpr qint64 MaxFilesListed = 1'000'000;

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
    return m_folder.path + QLatin1String("/names/") + logName;
}

QString FolderRecords::path(const QString &logName, const QByteArray &name) const
{
    return directory(logName) + QLatin1Char('/') + QLatin1String(name);
}

QByteArray FolderRecords::fileName(const NameRecord &record)
{
    const QString validity =
        record.validity.toDateTime().toUTC().toString(QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
    return QByteArray::number(record.number).rightJustified(19, '0') + '-' + validity.toLatin1()
           + '-' + sha256(record.bytes).first(8).toHex();
}

// Never more names than MaxFilesRead in memory, the best first.
Result<QList<QByteArray>> FolderRecords::bestNames(const QString &logName) const
{
    std::set<QByteArray, std::greater<>> best;
    const Problem problem =
        listDirectory(directory(logName), MaxFilesListed, [&](const QByteArray &name) {
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

Result<NameRecord> FolderRecords::readRecord(const QString &logName, const QByteArray &name) const
{
    const Result<QByteArray> bytes = DurableFile::read(path(logName, name), MaxNameRecordSize);
    if (!bytes.ok())
        return m_folder.named(bytes.problem());
    const Result<NameRecord> record = parseNameRecord(bytes.value(), publicKey(logName));
    // A good record under a better name than its own would hide better ones.
    if (record.ok() && fileName(record.value()) != name)
        return m_folder.named(
            Problem(Problem::Kind::Tampered, QStringLiteral("a record under another's file name")));
    return record;
}

// Null if it is a good record after all, of whatever name.
QByteArray FolderRecords::readDamaged(const QString &logName, const QByteArray &name) const
{
    const Result<QByteArray> bytes = DurableFile::read(path(logName, name), MaxNameRecordSize);
    if (!bytes.ok() || parseNameRecord(bytes.value(), publicKey(logName)).ok())
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
    if (const Problem problem = m_folder.makeFolder())
        return problem;

    DurableBatch batch(m_folder.temporaryFolder());
    const QString file = path(logName, name);
    const Result<QByteArray> present = DurableFile::read(file, record.size());
    if (present.ok() && present.value() == record) {
        batch.keep(file);
        return m_folder.named(batch.commit());
    }
    if (const Problem problem = m_folder.makeTemporaryFolder())
        return problem;
    if (const Problem problem =
            DurableFile::makeDirectory(m_folder.path + QLatin1String("/names"), false))
        return m_folder.named(problem);
    if (const Problem problem = batch.add(file, record))
        return m_folder.named(problem);
    if (const Problem problem = batch.commit())
        return m_folder.named(problem);
    prune(logName, name);
    return Problem();
}

// What cannot be removed stays: it does no harm. What is not a record of this log is not ours to
// remove.
void FolderRecords::prune(const QString &logName, const QByteArray &keptName) const
{
    const Result<QList<QByteArray>> names = bestNames(logName);
    if (!names.ok() || names.value().size() <= MaxRecords)
        return;
    int better = 0;
    for (const QByteArray &name : names.value()) {
        if (!readRecord(logName, name).ok())
            continue;
        if (++better > MaxRecords && name != keptName)
            QFile::remove(path(logName, name));
    }
}

Result<QList<QByteArray>> FolderRecords::get(const QString &logName, qint64 limit) const
{
    const Result<QList<QByteArray>> names = bestNames(logName);
    if (!names.ok())
        return names.problem();
    if (names.value().isEmpty()) {
        if (const Problem problem = m_folder.checkFolder())
            return problem;
    }
    QList<QByteArray> answer;
    QByteArray damaged;
    qint64 size = 0;
    Problem unreadable;
    for (const QByteArray &name : names.value()) {
        const Result<NameRecord> record = readRecord(logName, name);
        if (!record.ok()) {
            qCDebug(log) << "skipping" << name << record.problem();
            if (record.problem().kind() != Problem::Kind::Tampered)
                unreadable = record.problem();
            else if (answer.isEmpty() && damaged.isNull())
                damaged = readDamaged(logName, name);
            continue;
        }
        size += record.value().bytes.size();
        if (size > limit)
            break;
        answer.append(record.value().bytes);
        if (answer.size() == MaxRecords)
            break;
    }
    // By its name it is better than all that is good: whoever asks gets to know that something was
    // changed, instead of taking the next best for the newest.
    if (!damaged.isNull() && size + damaged.size() <= limit) {
        if (answer.size() == MaxRecords)
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
