// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/namesystem.h>

#include <QHash>
#include <QPromise>
#include <QUrl>

#include <memory>

namespace RemoteLog::Testing {

// A name system that answers when and what the test says, found by its URL while it lives. It needs
// the network if its URL begins with "far".
class ScriptedNames : public NameSystem
{
public:
    using Answer = Result<QList<QByteArray>>;

    static NameSystem *create(const QUrl &url) { return new ScriptedNames(url); }
    static ScriptedNames *at(const QUrl &url) { return all().value(url); }

    explicit ScriptedNames(const QUrl &url)
        : m_url(url)
    {
        all().insert(url, this);
    }
    ~ScriptedNames() override { all().remove(m_url); }

    QStringList asked; // since it lives
    QStringList gets; // that wait for an answer, the oldest first
    int puts = 0;
    QByteArray lastPut; // the record
    bool holdsPuts = false; // until the test answers them
    QList<QByteArray> heldPuts; // the records, the oldest first
    int aborts = 0;

    void answer(const Answer &what = QList<QByteArray>())
    {
        gets.removeFirst();
        const auto promise = m_gets.takeFirst();
        promise->addResult(what);
        promise->finish();
    }

    void answerPut(const Problem &what = Problem())
    {
        heldPuts.removeFirst();
        const auto promise = m_puts.takeFirst();
        promise->addResult(what);
        promise->finish();
    }

    bool needsNetwork() const override { return m_url.scheme() == QLatin1String("far"); }
    void abort() override { ++aborts; }
    int embedLimit() const override { return 0; }
    QFuture<Problem> put(const QString &, const QByteArray &record) override
    {
        ++puts;
        lastPut = record;
        if (holdsPuts) {
            heldPuts.append(record);
            m_puts.append(std::make_shared<QPromise<Problem>>());
            m_puts.last()->start();
            return m_puts.last()->future();
        }
        return QtFuture::makeReadyFuture(Problem());
    }
    QFuture<Answer> get(const QString &logName, qint64) override
    {
        asked.append(logName);
        gets.append(logName);
        m_gets.append(std::make_shared<QPromise<Answer>>());
        m_gets.last()->start();
        return m_gets.last()->future();
    }

private:
    static QHash<QUrl, ScriptedNames *> &all()
    {
        static QHash<QUrl, ScriptedNames *> systems;
        return systems;
    }

    QUrl m_url;
    QList<std::shared_ptr<QPromise<Answer>>> m_gets;
    QList<std::shared_ptr<QPromise<Problem>>> m_puts;
};

} // namespace RemoteLog::Testing
