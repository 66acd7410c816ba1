// SPDX-License-Identifier: MIT
#include "failingdisk.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace RemoteLog {

namespace {

FailingDisk::Decision current;

ssize_t readAt(int descriptor, void *bytes, size_t size, off_t offset)
{
    const int decision = current({FailingDisk::Access::Read, descriptor, qint64(offset)});
    if (decision > 0) {
        errno = decision;
        return -1;
    }
    const ssize_t got = ::pread(descriptor, bytes, size, offset);
    if (decision == FailingDisk::Garbled && got > 0)
        std::memset(bytes, 0x5a, size_t(got));
    return got;
}

ssize_t writeAt(int descriptor, const void *bytes, size_t size, off_t offset)
{
    const int decision = current({FailingDisk::Access::Write, descriptor, qint64(offset)});
    if (decision == 0)
        return ::pwrite(descriptor, bytes, size, offset);
    errno = decision;
    return -1;
}

// SQLite uses one of each pair, whichever it was built with.
void replaceCalls(sqlite3_syscall_ptr read, sqlite3_syscall_ptr write)
{
    sqlite3_vfs *files = sqlite3_vfs_find(nullptr);
    for (const char *name : {"pread", "pread64"})
        files->xSetSystemCall(files, name, read);
    for (const char *name : {"pwrite", "pwrite64"})
        files->xSetSystemCall(files, name, write);
}

} // namespace

FailingDisk::FailingDisk(const Decision &decision)
{
    static_assert(sizeof(off_t) == 8);
    current = decision;
    replaceCalls(reinterpret_cast<sqlite3_syscall_ptr>(&readAt),
                 reinterpret_cast<sqlite3_syscall_ptr>(&writeAt));
}

FailingDisk::~FailingDisk()
{
    replaceCalls(nullptr, nullptr);
}

} // namespace RemoteLog
