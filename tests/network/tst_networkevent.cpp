// SPDX-License-Identifier: MIT
#include "ownprocess.h"
#include "systembus.h"

#include "engine/engine.h"
#include "network/systemnetworkwatch.h"
#include "support/memoryhelpers.h"
#include "support/party.h"

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QUrl Far(QStringLiteral("far://only"));
const QString Label = QStringLiteral("diary");

std::shared_ptr<MemoryWorld> world()
{
    return MemoryWorld::named(QStringLiteral("only"));
}

class FarStore : public ContentStore
{
public:
    bool needsNetwork() const override { return true; }
    void abort() override { world()->countAbort(); }
    QFuture<Problem> put(const Upload &upload) override { return world()->put(upload); }
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override { return world()->get(fetch); }
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override
    {
        return world()->exists(addresses);
    }
};

class FarNames : public NameSystem
{
public:
    bool needsNetwork() const override { return true; }
    void abort() override { world()->countAbort(); }
    int embedLimit() const override { return 0; }
    QFuture<Problem> put(const QString &name, const QByteArray &record) override
    {
        return world()->putRecord(name, record);
    }
    QFuture<Result<QList<QByteArray>>> get(const QString &name, qint64) override
    {
        return world()->getRecords(name);
    }
};

} // namespace

// An engine under NetworkManager with no timer that would try anything again within the test: what
// happens, the event has started.
class NetworkEventTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void upStartsTheUpload();

private:
    void open();
    void append();

    std::unique_ptr<SystemBus> m_bus;
    std::unique_ptr<SystemNetworkWatch> m_watch;
    QTemporaryDir m_directory;
    std::shared_ptr<AppendQueue> m_appends = std::make_shared<AppendQueue>();
    std::unique_ptr<Engine> m_engine;
    TransportStatus m_status;
    quint64 m_published = 0;
};

void NetworkEventTest::initTestCase()
{
    if (const QString missing = SystemBus::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    m_bus = std::make_unique<SystemBus>();
    QVERIFY(m_bus->isThere());
}

void NetworkEventTest::open()
{
    Timing timing;
    timing.poll = timing.pollMost = timing.retryFirst = timing.retryMost = 1h;
    timing.networkQuiet = 0ms; // no change waits for the end of anything
    auto registry = std::make_shared<HelperRegistry>();
    QVERIFY(!registry->add(QStringLiteral("far"),
                           ContentStoreFactory([](const QUrl &) { return new FarStore; })));
    QVERIFY(!registry->add(QStringLiteral("far"),
                           NameSystemFactory([](const QUrl &) { return new FarNames; })));
    Settings settings;
    settings.setDirectory(m_directory.filePath(QStringLiteral("profile")));
    settings.setHelpers({Far});
    m_engine = std::make_unique<Engine>(settings, registry, m_appends, timing,
                                        QDateTime::currentDateTimeUtc);
    connect(m_engine.get(), &Engine::statusChanged, this,
            [this](const TransportStatus &status) { m_status = status; });
    connect(m_engine.get(), &Engine::outgoingChanged, this,
            [this](const QString &, const OutgoingStatus &status) {
                m_published = status.head.lastSequence();
            });
    connect(
        m_engine.get(), &Engine::opened, this,
        [this] { m_engine->unlock(MasterSecret::generate().toBytes(), true); },
        Qt::QueuedConnection);
    m_watch = std::make_unique<SystemNetworkWatch>();
    const auto tell = [this] {
        m_engine->setNetwork(
            {m_watch->reachability(), m_watch->isCaptivePortal(), m_watch->isMetered()});
    };
    connect(m_watch.get(), &NetworkWatch::changed, this, tell);
    tell();
    m_engine->open();
    m_engine->outgoing().open(Label);
}

void NetworkEventTest::append()
{
    AppendRequest request;
    request.label = Label;
    request.payloads = {"an entry"};
    m_appends->push(request);
    m_engine->append();
    QVERIFY(await(request.reply.future()).ok());
}

void NetworkEventTest::upStartsTheUpload()
{
    QVERIFY(m_bus->startManager(SystemBus::Up));
    open();
    append();
    QVERIFY(waitFor([this] { return m_published == 1; }));
    QVERIFY(m_bus->setState(SystemBus::Down));
    QVERIFY(waitFor([this] { return m_status.state == Transport::State::Offline; }));
    world()->resetCounts();
    for (const int count : {1, 2, 3}) {
        append();
        QVERIFY(waitFor([&] { return m_status.pendingCount == count; }));
    }
    QCOMPARE(m_status.state, Transport::State::Offline);
    QCOMPARE(m_published, 1);
    QCOMPARE(world()->counts().calls(), 0);
    QVERIFY(m_bus->setState(SystemBus::Up));
    QVERIFY(waitFor([this] { return m_published == 4; }));
    QVERIFY(waitFor([this] { return m_status.pendingCount == 0; }));
    QVERIFY(world()->counts().puts > 0);
    QVERIFY(world()->counts().namePuts > 0);
}

int main(int count, char **arguments)
{
    return runApart<NetworkEventTest>(count, arguments, Application::OfTheProcess);
}

#include "tst_networkevent.moc"
