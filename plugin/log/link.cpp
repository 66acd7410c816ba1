// SPDX-License-Identifier: MIT
#include "link.h"

#include "page.h"

#include "interface/multibase.h"

#include <QHostAddress>

#include <algorithm>
#include <array>
#include <cstring>

namespace RemoteLog {

namespace {

constexpr char KeyVersion = 1;
constexpr auto KeyEncoding = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

struct Subnet
{
    const char *address;
    int prefix;
};

// Not reachable from everywhere, or not one host (IANA special-purpose address registries).
constexpr std::array<Subnet, 15> specialIPv4 = {{{"0.0.0.0", 8},
                                                 {"10.0.0.0", 8},
                                                 {"100.64.0.0", 10},
                                                 {"127.0.0.0", 8},
                                                 {"169.254.0.0", 16},
                                                 {"172.16.0.0", 12},
                                                 {"192.0.0.0", 24},
                                                 {"192.0.2.0", 24},
                                                 {"192.88.99.0", 24},
                                                 {"192.168.0.0", 16},
                                                 {"198.18.0.0", 15},
                                                 {"198.51.100.0", 24},
                                                 {"203.0.113.0", 24},
                                                 {"224.0.0.0", 4},
                                                 {"240.0.0.0", 4}}};

// Of 2000::/3, all that is global; 2002::/16 and 2001::/23 (Teredo among others) can carry any IPv4
// address.
constexpr std::array<Subnet, 4> specialIPv6 = {
    {{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}}};

// Names that only a local resolver answers.
constexpr std::array<QLatin1String, 7> localDomains = {
    QLatin1String("localhost"), QLatin1String("local"), QLatin1String("localdomain"),
    QLatin1String("internal"),  QLatin1String("lan"),   QLatin1String("home"),
    QLatin1String("home.arpa")};

template <std::size_t N>
bool isInAny(const QHostAddress &address, const std::array<Subnet, N> &subnets)
{
    return std::any_of(subnets.begin(), subnets.end(), [&address](const Subnet &subnet) {
        return address.isInSubnet(QHostAddress(QLatin1String(subnet.address)), subnet.prefix);
    });
}

bool isPublicAddress(const QHostAddress &address)
{
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        return !isInAny(address, specialIPv4);
    const QHostAddress global(QStringLiteral("2000::"));
    return address.scopeId().isEmpty() && address.isInSubnet(global, 3)
           && !isInAny(address, specialIPv6);
}

// A resolver may take "0x7f.1" or "10.1" for an address even where Qt does not.
bool looksNumeric(QStringView label)
{
    return !label.isEmpty() && std::all_of(label.begin(), label.end(), [](QChar c) {
        const char16_t code = c.toLower().unicode();
        return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'f') || code == 'x';
    }) && label.front().isDigit();
}

bool isPublicName(const QString &host)
{
    QStringView name(host);
    if (name.endsWith(QLatin1Char('.')))
        name.chop(1);
    const qsizetype dot = name.lastIndexOf(QLatin1Char('.'));
    if (dot < 1 || looksNumeric(name.sliced(dot + 1)))
        return false;
    return std::none_of(localDomains.begin(), localDomains.end(), [name](QLatin1String domain) {
        return name.endsWith(domain, Qt::CaseInsensitive)
               && name.chopped(domain.size()).endsWith(QLatin1Char('.'));
    });
}

} // namespace

LogLink withHints(const LogLink &link, const QList<QUrl> &hints)
{
    const auto naming = [&link](const QList<QUrl> &named) {
        QByteArray query = "v=1";
        for (const QUrl &hint : named)
            query += "&helper=" + hint.toEncoded().toPercentEncoding();
        QUrl url = link.toUrl();
        url.setQuery(QString::fromLatin1(query), QUrl::StrictMode);
        return LogLink::fromUrl(url);
    };
    QList<QUrl> all;
    for (const QUrl &hint : hints + link.hints()) {
        if (all.size() < MaxHelpers && !all.contains(hint) && naming({hint}).ok())
            all.append(hint);
    }
    const Result<LogLink> result = naming(all);
    return result.ok() ? result.value() : link;
}

LogLink makeLink(const LogKeys &keys, const QList<QUrl> &helpers)
{
    QByteArray key(1, KeyVersion);
    key.append(reinterpret_cast<const char *>(keys.readKey.data()), qsizetype(Key::size()));
    QByteArray text = "remotelog:" + Multibase::nameFromPublicKey(keys.publicKey).toLatin1()
                      + "?v=1#" + key.toBase64(KeyEncoding);
    const Result<LogLink> link = LogLink::fromUrl(QUrl::fromEncoded(text, QUrl::StrictMode));
    wipe(key.data(), std::size_t(key.size()));
    wipe(text.data(), std::size_t(text.size()));
    return link.ok() ? withHints(link.value(), safeHints(helpers)) : LogLink();
}

QByteArray publicKeyOf(const LogLink &link)
{
    return Multibase::publicKeyFromName(link.logName()).value_or(QByteArray());
}

Key readKeyOf(const LogLink &link)
{
    QByteArray bytes =
        QByteArray::fromBase64(link.toUrl().fragment(QUrl::FullyEncoded).toLatin1(), KeyEncoding);
    Q_ASSERT(bytes.size() == qsizetype(1 + Key::size()));
    Key key;
    if (bytes.size() == qsizetype(1 + Key::size()))
        std::memcpy(key.data(), bytes.constData() + 1, Key::size());
    wipe(bytes.data(), std::size_t(bytes.size()));
    return key;
}

bool isSafeHint(const QUrl &helper)
{
    const QString scheme = helper.scheme();
    const QLatin1String suffix("+https");
    if (!helper.isValid() || !scheme.endsWith(suffix) || scheme.size() == suffix.size()
        || helper.authority().contains(QLatin1Char('@')) || helper.hasFragment()
        || helper.toEncoded().size() > MaxHelperSize)
        return false;
    const QString host = helper.host();
    const QHostAddress address(host);
    if (!address.isNull())
        return isPublicAddress(address);
    // In brackets, but no IPv6: an address of a kind that is to come (RFC 3986, IPvFuture).
    return !helper.authority().startsWith(QLatin1Char('[')) && isPublicName(host);
}

QList<QUrl> safeHints(const QList<QUrl> &helpers)
{
    QList<QUrl> safe;
    for (const QUrl &helper : helpers) {
        if (safe.size() < MaxHelpers && isSafeHint(helper))
            safe.append(helper);
    }
    return safe;
}

} // namespace RemoteLog
