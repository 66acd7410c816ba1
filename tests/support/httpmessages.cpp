// SPDX-License-Identifier: MIT
#include "httpmessages.h"

#include <QList>

#include <algorithm>
#include <utility>

namespace RemoteLog::Testing {

void HttpMessages::read(const QByteArray &bytes)
{
    for (qsizetype at = 0; at < bytes.size();) {
        if (m_state == State::BodyUntilClose)
            return;
        if (m_state == State::Body || m_state == State::Chunk) {
            const qint64 part = std::min<qint64>(m_left, bytes.size() - at);
            at += part;
            m_left -= part;
            if (m_left == 0)
                m_state == State::Body ? end() : void(m_state = State::ChunkSize);
            continue;
        }
        const qsizetype newline = bytes.indexOf('\n', at);
        if (newline < 0) {
            m_line += bytes.mid(at);
            return;
        }
        m_line += bytes.mid(at, newline - at);
        at = newline + 1;
        takeLine(std::exchange(m_line, {}).trimmed());
    }
}

void HttpMessages::close()
{
    if (m_state == State::BodyUntilClose)
        end();
}

void HttpMessages::takeLine(const QByteArray &line)
{
    switch (m_state) {
    case State::Head:
        return takeHeader(line);
    case State::ChunkSize:
        // Its end of line belongs to a chunk.
        m_left = line.split(';').first().toLongLong(nullptr, 16) + 2;
        m_state = m_left > 2 ? State::Chunk : State::Trailer;
        return;
    case State::Trailer:
        if (line.isEmpty())
            end();
        return;
    case State::Body:
    case State::BodyUntilClose:
    case State::Chunk:
        return;
    }
}

void HttpMessages::takeHeader(const QByteArray &line)
{
    if (m_firstLine.isEmpty()) {
        m_firstLine = line;
        m_left = -1;
        m_isChunked = false;
        return;
    }
    const QByteArray name = line.left(line.indexOf(':')).toLower();
    const QByteArray value = line.mid(name.size() + 1).trimmed();
    if (name == "content-length")
        m_left = value.toLongLong();
    else if (name == "transfer-encoding")
        m_isChunked = value.toLower().endsWith("chunked");
    else if (line.isEmpty())
        takeBody();
}

void HttpMessages::takeBody()
{
    const QByteArray firstLine = std::exchange(m_firstLine, {});
    const int status = m_kind == Kind::Answers ? firstLine.split(' ').value(1).toInt() : 0;
    if (status / 100 == 1)
        return; // the answer is still to come
    if (began)
        began(firstLine);
    const bool isBodiless =
        status == 204 || status == 304 || (m_kind == Kind::Answers && isBare && isBare());
    const bool isEmpty = m_left == 0 || (m_left < 0 && m_kind == Kind::Requests);
    if (isBodiless || (isEmpty && !m_isChunked))
        return end();
    if (m_isChunked)
        m_state = State::ChunkSize;
    else
        m_state = m_left > 0 ? State::Body : State::BodyUntilClose;
}

void HttpMessages::end()
{
    m_state = State::Head;
    if (ended)
        ended();
}

} // namespace RemoteLog::Testing
