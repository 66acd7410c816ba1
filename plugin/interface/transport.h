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
// front-end to bind to (3/REMOTE-LOG, Roles: a node that is Alice for its own logs and Bob for
// those that it follows).
//
// Made by TransportPlugin::create(); hosts never derive from it. Lives and is used in
// QCoreApplication's thread, which needs an event loop; no call blocks. Its futures are finished
// from the plugin's own thread with exactly one value each, also when the transport closes or is
// deleted (Closed); they are never cancelled and carry no exception. Continue them with
// `future.then(context, function)`. Deleting it detaches at once, and stops all signals; close()
// first to know when the profile is free.
//
// Properties hold what the plugin's thread reported last. pendingCount and pendingBytes signal at
// most 20 times a second, with a final exact value; everything else signals once for each real
// change. A signal that tells of an event comes after the properties that the event implies.
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
        // The database or the key is not there yet. Everything may be called already; it takes
        // effect, or is answered, later.
        Opening = 0,
        // Every helper waits for the network, or the transport is paused. Appending works.
        Offline = 1,
        // Nothing to do that could be done now.
        Idle = 2,
        // Uploading, publishing or reading.
        Syncing = 3,
        // problem() says what a person has to do. What does not depend on it goes on.
        NeedsAttention = 4,
        // close() is done, for good: a new transport is needed.
        Closed = 5
    };
    Q_ENUM(State)

    ~Transport() override;

    // What the transport is doing: the first that is true of Closed, NeedsAttention, Opening,
    // Offline, Syncing, Idle.
    virtual State state() const = 0;

    // While paused nothing is uploaded and nobody is asked; appending and delivering what is here
    // goes on. False at first.
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

    // The gravest thing that is wrong now, of the profile, its logs and its helpers; null if
    // nothing is. Settings that validate() objects to: InvalidArgument, for good. Another process
    // has the profile: InUse until that lets go. The key: SecretStoreUnavailable until the secret
    // store works, KeyMissing until it has the key of this profile. The helpers' credentials: see
    // setCredential(). A database that was damaged, was set aside and begun anew: LocalDataCorrupt,
    // as a notice, until the transport is closed. The profile's disk: LocalStorageFull, WillRetry
    // after an I/O error, ActionRequired while its files are not where they were opened; it goes on
    // by itself when they are back. Files that were removed or replaced do not come back: then a
    // new transport has to be opened.
    virtual Problem problem() const = 0;

    // One for each of Settings::helpers(), in that order. Empty before the first report of the
    // plugin's thread, which helpersChanged() announces.
    virtual QList<HelperStatus> helpers() const = 0;

    // The own log of this label: opened, or made if there is none. At once and never null; the same
    // label gives the same object. A label is valid Unicode of 1..255 bytes of UTF-8, compared as
    // it is; a bad one gives a log whose problem() is InvalidArgument and whose every call fails
    // with that. The log belongs to the transport.
    virtual OutgoingLog *openLog(const QString &label) = 0;

    // Follows a log (3/REMOTE-LOG, Roles: Bob). At once; the same name and key give the same
    // object, and new hints are added to it. nullptr only for a null link. Following survives
    // restarts. The log belongs to the transport; it delivers after IncomingLog::start().
    virtual IncomingLog *follow(const LogLink &link) = 0;

    // All own logs opened so far or known from earlier runs, in no particular order; see
    // logsChanged().
    virtual QList<OutgoingLog *> outgoingLogs() const = 0;

    // All logs followed so far or known from earlier runs, in no particular order; see
    // logsChanged(). Those of earlier runs need start(), too.
    virtual QList<IncomingLog *> incomingLogs() const = 0;

    // Stops following; forgets position and undelivered entries. Once that is done `log` leaves
    // incomingLogs() and is deleted later, from the event loop; if it fails the log stays followed
    // and usable. Waits for a profile that is not open yet, for 15 s: then WillRetry. Other
    // failures: InvalidArgument (not a log of this transport), LocalStorageFull, LocalDataCorrupt,
    // Closed.
    virtual QFuture<Problem> unfollow(IncomingLog *log) = 0;

    // Takes new settings at work; what is in flight with helpers that are gone is aborted. Helpers
    // that no scheme fitted before are looked up again (TransportPlugin::registerContentStore).
    // InvalidArgument, and nothing is taken, if validate() objects or applicationId or directory
    // differ; Closed after close().
    virtual QFuture<Problem> applySettings(const Settings &settings) = 0;

    // Keeps a token for a helper that is asked by HTTP, instead of an earlier one, and uses it from
    // now on: it goes into the header Authorization of every request to that helper, also when the
    // profile is opened again. Helpers of links never get any, and no redirect is followed.
    //
    // `helper`: spelled as in Settings::helpers(), where it need not be (yet). `token`, spelled as
    // the AuthSecret of an IPFS node: "bearer:<token>" or <token> without a colon for "Bearer
    // <token>"; "basic:<user>:<password>", or "basic:<base64 of user:password>", for "Basic
    // <base64>". 1..4096 bytes without control characters; visible ASCII but in user and password.
    // At most 64 helpers, and 64 KiB for all tokens and URLs of a profile.
    //
    // The future ends with a null Problem when the secret store has it for good (as all tokens of
    // the profile in one item, "credentials") and the plugin's thread uses it; a helper that had
    // failed is then tried at once, unless it said when to come back. Otherwise what was used
    // before stays in use. It waits, for 15 s, for the profile to be open and for earlier calls;
    // then each answer of the secret store takes 15 s at most. Failures:
    //   Unsupported             the helper is not asked by HTTP
    //   InvalidArgument         it makes no sense; plain http to another computer, which would show
    //                           the token to the network; the token is none; or it is too much
    //   SecretStoreUnavailable  locked, absent or silent, or it does not keep what it is given; a
    //                           store that was silent may have kept it all the same
    //   LocalDataCorrupt        what the store has as "credentials" is damaged, or of a newer
    //                           version: it is left as it is, see unsetCredential()
    //   Closed
    // The item is read once the profile is unlocked. That there is none is no problem; one that
    // cannot be read or is damaged is told by problem(), as SecretStoreUnavailable (tried again
    // like the key) or LocalDataCorrupt, and keeps nothing but those helpers from working.
    virtual QFuture<Problem> setCredential(const QUrl &helper, const QByteArray &token) = 0;

    // Forgets the token of a helper, in the secret store and at work; one that is not there is no
    // problem. Where the item is damaged it is removed as a whole, for nobody can tell whose tokens
    // it has. Waits and fails like setCredential(), but plain http is no failure here.
    virtual QFuture<Problem> unsetCredential(const QUrl &helper) = 0;

    // Stops all work. Everything appended is kept; futures still open end with Closed. Resolves,
    // with a null Problem, when the database is closed and the profile is free. Where a dead disk
    // makes that last longer than 10 s: with WillRetry, and the profile comes free when the disk
    // does. Calling it again gives another future for the same.
    virtual QFuture<Problem> close() = 0;

public Q_SLOTS:
    // Tries everything now: resets all back-offs, asks the secret store again if the profile is
    // locked, uploads what is pending, asks for every followed log. Does nothing for helpers that
    // wait for the network, nor while paused. Where the system's keychain is locked, a person may
    // be asked for its password again: to be called for somebody, not by a timer.
    virtual void syncNow() = 0;

    // See isPaused(). Not kept over restarts: a transport begins unpaused.
    virtual void setPaused(bool paused) = 0;

Q_SIGNALS:
    // state() is another one now.
    void stateChanged(RemoteLog::Transport::State state);

    // isPaused() is different now.
    void pausedChanged(bool paused);

    // pendingCount() or pendingBytes() is different now; at most 20 times a second.
    void pendingChanged();

    // A name system served a record of ours back.
    void lastPublishedChanged();

    // A name system answered about a followed log, with news or without.
    void lastCheckedChanged();

    // problem() is another one now; a null Problem: nothing is wrong any more.
    void problemChanged(const RemoteLog::Problem &problem);

    // helpers() is different now: other helpers, or one that does better or worse.
    void helpersChanged();
    // outgoingLogs() or incomingLogs() is different now: a log was opened, followed or unfollowed,
    // or those of earlier runs became known, once the database and the key are there. A host
    // connects to it and calls start() for every one of incomingLogs(): a second time does nothing.
    void logsChanged();

protected:
    explicit Transport(QObject *parent);
};

} // namespace RemoteLog
