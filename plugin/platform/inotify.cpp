// SPDX-License-Identifier: MIT
#include "inotify.h"

#include <cstring>
#include <sys/inotify.h>

namespace RemoteLog {

namespace {

// Whoever floods a shared folder with files must not keep the reader from its other work.
constexpr int MaxReadsAtOnce = 16;
constexpr int BufferSize = 16 * 1024;

constexpr quint32 Appearing = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE;
constexpr quint32 Vanishing = IN_DELETE_SELF | IN_MOVE_SELF;

Inotify::Event eventFrom(const inotify_event &raw, const char *name)
{
    Inotify::Event event;
    event.watch = raw.wd;
    if (raw.mask & IN_Q_OVERFLOW)
        event.what = Inotify::Event::What::Lost;
    else if (raw.mask & (Vanishing | IN_UNMOUNT | IN_IGNORED))
        event.what = Inotify::Event::What::Gone;
    else if (raw.mask & (IN_MOVED_TO | IN_CLOSE_WRITE))
        event.what = Inotify::Event::What::Complete;
    else
        event.what = Inotify::Event::What::Created;
    if (raw.len > 0)
        event.name = QByteArray(name); // padded with zeroes
    return event;
}

} // namespace

Inotify::Inotify()
    : m_descriptor(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC))
{
}

int Inotify::add(const QByteArray &directory) const
{
    return ::inotify_add_watch(m_descriptor.number(), directory.constData(),
                               Appearing | Vanishing | IN_ONLYDIR);
}

void Inotify::remove(int watch) const
{
    ::inotify_rm_watch(m_descriptor.number(), watch);
}

void Inotify::read(const std::function<void(const Event &)> &handle) const
{
    char buffer[BufferSize];
    for (int i = 0; i < MaxReadsAtOnce; ++i) {
        const ssize_t size =
            uninterrupted([&] { return ::read(m_descriptor.number(), buffer, sizeof buffer); });
        if (size <= 0)
            return;
        for (ssize_t at = 0; at < size;) {
            inotify_event raw;
            std::memcpy(&raw, buffer + at, sizeof raw);
            handle(eventFrom(raw, buffer + at + sizeof raw));
            at += ssize_t(sizeof raw + raw.len);
        }
    }
}

} // namespace RemoteLog
