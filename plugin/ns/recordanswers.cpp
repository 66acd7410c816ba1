// SPDX-License-Identifier: MIT
#include "recordanswers.h"

#include "log/namerecord.h"
#include "network/httpretryafter.h"

#include <algorithm>
#include <iterator>

namespace RemoteLog::RecordAnswers {

namespace {

constexpr int Ok = 200;
constexpr int NotModified = 304;

struct Meaning
{
    const char *words; // somewhere in what the server says
    Problem::Kind kind;
    QLatin1String detail;
};

// Sentences of Kubo and boxo, and of the npm packages ipns and helia.
constexpr const char *NotFound = "routing: not found";
constexpr Meaning meanings[] = {
    {"record is expired", Problem::Kind::Clock, QLatin1String("the record has expired there")},
    {"record has expired", Problem::Kind::Clock, QLatin1String("the record has expired there")},
    {"existing IPNS record has sequence", Problem::Kind::Rejected,
     QLatin1String("it has a record that is as good or better")},
    {"can't replace a newer value with an older value", Problem::Kind::Rejected,
     QLatin1String("it has a record that is as good or better")},
    {"signature verification failed", Problem::Kind::Rejected,
     QLatin1String("it finds the signature wrong")},
    // Its gateway serves names all the same.
    {"this action must be run in online mode", Problem::Kind::ActionRequired,
     QLatin1String("the node is offline and serves no names here")},
    {"can't put while offline", Problem::Kind::ActionRequired,
     QLatin1String("the node is offline and takes no names")},
};

// Only these statuses come with words about the record.
bool isAboutTheRecord(const HttpAnswer &answer)
{
    return (answer.status == 400 || answer.status >= 500) && !answer.isWebPage();
}

Problem precisely(const HttpAnswer &answer, Problem::Kind kind, QLatin1String what)
{
    const QString detail =
        answer.problem ? answer.problem.detail() + QLatin1String(": ") + what : QString(what);
    return Problem(kind, detail).withRetryAfter(answer.problem.retryAfter());
}

Problem inItsWords(const HttpAnswer &answer)
{
    if (!isAboutTheRecord(answer))
        return answer.problem;
    const auto known =
        std::find_if(std::begin(meanings), std::end(meanings), [&answer](const Meaning &meaning) {
            return answer.body.contains(meaning.words);
        });
    return known == std::end(meanings) ? answer.problem
                                       : precisely(answer, known->kind, known->detail);
}

// Whole, but perhaps longer than it may be.
bool isGood(const HttpAnswer &answer)
{
    return !answer.problem || answer.problem.kind() == Problem::Kind::TooLarge;
}

// Only what a server of this kind says in its own way: a page or the JSON of another one says
// nothing of a name, and if it did, a writer would take it for certain that his log is new.
bool saysThereIsNone(Server server, const HttpAnswer &answer)
{
    if (answer.status == 404)
        return server != Server::Node && !answer.isWebPage();
    // IPIP-0513: a question that could be asked is answered, if only with words.
    if (isGood(answer))
        return server == Server::Routing && answer.status == Ok
               && answer.mediaType() == "text/plain";
    return isAboutTheRecord(answer) && answer.body.contains(NotFound);
}

// That nothing of the kind is to be had at this address, now or later.
Problem problemOfAddress(Server server, const HttpAnswer &answer, bool isPut)
{
    const bool isUnknown = answer.status == 404 || answer.status == 405 || answer.status == 501;
    if (!isUnknown)
        return Problem();
    if (server == Server::Node)
        return precisely(answer, Problem::Kind::ActionRequired,
                         QLatin1String("this is not the RPC of a node that knows name/get, as "
                                       "Kubo does from 0.40 on"));
    return precisely(answer, Problem::Kind::ActionRequired,
                     isPut ? QLatin1String("nobody takes name records at this address")
                           : QLatin1String("nobody serves name records at this address"));
}

// Of a web page that came with a status by which it could be the answer. A node's RPC has none, so
// the address is wrong; elsewhere the network's login may be in between.
Problem problemOfPage(Server server, const HttpAnswer &answer)
{
    const bool isElsewhere = answer.status == 404 && server != Server::Node;
    if (!answer.isWebPage() || (!isGood(answer) && !isElsewhere))
        return Problem();
    return precisely(
        answer, server == Server::Node ? Problem::Kind::ActionRequired : Problem::Kind::WillRetry,
        QLatin1String("a web page came instead of an answer"));
}

// Of an answer that is good but for its size.
Result<Records> recordOf(const HttpAnswer &answer)
{
    if (answer.status != Ok || answer.mediaType() != RecordType)
        return precisely(answer, Problem::Kind::WillRetry,
                         QLatin1String("what came is neither a record nor says that there is "
                                       "none"));
    if (answer.problem)
        return precisely(answer, Problem::Kind::Tampered,
                         QLatin1String("it is larger than a record can be"));
    // A length vouches for the end; without one, what was cut is no lie of the server's.
    const bool mayBeCut = answer.header("Content-Length").isNull();
    if (answer.body.isEmpty() || (mayBeCut && !isWholeNameRecord(answer.body)))
        return precisely(answer, Problem::Kind::WillRetry,
                         QLatin1String("what came is no whole record"));
    return Records{answer.body};
}

// Kubo's RPC answers 200 to a record that has expired, and drops it.
bool wasDroppedAsExpired(const HttpAnswer &answer, const QByteArray &record,
                         const QByteArray &publicKey)
{
    const QDateTime date = httpDate(answer.header("Date"));
    if (!date.isValid())
        return false;
    const Result<NameRecord> parsed = parseNameRecord(record, publicKey);
    return parsed.ok() && isExpired(parsed.value(), date);
}

} // namespace

Result<Records> recordsIn(Server server, const HttpAnswer &answer, const QByteArray &known)
{
    if (answer.status == NotModified && !answer.problem) {
        if (known.isNull())
            return precisely(answer, Problem::Kind::WillRetry,
                             QLatin1String("nothing was asked that can be unchanged"));
        return Records{known};
    }
    if (saysThereIsNone(server, answer))
        return Records();
    if (const Problem problem = problemOfPage(server, answer))
        return problem;
    if (isGood(answer))
        return recordOf(answer);
    if (const Problem problem = problemOfAddress(server, answer, false))
        return problem;
    return inItsWords(answer);
}

Problem putProblem(Server server, const HttpAnswer &answer, const QByteArray &record,
                   const QByteArray &publicKey)
{
    if (answer.status == NotModified)
        return precisely(answer, Problem::Kind::WillRetry,
                         QLatin1String("it does not say whether it took the record"));
    if (const Problem problem = problemOfPage(server, answer))
        return problem;
    if (!answer.problem)
        return wasDroppedAsExpired(answer, record, publicKey)
                   ? precisely(answer, Problem::Kind::Clock,
                               QLatin1String("the record has expired by the server's clock"))
                   : Problem();
    // A long answer is as good as a short one where nothing of it is needed.
    if (answer.problem.kind() == Problem::Kind::TooLarge)
        return Problem();
    if (const Problem problem = problemOfAddress(server, answer, true))
        return problem;
    return inItsWords(answer);
}

} // namespace RemoteLog::RecordAnswers
