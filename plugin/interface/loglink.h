// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/result.h>

#include <QtCore/QList>
#include <QtCore/QSharedDataPointer>
#include <QtCore/QUrl>

namespace RemoteLog {

class LogLinkPrivate;

// The read capability of a log: its name, its read key, and where to look. Whoever has the link can
// read the log.
//
//     remotelog:<name>?v=1&helper=<URL>&helper=<URL>#<key>
//
// An implicitly shared value; reentrant. A link is hostile input: fromUrl() refuses everything that
// is not exactly right, and the helpers that it names are only hints (see Settings::hintPolicy).
class REMOTELOG_EXPORT LogLink
{
    Q_GADGET
    Q_PROPERTY(QString logName READ logName CONSTANT)
    Q_PROPERTY(bool isNull READ isNull CONSTANT)

public:
    // The null link.
    LogLink();
    LogLink(const LogLink &other);
    LogLink(LogLink &&other) noexcept;
    LogLink &operator=(const LogLink &other);
    LogLink &operator=(LogLink &&other) noexcept;
    ~LogLink();

    // Reads a link. InvalidArgument if it is malformed, Unsupported if it is of a newer version or
    // has no key. The name may be spelled in base36, base32 or base58btc; more than 8 helpers, or
    // one longer than 1024 bytes or with user info, is refused.
    static Result<LogLink> fromUrl(const QUrl &url);

    // The link as a URL. It holds the read key: hand it only to those who may read.
    QUrl toUrl() const;

    // Name of the log: its Ed25519 public key as an IPNS name, "k51..." (CIDv1, base36). No secret.
    QString logName() const;

    // Helpers where the log was when the link was made; at most 8.
    QList<QUrl> hints() const;

    // True for the null link.
    bool isNull() const;

    // Equal if name and read key are: hints do not count.
    friend REMOTELOG_EXPORT bool operator==(const LogLink &a, const LogLink &b);
    friend bool operator!=(const LogLink &a, const LogLink &b) { return !(a == b); }

private:
    QSharedDataPointer<LogLinkPrivate> d;
};

// Prints the name; never the key.
REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const LogLink &link);

} // namespace RemoteLog
