// SPDX-License-Identifier: MIT
#include "ipfsnode.h"

#include "blockanswers.h"
#include "heldasking.h"
#include "kuboanswers.h"

#include "log/address.h"
#include "log/block.h"
#include "log/car.h"
#include "network/multipart.h"

#include <QLoggingCategory>

namespace RemoteLog {

namespace {

Q_LOGGING_CATEGORY(casLog, "remotelog.cas", QtWarningMsg)

// One is worth a little disk space at the node.
constexpr int MostPinned = 64;

// It has little to do, and the put is done already.
constexpr std::chrono::milliseconds UnpinTime{10'000};

using Options = QUrlQuery;

Options forBlock(const QByteArray &address)
{
    return {{QStringLiteral("arg"), addressToText(address)}};
}

Options offline(const QByteArray &address)
{
    Options options = forBlock(address);
    options.addQueryItem(QStringLiteral("offline"), QStringLiteral("true"));
    return options;
}

HttpRequest withFile(HttpRequest request, const QByteArray &file)
{
    const Multipart form = multipartOf({file});
    request.headers.append({"Content-Type", form.contentType});
    request.body = form.body;
    return request;
}

bool isWellFormed(const Upload &upload)
{
    return upload.head().isEmpty()
           || (!upload.blocks().isEmpty()
               && upload.blocks().constLast().address() == upload.head());
}

} // namespace

struct IpfsNode::Put
{
    Upload upload;
    FutureAnswer<Problem> answer;
};

IpfsNode::IpfsNode(const HelperUrl &url, HttpClient &http, HttpHelper::Credential credential,
                   QObject *parent)
    : ContentStore(parent)
    , m_needsNetwork(url.needsNetwork)
    , m_node(http, url.base, std::move(credential))
{
}

bool IpfsNode::needsNetwork() const
{
    return m_needsNetwork;
}

void IpfsNode::abort()
{
    ++m_aborts;
    m_node.abort();
}

HttpRequest IpfsNode::command(const QString &name, const Options &options) const
{
    HttpRequest request;
    request.method = HttpRequest::Method::Post;
    request.url = m_node.url(QStringLiteral("/api/v0/") + name, options);
    return request;
}

// ---- Put: blocks, head, and the pin of the head before

QFuture<Problem> IpfsNode::put(const Upload &upload)
{
    const auto put = std::make_shared<Put>();
    put->upload = upload;
    QList<Block> blocks = upload.blocks();
    if (!isWellFormed(upload)) {
        put->answer.give(Problem(Problem::Kind::InvalidArgument,
                                 QStringLiteral("the head is not the last block")));
    } else if (!upload.head().isEmpty()) {
        blocks.removeLast();
        if (blocks.isEmpty())
            putHead(put);
        else
            putBlocks(put, blocks);
    } else if (!blocks.isEmpty()) {
        putBlocks(put, blocks);
    } else {
        put->answer.give(Problem());
    }
    return put->answer.future();
}

void IpfsNode::putBlocks(const std::shared_ptr<Put> &put, const QList<Block> &blocks)
{
    const HttpRequest request =
        withFile(command(QStringLiteral("dag/import"),
                         {{QStringLiteral("pin-roots"), QStringLiteral("false")},
                          {QStringLiteral("stats"), QStringLiteral("true")}}),
                 carOf({}, blocks));
    m_node.send(request, [this, put, count = blocks.size()](const HttpAnswer &answer) {
        const Problem problem = Kubo::importProblem(answer, {}, count);
        if (problem || put->upload.head().isEmpty())
            put->answer.give(problem);
        else
            putHead(put);
    });
}

// Pinned as it arrives: of a pin that comes later the node walks the tree.
void IpfsNode::putHead(const std::shared_ptr<Put> &put)
{
    const Block head = put->upload.blocks().constLast();
    Options options{{QStringLiteral("cid-codec"), QStringLiteral("dag-cbor")},
                    {QStringLiteral("mhtype"), QStringLiteral("sha2-256")}};
    if (put->upload.completesTree())
        options.addQueryItem(QStringLiteral("pin"), QStringLiteral("true"));
    m_pinned.removeOne(head.address());
    const HttpRequest request =
        withFile(command(QStringLiteral("block/put"), options), head.bytes());
    m_node.send(request, [this, put, address = head.address()](const HttpAnswer &answer) {
        if (const Problem problem = Kubo::putProblem(answer, {address}))
            put->answer.give(problem);
        else
            releasePrevious(put);
    });
}

void IpfsNode::releasePrevious(const std::shared_ptr<Put> &put)
{
    const QByteArray previous = put->upload.previousHead();
    if (previous.isEmpty() || previous == put->upload.head()) {
        put->answer.give(Problem());
        return;
    }
    if (!put->upload.completesTree()) {
        // It is what keeps the rest of the log, and stays for good: what is tried again later
        // would be unpinned as soon as any other log's put succeeds.
        put->answer.give(Problem());
        return;
    }
    unpin(previous, [this, put, previous](const Result<bool> &wasPinned) {
        if (wasPinned.ok() && !wasPinned.value()) {
            lookForPrevious(put);
            return;
        }
        if (wasPinned.ok())
            unpinOthers();
        else
            unpinLater(previous, wasPinned.problem());
        put->answer.give(Problem());
    });
}

// Either we have unpinned it already and the answer was lost, or it is another node than before.
void IpfsNode::lookForPrevious(const std::shared_ptr<Put> &put)
{
    askIfHeld(put->upload.previousHead(), [this, put](const Result<bool> &isHeld) {
        if (isHeld.ok() && isHeld.value())
            unpinOthers();
        if (!isHeld.ok())
            put->answer.give(isHeld.problem());
        else
            put->answer.give(isHeld.value()
                                 ? Problem()
                                 : Problem(Problem::Kind::WillRetry,
                                           QStringLiteral("the node has lost what it had: the "
                                                          "previous head is not there")));
    });
}

// ---- Pins

void IpfsNode::unpin(const QByteArray &address, std::function<void(const Result<bool> &)> done)
{
    HttpRequest request = command(QStringLiteral("pin/rm"), forBlock(address));
    request.timeLimit = UnpinTime;
    m_node.send(request, [address, done = std::move(done)](const HttpAnswer &answer) {
        done(Kubo::wasPinned(answer, address));
    });
}

void IpfsNode::unpinLater(const QByteArray &address, const Problem &problem)
{
    qCDebug(casLog) << "a head stays pinned for now:" << problem;
    m_pinned.removeOne(address);
    if (m_pinned.size() == MostPinned)
        m_pinned.removeFirst();
    m_pinned.append(address);
}

// While the node does so at all, and nobody waits for it.
void IpfsNode::unpinOthers()
{
    for (const QByteArray &address : std::exchange(m_pinned, {})) {
        unpin(address, [this, address](const Result<bool> &wasPinned) {
            if (!wasPinned.ok())
                unpinLater(address, wasPinned.problem());
        });
    }
}

// ---- Get

QFuture<Result<QList<Block>>> IpfsNode::get(const Fetch &fetch)
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

void IpfsNode::getTree(const Fetch &fetch, const Getting &answer)
{
    Options options = offline(fetch.address());
    options.addQueryItem(QStringLiteral("progress"), QStringLiteral("false"));
    HttpRequest request = command(QStringLiteral("dag/export"), options);
    request.maxAnswer = fetch.limit();
    request.keepsPart = true;
    request.timeLimit = TreeTime;
    m_node.send(request, [this, answer, wanted = fetch.address(),
                          aborts = m_aborts](const HttpAnswer &came) {
        const Tree tree = treeIn(came, wanted);
        const Problem problem = Kubo::problemOf(came);
        if (tree.hasWanted)
            answer->give(tree.blocks);
        else if (aborts != m_aborts || problem.kind() == Problem::Kind::ActionRequired
                 || problem.retryAfter().count() > 0)
            answer->give(problem);
        else if (tree.fault)
            answer->give(tree.fault);
        else
            getBlock(wanted, answer);
    });
}

void IpfsNode::getBlock(const QByteArray &address, const Getting &answer)
{
    Options options = forBlock(address);
    options.addQueryItem(QStringLiteral("timeout"), QStringLiteral("20s"));
    HttpRequest request = command(QStringLiteral("block/get"), options);
    request.maxAnswer = MaxBlockSize;
    request.timeLimit = BlockTime;
    m_node.send(request, [answer, address](const HttpAnswer &came) {
        const Problem problem = Kubo::problemOf(came);
        if (Kubo::hasNoBlock(came))
            answer->give(QList<Block>());
        else if (problem && problem.kind() != Problem::Kind::TooLarge)
            answer->give(problem);
        else
            answer->give(blockIn(came, address));
    });
}

// ---- Exists

QFuture<Result<QList<bool>>> IpfsNode::exists(const QList<QByteArray> &addresses)
{
    return askWhatIsHeld(addresses, [this](const QByteArray &address,
                                           std::function<void(const Result<bool> &)> heard) {
        askIfHeld(address, std::move(heard));
    });
}

void IpfsNode::askIfHeld(const QByteArray &address, std::function<void(const Result<bool> &)> heard)
{
    m_node.send(command(QStringLiteral("block/stat"), offline(address)),
                [address, heard = std::move(heard)](const HttpAnswer &answer) {
                    heard(Kubo::isHeld(answer, address));
                });
}

} // namespace RemoteLog
