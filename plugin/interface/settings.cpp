// SPDX-License-Identifier: MIT
#include <RemoteLog/settings.h>

#include "interface/helperurl.h"

#include <QtCore/QDebug>
#include <QtCore/QDir>

#include <algorithm>
#include <limits>

namespace RemoteLog {

namespace {

constexpr qsizetype applicationIdLimit = 64;
constexpr qsizetype helperLimit = 1024;

Problem invalid(const QString &detail, const QUrl &helper = QUrl())
{
    return Problem(Problem::Kind::InvalidArgument, detail, helper);
}

bool isApplicationId(const QString &id)
{
    const auto allowed = [](QChar character) {
        const char16_t c = character.unicode();
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9')
               || c == u'.' || c == u'_' || c == u'-';
    };
    return !id.isEmpty() && id.size() <= applicationIdLimit
           && std::all_of(id.begin(), id.end(), allowed);
}

bool isProfilePath(const QString &path)
{
    // ":/..." is absolute for Qt, but names a resource, which nothing can be written to.
    return QDir::isAbsolutePath(path) && !path.startsWith(QLatin1Char(':'))
           && !path.contains(QChar(QChar::Null));
}

// Two spellings of one path are one helper; the query may tell two apart.
bool isSameHelper(const QUrl &a, const QUrl &b)
{
    return a.matches(b, QUrl::NormalizePathSegments | QUrl::StripTrailingSlash);
}

bool isPolicy(Settings::Policy policy)
{
    return policy == Settings::Policy::Allow || policy == Settings::Policy::Hold;
}

} // namespace

class SettingsPrivate : public QSharedData
{
public:
    QString applicationId;
    QString directory;
    QList<QUrl> helpers;
    QNetworkProxy proxy = QNetworkProxy(QNetworkProxy::DefaultProxy);
    QList<QSslCertificate> caCertificates;
    Settings::Policy meteredPolicy = Settings::Policy::Allow;
    Settings::Policy hintPolicy = Settings::Policy::Allow;
    qint64 maxPayload = qint64(64) * 1024 * 1024;
    QLocale locale;
};

Settings::Settings()
    : d(new SettingsPrivate)
{
}

Settings::Settings(const Settings &other) = default;
Settings::Settings(Settings &&other) noexcept = default;
Settings &Settings::operator=(const Settings &other) = default;
Settings &Settings::operator=(Settings &&other) noexcept = default;
Settings::~Settings() = default;

QString Settings::applicationId() const
{
    return d->applicationId;
}

void Settings::setApplicationId(const QString &id)
{
    d->applicationId = id;
}

QString Settings::directory() const
{
    return d->directory;
}

void Settings::setDirectory(const QString &path)
{
    d->directory = path;
}

QList<QUrl> Settings::helpers() const
{
    return d->helpers;
}

void Settings::setHelpers(const QList<QUrl> &urls)
{
    d->helpers = urls;
}

QNetworkProxy Settings::proxy() const
{
    return d->proxy;
}

void Settings::setProxy(const QNetworkProxy &proxy)
{
    d->proxy = proxy;
}

QList<QSslCertificate> Settings::caCertificates() const
{
    return d->caCertificates;
}

void Settings::setCaCertificates(const QList<QSslCertificate> &certificates)
{
    d->caCertificates = certificates;
}

Settings::Policy Settings::meteredPolicy() const
{
    return d->meteredPolicy;
}

void Settings::setMeteredPolicy(Policy policy)
{
    d->meteredPolicy = policy;
}

Settings::Policy Settings::hintPolicy() const
{
    return d->hintPolicy;
}

void Settings::setHintPolicy(Policy policy)
{
    d->hintPolicy = policy;
}

qint64 Settings::maxPayload() const
{
    return d->maxPayload;
}

void Settings::setMaxPayload(qint64 bytes)
{
    d->maxPayload = bytes;
}

QLocale Settings::locale() const
{
    return d->locale;
}

void Settings::setLocale(const QLocale &locale)
{
    d->locale = locale;
}

Problem Settings::validate() const
{
    if (!isApplicationId(d->applicationId))
        return invalid(QStringLiteral("applicationId is not 1..64 of A-Z a-z 0-9 . _ -"));
    if (!isProfilePath(d->directory))
        return invalid(QStringLiteral("directory is not an absolute path"));
    for (const QUrl &helper : std::as_const(d->helpers)) {
        if (!helper.isValid() || helper.isRelative())
            return invalid(QStringLiteral("a helper is not a valid, absolute URL"), helper);
        if (helper.authority().contains(QLatin1Char('@')))
            return invalid(QStringLiteral("a helper has user info: use setCredential()"), helper);
        if (helper.toEncoded().size() > helperLimit)
            return invalid(QStringLiteral("a helper is longer than 1024 bytes"));
        if (HelperUrl::isOne(helper)) {
            if (const Result<HelperUrl> read = HelperUrl::fromUrl(helper); !read.ok())
                return read.problem();
        }
        const auto isSame = [&helper](const QUrl &other) { return isSameHelper(helper, other); };
        if (std::count_if(d->helpers.cbegin(), d->helpers.cend(), isSame) > 1)
            return invalid(QStringLiteral("a helper is listed twice: ")
                               + helper.toString(QUrl::RemoveQuery | QUrl::RemoveFragment),
                           helper);
    }
    if (!isPolicy(d->meteredPolicy) || !isPolicy(d->hintPolicy))
        return invalid(QStringLiteral("a policy is neither Allow nor Hold"));
    if (d->maxPayload < 1 || d->maxPayload > std::numeric_limits<qint32>::max())
        return invalid(QStringLiteral("maxPayload is not in 1..2^31 - 1"));
    return Problem();
}

bool operator==(const Settings &a, const Settings &b)
{
    return a.d == b.d
           || (a.applicationId() == b.applicationId() && a.directory() == b.directory()
               && a.helpers() == b.helpers() && a.proxy() == b.proxy()
               && a.caCertificates() == b.caCertificates() && a.meteredPolicy() == b.meteredPolicy()
               && a.hintPolicy() == b.hintPolicy() && a.maxPayload() == b.maxPayload()
               && a.locale() == b.locale());
}

QDebug operator<<(QDebug debug, const Settings &settings)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Settings(" << settings.applicationId() << ", " << settings.directory();
    const QList<QUrl> helpers = settings.helpers();
    for (const QUrl &helper : helpers)
        debug << ", "
              << helper.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery | QUrl::RemoveFragment);
    debug << ')';
    return debug;
}

} // namespace RemoteLog
