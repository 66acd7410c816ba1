// SPDX-License-Identifier: MIT
#pragma once

// Between protozero and Qt; only for this room's .cpp files.

#include <RemoteLog/result.h>

#include <QByteArray>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

namespace RemoteLog::Protobuf {

inline QByteArray bytesOf(protozero::data_view view)
{
    return QByteArray(view.data(), qsizetype(view.size()));
}

inline protozero::data_view viewOf(QByteArrayView bytes)
{
    return protozero::data_view(bytes.data(), std::size_t(bytes.size()));
}

// A case label: a field is known by number and wire type together, as in protobuf itself, where a
// field of an unexpected wire type counts as unknown.
constexpr quint32 bytesField(quint32 number)
{
    return protozero::tag_and_type(number, protozero::pbf_wire_type::length_delimited);
}

constexpr quint32 numberField(quint32 number)
{
    return protozero::tag_and_type(number, protozero::pbf_wire_type::varint);
}

// What `read` returns, a Result. Where protozero throws because the bytes are no protobuf message,
// the answer is Tampered.
template <class Read>
auto guarded(Read read) -> decltype(read())
{
    try {
        return read();
    } catch (const protozero::exception &exception) {
        return Problem(Problem::Kind::Tampered, QStringLiteral("not a protobuf message: ")
                                                    + QString::fromLatin1(exception.what()));
    }
}

// Adds a submessage, also if it is empty: protozero's nested writer leaves that out.
template <class Write>
void addMessage(protozero::pbf_writer &parent, quint32 number, Write write)
{
    std::string bytes;
    protozero::pbf_writer message(bytes);
    write(message);
    parent.add_message(number, bytes);
}

} // namespace RemoteLog::Protobuf
