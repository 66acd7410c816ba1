// SPDX-License-Identifier: MIT
// A reader who knows nothing yet reads a log from a gateway that is 50 ms away: as one CAR, and
// block by block where the gateway serves none; the name he has from elsewhere. Prints times;
// asserts that everything arrives, what was asked for, and how many answers had to be waited for.
#include "peers/kubonode.h"
#include "peers/plainhttp.h"
#include "support/memoryhelpers.h"
#include "support/party.h"
#include "support/slowproxy.h"

#include "log/address.h"
#include "log/block.h"
#include "log/car.h"
#include "scriptedserver.h"

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

// A log as it was published: what a gateway serves.
struct Published
{
    LogLink link;
    QHash<QByteArray, QByteArray> blocks; // by address
    QUrl names; // where its record is, and no block
};

// So many entries, so many at a time, each time with a page of its own unless it is too much.
Published publish(int entries, int atOnce)
{
    static int logs = 0;
    const QString name = QStringLiteral("bench%1").arg(++logs);
    Party writer({helper(qPrintable(name))});
    OutgoingLog *log = writer.open().openLog(QStringLiteral("benchmark"));
    Published published;
    published.link = linkOf(log);
    for (int i = 0; i < entries; i += atOnce) {
        QList<QByteArray> payloads;
        for (int j = i; j < i + atOnce; ++j)
            payloads.append(QByteArray::number(j).rightJustified(EntrySize, '.'));
        if (!await(log->appendAll(payloads)).ok()
            || !waitFor([&] { return log->head().lastSequence() == quint64(i + atOnce); }))
            qFatal("entries were not published");
    }
    const auto world = MemoryWorld::named(name);
    published.blocks = world->blocks();
    const QString names = name + QStringLiteral("names");
    MemoryWorld::named(names)->setRecords(world->records());
    published.names = helper(qPrintable(names));
    return published;
}

// A trustless gateway over a log, no more of one than it takes.
class Gateway
{
public:
    Gateway(const Published &published, bool servesCars)
        : m_published(published)
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
        const QByteArray address =
            addressFromText(url.path().section(QLatin1Char('/'), 2, 2)).value_or(QByteArray());
        if (!m_published.blocks.contains(address))
            return ScriptedServer::answering("not here", "404 Not Found");
        if (QUrlQuery(url).queryItemValue(QStringLiteral("format")) != QLatin1String("car"))
            return ScriptedServer::answering(m_published.blocks.value(address), "200 OK",
                                             "Content-Type: application/vnd.ipld.raw\r\n");
        if (!m_servesCars)
            return ScriptedServer::answering("no CARs", "406 Not Acceptable");
        QList<Block> tree;
        collect(address, tree);
        return ScriptedServer::answering(carOf({address}, tree), "200 OK",
                                         "Content-Type: application/vnd.ipld.car; version=1\r\n");
    }
    // Depth first, as links say.
    void collect(const QByteArray &root, QList<Block> &tree) const
    {
        QList<QByteArray> next{root};
        while (!next.isEmpty()) {
            const QByteArray address = next.takeFirst();
            const QByteArray block = m_published.blocks.value(address);
            tree.append(Block(address, block));
            next = decodeBlock(block).value().links + next;
        }
    }

    const Published &m_published;
    bool m_servesCars;
    ScriptedServer m_server;
};

struct Cost
{
    double ms = 0;
    SlowProxy::Traffic traffic;
};

Cost readCold(const Published &published, quint16 gateway, int entries)
{
    SlowProxy proxy(gateway, OneWay);
    Party reader(
        {QUrl(QStringLiteral("gateway+http://127.0.0.1:%1").arg(proxy.port())), published.names});
    Transport &transport = reader.open();
    waitFor([&transport] { return transport.state() == Transport::State::Idle; });
    proxy.forget();
    QElapsedTimer timer;
    timer.start();
    IncomingLog *log = transport.follow(published.link);
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
    std::printf("%-26s %-12s %8.0f ms %6d requests %10lld bytes %4d deep\n", log, way, cost.ms,
                int(cost.traffic.requests.size()), cost.traffic.bytesDown, cost.traffic.depth);
    std::fflush(stdout);
    check(countOf(cost.traffic.requests, "format=car") == 1, "the whole log is asked for once");
}

void checkCar(const Cost &cost)
{
    check(countOf(cost.traffic.requests, "format=raw") == 0, "a CAR has everything");
    check(cost.traffic.depth <= 3, "a CAR is all that is waited for beside the name");
}

// Where there is a real node.
void runWithKubo(const char *name, const Published &published, int entries)
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        return void(std::printf("%-26s %-12s %s\n", name, "Kubo", qPrintable(missing)));
    KuboNode node;
    PlainHttp http;
    check(node.start(KuboNode::Mode::Offline), "a node runs");
    const QList<QByteArray> blocks = published.blocks.values();
    constexpr int Batch = 50;
    for (int i = 0; i < blocks.size(); i += Batch) {
        const QString command =
            QStringLiteral("/api/v0/block/put?cid-codec=dag-cbor&mhtype=sha2-256");
        check(http.postFiles(node.rpcUrl(), command, blocks.mid(i, Batch)).status == 200,
              "the node takes blocks");
    }
    const Cost cost = readCold(published, quint16(node.gatewayUrl().port()), entries);
    report(name, "CAR of Kubo", cost);
    checkCar(cost);
}

void run(const char *name, int entries, int atOnce, bool quick)
{
    const Published published = publish(entries, atOnce);
    for (const bool servesCars : {true, false}) {
        const Gateway gateway(published, servesCars);
        const Cost cost = readCold(published, gateway.port(), entries);
        report(name, servesCars ? "CAR" : "blocks", cost);
        if (servesCars)
            checkCar(cost);
        else
            check(countOf(cost.traffic.requests, "format=raw") == int(published.blocks.size()),
                  "each block comes once");
    }
    if (!quick)
        runWithKubo(name, published, entries);
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
