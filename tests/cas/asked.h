// SPDX-License-Identifier: MIT
#pragma once

// What tests of stores over HTTP share.

#include "blocks.h"

#include "interface/helperurl.h"
#include "log/block.h"
#include "network/httpclient.h"

#include <QEventLoop>
#include <QFutureWatcher>
#include <QTimer>

#include <chrono>

namespace RemoteLogTest {

// The one value of a future. Not by qWaitFor(), which sleeps between events: the test is the server
// too.
template <class T>
T valueOf(const QFuture<T> &future)
{
    using namespace std::chrono_literals;
    QEventLoop loop;
    QTimer limit;
    limit.callOnTimeout([] { qFatal("a store did not answer"); });
    limit.start(60s);
    QFutureWatcher<T> watcher;
    QObject::connect(&watcher, &QFutureWatcherBase::finished, &loop, &QEventLoop::quit);
    watcher.setFuture(future);
    loop.exec();
    if (future.resultCount() != 1)
        qFatal("%d values instead of one", int(future.resultCount()));
    return future.resultAt(0);
}

// "<role>+http://127.0.0.1:port/path", as a person writes it.
inline HelperUrl helperAt(const QUrl &server, const QString &role)
{
    QUrl url = server;
    url.setScheme(role + u'+' + server.scheme());
    return HelperUrl::fromUrl(url).value();
}

// Each links to the one before: oldest first.
inline QList<Block> chain(int count, const QByteArray &name = "block")
{
    QList<Block> blocks;
    for (int i = 0; i < count; ++i) {
        BlockContent content{name + QByteArray::number(i), {}};
        if (i > 0)
            content.links = {blocks.constLast().address()};
        blocks.append(block(encodeBlock(content)));
    }
    return blocks;
}

inline QList<QByteArray> addressesOf(const QList<Block> &blocks)
{
    QList<QByteArray> addresses;
    for (const Block &block : blocks)
        addresses.append(block.address());
    return addresses;
}

// These blocks, of which the last one is the head.
inline Upload withHead(const QList<Block> &blocks, const QByteArray &previousHead = QByteArray())
{
    Upload upload;
    upload.setBlocks(blocks);
    upload.setHead(blocks.constLast().address());
    upload.setPreviousHead(previousHead);
    upload.setCompletesTree(true);
    return upload;
}

inline Fetch tree(const QByteArray &address, qint64 limit = 8 * 1024 * 1024)
{
    Fetch fetch(address, limit);
    fetch.setWholeTree(true);
    return fetch;
}

inline Fetch single(const QByteArray &address)
{
    return Fetch(address, MaxBlockSize);
}

} // namespace RemoteLogTest
