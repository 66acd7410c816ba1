// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <functional>

namespace RemoteLog::Testing {

// Finds where the HTTP messages of one direction of a connection begin and end, from its bytes (RFC
// 9112, 6.3).
class HttpMessages
{
public:
    enum class Kind { Requests, Answers };
    explicit HttpMessages(Kind kind)
        : m_kind(kind)
    {
    }

    std::function<void(const QByteArray &firstLine)> began; // its headers are there
    std::function<void()> ended; // all of it is there
    // Whether the answer that comes has no body although it says that it has (to HEAD).
    std::function<bool()> isBare;

    void read(const QByteArray &bytes);
    // No more comes: that ends a body that says no length.
    void close();

private:
    enum class State { Head, Body, BodyUntilClose, Chunk, ChunkSize, Trailer };

    void takeLine(const QByteArray &line);
    void takeHeader(const QByteArray &line);
    void takeBody();
    void end();

    Kind m_kind;
    State m_state = State::Head;
    QByteArray m_line; // what there is of one
    QByteArray m_firstLine;
    qint64 m_left = 0; // of a body or chunk; -1: the headers say none
    bool m_isChunked = false;
};

} // namespace RemoteLog::Testing
