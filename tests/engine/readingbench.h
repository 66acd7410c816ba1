// SPDX-License-Identifier: MIT
#pragma once

#include "engine/reading/logreader.h"
#include "support/sealedlog.h"

#include "log/history.h"
#include "log/skiplist.h"

#include <QPromise>
#include <QTest>

namespace RemoteLog::Testing {

// What a store does, and did.
struct StoreBook
{
    // Gives what is below a page, too; or fails when it is asked for that.
    enum class Trees { No, Yes, Failing } trees = Trees::No;
    // Answers all that it was asked at once, when nothing more comes.
    bool inRounds = false;
    // Trees a round later than the rest.
    bool hasLateTrees = false;

    QHash<QByteArray, int> gets; // by address
    QHash<QByteArray, int> given; // how often the block was in an answer
    QList<QByteArray> treesAsked;
    int rounds = 0;
};

// A store that has what a test gives it, and counts.
class ListedStore : public ContentStore
{
public:
    explicit ListedStore(const SealedLog &log, StoreBook &book)
        : m_log(log)
        , m_book(book)
    {
    }
    bool needsNetwork() const override { return false; }
    void abort() override {}
    QFuture<Problem> put(const Upload &) override
    {
        return QtFuture::makeReadyFuture(Problem(Problem::Kind::Rejected, QString()));
    }
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override
    {
        ++m_book.gets[fetch.address()];
        if (fetch.wholeTree())
            m_book.treesAsked.append(fetch.address());
        const Result<QList<Block>> answer = find(fetch);
        if (!m_book.inRounds)
            return QtFuture::makeReadyFuture(answer);
        if (m_waiting.isEmpty())
            later(TurnsOfARound);
        const auto promise = std::make_shared<QPromise<Result<QList<Block>>>>();
        promise->start();
        m_waiting.append({promise, answer, fetch.wholeTree() && m_book.hasLateTrees});
        return promise->future();
    }
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override
    {
        return QtFuture::makeReadyFuture(Result<QList<bool>>(QList<bool>(addresses.size(), true)));
    }

private:
    // Of the event loop: far more than the reader needs to ask for all that it knows.
    static constexpr int TurnsOfARound = 50;

    Result<QList<Block>> find(const Fetch &fetch)
    {
        if (fetch.wholeTree() && m_book.trees == StoreBook::Trees::Failing)
            return Problem(Problem::Kind::WillRetry, QStringLiteral("no trees here"));
        QList<QByteArray> addresses{fetch.address()};
        if (fetch.wholeTree() && m_book.trees == StoreBook::Trees::Yes)
            addresses = tree(fetch.address());
        QList<Block> found;
        qint64 bytes = 0;
        for (const QByteArray &address : std::as_const(addresses)) {
            const QByteArray block = m_log.blocks.value(address);
            bytes += block.size();
            if (block.isNull() || bytes > fetch.limit())
                break;
            found.append(Block(address, block));
            ++m_book.given[address];
        }
        return found;
    }
    // The pages along the tail, then what they map.
    QList<QByteArray> tree(QByteArray address) const
    {
        QList<QByteArray> pages;
        QList<QByteArray> contents;
        while (!address.isEmpty()) {
            pages.append(address);
            const Page page =
                openPage(m_log.blocks.value(address), m_log.keys.publicKey, m_log.keys.readKey)
                    .value();
            for (const Pair &pair : page.pairs) {
                if (pair.isMapped())
                    contents.append(pair.address);
            }
            address = page.tail;
        }
        return pages + contents;
    }
    void later(int turns)
    {
        QTimer::singleShot(0, this, [this, turns] { turns > 0 ? later(turns - 1) : answerAll(); });
    }
    void answerAll()
    {
        ++m_book.rounds;
        const auto waiting = std::exchange(m_waiting, {});
        for (const auto &[promise, answer, isLate] : waiting) {
            if (isLate) {
                if (m_waiting.isEmpty())
                    later(TurnsOfARound);
                m_waiting.append({promise, answer, false});
                continue;
            }
            promise->addResult(answer);
            promise->finish();
        }
    }

    const SealedLog &m_log;
    StoreBook &m_book;
    struct Waiting
    {
        std::shared_ptr<QPromise<Result<QList<Block>>>> promise;
        Result<QList<Block>> answer;
        bool isLate;
    };
    QList<Waiting> m_waiting;
};

// Keeps the payloads that come, and counts the transactions.
class CountingSink : public PageSink
{
public:
    Problem acceptPages(const QList<VerifiedPage> &pages) override
    {
        ++transactions;
        for (const VerifiedPage &page : pages) {
            for (quint64 sequence = page.first; sequence <= page.last; ++sequence) {
                if (sequence != ++last)
                    return Problem(Problem::Kind::LocalDataCorrupt, QStringLiteral("out of order"));
            }
        }
        return refusal;
    }
    Problem acceptContent(quint64, const QByteArray &address, const QByteArray &block) override
    {
        contents.insert(address, block);
        return {};
    }
    Result<QByteArray> content(const QByteArray &address) override
    {
        return contents.value(address);
    }
    void dropContents() override { contents.clear(); }
    bool hasRoom() const override { return last < room; }

    int transactions = 0;
    quint64 last = 0;
    quint64 room = MaxSequence; // up to which entry
    Problem refusal;
    QHash<QByteArray, QByteArray> contents;
};

// One reader of a sealed log, with everything that it needs.
class Bench
{
public:
    Bench()
        : registry(std::make_shared<HelperRegistry>())
        , helpers(registry, {}, nullptr)
        , fetcher(helpers, {}, nullptr)
        , reader(log.keys.publicKey, log.keys.readKey, 1'000'000, fetcher, sink, nullptr)
    {
        registry->add(QStringLiteral("listed"),
                      [this](const QUrl &) { return new ListedStore(log, book); });
        Settings settings;
        settings.setHelpers({QUrl(QStringLiteral("listed://store"))});
        helpers.configure(settings);
        reader.setCursor(0, initialHistory(), 0);
        QObject::connect(&reader, &LogReader::stopped, &reader, [this](const Problem &problem) {
            ended = problem;
            ++ends;
        });
    }

    // Reads up to the page (default: the last one) and waits for the end.
    Problem read(const QByteArray &page = {}, const QList<QByteArray> &embedded = {})
    {
        record = parseNameRecord(log.record(page, embedded), log.keys.publicKey).value();
        return again();
    }
    // The last page, without waiting.
    void readLater()
    {
        record = parseNameRecord(log.record(), log.keys.publicKey).value();
        reader.read(record);
    }
    // The same record again.
    Problem again()
    {
        const int before = ends;
        reader.read(record);
        if (!QTest::qWaitFor([&] { return ends > before; }, 60'000))
            qFatal("the reader does not stop");
        return ended;
    }
    // Until a tree is asked for, and not a turn longer.
    void waitForTree()
    {
        while (book.treesAsked.isEmpty())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    int countGets() const
    {
        int count = 0;
        for (const int each : gets)
            count += each;
        return count;
    }

    SealedLog log;
    QHash<QByteArray, QByteArray> &blocks = log.blocks;
    StoreBook book;
    QHash<QByteArray, int> &gets = book.gets;
    CountingSink sink;
    std::shared_ptr<HelperRegistry> registry;
    HelperSet helpers;
    BlockFetcher fetcher;
    LogReader reader;
    NameRecord record;
    Problem ended;
    int ends = 0;
};

// Pages of one entry; each names the 200 before it.
inline QList<QByteArray> addPages(SealedLog &log, int count)
{
    QList<QByteArray> pages;
    for (int i = 0; i < count; ++i) {
        pages.append(log.add({"entry " + QByteArray::number(i)}, [&](Page &page) {
            for (qsizetype j = std::max<qsizetype>(0, pages.size() - 200); j < pages.size(); ++j)
                page.ranges.append(log.range(pages.at(j)));
        }));
    }
    return pages;
}

// Pages of one entry as our writer names them.
inline QList<QByteArray> addSkipping(SealedLog &log, int count, int size = 200)
{
    QList<QByteArray> pages;
    for (int i = 0; i < count; ++i) {
        pages.append(log.add({QByteArray::number(i).rightJustified(size, '.')}, [&](Page &page) {
            for (const quint64 target : skipTargets(quint64(i)))
                page.ranges.append(log.range(pages.at(qsizetype(target))));
        }));
    }
    return pages;
}

} // namespace RemoteLog::Testing
