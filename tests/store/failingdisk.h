// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <functional>

namespace RemoteLog {

// While it lives, reads and writes of SQLite fail as a test wants it: where the system calls are
// made, so that what SQLite makes of their errors is SQLite's own. One at a time.
class FailingDisk
{
public:
    enum class Access { Read, Write };
    struct Call
    {
        Access access;
        int descriptor;
        qint64 offset;
    };
    // 0: the call is made; an errno: it fails with that; Garbled: it reads other bytes than there
    // are.
    static constexpr int Garbled = -1;
    using Decision = std::function<int(const Call &)>;

    explicit FailingDisk(const Decision &decision);
    ~FailingDisk();

    FailingDisk(const FailingDisk &) = delete;
    FailingDisk &operator=(const FailingDisk &) = delete;
};

} // namespace RemoteLog
