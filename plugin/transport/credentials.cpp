// SPDX-License-Identifier: MIT
#include "credentials.h"

#include "interface/helperurl.h"
#include "network/authorization.h"

#include <QCborMap>
#include <QCborValue>

namespace RemoteLog {

namespace {

constexpr int MaxUrl = 1024; // as in Settings

Problem invalid(const QString &why, const QUrl &helper)
{
    return Problem(Problem::Kind::InvalidArgument, why, helper);
}

Problem damaged()
{
    return Problem(
        Problem::Kind::LocalDataCorrupt,
        QStringLiteral(
            "what the secret store has as the credentials of helpers is something else"));
}

QString textOf(const QUrl &helper)
{
    return QString::fromLatin1(helper.toEncoded());
}

} // namespace

Result<Credentials> Credentials::fromBytes(const QByteArray &item)
{
    Credentials credentials;
    if (item.isNull())
        return credentials;
    if (item.size() > MaxItem)
        return damaged();
    QCborParserError error;
    const QCborValue value = QCborValue::fromCbor(item, &error);
    if (error.error != QCborError::NoError || error.offset != item.size() || !value.isMap())
        return damaged();
    const QCborMap map = value.toMap();
    for (const auto &[name, token] : map) {
        if (!name.isString() || !token.isByteArray())
            return damaged();
        const QUrl helper(name.toString(), QUrl::StrictMode);
        if (textOf(helper) != name.toString() || credentials.m_tokens.contains(name.toString())
            || credentials.set(helper, token.toByteArray()))
            return damaged();
    }
    return credentials;
}

QByteArray Credentials::toBytes() const
{
    if (m_tokens.isEmpty())
        return {};
    QCborMap map;
    for (auto each = m_tokens.cbegin(); each != m_tokens.cend(); ++each)
        map.insert(each.key(), each.value());
    return map.toCborValue().toCbor();
}

Problem Credentials::checkHelper(const QUrl &helper)
{
    if (!HelperUrl::isOne(helper))
        return Problem(Problem::Kind::Unsupported,
                       QStringLiteral("only helpers that are asked by HTTP take credentials"),
                       helper);
    if (helper.toEncoded().size() > MaxUrl)
        return invalid(QStringLiteral("a helper is longer than %1 bytes").arg(MaxUrl), QUrl());
    return HelperUrl::fromUrl(helper).problem();
}

Problem Credentials::check(const QUrl &helper, const QByteArray &token)
{
    if (const Problem problem = checkHelper(helper))
        return problem;
    const HelperUrl read = HelperUrl::fromUrl(helper).value();
    if (read.base.scheme() == QLatin1String("http") && !read.isLoopback)
        return invalid(QStringLiteral("plain http would send the token in the clear to another "
                                      "computer; use https"),
                       helper);
    if (token.size() > MaxToken)
        return invalid(QStringLiteral("a token is longer than %1 bytes").arg(MaxToken), helper);
    if (const Result<QByteArray> header = authorizationOf(token); !header.ok())
        return invalid(header.problem().detail(), helper);
    return {};
}

Problem Credentials::set(const QUrl &helper, const QByteArray &token)
{
    if (const Problem problem = check(helper, token))
        return problem;
    Credentials changed = *this;
    changed.m_tokens.insert(textOf(helper), token);
    if (changed.m_tokens.size() > MaxHelpers || changed.toBytes().size() > MaxItem)
        return invalid(QStringLiteral("more than %1 helpers with credentials, or %2 bytes of them")
                           .arg(MaxHelpers)
                           .arg(MaxItem),
                       helper);
    *this = changed;
    return {};
}

void Credentials::unset(const QUrl &helper)
{
    m_tokens.remove(textOf(helper));
}

QHash<QUrl, QByteArray> Credentials::headers() const
{
    QHash<QUrl, QByteArray> headers;
    for (auto each = m_tokens.cbegin(); each != m_tokens.cend(); ++each)
        headers.insert(QUrl(each.key(), QUrl::StrictMode), authorizationOf(each.value()).value());
    return headers;
}

} // namespace RemoteLog
