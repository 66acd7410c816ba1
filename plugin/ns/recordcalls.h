// SPDX-License-Identifier: MIT
#pragma once

#include "network/httphelper.h"
#include "recordanswers.h"
#include "recordcache.h"

#include "interface/helperurl.h"

#include <QFuture>

namespace RemoteLog {

// The calls of one name system to its HTTP server, and what it remembers of the answers.
class RecordCalls
{
public:
    using Answer = Result<QList<QByteArray>>;

    // What there is in a record at the default limit of the format.
    static constexpr int EmbedLimit = 2048;

    RecordCalls(RecordAnswers::Server server, const QUrl &base, HttpClient &http,
                HttpHelper::Credential credential);

    // A log's name written in the one way that servers take, whichever way it was given; empty if
    // it is none.
    static QString canonical(const QString &logName);
    static Problem badName();

    QUrl url(const QString &path, const QUrlQuery &query = QUrlQuery()) const
    {
        return m_http.url(path, query);
    }

    // `request` says where and how to ask for the record of this (canonical) name; what all servers
    // are told is added.
    QFuture<Answer> get(const QString &logName, HttpRequest request, qint64 limit);
    QFuture<Problem> put(const QString &logName, HttpRequest request, const QByteArray &record);

    void abort() { m_http.abort(); }

private:
    RecordAnswers::Server m_server;
    RecordCache m_cache;
    HttpHelper m_http; // its handlers use the others: dies first
};

} // namespace RemoteLog
