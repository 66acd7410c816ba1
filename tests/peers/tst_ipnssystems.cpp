// SPDX-License-Identifier: MIT
#include "kubonode.h"
#include "routingserver.h"

#include "interface/multibase.h"
#include "log/address.h"
#include "log/namerecord.h"
#include "ns/gatewaysystem.h"
#include "ns/nodesystem.h"
#include "ns/routingsystem.h"
#include "security/keys.h"

#include <QTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace Qt::StringLiterals;

using Kind = Problem::Kind;
using Records = Result<QList<QByteArray>>;

namespace {

constexpr int Patience = 120'000; // milliseconds
constexpr qint64 AnswerLimit = MaxNameRecords * MaxNameRecordSize;

const QDateTime now = QDateTime::currentDateTimeUtc();

class Log
{
public:
    QString name() const { return Multibase::nameFromPublicKey(m_keys.publicKey); }
    QByteArray record(quint64 number, int days = 30) const
    {
        NameRecordDraft draft;
        draft.address = blockAddress(QByteArray::number(number));
        draft.number = number;
        draft.validity = Validity::fromDateTime(now.addDays(days));
        draft.signedAt = now.toMSecsSinceEpoch();
        draft.embedded = {QByteArray(1000, 'b')};
        return signNameRecord(draft, m_keys);
    }

private:
    LogKeys m_keys = MasterSecret::generate().logKeys(u"label"_s);
};

template <class T>
T await(const QFuture<T> &future)
{
    if (!QTest::qWaitFor([&future] { return future.isFinished(); }, Patience))
        qFatal("a name system gave no answer");
    return future.result();
}

} // namespace

// The plugin's name systems as they get along with servers of others.
class IpnsSystemsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void carriesRecords_data() { systems(); }
    void carriesRecords();
    void whatIsMissingIsNoFailure_data() { systems(); }
    void whatIsMissingIsNoFailure();
    void whatHasExpiredIsTheClocks_data() { systems(); }
    void whatHasExpiredIsTheClocks();
    void aNodeThatIsOfflineSaysSo();
    void aNodeKnowsThisComputerByItsName();

private:
    void systems();
    template <class System>
    NameSystem *make(const QUrl &server)
    {
        HelperUrl url;
        url.base = server;
        return new System(url, m_http, nullptr, &m_owner);
    }
    // As a person writes it.
    template <class System>
    NameSystem *makeByName(QUrl server, const QString &role)
    {
        server.setHost(u"localhost"_s);
        server.setScheme(role + u"+http"_s);
        return new System(HelperUrl::fromUrl(server).value(), m_http, nullptr, &m_owner);
    }
    // Of the row: whom to put to, and whom to ask.
    NameSystem *writer();
    NameSystem *reader();

    HttpClient m_http;
    QObject m_owner; // dies before its systems' client
    std::unique_ptr<KuboNode> m_node;
    std::unique_ptr<KuboNode> m_offline;
    RoutingServer m_helia;
};

void IpnsSystemsTest::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    if (const QString missing = RoutingServer::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(initializeCryptography());
    m_node = std::make_unique<KuboNode>();
    QVERIFY(m_node->start());
    m_offline = std::make_unique<KuboNode>();
    QVERIFY(m_offline->start(KuboNode::Mode::Offline));
    QVERIFY(m_helia.start());
}

void IpnsSystemsTest::systems()
{
    QTest::addColumn<QString>("row");
    for (const char *row :
         {"rpc", "routing", "rpc gateway", "offline routing", "offline rpc gateway", "helia"})
        QTest::newRow(row) << QString::fromLatin1(row);
}

NameSystem *IpnsSystemsTest::writer()
{
    QFETCH(QString, row);
    if (row == u"helia")
        return make<RoutingSystem>(m_helia.url().adjusted(QUrl::StripTrailingSlash));
    const KuboNode &node = row.startsWith(u"offline") ? *m_offline : *m_node;
    if (row.contains(u"rpc"))
        return make<NodeSystem>(node.rpcUrl());
    return make<RoutingSystem>(node.gatewayUrl());
}

NameSystem *IpnsSystemsTest::reader()
{
    QFETCH(QString, row);
    if (!row.endsWith(u"gateway"))
        return writer();
    return make<GatewaySystem>((row.startsWith(u"offline") ? *m_offline : *m_node).gatewayUrl());
}

void IpnsSystemsTest::carriesRecords()
{
    NameSystem *const to = writer();
    NameSystem *const from = reader();
    const Log log;
    const auto serves = [&](const QByteArray &record) {
        const Records got = await(from->get(log.name(), AnswerLimit));
        return got.ok() && got.value() == QList<QByteArray>{record};
    };
    const QByteArray first = log.record(1);
    QVERIFY(!await(to->put(log.name(), first)));
    QVERIFY(serves(first));
    QVERIFY(serves(first));
    const QByteArray second = log.record(2);
    QVERIFY(!await(to->put(log.name(), second)));
    QVERIFY(serves(second));
    // Not better, and that is not always told.
    await(to->put(log.name(), first));
    QVERIFY(serves(second));
    const QByteArray refreshed = log.record(2, 31);
    QVERIFY(!await(to->put(log.name(), refreshed)));
    QVERIFY(serves(refreshed));
    QVERIFY(!await(to->put(log.name(), refreshed)));
    QVERIFY(serves(refreshed));
}

void IpnsSystemsTest::whatIsMissingIsNoFailure()
{
    const Records got = await(reader()->get(Log().name(), AnswerLimit));
    QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
    QVERIFY(got.value().isEmpty());
}

// Fresh here, expired there: as it is where one of the clocks is wrong.
void IpnsSystemsTest::whatHasExpiredIsTheClocks()
{
    const Log log;
    const Problem problem = await(writer()->put(log.name(), log.record(1, -1)));
    QVERIFY2(problem.kind() == Kind::Clock, qPrintable(problem.detail()));
    const Records got = await(reader()->get(log.name(), AnswerLimit));
    QVERIFY(got.ok() && got.value().isEmpty());
}

// Its RPC takes records and gives none.
void IpnsSystemsTest::aNodeThatIsOfflineSaysSo()
{
    NameSystem *const rpc = make<NodeSystem>(m_offline->rpcUrl());
    const Log log;
    QVERIFY(!await(rpc->put(log.name(), log.record(1))));
    const Records got = await(rpc->get(log.name(), AnswerLimit));
    QVERIFY2(got.problem().kind() == Kind::ActionRequired, qPrintable(got.problem().detail()));
}

// Kubo redirects those who ask "localhost", and has no routing there.
void IpnsSystemsTest::aNodeKnowsThisComputerByItsName()
{
    NameSystem *const rpc = makeByName<NodeSystem>(m_node->rpcUrl(), u"kubo"_s);
    NameSystem *const routing = makeByName<RoutingSystem>(m_node->gatewayUrl(), u"routing"_s);
    NameSystem *const gateway = makeByName<GatewaySystem>(m_node->gatewayUrl(), u"gateway"_s);
    const Log log;
    for (quint64 number = 1; NameSystem *const to : {rpc, routing}) {
        const QByteArray record = log.record(number++);
        const Problem problem = await(to->put(log.name(), record));
        QVERIFY2(!problem, qPrintable(problem.detail()));
        for (NameSystem *const from : {rpc, routing, gateway}) {
            const Records got = await(from->get(log.name(), AnswerLimit));
            QVERIFY2(got.ok(), qPrintable(got.problem().detail()));
            QCOMPARE(got.value(), QList<QByteArray>{record});
        }
    }
}

QTEST_GUILESS_MAIN(IpnsSystemsTest)
#include "tst_ipnssystems.moc"
