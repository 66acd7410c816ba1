// SPDX-License-Identifier: MIT
#include "plainpage.h"

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

// Whether the pairs that end before `end`, oldest first, are the last `count` known ones.
bool endsWith(const QList<PlainPair> &oldestFirst, qsizetype end, const QList<QByteArray> &knownIds,
              qsizetype count)
{
    const auto matches = [](const PlainPair &pair, const QByteArray &id) {
        return pair.localHash == id;
    };
    return std::equal(oldestFirst.cbegin() + (end - count), oldestFirst.cbegin() + end,
                      knownIds.cend() - count, matches);
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
    // what is passed over.
    for (qsizetype end = knownIds.size(); end <= pairs.size(); ++end) {
        if (endsWith(pairs, end, knownIds, knownIds.size()))
            return pairs.sliced(end);
    }
    // Then a run that began in the page before this one, as long as possible.
    for (qsizetype end = std::min(knownIds.size() - 1, pairs.size()); end > 0; --end) {
        if (endsWith(pairs, end, knownIds, end))
            return pairs.sliced(end);
    }
    return pairs;
}

} // namespace RemoteLog
