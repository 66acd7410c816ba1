// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <compare>

namespace RemoteLog {

// Where a question stands among those that wait: who is urgent before who is patient, and then
// whose patience ends first. Smaller is earlier. Moments are of one clock for all, so that whoever
// has to ask again can keep the place that he had.
struct Place
{
    using Moment = std::chrono::microseconds;

    bool isPatient = true;
    Moment until = Moment::max(); // without anything said: behind all others

    static Place urgent() { return {false, now()}; }
    // What is put later by so much may come first.
    static Place patient(std::chrono::milliseconds patience) { return {true, now() + patience}; }
    static Moment now()
    {
        return std::chrono::duration_cast<Moment>(
            std::chrono::steady_clock::now().time_since_epoch());
    }

    friend auto operator<=>(const Place &, const Place &) = default;
};

} // namespace RemoteLog
