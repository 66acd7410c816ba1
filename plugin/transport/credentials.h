// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QHash>
#include <QMap>
#include <QUrl>

namespace RemoteLog {

// The tokens of a profile's HTTP helpers, as one item of the secret store: a CBOR map of the
// helper's URL (text, percent-encoded) to the token as the host gave it (bytes).
class Credentials
{
public:
    static constexpr int MaxHelpers = 64;
    static constexpr int MaxToken = 4 * 1024;
    static constexpr int MaxItem = 64 * 1024;

    // None at all.
    Credentials() = default;

    // LocalDataCorrupt for what toBytes() never makes; a null item has none. The detail has nothing
    // of it.
    static Result<Credentials> fromBytes(const QByteArray &item);

    // Null if there are none.
    QByteArray toBytes() const;

    // What Transport::setCredential() refuses whatever is kept; `checkHelper` is what
    // unsetCredential() does.
    static Problem check(const QUrl &helper, const QByteArray &token);
    static Problem checkHelper(const QUrl &helper);

    // InvalidArgument, and nothing is changed, if that is too much or check() refuses it.
    Problem set(const QUrl &helper, const QByteArray &token);
    void unset(const QUrl &helper);

    // By helper: what goes into the header Authorization.
    QHash<QUrl, QByteArray> headers() const;

private:
    QMap<QString, QByteArray> m_tokens; // by URL
};

} // namespace RemoteLog
