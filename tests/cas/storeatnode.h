// SPDX-License-Identifier: MIT
#pragma once

#include "asked.h"
#include "fakenode.h"

#include "cas/ipfsnode.h"

#include <memory>

namespace RemoteLogTest {

using Kind = Problem::Kind;
using Script = ScriptedServer::Script;
using Then = ScriptedServer::Then;
using Commands = QList<QByteArray>;

// A store, and the node in memory that it talks to.
class StoreAtNode
{
protected:
    void start()
    {
        m_store.reset();
        m_http = std::make_unique<HttpClient>();
        m_node = std::make_unique<FakeNode>();
        makeStore(m_node->url());
    }

    void makeStore(const QUrl &url)
    {
        m_store = std::make_unique<IpfsNode>(helperAt(url, u"kubo"_s), *m_http,
                                             [this] { return m_secret; });
    }

    Problem put(const Upload &upload) { return valueOf(m_store->put(upload)); }
    Result<QList<Block>> get(const Fetch &fetch) { return valueOf(m_store->get(fetch)); }
    qsizetype count(const QByteArray &command) const { return m_node->commands().count(command); }

    // A web server's.
    static Script page(const QByteArray &status)
    {
        return ScriptedServer::answering("<html>", status, "Content-Type: text/html\r\n");
    }

    const QByteArray m_secret = "Bearer s3cret";
    std::unique_ptr<HttpClient> m_http;
    std::unique_ptr<FakeNode> m_node;
    std::unique_ptr<IpfsNode> m_store;
};

} // namespace RemoteLogTest

Q_DECLARE_METATYPE(RemoteLogTest::Script)
