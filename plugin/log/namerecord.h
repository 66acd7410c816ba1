// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include "security/keys.h"
#include "validity.h"

#include <QByteArray>
#include <QDateTime>
#include <QList>

#include <optional>

namespace RemoteLog {

inline constexpr int MaxNameRecordSize = 10240;
inline constexpr int MaxEmbedLimit = 8192;

// Most records that a name system is asked for, the best first.
inline constexpr int MaxNameRecords = 8;

// What the writer decides about a record.
struct NameRecordDraft
{
    QByteArray address; // of the head page
    quint64 number = 0; // 1..2^63 - 1
    Validity validity;
    qint64 signedAt = 0; // ms since the epoch, UTC
    QList<QByteArray> embedded; // page blocks, newest first
};

// The signed record as it travels (IPNS, V2 only). Ed25519 is deterministic: the same draft gives
// the same bytes.
QByteArray signNameRecord(const NameRecordDraft &draft, const LogKeys &keys);

// How many of `blocks` (newest first) fit when at most `limit` bytes may be embedded and the whole
// record stays below MaxNameRecordSize: a prefix, possibly empty.
QList<QByteArray> embeddableBlocks(const QList<QByteArray> &blocks, int limit);

// A record that was read and whose signature is the log's.
struct NameRecord
{
    QByteArray bytes; // as they came
    QByteArray value; // the raw Value
    QByteArray address; // of the head page; empty if Value is no "/ipfs/<address of a block>"
    quint64 number = 0; // its Sequence
    Validity validity;
    quint64 ttl = 0; // ns
    std::optional<qint64> signedAt; // ms since the epoch, if it says so
    QList<QByteArray> embedded; // unverified blocks
    QByteArray signatureAndData; // what a read-back is compared by
};

// Reads and verifies a record of the log with this public key (everything but expiry): Tampered if
// anything is wrong.
Result<NameRecord> parseNameRecord(QByteArrayView bytes, QByteArrayView publicKey);

// True if the bytes have the form of a record to the last one, whatever it says: a copy that is
// still being written has not.
bool isWholeNameRecord(QByteArrayView bytes);

bool isExpired(const NameRecord &record, const QDateTime &now);

// Higher number, then later validity, then lexicographically larger bytes: positive if `a` is
// better.
int compareNameRecords(const NameRecord &a, const NameRecord &b);

// Same number, another Value: the writer has two histories.
bool areInConflict(const NameRecord &a, const NameRecord &b);

} // namespace RemoteLog
