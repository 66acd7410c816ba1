// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>

namespace RemoteLog {

// So many a second on the average, of which a few may come at once after a quiet while. Moments are
// counted from any that stays the same.
class RateLimit
{
public:
    using Moment = std::chrono::microseconds;

    RateLimit(int perSecond, int burst)
        : m_interval(std::chrono::microseconds(1'000'000) / std::max(perSecond, 1))
        , m_ahead(m_interval * (std::max(burst, 1) - 1))
    {
    }

    // How long until the next one may go; 0 if it may now.
    std::chrono::microseconds wait(Moment now) const
    {
        return std::max(m_paidUntil - m_ahead - now, Moment(0));
    }

    void take(Moment now) { m_paidUntil = std::max(m_paidUntil, now) + m_interval; }

private:
    Moment m_interval;
    Moment m_ahead; // so far may m_paidUntil run before the clock
    Moment m_paidUntil = Moment::min() / 2; // what was taken is worth the time until then
};

} // namespace RemoteLog
