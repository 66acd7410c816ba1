// SPDX-License-Identifier: MIT
#include "skiplist.h"

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr quint64 Fanout = 16;

} // namespace

QList<quint64> skipTargets(quint64 number)
{
    QList<quint64> targets;
    if (number % Fanout != 0) {
        for (quint64 target = number - number % Fanout; target < number; ++target)
            targets.append(target);
        return targets;
    }
    // Levels reach further and do not meet: 15 multiples of 16^level end above the first of
    // 16^(level + 1).
    quint64 step = 1;
    while (number > 0) {
        for (quint64 i = 1; i < Fanout && i * step <= number; ++i)
            targets.append(number - i * step);
        if (number / step % Fanout != 0)
            break;
        step *= Fanout;
    }
    std::sort(targets.begin(), targets.end());
    return targets;
}

} // namespace RemoteLog
