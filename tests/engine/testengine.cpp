// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

namespace RemoteLog::Testing {

using namespace std::chrono_literals;

namespace {

std::shared_ptr<HelperRegistry> scriptedHelpers()
{
    auto registry = std::make_shared<HelperRegistry>();
    for (const char *scheme : {"far", "near"}) {
        if (registry->add(QLatin1String(scheme), NameSystemFactory(ScriptedNames::create)))
            qFatal("a name system is not taken");
    }
    if (registry->add(QStringLiteral("farstore"), ContentStoreFactory(ScriptedStore::create)))
        qFatal("a content store is not taken");
    if (registry->add(QStringLiteral("memory"), ContentStoreFactory(MemoryWorld::createStore))
        || registry->add(QStringLiteral("memory"), NameSystemFactory(MemoryWorld::createNames)))
        qFatal("a world is not taken");
    return registry;
}

} // namespace

TestEngine::TestEngine()
    : m_master(MasterSecret::generate().toBytes())
{
    timing.poll = timing.pollMost = 1h;
    timing.namesRate = 100'000;
    timing.namesBurst = 1000;
    timing.namesAtOnce = 4;
}

bool TestEngine::open(const QList<QUrl> &helpers, bool isUnlocked)
{
    m_engine.reset();
    m_isKnown = false;
    Settings settings;
    settings.setDirectory(m_directory.filePath(QStringLiteral("profile")));
    settings.setHelpers(helpers);
    m_appends = std::make_shared<AppendQueue>();
    m_engine = std::make_unique<Engine>(settings, scriptedHelpers(), m_appends, timing, clock);
    connect(m_engine.get(), &Engine::statusChanged, this,
            [this](const TransportStatus &changed) { status = changed; });
    connect(m_engine.get(), &Engine::outgoingChanged, this,
            [this](const QString &label, const OutgoingStatus &changed) {
                outgoing.insert(label, changed);
            });
    connect(m_engine.get(), &Engine::incomingChanged, this,
            [this](const IncomingKey &log, const IncomingStatus &changed) {
                incoming.insert(log.identity, changed);
            });
    connect(m_engine.get(), &Engine::entriesReceived, this,
            [this](const IncomingKey &, const QList<Entry> &entries) { received.append(entries); });
    connect(m_engine.get(), &Engine::logsKnown, this, [this] { m_isKnown = true; });
    if (isUnlocked) {
        connect(m_engine.get(), &Engine::opened, this, &TestEngine::unlock, Qt::QueuedConnection);
    }
    m_engine->open();
    return QTest::qWaitFor([this, isUnlocked] { return m_isKnown == isUnlocked; }, 60'000);
}

void TestEngine::unlock()
{
    m_engine->unlock(m_master, !std::exchange(m_hasKey, true));
}

void TestEngine::setNetwork(NetworkWatch::Reachability reachability, bool isCaptivePortal)
{
    m_engine->setNetwork({reachability, isCaptivePortal, false});
}

void TestEngine::append(const QString &label, const QByteArray &payload)
{
    m_appends->push({label, {payload}, {}, {}});
    m_engine->append();
}

void TestEngine::follow(int count)
{
    for (int i = 0; i < count; ++i) {
        m_logs.push_back(std::make_unique<SealedLog>(QString::number(m_logs.size())));
        m_logs.back()->add({"entry"});
        m_engine->incoming().follow(m_logs.back()->link(), 0);
    }
}

int TestEngine::answerAll(const QUrl &url)
{
    int most = 0;
    const auto answerSome = [&] {
        most = std::max(most, int(names(url)->gets.size()));
        while (!names(url)->gets.isEmpty())
            names(url)->answer();
        return !m_engine->incoming().isBusy();
    };
    return QTest::qWaitFor(answerSome, 60'000) ? most : -1;
}

} // namespace RemoteLog::Testing
