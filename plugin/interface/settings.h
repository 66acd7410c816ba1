// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QtCore/QList>
#include <QtCore/QLocale>
#include <QtNetwork/QNetworkProxy>
#include <QtNetwork/QSslCertificate>

namespace RemoteLog {

class SettingsPrivate;

// What a host decides about one profile. Holds no credentials: see Transport::setCredential().
//
// An implicitly shared value; reentrant. Setters check nothing; validate() does.
class REMOTELOG_EXPORT Settings
{
    Q_GADGET

public:
    // What is done with something that may be unwanted. Numbers are never reused; validate()
    // refuses one that it does not know.
    enum class Policy : int {
        Allow = 0, // used like everything else
        Hold = 1 // not used: as if offline
    };
    Q_ENUM(Policy)

    // Everything at its default; two have none, so validate() objects.
    Settings();
    Settings(const Settings &other);
    Settings(Settings &&other) noexcept;
    Settings &operator=(const Settings &other);
    Settings &operator=(Settings &&other) noexcept;
    ~Settings();

    // The host's name in the secret store, e.g. "org.example.Messenger": 1..64 characters, each one
    // of A-Z a-z 0-9 . _ - only. Required; cannot change while a transport is open.
    QString applicationId() const;
    void setApplicationId(const QString &id);

    // Folder of the profile, absolute; created if missing. One Transport each. It holds the
    // database and must be on a local disk. Required; cannot change while a transport is open.
    QString directory() const;
    void setDirectory(const QString &path);

    // Helpers to write to and read from; the scheme says the role. `file:///path` is a shared
    // folder, content store and name system at once. `kubo+http://127.0.0.1:5001` (or `kubo+https`)
    // is the RPC of an IPFS node: both, too. `gateway+https://host` is a trustless IPFS gateway,
    // both, but only read from; `routing+https://host` is delegated routing V1, a name system.
    // `?network=required` makes what is on this computer wait for the network. Others are
    // registered by the host (TransportPlugin::registerContentStore). Each once, two spellings of
    // one path being the same; no user info; at most 1024 bytes each. May be empty, the default:
    // then entries only wait.
    QList<QUrl> helpers() const;
    void setHelpers(const QList<QUrl> &urls);

    // Proxy for the plugin's own helpers over HTTP. Helpers of the host take no notice of it.
    // Loopback is reached without it. Default: QNetworkProxy::DefaultProxy, the application's.
    QNetworkProxy proxy() const;
    void setProxy(const QNetworkProxy &proxy);

    // Certificate authorities trusted besides the system's, for the same helpers as proxy().
    // Default: none.
    QList<QSslCertificate> caCertificates() const;
    void setCaCertificates(const QList<QSslCertificate> &certificates);

    // Whether helpers on the network are used on a metered connection. Default: Allow.
    Policy meteredPolicy() const;
    void setMeteredPolicy(Policy policy);

    // Whether helpers that only a link names are used (to read, never to write). Default: Allow.
    // Local ones (folders, http, loopback and private addresses) are never used unless helpers()
    // lists them.
    Policy hintPolicy() const;
    void setHintPolicy(Policy policy);

    // Largest payload in bytes, own and received: 1..2^31 - 1. Default: 64 MiB. A log with a larger
    // entry stops there with TooLarge.
    qint64 maxPayload() const;
    void setMaxPayload(qint64 bytes);

    // Language of Problem::text(): English or German, whichever the locale prefers. Default:
    // QLocale(). There is one language for the process: the last create() or applySettings() wins.
    QLocale locale() const;
    void setLocale(const QLocale &locale);

    // The first thing wrong, of kind InvalidArgument, with the helper() concerned if one is; or
    // none. No I/O: that a folder is writable shows later, and so does whether the scheme of a
    // helper is known.
    Problem validate() const;

    friend REMOTELOG_EXPORT bool operator==(const Settings &a, const Settings &b);
    friend bool operator!=(const Settings &a, const Settings &b) { return !(a == b); }

private:
    QSharedDataPointer<SettingsPrivate> d;
};

// Prints application id, directory and helpers; neither queries of helpers nor the proxy's
// password.
REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const Settings &settings);

} // namespace RemoteLog
