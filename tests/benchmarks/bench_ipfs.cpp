// SPDX-License-Identifier: MIT
// A reader who knows only the link reads a log from a gateway or a node that is 50 ms away: the
// name and then one CAR, or block by block where the gateway serves none; and from a node of his
// own that has nothing yet. Prints times; asserts that everything arrives, what was asked for, and
// how many answers had to be waited for.
#include "peers/kubonode.h"
#include "peers/plainhttp.h"
#include "support/party.h"
#include "support/slowproxy.h"

#include "fakenode.h"
#include "log/address.h"
#include "log/block.h"
#include "log/car.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QUrlQuery>

#include <cstdio>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace RemoteLogTest;

namespace {

constexpr int EntrySize = 200;
constexpr std::chrono::milliseconds OneWay(50);

// A log as it was published: what a gateway and a node serve.
struct Published
{
    LogLink link;
    FakeNode node;
};

QUrl helperAt(const char *role, quint16 port)
{
    return QUrl(QStringLiteral("%1+http://127.0.0.1:%2").arg(QLatin1String(role)).arg(port));
}

// So many entries, so many at a time, each time with a page of its own unless it is too much.
void publish(Published &published, int entries, int atOnce)
{
    Party writer({helperAt("kubo", published.node.server().serverPort())});
    OutgoingLog *log = writer.open().openLog(QStringLiteral("benchmark"));
    published.link = linkOf(log);
    for (int i = 0; i < entries; i += atOnce) {
        QList<QByteArray> payloads;
        for (int j = i; j < i + atOnce; ++j)
            payloads.append(QByteArray::number(j).rightJustified(EntrySize, '.'));
        if (!await(log->appendAll(payloads)).ok()
            || !waitFor([&] { return log->head().lastSequence() == quint64(i + atOnce); }))
            qFatal("entries were not published");
    }
}

// A trustless gateway over a log, no more of one than it takes.
class Gateway
{
public:
    Gateway(const FakeNode &node, bool servesCars)
        : m_node(node)
        , m_servesCars(servesCars)
        , m_server([this](QTcpSocket *socket, const ReceivedRequest &request) {
            answer(request)(socket, request);
        })
    {
    }
    quint16 port() const { return m_server.serverPort(); }

private:
    ScriptedServer::Script answer(const ReceivedRequest &request) const
    {
        const QUrl url(QString::fromLatin1(request.target));
        const QString name = url.path().section(QLatin1Char('/'), 2, 2);
        if (url.path().startsWith(QLatin1String("/ipns/")))
            return found(m_node.records.value(name.toLatin1()), "vnd.ipfs.ipns-record");
        const QByteArray address = addressFromText(name).value_or(QByteArray());
        if (QUrlQuery(url).queryItemValue(QStringLiteral("format")) != QLatin1String("car"))
            return found(m_node.blocks.value(address), "vnd.ipld.raw");
        if (!m_servesCars)
            return ScriptedServer::answering("no CARs", "406 Not Acceptable");
        QList<Block> tree;
        collect(address, tree);
        return found(carOf({address}, tree), "vnd.ipld.car; version=1");
    }
    static ScriptedServer::Script found(const QByteArray &body, const QByteArray &type)
    {
        if (body.isEmpty())
            return ScriptedServer::answering("not here", "404 Not Found");
        return ScriptedServer::answering(body, "200 OK",
                                         "Content-Type: application/" + type + "\r\n");
    }
    // Depth first, as links say.
    void collect(const QByteArray &root, QList<Block> &tree) const
    {
        QList<QByteArray> next{root};
        while (!next.isEmpty()) {
            const QByteArray address = next.takeFirst();
            const QByteArray block = m_node.blocks.value(address);
            tree.append(Block(address, block));
            next = decodeBlock(block).value().links + next;
        }
    }

    const FakeNode &m_node;
    bool m_servesCars;
    ScriptedServer m_server;
};

struct Cost
{
    double ms = 0;
    SlowProxy::Traffic traffic;
};

// `role` and `port`: what the only helper of the reader is, and where.
Cost readCold(const LogLink &link, const char *role, quint16 port, int entries,
              std::chrono::milliseconds oneWay = OneWay)
{
    SlowProxy proxy(port, oneWay);
    Party reader({helperAt(role, proxy.port())});
    Transport &transport = reader.open();
    waitFor([&transport] { return transport.state() == Transport::State::Idle; });
    proxy.forget();
    QElapsedTimer timer;
    timer.start();
    IncomingLog *log = transport.follow(link);
    quint64 received = 0;
    QEventLoop loop;
    QObject::connect(log, &IncomingLog::entriesReceived, &loop, [&](const QList<Entry> &news) {
        for (const Entry &entry : news) {
            if (entry.sequence() != ++received || entry.payload().size() != EntrySize)
                qFatal("entry %llu is not what was written", received);
        }
        log->commit(received);
        if (received == quint64(entries))
            loop.quit();
    });
    QTimer::singleShot(60'000, &loop, [] { qFatal("the reader does not come to the end"); });
    log->start();
    loop.exec();
    return {double(timer.nsecsElapsed()) / 1e6, proxy.traffic()};
}

int countOf(const QList<QByteArray> &requests, const char *part)
{
    return int(std::count_if(requests.begin(), requests.end(),
                             [part](const QByteArray &request) { return request.contains(part); }));
}

void check(bool holds, const char *what)
{
    if (!holds)
        qFatal("not so: %s", what);
}

void report(const char *log, const char *way, const Cost &cost)
{
    std::printf("%-26s %-20s %8.0f ms %6d requests %10lld bytes %4d deep\n", log, way, cost.ms,
                int(cost.traffic.requests.size()), cost.traffic.bytesDown, cost.traffic.depth);
    std::fflush(stdout);
}

// The name, and then all of the log.
void checkTree(const Cost &cost, const char *name, const char *tree)
{
    check(countOf(cost.traffic.requests, name) == 1, "the name is asked for once");
    check(countOf(cost.traffic.requests, tree) == 1, "the whole log is asked for once");
    check(cost.traffic.requests.size() == 2, "nothing else is asked for");
    check(cost.traffic.depth == 2, "the log is asked for when the name is known");
}

void readFromGateway(const char *log, const char *way, const LogLink &link, quint16 port,
                     int entries)
{
    const Cost cost = readCold(link, "gateway", port, entries);
    report(log, way, cost);
    checkTree(cost, "/ipns/", "format=car");
}

void readFromNode(const char *log, const char *way, const LogLink &link, quint16 port, int entries)
{
    const Cost cost = readCold(link, "kubo", port, entries);
    report(log, way, cost);
    checkTree(cost, "name/get", "dag/export");
}

// Where no tree comes: each block by itself.
void checkBlocks(const Cost &cost, const FakeNode &published, const char *tree, const char *block)
{
    const int blocks = int(published.blocks.size());
    check(countOf(cost.traffic.requests, tree) == 1, "the whole log is asked for once");
    check(countOf(cost.traffic.requests, block) == blocks, "each block comes once");
    check(cost.traffic.requests.size() == blocks + 2, "nothing else is asked for but the name");
}

void readBlocks(const char *log, const Published &published, int entries)
{
    const Gateway gateway(published.node, false);
    const Cost cost = readCold(published.link, "gateway", gateway.port(), entries);
    report(log, "gateway, blocks", cost);
    checkBlocks(cost, published.node, "format=car", "format=raw");
}

// What the writer left at his node.
void fill(const KuboNode &node, const FakeNode &published)
{
    PlainHttp http;
    const QList<QByteArray> blocks = published.blocks.values();
    constexpr int Batch = 50;
    for (int i = 0; i < blocks.size(); i += Batch) {
        const QString command =
            QStringLiteral("/api/v0/block/put?cid-codec=dag-cbor&mhtype=sha2-256");
        check(http.postFiles(node.rpcUrl(), command, blocks.mid(i, Batch)).status == 200,
              "the node takes blocks");
    }
    for (auto record = published.records.begin(); record != published.records.end(); ++record) {
        const QString command =
            QStringLiteral("/api/v0/name/put?force=true&allow-offline=true&arg=")
            + QString::fromLatin1(record.key());
        check(http.postFiles(node.rpcUrl(), command, {record.value()}).status == 200,
              "the node takes the record");
    }
}

// Where there are real nodes: one that has all, and one of the reader's own beside him, which gets
// what he asks for from the other.
void runWithKubo(const char *log, const Published &published, int entries)
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        return void(std::printf("%-26s %-20s %s\n", log, "Kubo", qPrintable(missing)));
    KuboNode alices;
    KuboNode bobs;
    check(alices.start() && bobs.start() && bobs.connectTo(alices), "two nodes run");
    fill(alices, published.node);
    readFromGateway(log, "Kubo's gateway, CAR", published.link, quint16(alices.gatewayUrl().port()),
                    entries);
    readFromNode(log, "Kubo's RPC, CAR", published.link, quint16(alices.rpcUrl().port()), entries);
    const Cost cost = readCold(published.link, "kubo", quint16(bobs.rpcUrl().port()), entries,
                               std::chrono::milliseconds(0));
    report(log, "own Kubo, empty", cost);
    checkBlocks(cost, published.node, "dag/export", "block/get");
}

void run(const char *log, int entries, int atOnce, bool quick)
{
    Published published;
    publish(published, entries, atOnce);
    const Gateway gateway(published.node, true);
    readFromGateway(log, "gateway, CAR", published.link, gateway.port(), entries);
    readFromNode(log, "node, CAR", published.link, published.node.server().serverPort(), entries);
    readBlocks(log, published, entries);
    if (!quick)
        runWithKubo(log, published, entries);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const bool quick = app.arguments().contains(QLatin1String("--quick"));
    run("100 entries in 10 pages", 100, 10, quick);
    if (!quick) {
        run("1000 entries in 100 pages", 1000, 10, quick);
        run("10000 entries in bulk", 10'000, 10'000, quick);
    }
    return 0;
}
