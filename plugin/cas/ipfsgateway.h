// SPDX-License-Identifier: MIT
#pragma once

#include "interface/helperurl.h"
#include "network/futureanswer.h"
#include "network/httphelper.h"

#include <RemoteLog/contentstore.h>

namespace RemoteLog {

// A trustless gateway as content store that is only read from (IPFS, "Trustless Gateway").
//
// What it does not hold it looks for, and says nothing meanwhile: then it has failed, for nobody
// can tell that from a dead one.
class IpfsGateway : public ContentStore
{
    Q_OBJECT

public:
    // `http` outlives it.
    IpfsGateway(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
                QObject *parent = nullptr);

    bool needsNetwork() const override;
    bool isReadOnly() const override { return true; }
    void abort() override;

    // Rejected, and nothing is sent.
    QFuture<Problem> put(const Upload &upload) override;

    // Gateways cut a CAR at a depth of their own: of a tree comes what they like to send. Where
    // that does not have the block wanted, it is asked for alone.
    QFuture<Result<QList<Block>>> get(const Fetch &fetch) override;

    // What the gateway can give without looking for it.
    QFuture<Result<QList<bool>>> exists(const QList<QByteArray> &addresses) override;

private:
    using Getting = std::shared_ptr<FutureAnswer<Result<QList<Block>>>>;

    HttpRequest question(const QByteArray &address, const QUrlQuery &options,
                         const QByteArray &type) const;
    HttpRequest forBlock(const QByteArray &address) const;
    void getTree(const Fetch &fetch, const Getting &answer);
    void getBlock(const QByteArray &address, const Getting &answer);
    void askIfHeld(const QByteArray &address, std::function<void(const Result<bool> &)> heard);

    const bool m_needsNetwork;
    int m_aborts = 0;
    HttpHelper m_gateway; // last: what it drops may look at the others
};

} // namespace RemoteLog
