// SPDX-License-Identifier: MIT
#include "threadend.h"

#include <string>
#include <thread>

#include <sys/syscall.h>
#include <unistd.h>

namespace RemoteLog {

int threadNumber()
{
    return int(::syscall(SYS_gettid));
}

void waitForThreadEnd(int number, std::chrono::milliseconds limit)
{
    const std::string entry = "/proc/self/task/" + std::to_string(number);
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (::access(entry.c_str(), F_OK) == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::microseconds(100));
}

} // namespace RemoteLog
