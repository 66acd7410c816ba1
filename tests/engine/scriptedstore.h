// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/contentstore.h>

#include <QHash>
#include <QPromise>
#include <QUrl>

#include <memory>

namespace RemoteLog::Testing {

// A content store that answers when and what the test says, found by its URL while it lives. It
// needs the network if its URL begins with "far".
class ScriptedStore : public ContentStore
{
public:
    static ContentStore *create(const QUrl &url) { return new ScriptedStore(url); }
    static ScriptedStore *at(const QUrl &url) { return all().value(url); }

    explicit ScriptedStore(const QUrl &url)
        : m_url(url)
    {
        all().insert(url, this);
    }
    ~ScriptedStore() override { all().remove(m_url); }

    // What waits for an answer, the oldest first.
    QList<QByteArray> gets; // addresses
    QList<QByteArray> trees; // those of all that came with wholeTree, answered or not
    QList<Upload> puts;
    QList<QList<QByteArray>> questions; // of exists()
    int aborts = 0;
    bool endsGetsOnAbort = false;

    void answerGet(const QByteArray &bytes)
    {
        answer(m_gets, Result<QList<Block>>(QList<Block>{Block(gets.takeFirst(), bytes)}));
    }
    void answerGet(const QList<Block> &blocks)
    {
        gets.removeFirst();
        answer(m_gets, Result<QList<Block>>(blocks));
    }
    void answerGetEmpty()
    {
        gets.removeFirst();
        answer(m_gets, Result<QList<Block>>(QList<Block>()));
    }
    void answerGet(const Problem &problem)
    {
        gets.removeFirst();
        answer(m_gets, Result<QList<Block>>(problem));
    }
    void answerPut(const Problem &problem)
    {
        puts.removeFirst();
        answer(m_puts, problem);
    }
    void answerExists(const Result<QList<bool>> &there)
    {
        questions.removeFirst();
        answer(m_exists, there);
    }

    bool needsNetwork() const override { return m_url.scheme().startsWith(QLatin1String("far")); }
    void abort() override
    {
        ++aborts;
        while (endsGetsOnAbort && !gets.isEmpty())
            answerGet(Problem(Problem::Kind::WillRetry, QStringLiteral("aborted")));
    }
    QFuture<Problem> put(const Upload &upload) override
    {
        puts.append(upload);
        return open(m_puts);
    }
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override
    {
        gets.append(fetch.address());
        if (fetch.wholeTree())
            trees.append(fetch.address());
        return open(m_gets);
    }
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override
    {
        questions.append(addresses);
        return open(m_exists);
    }

private:
    template <class T>
    using Promises = QList<std::shared_ptr<QPromise<T>>>;

    static QHash<QUrl, ScriptedStore *> &all()
    {
        static QHash<QUrl, ScriptedStore *> stores;
        return stores;
    }
    template <class T>
    static QFuture<T> open(Promises<T> &promises)
    {
        promises.append(std::make_shared<QPromise<T>>());
        promises.last()->start();
        return promises.last()->future();
    }
    template <class T>
    static void answer(Promises<T> &promises, const T &value)
    {
        const auto promise = promises.takeFirst();
        promise->addResult(value);
        promise->finish();
    }

    QUrl m_url;
    Promises<Result<QList<Block>>> m_gets;
    Promises<Problem> m_puts;
    Promises<Result<QList<bool>>> m_exists;
};

} // namespace RemoteLog::Testing
