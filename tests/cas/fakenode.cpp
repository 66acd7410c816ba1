// SPDX-License-Identifier: MIT
#include "fakenode.h"

#include "log/address.h"
#include "log/block.h"
#include "log/car.h"

#include <QUrlQuery>

#include <algorithm>

namespace RemoteLogTest {

using namespace RemoteLog;

namespace {

using Script = ScriptedServer::Script;

const QByteArray Root = "/api/v0/";

QByteArray textOf(const QByteArray &address)
{
    return addressToText(address).toLatin1();
}

// multipart/form-data
QList<QByteArray> filesIn(const ReceivedRequest &request)
{
    const QByteArray type = request.header("Content-Type");
    const QByteArray mark = "boundary=";
    if (!type.startsWith("multipart/form-data") || !type.contains(mark))
        return {};
    const QByteArray boundary = "--" + type.mid(type.indexOf(mark) + mark.size());
    QList<QByteArray> files;
    qsizetype begin = request.body.indexOf(boundary);
    for (;;) {
        const qsizetype file = request.body.indexOf("\r\n\r\n", begin);
        const qsizetype end = request.body.indexOf("\r\n" + boundary, begin + 1);
        if (begin < 0 || file < 0 || end < 0)
            return files;
        files.append(request.body.mid(file + 4, end - file - 4));
        begin = end + 2;
    }
}

Script missing(const QByteArray &address)
{
    return FakeNode::failing("block was not found locally (offline): ipld: could not find "
                             + textOf(address));
}

// As Kubo does, depth first; false where a block is missing.
bool collect(const QHash<QByteArray, QByteArray> &blocks, const QByteArray &address,
             QList<Block> &found, QSet<QByteArray> &seen)
{
    if (seen.contains(address))
        return true;
    if (!blocks.contains(address))
        return false;
    seen.insert(address);
    found.append(Block(address, blocks.value(address)));
    const Result<BlockContent> content = decodeBlock(blocks.value(address));
    if (!content.ok())
        return true;
    const QList<QByteArray> links = content.value().links;
    return std::all_of(links.begin(), links.end(),
                       [&](const QByteArray &link) { return collect(blocks, link, found, seen); });
}

} // namespace

FakeNode::FakeNode()
    : m_server([this](QTcpSocket *socket, const ReceivedRequest &request) {
        m_bytesSent += request.body.size();
        const QByteArray command = commandOf(request);
        if (!authorization.isEmpty() && request.header("Authorization") != authorization)
            plain("403 Forbidden", "Kubo RPC Access Denied")(socket, request);
        else if (QList<Script> &scripts = m_once[command]; !scripts.isEmpty())
            scripts.takeFirst()(socket, request);
        else if (const Script always = m_always.value(command))
            always(socket, request);
        else
            answer(socket, request);
    })
{
}

// ---- What the test says

void FakeNode::answerOnce(const QByteArray &command, const Script &script)
{
    m_once[command].append(script);
}

void FakeNode::answerAlways(const QByteArray &command, const Script &script)
{
    m_always.insert(command, script);
}

void FakeNode::answerAgain(const QByteArray &command)
{
    m_once.remove(command);
    m_always.remove(command);
}

QList<QByteArray> FakeNode::commands() const
{
    QList<QByteArray> commands;
    for (const ReceivedRequest &request : m_server.requests().mid(m_firstRequest))
        commands.append(commandOf(request));
    return commands;
}

QList<QByteArray> FakeNode::targets() const
{
    QList<QByteArray> targets;
    for (const ReceivedRequest &request : m_server.requests().mid(m_firstRequest))
        targets.append(request.target);
    return targets;
}

void FakeNode::forgetCommands()
{
    m_firstRequest = m_server.requests().size();
    m_bytesSent = 0;
}

void FakeNode::collectGarbage()
{
    QList<Block> found;
    QSet<QByteArray> seen;
    for (const QByteArray &pin : std::as_const(pins))
        collect(blocks, pin, found, seen);
    blocks.removeIf([&seen](const auto &block) { return !seen.contains(block.key()); });
}

QByteArray FakeNode::commandOf(const ReceivedRequest &request)
{
    const QByteArray path = request.target.left(request.target.indexOf('?'));
    return path.startsWith(Root) ? path.mid(Root.size()) : path;
}

QByteArray FakeNode::option(const ReceivedRequest &request, const QString &name)
{
    const qsizetype mark = request.target.indexOf('?');
    const QString query = mark < 0 ? QString() : QString::fromLatin1(request.target.mid(mark + 1));
    return QUrlQuery(query).queryItemValue(name).toLatin1();
}

// ---- What a node says

void FakeNode::answer(QTcpSocket *socket, const ReceivedRequest &request)
{
    scriptFor(request)(socket, request);
}

Script FakeNode::scriptFor(const ReceivedRequest &request)
{
    const QByteArray command = commandOf(request);
    const QByteArray address =
        addressFromText(QString::fromLatin1(option(request, QStringLiteral("arg"))))
            .value_or(QByteArray());
    if (request.header("User-Agent").startsWith("Mozilla"))
        return plain("403 Forbidden", "403 - Forbidden");
    if (request.method != "POST")
        return plain("405 Method Not Allowed", "405 - Method Not Allowed");
    if (command == "block/put")
        return put(request);
    if (command == "dag/import")
        return import(request);
    if (command == "pin/rm")
        return unpin(address);
    if (command == "dag/export")
        return exportTree(address);
    if (command == "block/get")
        return blocks.contains(address) ? streaming(blocks.value(address))
                                        : failing("context deadline exceeded");
    if (command == "block/stat")
        return blocks.contains(address) ? saying(R"({"Key":")" + textOf(address) + R"(","Size":1})")
                                        : missing(address);
    if (command == "name/put")
        return putRecord(request);
    if (command == "name/get")
        return getRecord(request);
    return plain("404 Not Found", "404 page not found");
}

Script FakeNode::put(const ReceivedRequest &request)
{
    QByteArray lines;
    for (const QByteArray &file : filesIn(request)) {
        const QByteArray address = blockAddress(file);
        keep(address, file);
        if (option(request, QStringLiteral("pin")) == "true")
            pins.insert(address);
        lines += R"({"Key":")" + textOf(address) + R"(","Size":)" + QByteArray::number(file.size())
                 + "}\n";
    }
    return saying(lines);
}

Script FakeNode::import(const ReceivedRequest &request)
{
    CarReader reader;
    const QList<Block> content = reader.read(filesIn(request).value(0));
    for (const Block &block : content)
        keep(block.address(), block.bytes());
    if (!reader.isComplete())
        return failing("unexpected EOF");
    return saying(R"({"Stats":{"BlockCount":)" + QByteArray::number(content.size())
                  + R"(,"BlockBytesCount":1}})");
}

Script FakeNode::exportTree(const QByteArray &root) const
{
    QList<Block> found;
    QSet<QByteArray> seen;
    const bool isWhole = collect(blocks, root, found, seen);
    if (found.isEmpty())
        return missing(root);
    return streaming(carOf({root}, found),
                     isWhole ? QByteArray() : QByteArray("block was not found locally (offline)"));
}

Script FakeNode::unpin(const QByteArray &address)
{
    if (!pins.remove(address))
        return failing("not pinned or pinned indirectly");
    return saying(R"({"Pins":[")" + textOf(address) + R"("]})");
}

Script FakeNode::putRecord(const ReceivedRequest &request)
{
    records.insert(option(request, QStringLiteral("arg")), filesIn(request).value(0));
    return plain("200 OK", QByteArray());
}

Script FakeNode::getRecord(const ReceivedRequest &request) const
{
    const QByteArray record = records.value(option(request, QStringLiteral("arg")));
    if (record.isEmpty())
        return failing("routing: not found");
    return ScriptedServer::answering(record, "200 OK",
                                     "Content-Type: application/vnd.ipfs.ipns-record\r\n");
}

void FakeNode::keep(const QByteArray &address, const QByteArray &bytes)
{
    blocks.insert(address, bytes);
    stored.append(address);
}

Script FakeNode::plain(const QByteArray &status, const QByteArray &text)
{
    return ScriptedServer::answering(text, status, "Content-Type: text/plain; charset=utf-8\r\n");
}

Script FakeNode::failing(const QByteArray &message, int code)
{
    return ScriptedServer::answering(R"({"Message":")" + message + R"(","Code":)"
                                         + QByteArray::number(code) + R"(,"Type":"error"})" + '\n',
                                     "500 Internal Server Error",
                                     "Content-Type: application/json\r\n");
}

Script FakeNode::saying(const QByteArray &json)
{
    return ScriptedServer::answering(json, "200 OK", "Content-Type: application/json\r\n");
}

Script FakeNode::streaming(const QByteArray &body, const QByteArray &trailingError)
{
    QByteArray bytes = "HTTP/1.1 200 OK\r\nTrailer: X-Stream-Error\r\nX-Stream-Output: 1\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n";
    if (!body.isEmpty())
        bytes += QByteArray::number(body.size(), 16) + "\r\n" + body + "\r\n";
    bytes += "0\r\n";
    if (!trailingError.isEmpty())
        bytes += "X-Stream-Error: " + trailingError + "\r\n";
    bytes += "\r\n";
    return ScriptedServer::sending(bytes, ScriptedServer::Then::Wait);
}

} // namespace RemoteLogTest
