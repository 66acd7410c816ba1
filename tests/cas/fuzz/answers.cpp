// SPDX-License-Identifier: MIT
#include "cas/kuboanswers.h"
#include "log/address.h"
#include "network/httpproblem.h"

#include <cstdlib>

using namespace RemoteLog;

namespace {

// What must hold whatever was read; a fuzzer notices that the process ends.
void expect(bool condition)
{
    if (!condition)
        std::abort();
}

// What a store may answer with, told in no more words than ours.
void judge(const Problem &problem)
{
    switch (problem.kind()) {
    case Problem::Kind::None:
    case Problem::Kind::WillRetry:
    case Problem::Kind::Rejected:
    case Problem::Kind::ActionRequired:
    case Problem::Kind::LocalStorageFull:
        break;
    default:
        expect(false);
    }
    expect(problem.detail().size() < 100);
}

} // namespace

// The first byte says which status; the rest is the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    constexpr int statuses[] = {200, 204, 304, 400, 403, 404, 429, 500, 502};
    if (size == 0)
        return 0;
    static const QByteArray one = blockAddress("one");
    static const QByteArray two = blockAddress("two");
    HttpAnswer answer;
    answer.status = statuses[data[0] % std::size(statuses)];
    answer.problem = problemOfStatus(answer.status, QStringLiteral("node:5001"));
    answer.body = QByteArray(reinterpret_cast<const char *>(data) + 1, qsizetype(size) - 1);

    const bool isGood = !answer.problem;
    expect(bool(Kubo::problemOf(answer)) != isGood);
    judge(Kubo::problemOf(answer));
    const Problem put = Kubo::putProblem(answer, {one, two});
    judge(put);
    expect(put || isGood);
    const Problem import = Kubo::importProblem(answer, {one}, 2);
    judge(import);
    expect(import || isGood);
    const Result<bool> held = Kubo::isHeld(answer, one);
    judge(held.problem());
    judge(Kubo::wasPinned(answer, one).problem());
    return 0;
}
