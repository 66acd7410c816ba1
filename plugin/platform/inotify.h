// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone: inotify(7) as it is, without deciding anything.

#include "descriptor.h"

#include <QByteArray>

#include <functional>

namespace RemoteLog {

class Inotify
{
public:
    struct Event
    {
        enum class What {
            Created, // a name appeared; the file may still be written
            Complete, // a name was moved here, or a file here was closed after writing
            Gone, // the directory itself was deleted, moved or unmounted, or its watch ended
            Lost // events were lost, of whatever directory
        };
        What what = What::Lost;
        int watch = -1;
        QByteArray name; // in the directory, encoded
    };

    Inotify();

    // False where the system has no more of them; then nothing is ever noticed.
    bool isOpen() const { return m_descriptor.isOpen(); }

    // Becomes readable when there are events.
    int descriptor() const { return m_descriptor.number(); }

    // A number for the directory, the same one each time; or -1 and errno. Blocks as long as its
    // disk does. From any thread.
    int add(const QByteArray &directory) const;

    // From any thread; does not block.
    void remove(int watch) const;

    // Hands over what happened, some of it if it is much. Does not block.
    void read(const std::function<void(const Event &)> &handle) const;

private:
    Descriptor m_descriptor;
};

} // namespace RemoteLog
