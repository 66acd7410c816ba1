// SPDX-License-Identifier: MIT
#include "page.h"

#include "address.h"
#include "history.h"
#include "protobuf.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// Field numbers of resources/proto/remotelog.proto.
namespace PageField {
enum : quint32 {
    Pair = 1,
    Tail = 2,
    FirstSequence = 100,
    Range = 101,
    IdScheme = 102,
    History = 103,
    Helper = 104,
    Withdrawn = 105
};
}
namespace PairField {
enum : quint32 { RemoteHash = 1, LocalHash = 2, Data = 3, Sha256 = 100, Size = 101 };
}
namespace RangeField {
enum : quint32 { First = 1, Count = 2, Address = 3, Size = 4 };
}

qsizetype sizeOf(const QByteArray &bytes, quint32 field)
{
    if (bytes.isEmpty())
        return 0;
    return protozero::length_of_varint(Protobuf::bytesField(field))
           + protozero::length_of_varint(quint64(bytes.size())) + bytes.size();
}

qsizetype sizeOf(quint64 number, quint32 field)
{
    if (number == 0)
        return 0;
    return protozero::length_of_varint(Protobuf::numberField(field))
           + protozero::length_of_varint(number);
}

qsizetype contentSize(const Pair &pair)
{
    return sizeOf(pair.address, PairField::RemoteHash) + sizeOf(pair.id, PairField::LocalHash)
           + sizeOf(pair.data, PairField::Data) + sizeOf(pair.sha256, PairField::Sha256)
           + sizeOf(pair.size, PairField::Size);
}

void addBytes(protozero::pbf_writer &message, quint32 field, const QByteArray &bytes)
{
    if (!bytes.isEmpty())
        message.add_bytes(field, Protobuf::viewOf(bytes));
}

void addNumber(protozero::pbf_writer &message, quint32 field, quint64 number)
{
    if (number != 0)
        message.add_uint64(field, number);
}

void writePair(protozero::pbf_writer &page, const Pair &pair)
{
    Protobuf::addMessage(page, PageField::Pair, [&pair](protozero::pbf_writer &message) {
        message.reserve(std::size_t(contentSize(pair)));
        addBytes(message, PairField::RemoteHash, pair.address);
        addBytes(message, PairField::LocalHash, pair.id);
        addBytes(message, PairField::Data, pair.data);
        addBytes(message, PairField::Sha256, pair.sha256);
        addNumber(message, PairField::Size, pair.size);
    });
}

void writeRange(protozero::pbf_writer &page, const PageRange &range)
{
    protozero::pbf_writer message(page, PageField::Range);
    message.add_uint64(RangeField::First, range.first);
    message.add_uint64(RangeField::Count, range.count);
    message.add_bytes(RangeField::Address, Protobuf::viewOf(range.address));
    addNumber(message, RangeField::Size, range.size);
}

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
        idScheme = message.get_uint64();
        break;
    case Protobuf::bytesField(PageField::History):
        page.history = Protobuf::bytesOf(message.get_view());
        break;
    case Protobuf::bytesField(PageField::Helper):
        append(page.helpers, Protobuf::bytesOf(message.get_view()), MaxHelpers, "too many helpers");
        break;
    case Protobuf::bytesField(PageField::Withdrawn):
        for (const quint64 sequence : message.get_packed_uint64())
            append(page.withdrawn, quint64(sequence), MaxPairs, "too many withdrawn entries");
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

const char *faultOfPairs(Page &page)
{
    auto withdrawn = page.withdrawn.cbegin();
    for (quint64 sequence = page.first; sequence <= page.last(); ++sequence) {
        Pair &pair = page.pairs[qsizetype(page.last() - sequence)];
        if (withdrawn != page.withdrawn.cend() && *withdrawn == sequence) {
            ++withdrawn;
            if (contentSize(pair) != 0)
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

bool Page::isWithdrawn(quint64 sequence) const
{
    return std::binary_search(withdrawn.cbegin(), withdrawn.cend(), sequence);
}

qsizetype encodedSize(const Pair &pair)
{
    const qsizetype size = contentSize(pair);
    return protozero::length_of_varint(Protobuf::bytesField(PageField::Pair))
           + protozero::length_of_varint(quint64(size)) + size;
}

QByteArray encodePage(const Page &page)
{
    std::string bytes;
    protozero::pbf_writer message(bytes);
    for (const Pair &pair : page.pairs)
        writePair(message, pair);
    addBytes(message, PageField::Tail, page.tail);
    message.add_uint64(PageField::FirstSequence, page.first);
    for (const PageRange &range : page.ranges)
        writeRange(message, range);
    addNumber(message, PageField::IdScheme, quint64(page.idScheme));
    message.add_bytes(PageField::History, Protobuf::viewOf(page.history));
    for (const QByteArray &helper : page.helpers)
        message.add_string(PageField::Helper, Protobuf::viewOf(helper));
    message.add_packed_uint64(PageField::Withdrawn, page.withdrawn.cbegin(), page.withdrawn.cend());
    return QByteArray::fromStdString(bytes);
}

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
