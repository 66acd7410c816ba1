// SPDX-License-Identifier: MIT
#include "address.h"
#include "history.h"
#include "page.h"
#include "pagefields.h"
#include "protobuf.h"

namespace RemoteLog {

namespace {

// Reads the fields of a page. Lists that grow past their limit end the reading at once: a hostile
// page of empty pairs would take a hundred times its size in memory.
class PageReader
{
public:
    Page page;
    quint64 idScheme = 0;
    const char *fault = nullptr; // why the page is refused

    void read(protozero::pbf_reader message)
    {
        while (!fault && message.next())
            readField(message);
    }

private:
    void readField(protozero::pbf_reader &message);
    Pair readPair(protozero::pbf_reader message);
    PageRange readRange(protozero::pbf_reader message);
    quint64 number(protozero::pbf_reader &message);

    template <class T>
    void append(QList<T> &list, T item, int limit, const char *excess)
    {
        if (list.size() == limit)
            fault = excess;
        else
            list.append(std::move(item));
    }
};

quint64 PageReader::number(protozero::pbf_reader &message)
{
    const quint64 value = message.get_uint64();
    if (value > MaxSequence)
        fault = "a number is over 2^63 - 1";
    return value;
}

Pair PageReader::readPair(protozero::pbf_reader message)
{
    Pair pair;
    while (message.next()) {
        switch (message.tag_and_type()) {
        case Protobuf::bytesField(PairField::RemoteHash):
            pair.address = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::bytesField(PairField::LocalHash):
            pair.id = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::bytesField(PairField::Data):
            pair.data = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::bytesField(PairField::Sha256):
            pair.sha256 = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::numberField(PairField::Size):
            pair.size = number(message);
            break;
        default:
            message.skip();
        }
    }
    return pair;
}

PageRange PageReader::readRange(protozero::pbf_reader message)
{
    PageRange range;
    while (message.next()) {
        switch (message.tag_and_type()) {
        case Protobuf::numberField(RangeField::First):
            range.first = number(message);
            break;
        case Protobuf::numberField(RangeField::Count):
            range.count = number(message);
            break;
        case Protobuf::bytesField(RangeField::Address):
            range.address = Protobuf::bytesOf(message.get_view());
            break;
        case Protobuf::numberField(RangeField::Size):
            range.size = number(message);
            break;
        default:
            message.skip();
        }
    }
    return range;
}

void PageReader::readField(protozero::pbf_reader &message)
{
    switch (message.tag_and_type()) {
    case Protobuf::bytesField(PageField::Pair):
        append(page.pairs, readPair(message.get_message()), MaxPairs, "too many pairs");
        break;
    case Protobuf::bytesField(PageField::Tail):
        page.tail = Protobuf::bytesOf(message.get_view());
        break;
    case Protobuf::numberField(PageField::FirstSequence):
        page.first = number(message);
        break;
    case Protobuf::bytesField(PageField::Range):
        append(page.ranges, readRange(message.get_message()), MaxRanges, "too many ranges");
        break;
    case Protobuf::numberField(PageField::IdScheme):
        idScheme = number(message);
        break;
    case Protobuf::bytesField(PageField::History):
        page.history = Protobuf::bytesOf(message.get_view());
        break;
    case Protobuf::bytesField(PageField::Helper):
        append(page.helpers, Protobuf::bytesOf(message.get_view()), MaxHelpers, "too many helpers");
        break;
    case Protobuf::bytesField(PageField::Withdrawn):
        for (const quint64 sequence : message.get_packed_uint64()) {
            append(page.withdrawn, quint64(sequence), MaxPairs, "too many withdrawn entries");
            if (fault)
                break;
        }
        break;
    case Protobuf::numberField(PageField::Withdrawn):
        append(page.withdrawn, number(message), MaxPairs, "too many withdrawn entries");
        break;
    default:
        message.skip();
    }
}

const char *faultOfRange(const PageRange &range, quint64 first)
{
    if (range.first == 0 || range.count == 0)
        return "a range is empty or starts at 0";
    if (range.first + range.count > first)
        return "a range does not end before its page";
    return isBlockAddress(range.address) ? nullptr : "a range has no block address";
}

// Also forgets what an embedded pair says of its payload: the payload itself says it.
const char *faultOfPair(Pair &pair, IdScheme scheme)
{
    if (pair.id.size() > MaxIdSize)
        return "an id is longer than 64 bytes";
    if (pair.id.isEmpty() && scheme == IdScheme::Explicit)
        return "an id is missing";
    if (!pair.isMapped()) {
        pair.sha256.clear();
        pair.size = 0;
        return nullptr;
    }
    if (!isBlockAddress(pair.address))
        return "a pair has no block address";
    if (!pair.data.isEmpty())
        return "a pair is both mapped and embedded";
    return pair.sha256.size() == HistorySize ? nullptr : "a mapped pair has no SHA-256";
}

bool isEmpty(const Pair &pair)
{
    return pair.address.isEmpty() && pair.id.isEmpty() && pair.data.isEmpty()
           && pair.sha256.isEmpty() && pair.size == 0;
}

const char *faultOfPairs(Page &page)
{
    auto withdrawn = page.withdrawn.cbegin();
    for (quint64 sequence = page.first; sequence <= page.last(); ++sequence) {
        Pair &pair = page.pairs[qsizetype(page.last() - sequence)];
        if (withdrawn != page.withdrawn.cend() && *withdrawn == sequence) {
            ++withdrawn;
            if (!isEmpty(pair))
                return "a withdrawn entry is not empty";
        } else if (const char *const fault = faultOfPair(pair, page.idScheme)) {
            return fault;
        }
    }
    return withdrawn == page.withdrawn.cend()
               ? nullptr
               : "withdrawn sequences are not ascending inside the page";
}

const char *faultOfPage(Page &page)
{
    if (page.pairs.isEmpty())
        return "there are no pairs";
    if (page.first == 0)
        return "the first sequence is missing";
    if (page.last() > MaxSequence)
        return "the last sequence is over 2^63 - 1";
    if (page.tail.isEmpty() != (page.first == 1))
        return "a tail belongs to every page but the first";
    if (!page.tail.isEmpty() && !isBlockAddress(page.tail))
        return "the tail is no block address";
    if (page.history.size() != HistorySize)
        return "the history is not 32 bytes";
    for (const PageRange &range : std::as_const(page.ranges)) {
        if (const char *const fault = faultOfRange(range, page.first))
            return fault;
    }
    for (const QByteArray &helper : std::as_const(page.helpers)) {
        if (helper.size() > MaxHelperSize)
            return "a helper is longer than 1024 bytes";
    }
    return faultOfPairs(page);
}

Problem refused(const char *fault)
{
    return Problem(Problem::Kind::Tampered,
                   QStringLiteral("a page is malformed: ") + QString::fromLatin1(fault));
}

} // namespace

Result<Page> decodePage(QByteArrayView bytes)
{
    return Protobuf::guarded([bytes]() -> Result<Page> {
        PageReader reader;
        reader.read(protozero::pbf_reader(Protobuf::viewOf(bytes)));
        if (reader.fault)
            return refused(reader.fault);
        if (reader.idScheme > quint64(IdScheme::Sha256)) {
            return Problem(Problem::Kind::Unsupported,
                           QStringLiteral("a page has ids of scheme %1").arg(reader.idScheme));
        }
        reader.page.idScheme = IdScheme(reader.idScheme);
        if (const char *const fault = faultOfPage(reader.page))
            return refused(fault);
        return std::move(reader.page);
    });
}

} // namespace RemoteLog
