// SPDX-License-Identifier: MIT
// A plugin on a dead disk: takes every call and answers none, not even close().
#include <RemoteLog/outgoinglog.h>
#include <RemoteLog/transport.h>
#include <RemoteLog/transportplugin.h>

#include <QPromise>

#include <vector>

using namespace RemoteLog;

namespace {

template <class T>
QFuture<T> never()
{
    // Kept for good: a promise that is dropped finishes its future.
    static auto *const promises = new std::vector<QPromise<T>>;
    promises->emplace_back();
    promises->back().start();
    return promises->back().future();
}

class StuckLog : public OutgoingLog
{
public:
    explicit StuckLog(QObject *parent)
        : OutgoingLog(parent)
    {
    }
    QString label() const override { return {}; }
    bool isReady() const override { return false; }
    LogLink link() const override { return {}; }
    Head head() const override { return {}; }
    int pendingCount() const override { return 0; }
    Problem problem() const override { return {}; }
    QFuture<Result<quint64>> append(const QByteArray &, const QByteArray &) override
    {
        return never<Result<quint64>>();
    }
    QFuture<Result<quint64>> appendAll(const QList<QByteArray> &) override
    {
        return never<Result<quint64>>();
    }
    QFuture<Problem> withdraw(quint64) override { return never<Problem>(); }
    QFuture<Problem> acknowledge(const QList<quint64> &) override { return never<Problem>(); }
    QFuture<Result<Audit>> audit() override { return never<Result<Audit>>(); }
    QFuture<Result<QList<Entry>>> read(quint64, int) override
    {
        return never<Result<QList<Entry>>>();
    }
};

class StuckTransport : public Transport
{
public:
    explicit StuckTransport(QObject *parent)
        : Transport(parent)
    {
    }
    State state() const override { return State::Opening; }
    bool isPaused() const override { return false; }
    int pendingCount() const override { return 0; }
    qint64 pendingBytes() const override { return 0; }
    QDateTime lastPublished() const override { return {}; }
    QDateTime lastChecked() const override { return {}; }
    Problem problem() const override { return {}; }
    QList<HelperStatus> helpers() const override { return {}; }
    OutgoingLog *openLog(const QString &) override { return new StuckLog(this); }
    IncomingLog *follow(const LogLink &) override { return nullptr; }
    QList<OutgoingLog *> outgoingLogs() const override { return {}; }
    QList<IncomingLog *> incomingLogs() const override { return {}; }
    QFuture<Problem> unfollow(IncomingLog *) override { return never<Problem>(); }
    QFuture<Problem> applySettings(const Settings &) override { return never<Problem>(); }
    QFuture<Problem> setCredential(const QUrl &, const QByteArray &) override
    {
        return never<Problem>();
    }
    QFuture<Problem> unsetCredential(const QUrl &) override { return never<Problem>(); }
    QFuture<Problem> close() override { return never<Problem>(); }
    void syncNow() override {}
    void setPaused(bool) override {}
};

} // namespace

class StuckPlugin : public QObject, public TransportPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID RemoteLogTransportPlugin_iid FILE "stuckplugin.json")
    Q_INTERFACES(RemoteLog::TransportPlugin)

public:
    Transport *create(const Settings &, const HostServices &, QObject *parent) override
    {
        return new StuckTransport(parent);
    }
    Problem registerContentStore(const QString &,
                                 std::function<ContentStore *(const QUrl &)>) override
    {
        return {};
    }
    Problem registerNameSystem(const QString &, std::function<NameSystem *(const QUrl &)>) override
    {
        return {};
    }
};

#include "stuckplugin.moc"
