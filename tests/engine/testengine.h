// SPDX-License-Identifier: MIT
#pragma once

#include "engine/engine.h"
#include "scriptednames.h"
#include "scriptedstore.h"
#include "support/memoryhelpers.h"
#include "support/sealedlog.h"

#include <QTemporaryDir>

namespace RemoteLog::Testing {

inline const QUrl Far(QStringLiteral("far://one"));
inline const QUrl Near(QStringLiteral("near://one"));
inline const QUrl FarStore(QStringLiteral("farstore://one"));
inline constexpr auto Connected = NetworkWatch::Reachability::Connected;
inline constexpr auto Disconnected = NetworkWatch::Reachability::Disconnected;

inline ScriptedNames *names(const QUrl &url = Far)
{
    return ScriptedNames::at(url);
}

inline ScriptedStore *store(const QUrl &url = FarStore)
{
    return ScriptedStore::at(url);
}

// A whole engine in the test's thread, and the logs that it follows. Its helpers answer when the
// test says, and nothing comes because a slow timer fires, unless the test wants that.
class TestEngine : public QObject
{
public:
    TestEngine();

    // False if it does not come up within a long time. A second time: another run of the profile.
    bool open(const QList<QUrl> &helpers, bool isUnlocked = true);
    void unlock();
    // The end of a run.
    void close() { m_engine.reset(); }
    bool isOpen() const { return bool(m_engine); }
    Engine *operator->() const { return m_engine.get(); }

    void setNetwork(NetworkWatch::Reachability reachability, bool isCaptivePortal = false);
    // What the last status says of the first helper.
    bool isUsable() const { return status.helpers.value(0).isUsable(); }
    bool isHeldBack() const { return !status.helpers.isEmpty() && !isUsable(); }

    void append(const QString &label, const QByteArray &payload);

    // Follows so many more logs of one entry.
    void follow(int count);
    SealedLog &log(int number) const { return *m_logs.at(std::size_t(number)); }
    QString name(int number) const { return log(number).name(); }
    IncomingKey key(int number) const { return {identityOf(log(number).link()), 0}; }
    // Answers what is asked until nothing is any more; how many were under way at most.
    int answerAll(const QUrl &url = Far);

    Timing timing;
    TimeSource clock = QDateTime::currentDateTimeUtc;
    TransportStatus status; // the last one
    QHash<QString, OutgoingStatus> outgoing; // of each own log, by label
    QHash<QString, IncomingStatus> incoming; // of each followed one, by identity
    QList<QList<Entry>> received;

private:
    QTemporaryDir m_directory;
    QByteArray m_master;
    bool m_hasKey = false;
    bool m_isKnown = false; // what logs there are
    std::shared_ptr<AppendQueue> m_appends;
    std::unique_ptr<Engine> m_engine;
    std::vector<std::unique_ptr<SealedLog>> m_logs;
};

} // namespace RemoteLog::Testing
