// SPDX-License-Identifier: MIT
#include "memoryhelpers.h"

#include "loadedplugin.h"

#include <RemoteLog/transportplugin.h>

#include <QUrlQuery>

namespace RemoteLog::Testing {

namespace {

template <class T>
QFuture<T> ready(const T &value)
{
    return QtFuture::makeReadyFuture(value);
}

Problem dead()
{
    return Problem(Problem::Kind::WillRetry, QStringLiteral("this world is dead"));
}

bool needsNetworkBy(const QUrl &url)
{
    return QUrlQuery(url).queryItemValue(QStringLiteral("network")) == QLatin1String("required");
}

class MemoryStore : public ContentStore
{
public:
    explicit MemoryStore(const QUrl &url)
        : m_world(MemoryWorld::named(url.host()))
        , m_needsNetwork(needsNetworkBy(url))
    {
    }
    bool needsNetwork() const override { return m_needsNetwork; }
    void abort() override { m_world->countAbort(); }
    QFuture<Problem> put(const Upload &upload) override { return m_world->put(upload); }
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override { return m_world->get(fetch); }
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override
    {
        return m_world->exists(addresses);
    }

private:
    std::shared_ptr<MemoryWorld> m_world;
    bool m_needsNetwork;
};

class MemoryNames : public NameSystem
{
public:
    explicit MemoryNames(const QUrl &url)
        : m_world(MemoryWorld::named(url.host()))
        , m_needsNetwork(needsNetworkBy(url))
        , m_embedLimit(QUrlQuery(url).queryItemValue(QStringLiteral("embed")).toInt())
    {
    }
    bool needsNetwork() const override { return m_needsNetwork; }
    void abort() override { m_world->countAbort(); }
    int embedLimit() const override { return m_embedLimit; }
    QFuture<Problem> put(const QString &name, const QByteArray &record) override
    {
        return m_world->putRecord(name, record);
    }
    QFuture<Result<QList<QByteArray>>> get(const QString &name, qint64) override
    {
        return m_world->getRecords(name);
    }

private:
    std::shared_ptr<MemoryWorld> m_world;
    bool m_needsNetwork;
    int m_embedLimit;
};

} // namespace

std::shared_ptr<MemoryWorld> MemoryWorld::named(const QString &name)
{
    static std::mutex mutex;
    static QHash<QString, std::shared_ptr<MemoryWorld>> worlds;
    const std::lock_guard lock(mutex);
    std::shared_ptr<MemoryWorld> &world = worlds[name];
    if (!world)
        world = std::make_shared<MemoryWorld>();
    return world;
}

void MemoryWorld::registerScheme()
{
    static const bool registered = [] {
        const QString scheme = QStringLiteral("memory");
        const Problem store =
            loadedPlugin().registerContentStore(scheme, &MemoryWorld::createStore);
        const Problem names = loadedPlugin().registerNameSystem(scheme, &MemoryWorld::createNames);
        return !store && !names;
    }();
    if (!registered)
        qFatal("the scheme memory: could not be registered");
}

ContentStore *MemoryWorld::createStore(const QUrl &url)
{
    return new MemoryStore(url);
}

NameSystem *MemoryWorld::createNames(const QUrl &url)
{
    return new MemoryNames(url);
}

void MemoryWorld::setMood(Mood mood)
{
    setStoreMood(mood);
    setNamesMood(mood);
}

void MemoryWorld::setStoreMood(Mood mood)
{
    const std::lock_guard lock(m_mutex);
    m_storeMood = mood;
}

void MemoryWorld::setNamesMood(Mood mood)
{
    const std::lock_guard lock(m_mutex);
    m_namesMood = mood;
}

void MemoryWorld::refusePuts(bool refuse)
{
    const std::lock_guard lock(m_mutex);
    m_refusesPuts = refuse;
}

void MemoryWorld::refuseWithoutPreviousHead(bool refuse)
{
    const std::lock_guard lock(m_mutex);
    m_wantsPreviousHead = refuse;
}

MemoryWorld::Counts MemoryWorld::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

void MemoryWorld::resetCounts()
{
    const std::lock_guard lock(m_mutex);
    m_counts = {};
}

QHash<QByteArray, QByteArray> MemoryWorld::blocks() const
{
    const std::lock_guard lock(m_mutex);
    return m_blocks;
}

void MemoryWorld::setBlocks(const QHash<QByteArray, QByteArray> &blocks)
{
    const std::lock_guard lock(m_mutex);
    m_blocks = blocks;
}

void MemoryWorld::removeBlock(const QByteArray &address)
{
    const std::lock_guard lock(m_mutex);
    m_blocks.remove(address);
}

QHash<QString, QList<QByteArray>> MemoryWorld::records() const
{
    const std::lock_guard lock(m_mutex);
    QHash<QString, QList<QByteArray>> all;
    for (auto name = m_records.cbegin(); name != m_records.cend(); ++name) {
        const QList<QByteArray> records = remembered(name.value());
        if (!records.isEmpty())
            all.insert(name.key(), records);
    }
    return all;
}

void MemoryWorld::forgetRecordsAfter(std::chrono::hours span, std::function<QDateTime()> clock)
{
    const std::lock_guard lock(m_mutex);
    m_memory = span;
    m_clock = std::move(clock);
}

void MemoryWorld::putNow(const QByteArray &record)
{
    if (m_clock)
        m_putAt.insert(record, m_clock());
}

QList<QByteArray> MemoryWorld::remembered(const QList<QByteArray> &records) const
{
    if (!m_clock)
        return records;
    const QDateTime oldest = m_clock().addSecs(-std::chrono::seconds(m_memory).count());
    QList<QByteArray> young;
    for (const QByteArray &record : records) {
        if (m_putAt.value(record) > oldest)
            young.append(record);
    }
    return young;
}

void MemoryWorld::setRecords(const QHash<QString, QList<QByteArray>> &records)
{
    const std::lock_guard lock(m_mutex);
    m_records = records;
    for (const QList<QByteArray> &each : records) {
        for (const QByteArray &record : each)
            putNow(record);
    }
}

void MemoryWorld::publish(const QString &name, const QHash<QByteArray, QByteArray> &blocks,
                          const QByteArray &record)
{
    const std::lock_guard lock(m_mutex);
    m_blocks.insert(blocks);
    m_records[name] = {record};
    putNow(record);
}

void MemoryWorld::holdGets(bool hold)
{
    const std::lock_guard lock(m_mutex);
    m_holdsGets = hold;
}

int MemoryWorld::waitingGets() const
{
    const std::lock_guard lock(m_mutex);
    return int(m_waiting.size());
}

int MemoryWorld::answerRound()
{
    std::vector<Waiting> round;
    std::vector<Result<QList<Block>>> answers;
    {
        const std::lock_guard lock(m_mutex);
        round = std::exchange(m_waiting, {});
        for (const Waiting &waiting : round)
            answers.push_back(answerFor(waiting.address));
    }
    for (std::size_t i = 0; i < round.size(); ++i) {
        round[i].promise->addResult(answers[i]);
        round[i].promise->finish();
    }
    return int(round.size());
}

template <class T>
QFuture<T> MemoryWorld::never()
{
    auto promise = std::make_shared<QPromise<T>>();
    promise->start();
    m_hanging.push_back([promise] {
        promise->addResult(T(dead()));
        promise->finish();
    });
    return promise->future();
}

void MemoryWorld::endHanging()
{
    std::vector<std::function<void()>> hanging;
    {
        const std::lock_guard lock(m_mutex);
        hanging = std::exchange(m_hanging, {});
    }
    for (const auto &end : hanging)
        end();
}

QFuture<Problem> MemoryWorld::put(const Upload &upload)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.puts;
    if (m_storeMood == Mood::Hangs)
        return never<Problem>();
    if (m_storeMood == Mood::Fails || m_refusesPuts)
        return ready(dead());
    if (m_wantsPreviousHead && !upload.previousHead().isEmpty()
        && !m_blocks.contains(upload.previousHead()))
        return ready(dead());
    for (const Block &block : upload.blocks()) {
        ++m_counts.blocksPut;
        m_counts.bytesPut += block.bytes().size();
        if (m_storeMood != Mood::Lies)
            m_blocks.insert(block.address(), block.bytes());
    }
    return ready(Problem());
}

Result<QList<Block>> MemoryWorld::answerFor(const QByteArray &address)
{
    if (m_storeMood == Mood::Empty || !m_blocks.contains(address))
        return QList<Block>();
    QByteArray bytes = m_blocks.value(address);
    if (m_storeMood == Mood::Lies)
        bytes[bytes.size() / 2] = char(bytes.at(bytes.size() / 2) ^ 1);
    ++m_counts.blocksGot;
    m_counts.bytesGot += bytes.size();
    return QList<Block>{Block(address, bytes)};
}

QFuture<Result<QList<Block>>> MemoryWorld::get(const Fetch &fetch)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.gets;
    if (m_storeMood == Mood::Fails)
        return ready(Result<QList<Block>>(dead()));
    if (m_storeMood == Mood::Hangs)
        return never<Result<QList<Block>>>();
    if (m_holdsGets) {
        auto promise = std::make_shared<QPromise<Result<QList<Block>>>>();
        promise->start();
        m_waiting.push_back({fetch.address(), promise});
        return promise->future();
    }
    return ready(answerFor(fetch.address()));
}

QFuture<Result<QList<bool>>> MemoryWorld::exists(const QList<QByteArray> &addresses)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.exists;
    if (m_storeMood == Mood::Hangs)
        return never<Result<QList<bool>>>();
    if (m_storeMood == Mood::Fails)
        return ready(Result<QList<bool>>(dead()));
    QList<bool> answers;
    for (const QByteArray &address : addresses)
        answers.append(m_blocks.contains(address));
    return ready(Result<QList<bool>>(answers));
}

QFuture<Problem> MemoryWorld::putRecord(const QString &name, const QByteArray &record)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.namePuts;
    if (m_namesMood == Mood::Hangs)
        return never<Problem>();
    if (m_namesMood == Mood::Fails || m_refusesPuts)
        return ready(dead());
    if (m_namesMood != Mood::Lies) {
        QList<QByteArray> &records = m_records[name];
        putNow(record);
        records.removeAll(record);
        records.prepend(record);
        records.resize(std::min<qsizetype>(records.size(), 8));
    }
    return ready(Problem());
}

QFuture<Result<QList<QByteArray>>> MemoryWorld::getRecords(const QString &name)
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.nameGets;
    if (m_namesMood == Mood::Hangs)
        return never<Result<QList<QByteArray>>>();
    if (m_namesMood == Mood::Fails)
        return ready(Result<QList<QByteArray>>(dead()));
    if (m_namesMood == Mood::Empty)
        return ready(Result<QList<QByteArray>>(QList<QByteArray>()));
    return ready(Result<QList<QByteArray>>(remembered(m_records.value(name))));
}

void MemoryWorld::countAbort()
{
    const std::lock_guard lock(m_mutex);
    ++m_counts.aborts;
}

QUrl helper(const char *world, const char *query)
{
    QUrl url;
    url.setScheme(QStringLiteral("memory"));
    url.setHost(QLatin1String(world));
    url.setQuery(QLatin1String(query));
    return url;
}

} // namespace RemoteLog::Testing
