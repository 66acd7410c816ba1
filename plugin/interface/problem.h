// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/export.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QMetaType>
#include <QtCore/QSharedDataPointer>
#include <QtCore/QString>
#include <QtCore/QUrl>

#include <chrono>

namespace RemoteLog {

class ProblemPrivate;

// What went wrong, named by what the caller can do about it. A default-constructed Problem means
// "none".
//
// An implicitly shared value; reentrant. Numbers of Kind are never reused; a host treats one that
// it does not know like ActionRequired.
class REMOTELOG_EXPORT Problem
{
    Q_GADGET
    Q_DECLARE_TR_FUNCTIONS(RemoteLog::Problem)
    Q_PROPERTY(RemoteLog::Problem::Kind kind READ kind CONSTANT)
    Q_PROPERTY(QUrl helper READ helper CONSTANT)
    Q_PROPERTY(QString detail READ detail CONSTANT)
    Q_PROPERTY(QString text READ text)

public:
    enum class Kind : int {
        // Nothing is wrong.
        None = 0,
        // Temporary; the transport goes on by itself, nothing is to be done.
        WillRetry = 1,
        // A helper refused what was asked of it; the same request will be refused again.
        Rejected = 2,
        // A person has to change something: settings, credentials, permissions.
        ActionRequired = 3,
        // The secret store is locked, absent or silent; goes on when it is unlocked.
        SecretStoreUnavailable = 4,
        // It answers, but not with the key of this profile; pending entries stay sealed.
        KeyMissing = 5,
        // Another process or transport has this profile open.
        InUse = 6,
        // One log, two histories: a restored backup, a clone, or a dishonest writer.
        Conflict = 7,
        // This computer's clock is wrong: a fresh signature was refused as expired.
        Clock = 8,
        // Bytes did not match their address, seal, signature or history; nothing of them was used.
        Tampered = 9,
        // The local database is damaged or foreign: it was set aside, never deleted; or rows of it
        // are, and were left out.
        LocalDataCorrupt = 10,
        // The disk of the profile is full or read-only; nothing more can be accepted.
        LocalStorageFull = 11,
        // The call itself was wrong.
        InvalidArgument = 12,
        // A payload is over the limit (Settings::maxPayload).
        TooLarge = 13,
        // A newer version of the format; an update of the plugin is needed.
        Unsupported = 14,
        // The transport was closed before this was done.
        Closed = 15
    };
    Q_ENUM(Kind)

    // No problem.
    Problem();

    // A problem of `kind`. `detail` is for logs: English, without secrets, without payloads.
    // `helper` is the URL of the helper concerned, empty if none is; user info is removed from it.
    explicit Problem(Kind kind, const QString &detail = QString(), const QUrl &helper = QUrl());

    Problem(const Problem &other);
    Problem(Problem &&other) noexcept;
    Problem &operator=(const Problem &other);
    Problem &operator=(Problem &&other) noexcept;
    ~Problem();

    // What the caller can do; Kind::None for a null Problem.
    Kind kind() const;

    // The helper concerned, as it is spelled in Settings or in the link; empty if none is. Never
    // with user info.
    QUrl helper() const;

    // English, for logs and bug reports; holds no secret. May be empty.
    QString detail() const;

    // How long whoever answered so does not want to be asked again, counted from the answer, as an
    // HTTP server says with Retry-After; 0 if it was not said. For backends to say and for the
    // plugin to keep: it rests at least so long, up to 1 hour, whatever else happens.
    std::chrono::seconds retryAfter() const;

    // The same problem with this retryAfter(); negative counts as 0. A null Problem stays null.
    Problem withRetryAfter(std::chrono::seconds span) const;

    // One or two sentences for a person, translated when called (context "RemoteLog::Problem").
    // Empty for a null Problem. GUI thread or any other.
    QString text() const;

    // True if something is wrong.
    explicit operator bool() const { return kind() != Kind::None; }

    friend REMOTELOG_EXPORT bool operator==(const Problem &a, const Problem &b);
    friend bool operator!=(const Problem &a, const Problem &b) { return !(a == b); }

private:
    QSharedDataPointer<ProblemPrivate> d;
};

// Prints kind, detail, helper, of which neither query nor fragment, and retryAfter() if it was
// said.
REMOTELOG_EXPORT QDebug operator<<(QDebug debug, const Problem &problem);

} // namespace RemoteLog
