// SPDX-License-Identifier: MIT
#include "directorylisting.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>

namespace RemoteLog {

int listDirectory(Descriptor directory, qint64 limit,
                  const std::function<void(const QByteArray &encodedName)> &handle)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(::fdopendir(directory.number()), ::closedir);
    if (!stream)
        return errno;
    directory.release(); // closed with the stream
    for (qint64 i = 0; i < limit; ++i) {
        errno = 0; // the only way to tell the end from an error
        const dirent *const entry = ::readdir(stream.get());
        if (!entry)
            return errno;
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            handle(QByteArray(entry->d_name));
    }
    return 0;
}

} // namespace RemoteLog
