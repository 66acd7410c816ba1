// SPDX-License-Identifier: MIT
#include "history.h"

#include "security/hash.h"

#include <QtEndian>

#include <algorithm>
#include <concepts>
#include <cstring>

namespace RemoteLog {

namespace {

constexpr quint16 WithdrawnMark = 0xffff; // no id has this length

// What one step hashes, put together in place: a log of 100 000 entries takes as many steps. Takes
// no more than fits: whoever lets a longer id through gets a wrong hash, not a broken stack.
class Step
{
public:
    void add(QByteArrayView bytes)
    {
        const qsizetype size = std::min(bytes.size(), qsizetype(sizeof m_bytes) - m_size);
        std::memcpy(m_bytes + m_size, bytes.data(), std::size_t(size));
        m_size += size;
    }

    void addNumber(std::unsigned_integral auto number)
    {
        char bytes[sizeof number];
        qToBigEndian(number, bytes);
        add(QByteArrayView(bytes, sizeof bytes));
    }

    QByteArray hash() const { return sha256(QByteArrayView(m_bytes, m_size)); }

private:
    char m_bytes[HistorySize + sizeof(quint64) + sizeof(quint16) + MaxIdSize + HistorySize];
    qsizetype m_size = 0;
};

} // namespace

QByteArray initialHistory()
{
    return QByteArray(HistorySize, '\0');
}

QByteArray extendHistory(const QByteArray &previous, quint64 sequence, const QByteArray &id,
                         const QByteArray &payloadSha256)
{
    Q_ASSERT(previous.size() == HistorySize && payloadSha256.size() == HistorySize);
    Step step;
    step.add(previous);
    step.addNumber(sequence);
    step.addNumber(quint16(id.size()));
    step.add(id);
    step.add(payloadSha256);
    return step.hash();
}

QByteArray extendHistoryWithdrawn(const QByteArray &previous, quint64 sequence)
{
    Q_ASSERT(previous.size() == HistorySize);
    Step step;
    step.add(previous);
    step.addNumber(sequence);
    step.addNumber(WithdrawnMark);
    return step.hash();
}

QByteArray payloadDigest(const Pair &pair)
{
    return pair.isMapped() ? pair.sha256 : sha256(pair.data);
}

QByteArray entryId(const Page &page, const Pair &pair, const QByteArray &payloadDigest)
{
    return pair.id.isEmpty() && page.idScheme == IdScheme::Sha256 ? payloadDigest : pair.id;
}

QByteArray historyAfter(const Page &page, quint64 last)
{
    return extendHistoryOver(page.history, page, page.first, last);
}

QByteArray extendHistoryOver(const QByteArray &history, const Page &page, quint64 first,
                             quint64 last)
{
    QByteArray result = history;
    for (quint64 sequence = first; sequence <= last; ++sequence) {
        if (page.isWithdrawn(sequence)) {
            result = extendHistoryWithdrawn(result, sequence);
            continue;
        }
        const Pair &pair = page.pair(sequence);
        const QByteArray digest = payloadDigest(pair);
        result = extendHistory(result, sequence, entryId(page, pair, digest), digest);
    }
    return result;
}

} // namespace RemoteLog
