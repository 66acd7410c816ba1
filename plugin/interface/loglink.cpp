// SPDX-License-Identifier: MIT
#include <RemoteLog/loglink.h>

#include "interface/multibase.h"

#include <QtCore/QDebug>

namespace RemoteLog {

namespace {

constexpr qsizetype linkLimit =
    64 * 1024; // far more than 8 helpers need, whatever a later version adds
constexpr qsizetype hintsLimit = 8;
constexpr qsizetype hintLimit = 1024;
constexpr qsizetype fragmentLimit = 256;
constexpr char keyVersion = 1;
constexpr qsizetype keySize = 32;

constexpr QByteArray::Base64Options keyEncoding =
    QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

Problem invalid(const char *detail)
{
    return Problem(Problem::Kind::InvalidArgument, QString::fromLatin1(detail));
}

Problem unsupported(const char *detail)
{
    return Problem(Problem::Kind::Unsupported, QString::fromLatin1(detail));
}

// What the query says; nothing of it is checked but its form.
struct Query
{
    QList<QByteArray> versions;
    QList<QByteArray> helpers;
};

Query readQuery(const QUrl &url)
{
    Query query;
    const QByteArray text = url.query(QUrl::FullyEncoded).toLatin1();
    const QList<QByteArray> items = text.split('&');
    for (const QByteArray &item : items) {
        const qsizetype equals = item.indexOf('=');
        const bool hasValue = equals >= 0;
        const QByteArray key =
            QByteArray::fromPercentEncoding(hasValue ? item.first(equals) : item);
        const QByteArray value =
            QByteArray::fromPercentEncoding(hasValue ? item.sliced(equals + 1) : QByteArray());
        if (key == "v")
            query.versions.append(value);
        else if (key == "helper")
            query.helpers.append(value);
    }
    return query;
}

Result<QList<QUrl>> readHints(const QList<QByteArray> &helpers)
{
    if (helpers.size() > hintsLimit)
        return invalid("the link names more than 8 helpers");
    QList<QUrl> hints;
    for (const QByteArray &helper : helpers) {
        if (helper.size() > hintLimit)
            return invalid("the link names a helper longer than 1024 bytes");
        const QUrl hint = QUrl::fromEncoded(helper, QUrl::StrictMode);
        if (!hint.isValid() || hint.isRelative())
            return invalid("the link names a helper that is no valid, absolute URL");
        if (hint.authority().contains(QLatin1Char('@')))
            return invalid("the link names a helper with user info");
        if (!hints.contains(hint))
            hints.append(hint);
    }
    return hints;
}

Result<QByteArray> readKey(const QUrl &url)
{
    if (!url.hasFragment())
        return unsupported("the link has no key");
    const QByteArray text = url.fragment(QUrl::FullyEncoded).toLatin1();
    if (text.size() > fragmentLimit)
        return invalid("the key of the link is too long");
    const QByteArray bytes = QByteArray::fromBase64(text, keyEncoding);
    // Writing it again finds every character that does not belong there, and bits that say nothing.
    if (bytes.isEmpty() || bytes.toBase64(keyEncoding) != text)
        return invalid("the key of the link is not base64url without padding");
    if (bytes.front() != keyVersion)
        return unsupported("the key of the link is of a newer version");
    if (bytes.size() != 1 + keySize)
        return invalid("the key of the link is not 32 bytes");
    return bytes.sliced(1);
}

} // namespace

class LogLinkPrivate : public QSharedData
{
public:
    QString logName; // empty: the null link
    QByteArray readKey;
    QList<QUrl> hints;
};

LogLink::LogLink()
    : d(new LogLinkPrivate)
{
}

LogLink::LogLink(const LogLink &other) = default;
LogLink::LogLink(LogLink &&other) noexcept = default;
LogLink &LogLink::operator=(const LogLink &other) = default;
LogLink &LogLink::operator=(LogLink &&other) noexcept = default;
LogLink::~LogLink() = default;

Result<LogLink> LogLink::fromUrl(const QUrl &url)
{
    if (!url.isValid() || url.scheme() != QLatin1String("remotelog"))
        return invalid("this is not a remotelog: URL");
    if (url.toEncoded().size() > linkLimit)
        return invalid("the link is too long");

    // The version first: what a newer one means by the rest is not ours to judge.
    const Query query = readQuery(url);
    if (query.versions.size() != 1)
        return invalid("the link does not say its version exactly once");
    if (query.versions.front() != "1")
        return unsupported("the link is of a newer version");

    if (!url.authority().isEmpty())
        return invalid("the link has a host");
    const std::optional<QByteArray> publicKey =
        Multibase::publicKeyFromName(url.path(QUrl::FullyEncoded));
    if (!publicKey)
        return invalid("the name in the link is not the name of an Ed25519 key");
    const Result<QList<QUrl>> hints = readHints(query.helpers);
    if (!hints.ok())
        return hints.problem();
    const Result<QByteArray> key = readKey(url);
    if (!key.ok())
        return key.problem();

    LogLink link;
    link.d->logName = Multibase::nameFromPublicKey(*publicKey);
    link.d->readKey = key.value();
    link.d->hints = hints.value();
    return link;
}

QUrl LogLink::toUrl() const
{
    if (isNull())
        return QUrl();
    QByteArray text = "remotelog:" + d->logName.toLatin1() + "?v=1";
    for (const QUrl &hint : d->hints)
        text += "&helper=" + hint.toEncoded().toPercentEncoding();
    text += '#' + (QByteArray(1, keyVersion) + d->readKey).toBase64(keyEncoding);
    return QUrl::fromEncoded(text, QUrl::StrictMode);
}

QString LogLink::logName() const
{
    return d->logName;
}

QList<QUrl> LogLink::hints() const
{
    return d->hints;
}

bool LogLink::isNull() const
{
    return d->logName.isEmpty();
}

bool operator==(const LogLink &a, const LogLink &b)
{
    return a.d == b.d || (a.d->logName == b.d->logName && a.d->readKey == b.d->readKey);
}

QDebug operator<<(QDebug debug, const LogLink &link)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "LogLink(" << (link.isNull() ? QStringLiteral("null") : link.logName())
                    << ')';
    return debug;
}

} // namespace RemoteLog
