// SPDX-License-Identifier: MIT
#pragma once

#include "httprequest.h"

#include <RemoteLog/problem.h>

namespace RemoteLog {

// What came of a request. `problem` decides; status and body are there beside it because a helper
// may mean something particular by, say, 404 or the text of a 500.
struct HttpAnswer
{
    // None for 2xx and 304 whose body is complete. Otherwise:
    // - WillRetry: no connection, no or half an answer, nonsense, 408, 425, 429, 5xx, abort()
    // - Rejected: another 4xx, and 3xx, for a helper is where a person said it is
    // - ActionRequired: 401, 403, 407, a certificate or proxy that says no
    // - TooLarge: HttpRequest::maxAnswer
    // - InvalidArgument: the request itself cannot be sent
    // - Closed: the client was destroyed first
    // The detail names host and status, never credential, path or query; retryAfter() is what the
    // server said (Retry-After).
    Problem problem;

    // 0 if the answer did not get so far.
    int status = 0;

    // As they came, in order.
    HttpHeaders headers;

    // Complete if there is no problem and the answer gave a length. If it did not, or came in
    // chunks, the end is where it seemed to be, for Qt does not always notice that chunks are cut:
    // whoever reads it must know by the content. Beside a problem only where `status` is 300 or
    // more: what such an answer says, cut at maxAnswer; or where HttpRequest::keepsPart wants it.
    // Otherwise empty.
    QByteArray body;

    // The first header of that name in any case; null if there is none.
    QByteArray header(const QByteArray &name) const;

    // The media type of the body, in lower case and without parameters; empty if it is not told.
    QByteArray mediaType() const;

    // A person would see a page: a login of the network that stands between, an error, some other
    // server. Such a body says nothing for the helper that was asked.
    bool isWebPage() const;
};

} // namespace RemoteLog
