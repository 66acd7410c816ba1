// SPDX-License-Identifier: MIT
#include "authorization.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr auto BearerPrefix = "bearer:";
constexpr auto BasicPrefix = "basic:";

Problem invalid(const QString &why)
{
    return Problem(Problem::Kind::InvalidArgument, QStringLiteral("a token that ") + why);
}

// Neither of the two schemes has blanks in what it sends; a header would lose those at its ends.
bool isVisible(const QByteArray &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// RFC 7617, 2: not even where base64 hides them.
bool hasControl(const QByteArray &text)
{
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

// RFC 7617, 2: base64 of a user, a colon and a password.
Result<QByteArray> credentialsOf(const QByteArray &text)
{
    if (text.contains(':'))
        return text.toBase64();
    const auto decoded =
        QByteArray::fromBase64Encoding(text, QByteArray::AbortOnBase64DecodingErrors);
    // Qt takes text without its padding, too, which not every server does.
    if (!decoded || decoded.decoded.toBase64() != text)
        return invalid(QStringLiteral("is neither user:password nor base64"));
    if (!decoded.decoded.contains(':') || hasControl(decoded.decoded))
        return invalid(QStringLiteral("is base64 of something other than user:password"));
    return text;
}

Result<QByteArray> header(const QByteArray &scheme, const QByteArray &value)
{
    if (value.isEmpty())
        return invalid(QStringLiteral("is empty"));
    if (!isVisible(value))
        return invalid(QStringLiteral("has bytes other than visible ASCII"));
    return scheme + ' ' + value;
}

} // namespace

Result<QByteArray> authorizationOf(const QByteArray &token)
{
    if (hasControl(token))
        return invalid(QStringLiteral("has control characters, e.g. a line feed at its end"));
    if (token.startsWith(BearerPrefix))
        return header("Bearer", token.mid(int(qstrlen(BearerPrefix))));
    if (token.startsWith(BasicPrefix)) {
        const Result<QByteArray> credentials = credentialsOf(token.mid(int(qstrlen(BasicPrefix))));
        return credentials.ok() ? header("Basic", credentials.value()) : credentials;
    }
    if (token.contains(':'))
        return invalid(QStringLiteral("begins with neither bearer: nor basic:"));
    return header("Bearer", token);
}

} // namespace RemoteLog
