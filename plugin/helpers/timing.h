// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>

#include <chrono>
#include <functional>

namespace RemoteLog {

// Every time span of the engine, in one place. Tests shorten them; nothing else changes them.
struct Timing
{
    std::chrono::milliseconds debounce{20}; // from the first pending entry to cutting a page
    std::chrono::milliseconds callLimit{
        30'000}; // a helper that has not answered by then has failed
    // For name systems: the public DHT takes so long to find a record, and to take one.
    std::chrono::milliseconds nameGetLimit{60'000};
    std::chrono::milliseconds namePutLimit{300'000};
    qint64 minimumRate = 32 * 1024; // bytes a second that a helper moves at the least
    std::chrono::milliseconds hedge{2'000}; // a store that has not answered by then gets a rival
    std::chrono::milliseconds keyWait{15'000}; // appends wait so long for the key
    std::chrono::milliseconds missingKeyRetry{900'000}; // each try writes a probe
    std::chrono::milliseconds resolveWait{
        30'000}; // and so long for a name that must be resolved first
    std::chrono::milliseconds poll{60'000}; // the slow timer behind the events
    std::chrono::milliseconds pollMost{3'600'000}; // between polls of a log that is idle for long
    int pollsAlways = 60; // so many logs are polled with the slow timer, however idle they are
    int namesRate = 10; // questions a second to a name system on the network
    int namesBurst = 20; // that may come at once after a while without any
    int namesAtOnce = 8; // under way there at a time
    int namesAtOnceHere = 64; // and at a name system that needs no network
    int namePutsAtOnce = 3; // at any; they may take minutes
    std::chrono::milliseconds networkQuiet{1'000}; // between two resets by a network that flaps
    std::chrono::milliseconds retryFirst{1'000}; // back-off of a helper
    std::chrono::milliseconds retryMost{300'000};
    // Of what a helper itself asks for, a host's one, too: ours have bounds of their own.
    std::chrono::seconds retryAfterMost{3'600};
    std::chrono::milliseconds lockRetryHere{20}; // the old worker of this process lets go soon
    std::chrono::milliseconds lockRetryElsewhere{2'000};
    std::chrono::milliseconds lockPatience{5'000}; // then it is told that the old worker is there
    std::chrono::milliseconds commitDelay{4}; // commits of the host that share a transaction
    std::chrono::milliseconds statusInterval{50}; // counters signal at most this often
    std::chrono::milliseconds putBackJitter{600'000}; // before a reader puts a lost record back
    std::chrono::hours putBackPause{1}; // and again to the same system
    std::chrono::hours refresh{20}; // a record is signed afresh at this age
    std::chrono::hours validity{365 * 24};
    std::chrono::milliseconds patrolFirst{600'000}; // after the start, at the latest
    std::chrono::milliseconds patrolPause{86'400'000}; // from the end of one to the next one
    std::chrono::milliseconds patrolStep{1'000}; // between two questions of patrols to one store

    // How long a call may take that moves so many bytes: a slow line is no dead helper.
    std::chrono::milliseconds limitFor(qint64 bytes) const
    {
        return callLimit + std::chrono::milliseconds(bytes * 1000 / minimumRate);
    }
    // And one that asks for so many blocks: some stores look for a few at a time, each over the
    // line.
    std::chrono::milliseconds limitForExists(qint64 addresses) const
    {
        return callLimit + callLimit * addresses / 60;
    }
};

// The time of day, replaceable by tests.
using TimeSource = std::function<QDateTime()>;

} // namespace RemoteLog
