// SPDX-License-Identifier: MIT
#include "interface/helperurl.h"

#include <QtNetwork/QHostAddress>

namespace RemoteLog {

namespace {

struct Scheme
{
    QLatin1String prefix;
    HelperUrl::Role role;
};

constexpr Scheme schemes[] = {{QLatin1String("kubo+"), HelperUrl::Role::Node},
                              {QLatin1String("gateway+"), HelperUrl::Role::Gateway},
                              {QLatin1String("routing+"), HelperUrl::Role::Routing}};

const Scheme *schemeOf(const QUrl &url)
{
    const QString text = url.scheme();
    for (const Scheme &scheme : schemes) {
        const QStringView protocol = QStringView(text).mid(scheme.prefix.size());
        if (text.startsWith(scheme.prefix)
            && (protocol == QLatin1String("http") || protocol == QLatin1String("https")))
            return &scheme;
    }
    return nullptr;
}

Problem invalid(const QUrl &url, const QString &what)
{
    return Problem(Problem::Kind::InvalidArgument,
                   QStringLiteral("a helper with %1: %2").arg(url.scheme(), what), url);
}

// By its name Kubo's gateway serves browsers only: it sends them on to "<name>.ipns.localhost", and
// has no delegated routing there.
bool isForBrowsers(const HelperUrl &helper)
{
    return helper.role != HelperUrl::Role::Node && helper.base.scheme() == QLatin1String("http")
           && helper.base.host() == QLatin1String("localhost");
}

} // namespace

bool isLoopbackHost(const QString &host)
{
    return host == QLatin1String("localhost") || QHostAddress(host).isLoopback();
}

bool HelperUrl::isOne(const QUrl &url)
{
    return schemeOf(url) != nullptr;
}

Result<HelperUrl> HelperUrl::fromUrl(const QUrl &url)
{
    const Scheme *scheme = schemeOf(url);
    if (!scheme)
        return invalid(url, QStringLiteral("the scheme is not one of HTTP helpers"));
    if (!url.isValid() || url.host().isEmpty())
        return invalid(url,
                       QStringLiteral("there is no host; write %1://host:port").arg(url.scheme()));
    if (url.authority().contains(QLatin1Char('@')))
        return invalid(url, QStringLiteral("there is user info; credentials are set apart"));
    if (url.hasFragment())
        return invalid(url, QStringLiteral("there is a fragment"));
    if (url.port(1) == 0)
        return invalid(url, QStringLiteral("nothing listens on port 0"));
    if (url.hasQuery() && url.query() != QLatin1String("network=required"))
        return invalid(url, QStringLiteral("the query may only say network=required"));

    HelperUrl helper;
    helper.role = scheme->role;
    helper.base = url.adjusted(QUrl::RemoveQuery | QUrl::StripTrailingSlash);
    helper.base.setScheme(url.scheme().mid(scheme->prefix.size()));
    if (helper.base.path() == QLatin1String("/"))
        helper.base.setPath(QString());
    helper.isLoopback = isLoopbackHost(url.host());
    if (isForBrowsers(helper))
        helper.base.setHost(QStringLiteral("127.0.0.1"));
    helper.needsNetwork = !helper.isLoopback || url.hasQuery();
    return helper;
}

} // namespace RemoteLog
