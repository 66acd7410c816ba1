// SPDX-License-Identifier: MIT
#include "page.h"

#include "pagefields.h"
#include "protobuf.h"

#include <algorithm>

namespace RemoteLog {

namespace {

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

} // namespace RemoteLog
