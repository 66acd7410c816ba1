// SPDX-License-Identifier: MIT
#pragma once

#include "glibevents.h"
#include "secretservice.h"

#include <RemoteLog/result.h>
#include <RemoteLog/secretstore.h>

#include <QSet>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>

namespace QKeychain {
class Job;
} // namespace QKeychain

namespace RemoteLog {

// The system's keychain as a secret store, through QtKeychain; one for all transports of the
// process, in QCoreApplication's thread. No insecure fallback.
//
// QtKeychain has one queue for the whole process, the host's jobs included. So there is one job of
// ours at a time, and one that hangs is neither deleted (its callback would end the process) nor
// followed by others: whoever waits gets his answer after the time limit, and changed() tells when
// the job did end. A locked keyring is opened first, with at most one prompt; one that a person
// left locked is not asked again, for it would prompt again, until it is unlocked or somebody calls
// askAgain().
class Keychain : public SecretStore
{
    Q_OBJECT

public:
    explicit Keychain(std::chrono::milliseconds limit, QObject *parent = nullptr);
    ~Keychain() override;

    // A null value: there is none, as far as the keyring tells. One that cannot show what it has
    // says so only when it is written to: see SecretKeeper.
    QFuture<Result<QByteArray>> read(const QString &key) override;
    QFuture<Problem> write(const QString &key, const QByteArray &secret) override;
    QFuture<Problem> remove(const QString &key) override;

    // A person wants it to be tried: he may be asked for his password once more.
    void askAgain() { m_leftLocked.clear(); }

private:
    enum class Kind { Read, Write, Remove };
    using Answer = std::function<void(const Result<QByteArray> &)>;
    struct Request
    {
        Kind kind;
        QString key;
        QByteArray secret;
        Answer answer;
        SecretService::Lock lock = SecretService::Lock::Unknown;
        QString collection; // where it is; empty if that cannot be told, as with KWallet
        bool isGivenUp = false; // after the time limit; it was answered then
    };
    using RequestPointer = std::shared_ptr<Request>;

    void add(Request made);
    void giveUp(const RequestPointer &request);
    void next();
    void begin(const RequestPointer &request);
    void found(const RequestPointer &request, SecretService::Lock lock, const QString &collection);
    void unlock(const RequestPointer &request);
    void opened(const RequestPointer &request);
    void startJob(const RequestPointer &request);
    void finished(const RequestPointer &request, QKeychain::Job *job);
    void judgeAbsence(const RequestPointer &request);
    void leaveLocked(const RequestPointer &request, const QString &detail);
    void end(const RequestPointer &request, const Result<QByteArray> &result);

    std::chrono::milliseconds m_limit;
    SecretService m_service;
    GLibEvents m_glib;
    std::deque<RequestPointer> m_waiting;
    bool m_isBusy = false;
    QSet<QString> m_leftLocked; // collections; empty: of which that cannot be told, or none made
};

} // namespace RemoteLog
