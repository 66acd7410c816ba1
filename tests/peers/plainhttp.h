// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTest>
#include <QUrl>

namespace RemoteLog::Testing {

using PlainHeaders = QList<QNetworkReply::RawHeaderPair>;

struct PlainAnswer
{
    int status = 0; // 0: there was none
    PlainHeaders headers;
    QByteArray body;

    QByteArray header(const QByteArray &name) const
    {
        for (const auto &[found, value] : headers) {
            if (found.compare(name, Qt::CaseInsensitive) == 0)
                return value;
        }
        return {};
    }
};

// Qt's HTTP without anything of ours in between: what a peer says is not what we make of it.
class PlainHttp
{
public:
    PlainAnswer ask(const QByteArray &method, const QUrl &server, const QString &target,
                    const QByteArray &body = {}, const PlainHeaders &headers = {})
    {
        QNetworkRequest request(server.resolved(QUrl(target)));
        // Kubo refuses "Mozilla/5.0", which Qt says of itself.
        request.setRawHeader("User-Agent", "remotelog-tests");
        request.setTransferTimeout(Patience);
        for (const auto &[name, value] : headers)
            request.setRawHeader(name, value);
        // Qt waits for a body where it does not know HEAD by itself.
        const std::unique_ptr<QNetworkReply> reply(
            method == "HEAD" ? m_manager.head(request)
                             : m_manager.sendCustomRequest(request, method, body));
        if (!QTest::qWaitFor([&] { return reply->isFinished(); }, 2 * Patience))
            return {};
        return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
                reply->rawHeaderPairs(), reply->isOpen() ? reply->readAll() : QByteArray()};
    }

    PlainAnswer get(const QUrl &server, const QString &target, const PlainHeaders &headers = {})
    {
        return ask("GET", server, target, {}, headers);
    }

    // multipart/form-data, one part for each file.
    PlainAnswer postFiles(const QUrl &server, const QString &target, const QList<QByteArray> &files)
    {
        const QByteArray boundary = "----remotelog-tests-0123456789";
        QByteArray body;
        for (const QByteArray &file : files) {
            body += "--" + boundary
                    + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"block\"\r\n"
                      "Content-Type: application/octet-stream\r\n\r\n"
                    + file + "\r\n";
        }
        body += "--" + boundary + "--\r\n";
        return ask("POST", server, target, body,
                   {{"Content-Type", "multipart/form-data; boundary=" + boundary}});
    }

private:
    static constexpr int Patience = 60'000; // milliseconds

    QNetworkAccessManager m_manager;
};

} // namespace RemoteLog::Testing
