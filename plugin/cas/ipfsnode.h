// SPDX-License-Identifier: MIT
#pragma once

#include "interface/helperurl.h"
#include "network/futureanswer.h"
#include "network/httphelper.h"

#include <RemoteLog/contentstore.h>

namespace RemoteLog {

// An IPFS node as content store, by its RPC (Kubo, "RPC API v0"; 0.40 and later).
//
// What it holds is kept from its garbage collection by one pin for each log, of the head, which
// goes up alone and last, so that what is below is there before. A collection that runs just then
// takes it away again, for no pin keeps it yet: then the node holds a head without what is below,
// until the patrol finds that and puts it back. Nothing asks the node to look at a pin's tree: it
// would walk the whole log.
class IpfsNode : public ContentStore
{
    Q_OBJECT

public:
    // `http` outlives it.
    IpfsNode(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
             QObject *parent = nullptr);

    bool needsNetwork() const override;
    void abort() override;

    // A put that abort() answered may still be carried out. WillRetry, though all is there, where
    // the previous head is neither pinned nor held any more.
    QFuture<Problem> put(const Upload &upload) override;

    // Of a tree that is asked for, what the node holds already; the block wanted is looked for
    // elsewhere, too, if need be.
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override;

    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override;

private:
    struct Put;
    using Getting = std::shared_ptr<FutureAnswer<Result<QList<Block>>>>;

    HttpRequest command(const QString &name, const QUrlQuery &options) const;
    void putBlocks(const std::shared_ptr<Put> &put, const QList<Block> &blocks);
    void putHead(const std::shared_ptr<Put> &put);
    void releasePrevious(const std::shared_ptr<Put> &put);
    void lookForPrevious(const std::shared_ptr<Put> &put);
    void unpin(const QByteArray &address, std::function<void(const Result<bool> &)> done);
    void unpinLater(const QByteArray &address, const Problem &problem = Problem());
    void unpinOthers();
    void getTree(const Fetch &fetch, const Getting &answer);
    void getBlock(const QByteArray &address, const Getting &answer);
    void askIfHeld(const QByteArray &address, std::function<void(const Result<bool> &)> heard);

    const bool m_needsNetwork;
    int m_aborts = 0;
    QList<QByteArray> m_pinned; // heads of before, perhaps still pinned
    HttpHelper m_node; // last: what it drops may look at the others
};

} // namespace RemoteLog
