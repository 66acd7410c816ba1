// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

#include <algorithm>
#include <iterator>
#include <random>

// Makes bad input of good input, the same on every run.
class Mutator
{
public:
    explicit Mutator(const QList<QByteArray> &corpus)
        : m_corpus(corpus)
    {
    }

    // A few changes of the kinds that find faults: bits, lengths, pieces left out, doubled, or from
    // elsewhere.
    QByteArray mutate(QByteArray bytes)
    {
        for (quint32 changes = 1 + below(4); changes > 0; --changes)
            change(bytes);
        return bytes;
    }

private:
    quint32 below(quint32 limit) { return limit ? m_random() % limit : 0; }

    void change(QByteArray &bytes)
    {
        const quint32 size = quint32(bytes.size());
        const qsizetype at = below(size + 1);
        const qsizetype length = below(std::min<quint32>(quint32(size - at), 32) + 1);
        static const QByteArray edges[] = {QByteArray(1, '\0'),
                                           "\xff",
                                           "\x7f",
                                           "\x80",
                                           QByteArray::fromHex("ffffffffffffffffff01"),
                                           QByteArray::fromHex("ffffffff0f"),
                                           QByteArray::fromHex("5bffffffffffffffff"),
                                           QByteArray::fromHex("9f"),
                                           QByteArray::fromHex("8000000000000000")};
        switch (below(7)) {
        case 0:
            if (at < size)
                bytes[at] = char(bytes.at(at) ^ (1 << below(8)));
            break;
        case 1:
            if (at < size)
                bytes[at] = char(below(256));
            break;
        case 2:
            bytes.remove(at, length);
            break;
        case 3:
            bytes.insert(at, bytes.mid(at, length));
            break;
        case 4:
            bytes.insert(at, edges[below(quint32(std::size(edges)))]);
            break;
        case 5:
            bytes.truncate(at);
            break;
        case 6: {
            const QByteArray &other = m_corpus.at(below(quint32(m_corpus.size())));
            bytes.replace(at, length, other.mid(below(quint32(other.size())), 1 + below(40)));
            break;
        }
        }
    }

    const QList<QByteArray> &m_corpus;
    std::mt19937 m_random{20260101};
};
