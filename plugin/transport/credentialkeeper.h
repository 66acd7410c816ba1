// SPDX-License-Identifier: MIT
#pragma once

#include "credentials.h"
#include "secretitems.h"

#include <QTimer>

#include <optional>

namespace RemoteLog {

// Reads the credentials of a profile's helpers from its secret store, and changes them there: one
// change after the other, each of them from what the store has. It keeps none of them itself. Lives
// in the host's thread.
class CredentialKeeper : public QObject
{
    Q_OBJECT

public:
    // Called once with what became of it, or destroyed.
    using Answer = std::function<void(const Problem &)>;

    // `items` outlives it.
    CredentialKeeper(SecretItems &items, const Timing &timing);

    // The store has shown the profile's master, so it is there: reads the credentials, until that
    // worked once. `then` is called after the first attempt, or when that takes long.
    void open(const std::function<void()> &then);
    // Another attempt may succeed.
    void retry();

    // Waits until the profile is open.
    void set(const QUrl &helper, const QByteArray &token, const Answer &answer);
    void unset(const QUrl &helper, const Answer &answer);

    // No answer comes any more.
    void close();

Q_SIGNALS:
    // What is to be used from now on.
    void changed(const QHash<QUrl, QByteArray> &headers);
    // They could not be read so far.
    void refused(const RemoteLog::Problem &problem);

private:
    struct Change
    {
        QUrl helper;
        QByteArray token; // null: is to be forgotten
        Answer answer;
    };

    void add(Change change);
    void next();
    void load();
    void loaded(const Result<Credentials> &credentials);
    void begin();
    void change(const Result<Credentials> &before);
    void store(const Credentials &credentials);
    void compare(const Credentials &credentials, const Result<QByteArray> &kept);
    void use(const Credentials &credentials);
    void end(const Problem &problem);
    void goOn();

    SecretItems &m_items;
    Timing m_timing;
    QTimer m_patience; // for the first attempt
    QTimer m_retry;
    std::function<void()> m_then;
    std::deque<std::shared_ptr<Change>> m_waiting;
    std::shared_ptr<Change> m_change; // is being made
    bool m_isOpen = false;
    bool m_isClosed = false;
    bool m_isBusy = false;
    bool m_isLoadWanted = false;
    bool m_isLoaded = false; // they were read once
};

} // namespace RemoteLog
