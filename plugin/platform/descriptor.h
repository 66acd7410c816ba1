// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone: what every system call on files needs.

#include <QtGlobal>

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace RemoteLog {

// An open file descriptor, closed when it dies; -1 for none.
class Descriptor
{
public:
    explicit Descriptor(int number = -1)
        : m_number(number)
    {
    }
    Descriptor(Descriptor &&other) noexcept
        : m_number(other.release())
    {
    }
    Descriptor &operator=(Descriptor &&other) noexcept
    {
        std::swap(m_number, other.m_number);
        return *this;
    }
    ~Descriptor() { close(); }

    bool isOpen() const { return m_number >= 0; }
    int number() const { return m_number; }
    int release() { return std::exchange(m_number, -1); }

    void close()
    {
        // Not repeated on EINTR: on Linux the descriptor is gone by then and may be somebody
        // else's. Leaves errno to the call that failed before.
        const int error = errno;
        if (isOpen())
            ::close(release());
        errno = error;
    }

private:
    Q_DISABLE_COPY(Descriptor)
    int m_number;
};

// Repeats a call that a signal of the host's interrupted.
template <class Call>
auto uninterrupted(Call call)
{
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

} // namespace RemoteLog
