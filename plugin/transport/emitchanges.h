// SPDX-License-Identifier: MIT
#pragma once

#include <QPointer>

#include <functional>
#include <initializer_list>
#include <utility>

namespace RemoteLog {

// Emits the signals whose condition holds, in order, as long as `sender` lives: a host may delete
// it in any of its slots.
template <class Sender>
void emitChanges(Sender *sender,
                 std::initializer_list<std::pair<bool, std::function<void()>>> signalsOfChanges)
{
    const QPointer<Sender> alive(sender);
    for (const auto &[isChanged, signal] : signalsOfChanges) {
        if (isChanged && alive)
            signal();
    }
}

} // namespace RemoteLog
