// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/helperstatus.h>
#include <RemoteLog/loglink.h>
#include <RemoteLog/settings.h>

#include <QtCore/QDateTime>
#include <QtCore/QFuture>
#include <QtCore/QObject>

namespace RemoteLog {

class IncomingLog;
class OutgoingLog;

// One profile at work: its own logs, the logs that it follows, and the state of both for a
// front-end to bind to.
//
// Made by TransportPlugin::create(); hosts never derive from it. Lives and is used in
// QCoreApplication's thread, which needs an event loop; no call blocks. Its futures are finished
// from the plugin's own thread with exactly one value each, also when the transport closes or is
// deleted; they are never cancelled. Continue them with `future.then(context, function)`. Deleting
// it detaches at once; close() first to know when the profile is free.
//
// pendingCount and pendingBytes signal at most 20 times a second, with a final exact value;
// everything else signals once for each real change.
class REMOTELOG_EXPORT Transport : public QObject
{
    Q_OBJECT
    Q_PROPERTY(RemoteLog::Transport::State state READ state NOTIFY stateChanged)
    Q_PROPERTY(bool paused READ isPaused WRITE setPaused NOTIFY pausedChanged)
    Q_PROPERTY(int pendingCount READ pendingCount NOTIFY pendingChanged)
    Q_PROPERTY(qint64 pendingBytes READ pendingBytes NOTIFY pendingChanged)
    Q_PROPERTY(QDateTime lastPublished READ lastPublished NOTIFY lastPublishedChanged)
    Q_PROPERTY(QDateTime lastChecked READ lastChecked NOTIFY lastCheckedChanged)
    Q_PROPERTY(RemoteLog::Problem problem READ problem NOTIFY problemChanged)
    Q_PROPERTY(QList<RemoteLog::HelperStatus> helpers READ helpers NOTIFY helpersChanged)

public:
    // Numbers are never reused; a host treats one that it does not know like NeedsAttention.
    enum class State : int {
        Opening = 0, // the database or the key is not there yet
        Offline = 1, // every helper waits for the network, or the transport is paused
        Idle = 2, // nothing to do that could be done now
        Syncing = 3, // uploading, publishing or reading
        NeedsAttention = 4, // problem() says what a person has to do
        Closed = 5 // closed; a new transport is needed
    };
    Q_ENUM(State)

    ~Transport() override;

    virtual State state() const = 0;

    // While paused nothing is uploaded and nobody is asked; appending and delivering what is here
    // goes on.
    virtual bool isPaused() const = 0;

    // Entries that are in no content store yet (Entry::State::Pending), over all own logs.
    virtual int pendingCount() const = 0;

    // Their payloads together, in bytes.
    virtual qint64 pendingBytes() const = 0;

    // When a name system last served a record of ours back, UTC; invalid if never since the profile
    // was opened.
    virtual QDateTime lastPublished() const = 0;

    // When a name system last answered about a followed log, UTC; invalid if never since the
    // profile was opened.
    virtual QDateTime lastChecked() const = 0;

    // The gravest thing that is wrong now; null if nothing is.
    virtual Problem problem() const = 0;

    // One for each of Settings::helpers(), in that order.
    virtual QList<HelperStatus> helpers() const = 0;

    // The own log of this label: opened, or made if there is none. At once and never null; the same
    // label gives the same object. A label is valid Unicode of 1..255 bytes of UTF-8, compared as
    // it is; a bad one gives a log whose problem() is InvalidArgument and whose every append fails.
    // The log belongs to the transport.
    virtual OutgoingLog *openLog(const QString &label) = 0;

    // Follows a log. At once; the same name and key give the same object, and new hints are added
    // to it. nullptr only for a null link. Following survives restarts. The log belongs to the
    // transport.
    virtual IncomingLog *follow(const LogLink &link) = 0;

    // All logs opened so far or known from earlier runs; complete once state() has left Opening.
    virtual QList<OutgoingLog *> outgoingLogs() const = 0;
    virtual QList<IncomingLog *> incomingLogs() const = 0;

    // Stops following and forgets position and undelivered entries; `log` is deleted later.
    // InvalidArgument if it is not a log of this transport.
    virtual QFuture<Problem> unfollow(IncomingLog *log) = 0;

    // Takes new settings at work; what is in flight with helpers that are gone is aborted.
    // InvalidArgument, and nothing is taken, if validate() objects or applicationId or directory
    // differ.
    virtual QFuture<Problem> applySettings(const Settings &settings) = 0;

    // Keeps a token for a helper in the secret store, and uses it from now on; never written
    // anywhere else. Unsupported where no helper takes credentials.
    virtual QFuture<Problem> setCredential(const QUrl &helper, const QByteArray &token) = 0;
    virtual QFuture<Problem> unsetCredential(const QUrl &helper) = 0;

    // Stops all work. Resolves when the database is closed and the profile is free; everything
    // appended is kept. Futures still open end with Closed. Calling it again gives another future
    // for the same.
    virtual QFuture<Problem> close() = 0;

public Q_SLOTS:
    // Tries everything now: resets all back-offs, uploads what is pending, asks for every followed
    // log.
    virtual void syncNow() = 0;
    virtual void setPaused(bool paused) = 0;

Q_SIGNALS:
    void stateChanged(RemoteLog::Transport::State state);
    void pausedChanged(bool paused);
    void pendingChanged();
    void lastPublishedChanged();
    void lastCheckedChanged();
    void problemChanged(const RemoteLog::Problem &problem);
    void helpersChanged();
    // outgoingLogs() or incomingLogs() is another list now; also when the logs of earlier runs
    // become known.
    void logsChanged();

protected:
    explicit Transport(QObject *parent);
};

} // namespace RemoteLog
