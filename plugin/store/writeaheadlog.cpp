// SPDX-License-Identifier: MIT
#include "writeaheadlog.h"

#include <QByteArray>
#include <QIODevice>
#include <QtEndian>

namespace RemoteLog {

namespace {

constexpr qint64 HeaderSize = 32;
constexpr qsizetype SummedOfHeader = 24;
constexpr qint64 FrameHeaderSize = 24;
constexpr qsizetype SummedOfFrameHeader = 8;
constexpr qsizetype SaltSize = 8;
constexpr qint64 PartSize = 64 * 1024;
constexpr quint32 Magic = 0x377f0682; // 1 more: sums are of big-endian words
constexpr quint32 LeastPageSize = 512;
constexpr quint32 MostPageSize = 65536;

quint32 numberAt(QByteArrayView bytes, qsizetype at)
{
    return qFromBigEndian<quint32>(bytes.data() + at);
}

struct Sum
{
    quint32 a = 0;
    quint32 b = 0;

    void add(QByteArrayView bytes, bool isBig)
    {
        for (qsizetype at = 0; at + 8 <= bytes.size(); at += 8) {
            const auto word = [&](qsizetype of) {
                return isBig ? numberAt(bytes, of) : qFromLittleEndian<quint32>(bytes.data() + of);
            };
            a += word(at) + b;
            b += word(at + 4) + a;
        }
    }
    friend bool operator==(const Sum &, const Sum &) = default;
};

Sum sumAt(QByteArrayView bytes, qsizetype at)
{
    return {numberAt(bytes, at), numberAt(bytes, at + 4)};
}

bool isHeader(QByteArrayView header)
{
    if (header.size() < HeaderSize || (numberAt(header, 0) & ~1U) != Magic)
        return false;
    Sum sum;
    sum.add(header.first(SummedOfHeader), numberAt(header, 0) & 1U);
    return sum == sumAt(header, SummedOfHeader);
}

// What a crash leaves of a log that was just begun is a header at the most, or zeros.
bool hasContent(const QByteArray &beginning, QIODevice &rest)
{
    for (QByteArray bytes = beginning; !bytes.isEmpty(); bytes = rest.read(PartSize)) {
        if (bytes.count('\0') < bytes.size())
            return true;
    }
    return false;
}

// Where SQLite stops, nothing that was committed may follow. What an unfinished or rolled back
// transaction leaves there ends with its commit mark at the latest.
bool hasMoreThanIsRead(QByteArrayView header, QIODevice &frames)
{
    const bool isBig = numberAt(header, 0) & 1U;
    const quint32 pageSize = numberAt(header, 8);
    if (pageSize < LeastPageSize || pageSize > MostPageSize)
        return false;
    const QByteArrayView salt = header.sliced(16, SaltSize);
    Sum before = sumAt(header, SummedOfHeader);
    bool isRead = true;
    bool wasCommitted = false; // behind the point where SQLite stops
    for (;;) {
        const QByteArray frame = frames.read(FrameHeaderSize + pageSize);
        if (frame.size() < FrameHeaderSize + pageSize)
            return false;
        const QByteArrayView view(frame);
        Sum sum = before;
        sum.add(view.first(SummedOfFrameHeader), isBig);
        sum.add(view.sliced(FrameHeaderSize), isBig);
        before = sumAt(view, 16); // as it says: one damaged frame does not hide the next
        const bool isWhole = view.sliced(8, SaltSize) == salt && sum == before;
        isRead = isRead && isWhole;
        if (isRead || !isWhole)
            continue;
        if (wasCommitted)
            return true;
        wasCommitted = numberAt(view, 4) != 0;
    }
}

} // namespace

LogState inspectWriteAheadLog(QIODevice &log)
{
    const QByteArray header = log.read(HeaderSize);
    if (isHeader(header))
        return hasMoreThanIsRead(header, log) ? LogState::Damaged : LogState::Good;
    const bool isMore = log.size() > HeaderSize;
    return isMore && hasContent(header, log) ? LogState::Useless : LogState::Good;
}

} // namespace RemoteLog
