// SPDX-License-Identifier: MIT
#include "recordcalls.h"

#include "interface/multibase.h"
#include "log/namerecord.h"
#include "network/futureanswer.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace RemoteLog {

namespace {

using namespace std::chrono_literals;

// On the public DHT a record is looked for up to a minute, and put for minutes.
constexpr auto GetLimit = 60s;
constexpr auto PutLimit = 300s;

} // namespace

RecordCalls::RecordCalls(RecordAnswers::Server server, const QUrl &base, HttpClient &http,
                         HttpHelper::Credential credential)
    : m_server(server)
    , m_http(http, base, std::move(credential))
{
}

QString RecordCalls::canonical(const QString &logName)
{
    const auto key = Multibase::publicKeyFromName(logName);
    return key ? Multibase::nameFromPublicKey(*key) : QString();
}

Problem RecordCalls::badName()
{
    return Problem(Problem::Kind::InvalidArgument, QStringLiteral("not the name of a log"));
}

QFuture<RecordCalls::Answer> RecordCalls::get(const QString &logName, HttpRequest request,
                                              qint64 limit)
{
    // What would be more than may come now is not asked for by its tag.
    RecordCache::Entry known = m_cache.find(logName);
    if (known.record.size() > limit)
        known = {};
    request.headers += {{"Accept", RecordAnswers::RecordType}, {"Cache-Control", "no-cache"}};
    if (!known.tag.isEmpty())
        request.headers += {"If-None-Match", known.tag};
    request.timeLimit = GetLimit;
    request.mayTakeLong = true;
    request.maxAnswer = std::min<qint64>(limit, MaxNameRecordSize);
    const auto given = std::make_shared<FutureAnswer<Answer>>();
    m_http.send(std::move(request), [this, given, logName, known](const HttpAnswer &answer) {
        const Answer records = RecordAnswers::recordsIn(m_server, answer, known.record);
        // A 304 leaves what is known; so does what says nothing of the record.
        if (records.ok() && answer.status != 304)
            m_cache.replace(logName, records.value().isEmpty()
                                         ? RecordCache::Entry()
                                         : RecordCache::Entry{answer.header("ETag"),
                                                              records.value().constFirst()});
        given->give(records);
    });
    return given->future();
}

QFuture<Problem> RecordCalls::put(const QString &logName, HttpRequest request,
                                  const QByteArray &record)
{
    request.timeLimit = PutLimit;
    request.mayTakeLong = true;
    request.maxAnswer = MaxNameRecordSize;
    const auto given = std::make_shared<FutureAnswer<Problem>>();
    m_http.send(std::move(request), [this, given, logName, record](const HttpAnswer &answer) {
        const auto key = Multibase::publicKeyFromName(logName);
        given->give(
            RecordAnswers::putProblem(m_server, answer, record, key.value_or(QByteArray())));
    });
    return given->future();
}

} // namespace RemoteLog
