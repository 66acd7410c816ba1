// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/helperset.h"

#include <QPointer>
#include <QTimer>

#include <functional>
#include <optional>

namespace RemoteLog {

// Reports what a NetworkWatch says, in the thread of the watch, which is where this lives: at the
// start, when it signals a change, and, for signals get lost, when it says something else without
// one: then it is looked at by a slow timer and when somebody asks.
class NetworkReporter : public QObject
{
    Q_OBJECT

public:
    using Report = std::function<void(const NetworkState &state)>;

    // Any thread. `report` is called in that of the watch. With a watch of another thread this is
    // ended with deleteLater().
    NetworkReporter(NetworkWatch *watch, std::chrono::milliseconds interval, Report report);

    // Any thread.
    void look();

private:
    void changed();
    void lookNow();

    QPointer<NetworkWatch> m_watch;
    Report m_report;
    std::optional<NetworkState> m_last;
    QTimer m_slow;
};

} // namespace RemoteLog
