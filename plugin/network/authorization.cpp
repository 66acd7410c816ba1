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
        const QByteArray rest = token.mid(int(qstrlen(BasicPrefix)));
        return header("Basic", rest.contains(':') ? rest.toBase64() : rest);
    }
    if (token.contains(':'))
        return invalid(QStringLiteral("begins with neither bearer: nor basic:"));
    return header("Bearer", token);
}

} // namespace RemoteLog
