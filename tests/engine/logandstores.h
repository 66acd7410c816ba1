// SPDX-License-Identifier: MIT
#pragma once

#include "engine/writing/publishercontext.h"
#include "scriptedstore.h"
#include "testprofile.h"

namespace RemoteLog::Testing {

inline const QUrl First(QStringLiteral("scripted://first"));
inline const QUrl Second(QStringLiteral("scripted://second"));
inline const Problem Refused(Problem::Kind::WillRetry, QStringLiteral("refused"));

inline ScriptedStore *store(const QUrl &url = First)
{
    return ScriptedStore::at(url);
}

// An own log of a profile and the stores that it goes to, which answer what the test says, with
// time limits of a few milliseconds: what the parts of a Publisher work with.
class LogAndStores
{
public:
    LogAndStores();

    // The settings' stores are these now, new ones.
    void use(const QList<QUrl> &urls);
    void addPages(int count, int blockSize, int contents = 0);
    // As if the store had been given so much.
    void place(const Placement &placement, const QUrl &url = First);
    Placement placement(const QUrl &url = First);
    // The first store.
    Helper *helper() const { return helpers->writable(Helper::Role::Store).first(); }
    QList<OwnBlock> blocks();

    Timing timing;
    TestProfile profile;
    OwnLog log;
    std::unique_ptr<Outbox> outbox;
    std::unique_ptr<OwnPages> pages;
    std::unique_ptr<HelperSet> helpers;
    std::unique_ptr<BlockFetcher> fetcher;
    std::unique_ptr<PublisherContext> context;
};

} // namespace RemoteLog::Testing
