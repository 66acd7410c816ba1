// SPDX-License-Identifier: MIT
#include "heldasking.h"

#include "log/address.h"
#include "network/futureanswer.h"

#include <algorithm>
#include <memory>

namespace RemoteLog {

namespace {

constexpr int AtATime = 6; // HttpClient would let the others wait

struct Asking
{
    QList<QByteArray> addresses;
    HeldQuestion ask;
    QList<bool> held;
    qsizetype asked = 0;
    qsizetype heard = 0;
    bool isOver = false;
    FutureAnswer<Result<QList<bool>>> answer;
};

void askMore(const std::shared_ptr<Asking> &asking);

void hear(const std::shared_ptr<Asking> &asking, qsizetype number, const Result<bool> &held)
{
    if (asking->isOver)
        return;
    ++asking->heard;
    if (held.ok())
        asking->held[number] = held.value();
    asking->isOver = !held.ok() || asking->heard == asking->addresses.size();
    if (!asking->isOver)
        askMore(asking);
    else if (held.ok())
        asking->answer.give(asking->held);
    else
        asking->answer.give(held.problem());
}

void askMore(const std::shared_ptr<Asking> &asking)
{
    while (asking->asked < asking->addresses.size() && asking->asked - asking->heard < AtATime) {
        const qsizetype number = asking->asked++;
        asking->ask(asking->addresses.at(number),
                    [asking, number](const Result<bool> &held) { hear(asking, number, held); });
    }
}

} // namespace

QFuture<Result<QList<bool>>> askWhatIsHeld(const QList<QByteArray> &addresses,
                                           const HeldQuestion &ask)
{
    const auto asking = std::make_shared<Asking>();
    if (addresses.isEmpty())
        asking->answer.give(QList<bool>());
    else if (!std::all_of(addresses.begin(), addresses.end(), isBlockAddress))
        asking->answer.give(
            Problem(Problem::Kind::InvalidArgument, QStringLiteral("not the address of a block")));
    else {
        asking->addresses = addresses;
        asking->ask = ask;
        asking->held.resize(addresses.size());
        askMore(asking);
    }
    return asking->answer.future();
}

} // namespace RemoteLog
