// SPDX-License-Identifier: MIT
#pragma once

// What a disk does that went away: a task that does not come back before the test lets it.

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace RemoteLogTest {

class StuckDisk
{
public:
    ~StuckDisk() { letGo(); }

    // To be run once.
    std::function<void()> task()
    {
        return [begun = m_begun, released = m_released] {
            begun->set_value();
            released.wait();
        };
    }

    bool waitUntilStuck()
    {
        return m_begun->get_future().wait_for(std::chrono::seconds(30))
               == std::future_status::ready;
    }

    void letGo()
    {
        if (!std::exchange(m_isReleased, true))
            m_release.set_value();
    }

private:
    std::shared_ptr<std::promise<void>> m_begun = std::make_shared<std::promise<void>>();
    std::promise<void> m_release;
    std::shared_future<void> m_released = m_release.get_future().share();
    bool m_isReleased = false;
};

} // namespace RemoteLogTest
