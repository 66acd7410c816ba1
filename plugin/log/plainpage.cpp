// SPDX-License-Identifier: MIT
#include "plainpage.h"

#include "page.h"
#include "pagefields.h"
#include "protobuf.h"

#include <algorithm>

namespace RemoteLog {

namespace {

void writePair(protozero::pbf_writer &page, const PlainPair &pair)
{
    Protobuf::addMessage(page, PageField::Pair, [&pair](protozero::pbf_writer &message) {
        const auto add = [&message](quint32 field, const QByteArray &value) {
            if (!value.isEmpty())
                message.add_bytes(field, Protobuf::viewOf(value));
        };
        add(PairField::RemoteHash, pair.remoteHash);
        add(PairField::LocalHash, pair.localHash);
        add(PairField::Data, pair.data);
    });
}

PlainPair readPair(protozero::pbf_reader message)
{
    PlainPair pair;
    while (message.next()) {
        switch (message.tag_and_type()) {
        case Protobuf::bytesField(PairField::RemoteHash):
            pair.remoteHash = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::bytesField(PairField::LocalHash):
            pair.localHash = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::bytesField(PairField::Data):
            pair.data = Protobuf::bytesOf(message.get_view());
            break;
        default:
            message.skip();
        }
    }
    return pair;
}

// The ids of a run, and for each length of its beginning the longest shorter beginning that it also
// ends with (Knuth, Morris, Pratt): a mismatch goes on from there and no pair is looked at again.
class Run
{
public:
    explicit Run(const QList<QByteArray> &ids)
        : m_ids(ids)
        , m_fallback(ids.size() + 1, 0)
    {
        for (qsizetype size = 1; size < ids.size(); ++size)
            m_fallback[size + 1] = extended(m_fallback.at(size), ids.at(size));
    }

    // How much of the run's beginning ends with `id`, where `matched` ended before it.
    qsizetype extended(qsizetype matched, const QByteArray &id) const
    {
        while (matched > 0 && (matched == m_ids.size() || m_ids.at(matched) != id))
            matched = m_fallback.at(matched);
        return m_ids.at(matched) == id ? matched + 1 : 0;
    }

private:
    const QList<QByteArray> &m_ids;
    QList<qsizetype> m_fallback;
};

// Where the whole run ends at its oldest place in the pairs; 0 if it is not there.
qsizetype endOfWholeRun(const QList<PlainPair> &oldestFirst, const QList<QByteArray> &ids)
{
    const Run run(ids);
    qsizetype matched = 0;
    for (qsizetype i = 0; i < oldestFirst.size(); ++i) {
        matched = run.extended(matched, oldestFirst.at(i).localHash);
        if (matched == ids.size())
            return i + 1;
    }
    return 0;
}

// How many pairs, from the first one on, are the end of the run; the longest, if several are.
qsizetype endOfBegunRun(const QList<PlainPair> &oldestFirst, const QList<QByteArray> &ids)
{
    QList<QByteArray> beginning;
    for (const PlainPair &pair : oldestFirst.first(std::min(oldestFirst.size(), ids.size())))
        beginning.append(pair.localHash);
    if (beginning.isEmpty())
        return 0;
    const Run run(beginning);
    qsizetype matched = 0;
    for (const QByteArray &id : ids)
        matched = run.extended(matched, id);
    return matched;
}

} // namespace

QByteArray encodePlainPage(const PlainPage &page)
{
    std::string bytes;
    protozero::pbf_writer message(bytes);
    for (const PlainPair &pair : page.pairs)
        writePair(message, pair);
    if (!page.tail.isEmpty())
        message.add_bytes(PageField::Tail, Protobuf::viewOf(page.tail));
    return QByteArray::fromStdString(bytes);
}

Result<PlainPage> decodePlainPage(QByteArrayView bytes)
{
    return Protobuf::guarded([bytes]() -> Result<PlainPage> {
        PlainPage page;
        protozero::pbf_reader message(Protobuf::viewOf(bytes));
        while (message.next()) {
            switch (message.tag_and_type()) {
            case Protobuf::bytesField(PageField::Pair):
                if (page.pairs.size() == MaxPairs)
                    return Problem(Problem::Kind::Tampered,
                                   QStringLiteral("a plain page has too many pairs"));
                page.pairs.append(readPair(message.get_message()));
                break;
            case Protobuf::bytesField(PageField::Tail):
                page.tail = Protobuf::bytesOf(message.get_view());
                break;
            default:
                message.skip();
            }
        }
        return page;
    });
}

QList<PlainPair> newPairs(const PlainPage &page, const QList<QByteArray> &knownIds)
{
    const QList<PlainPair> pairs(page.pairs.crbegin(), page.pairs.crend());
    if (knownIds.isEmpty())
        return pairs;
    // The whole run first, at its oldest place: what is taken for new twice does less harm than
    // what is passed over. Then a run that began in the page before this one.
    const QList<QByteArray> ids = knownIds.last(std::min<qsizetype>(knownIds.size(), MaxPairs));
    const qsizetype end = endOfWholeRun(pairs, ids);
    return pairs.sliced(end > 0 ? end : endOfBegunRun(pairs, ids));
}

} // namespace RemoteLog
