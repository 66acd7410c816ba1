// SPDX-License-Identifier: MIT
#pragma once

// The system calls of the code under test, seen and disturbed by the test: tests that are linked
// with systemcalls.cpp call the ones there instead of the C library's. Of one thread at a time,
// but for block().

#include <QString>
#include <QStringList>

#include <future>

namespace RemoteLogTest::SystemCalls {

// From now on until the next taken(): "fsync a/b", "mkdir a", "rename a b", "fchmod a". Paths are
// relative to `folder`, which is "." itself; the random names of temporary files are "*".
void record(const QString &folder);
QStringList taken();

// Calls of this name ("openat", "fsync", ...) on a path that ends so fail until heal().
void fail(const QString &call, const QString &pathEnd, int error);
void heal();

// flock() of a path below `folder` waits for the future; `begun` says when.
void blockLocks(const QString &folder, std::promise<void> *begun,
                std::shared_future<void> released);

} // namespace RemoteLogTest::SystemCalls
