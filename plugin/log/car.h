// SPDX-License-Identifier: MIT
#pragma once

// CAR version 1 (IPLD, "Content Addressable aRchives", CARv1): many blocks in one stream, as nodes
// and gateways send and take them.

#include <RemoteLog/contentstore.h>

#include <QByteArray>
#include <QList>

namespace RemoteLog {

// Most bytes of a header that are read: room for some hundred roots, where one is usual.
inline constexpr int MaxCarHeaderSize = 4096;

// A CAR with these roots, binary CIDs and perhaps none, and these blocks in this order.
QByteArray carOf(const QList<QByteArray> &roots, const QList<Block> &blocks);

// Reads a CAR from whom nobody trusts, as its bytes arrive. Holds at most one section: MaxBlockSize
// and an address. The header is checked and its roots are not told: what they are to say is not
// specified for gateways.
class CarReader
{
public:
    // Takes the next bytes and returns the blocks that they complete, in order. Each one's address
    // is one of ours (isBlockAddress) and that of its bytes; whether anybody asked for it is for
    // the caller to know, and the same one may come twice. Blocks of other kinds are left out
    // unchecked. What comes before a fault is right and is returned, too; after one nothing is.
    QList<Block> read(QByteArrayView bytes);

    // Tampered from the first fault on: a wrong hash, or what is no CAR, or more than is held.
    Problem problem() const { return m_problem; }

    // True if there is no problem and what was taken ends behind the header or a section. A stream
    // that was cut elsewhere is not complete; one that was cut just there looks like a whole one,
    // and only the links of its blocks tell.
    bool isComplete() const;

    // Of what was given to read(), up to and with the part in which a fault is.
    qint64 bytesTaken() const { return m_taken; }

private:
    void takeLength(QByteArrayView &bytes);
    void takePart(QByteArrayView &bytes);
    void finishHeader();
    void finishSection(QList<Block> &blocks);
    void refuse(const char *fault);

    QByteArray m_part; // as far as it is there: a length, then the header or section behind it
    qsizetype m_size = 0; // of the header or section; 0 until its length is known
    bool m_hasHeader = false;
    qint64 m_taken = 0;
    Problem m_problem;
};

} // namespace RemoteLog
