// SPDX-License-Identifier: MIT
#include "ipfsgateway.h"

#include "blockanswers.h"
#include "heldasking.h"

#include "log/address.h"
#include "log/block.h"

namespace RemoteLog {

namespace {

// Ways to say that it does not have the block, if it looked for it or not: Not Found, Gone (it must
// not give it), Precondition Failed (only what it holds was asked for), Gateway Timeout.
bool meansMissing(int status)
{
    return status == 404 || status == 410 || status == 412 || status == 504;
}

// In a page for people somebody else says so: the network's login, a proxy in front.
bool isMissing(const HttpAnswer &answer)
{
    return meansMissing(answer.status) && !answer.isWebPage();
}

// Most pages come of a network that wants a login first: no setting has to be changed for that.
Problem problemOf(const HttpAnswer &answer)
{
    if (!answer.isWebPage() || (answer.status != 200 && !meansMissing(answer.status)))
        return answer.problem;
    return Problem(Problem::Kind::WillRetry,
                   QStringLiteral("a web page came instead of a gateway's answer, with status %1")
                       .arg(answer.status))
        .withRetryAfter(answer.problem.retryAfter());
}

} // namespace

IpfsGateway::IpfsGateway(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
                         QObject *parent)
    : ContentStore(parent)
    , m_needsNetwork(url.needsNetwork)
    , m_gateway(http, url.base, std::move(credential))
{
}

bool IpfsGateway::needsNetwork() const
{
    return m_needsNetwork;
}

void IpfsGateway::abort()
{
    ++m_aborts;
    m_gateway.abort();
}

QFuture<Problem> IpfsGateway::put(const Upload &)
{
    return QtFuture::makeReadyFuture(
        Problem(Problem::Kind::Rejected, QStringLiteral("a gateway is only read from")));
}

// Format and type say the same: some gateways heed the one, some the other.
HttpRequest IpfsGateway::question(const QByteArray &address, const QUrlQuery &options,
                                  const QByteArray &type) const
{
    HttpRequest request;
    request.url = m_gateway.url(QStringLiteral("/ipfs/") + addressToText(address), options);
    request.headers.append({"Accept", type});
    return request;
}

HttpRequest IpfsGateway::forBlock(const QByteArray &address) const
{
    return question(address, {{QStringLiteral("format"), QStringLiteral("raw")}},
                    "application/vnd.ipld.raw");
}

// ---- Get

QFuture<Result<QList<Block>>> IpfsGateway::get(const Fetch &fetch)
{
    const auto answer = std::make_shared<FutureAnswer<Result<QList<Block>>>>();
    if (!isBlockAddress(fetch.address()))
        answer->give(
            Problem(Problem::Kind::InvalidArgument, QStringLiteral("not the address of a block")));
    else if (fetch.wholeTree())
        getTree(fetch, answer);
    else
        getBlock(fetch.address(), answer);
    return answer->future();
}

void IpfsGateway::getTree(const Fetch &fetch, const Getting &answer)
{
    HttpRequest request = question(fetch.address(),
                                   {{QStringLiteral("format"), QStringLiteral("car")},
                                    {QStringLiteral("dag-scope"), QStringLiteral("all")}},
                                   "application/vnd.ipld.car; version=1");
    request.maxAnswer = fetch.limit();
    request.keepsPart = true;
    request.timeLimit = TreeTime;
    m_gateway.send(request, [this, answer, wanted = fetch.address(),
                             aborts = m_aborts](const HttpAnswer &came) {
        const Tree tree = treeIn(came, wanted);
        // Its fault says nothing: an error of the gateway stands in the CAR, too.
        if (tree.hasWanted)
            answer->give(tree.blocks);
        else if (aborts != m_aborts || came.status == 429 || came.problem.retryAfter().count() > 0)
            answer->give(came.problem);
        else
            getBlock(wanted, answer);
    });
}

void IpfsGateway::getBlock(const QByteArray &address, const Getting &answer)
{
    HttpRequest request = forBlock(address);
    request.maxAnswer = MaxBlockSize;
    request.timeLimit = BlockTime;
    m_gateway.send(request, [answer, address](const HttpAnswer &came) {
        const Problem problem = problemOf(came);
        if (isMissing(came))
            answer->give(QList<Block>());
        else if (problem && problem.kind() != Problem::Kind::TooLarge)
            answer->give(problem);
        else
            answer->give(blockIn(came, address));
    });
}

// ---- Exists

QFuture<Result<QList<bool>>> IpfsGateway::exists(const QList<QByteArray> &addresses)
{
    return askWhatIsHeld(addresses, [this](const QByteArray &address,
                                           std::function<void(const Result<bool> &)> heard) {
        askIfHeld(address, std::move(heard));
    });
}

void IpfsGateway::askIfHeld(const QByteArray &address,
                            std::function<void(const Result<bool> &)> heard)
{
    HttpRequest request = forBlock(address);
    request.method = HttpRequest::Method::Head;
    request.headers.emplaceBack("Cache-Control", "only-if-cached");
    m_gateway.send(request, [heard = std::move(heard)](const HttpAnswer &came) {
        const Problem problem = problemOf(came);
        if (isMissing(came))
            heard(false);
        else if (problem)
            heard(problem);
        else
            heard(true);
    });
}

} // namespace RemoteLog
