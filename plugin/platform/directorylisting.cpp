// SPDX-License-Identifier: MIT
#include "directorylisting.h"

#include "durablefile.h"

#include <QFile>

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <memory>

namespace RemoteLog {

Problem listDirectory(const QString &directory, qint64 limit,
                      const std::function<void(const QByteArray &encodedName)> &handle)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(
        ::opendir(QFile::encodeName(directory).constData()), ::closedir);
    const auto problem = [] {
        return DurableFile::problemFromErrno(errno, QStringLiteral("listing a directory"));
    };
    if (!stream)
        return errno == ENOENT ? Problem() : problem();
    for (qint64 i = 0; i < limit; ++i) {
        errno = 0; // the only way to tell the end from an error
        const dirent *const entry = ::readdir(stream.get());
        if (!entry)
            return errno == 0 ? Problem() : problem();
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
            handle(QByteArray(entry->d_name));
    }
    return Problem();
}

} // namespace RemoteLog
