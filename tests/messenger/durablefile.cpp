// SPDX-License-Identifier: MIT
#include "durablefile.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace DurableFile {

namespace {

// Closes the descriptor; the errno of the first step that failed, 0 if none did.
int finish(int descriptor, bool isGood)
{
    const int error = isGood ? 0 : errno;
    // Asked before: what cannot be closed is synced already.
    ::close(descriptor);
    return error;
}

int writeAll(int descriptor, const QByteArray &bytes)
{
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t count =
            ::write(descriptor, bytes.constData() + done, size_t(bytes.size() - done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return finish(descriptor, false);
        done += count;
    }
    return finish(descriptor, ::fsync(descriptor) == 0);
}

QString textOf(int error)
{
    return error ? qt_error_string(error) : QString();
}

} // namespace

QString makeFolder(const QString &path)
{
    if (QFileInfo(path).isDir())
        return {};
    const QString parent = QFileInfo(path).path();
    if (const QString problem = makeFolder(parent); !problem.isNull())
        return problem;
    if (::mkdir(QFile::encodeName(path).constData(), S_IRWXU) != 0 && errno != EEXIST)
        return textOf(errno);
    return syncFolder(parent);
}

QString write(const QString &path, const QByteArray &bytes)
{
    const QByteArray name = QFile::encodeName(path);
    const QByteArray unfinished = name + ".new";
    // What a crash left behind goes, whoever may read it.
    ::unlink(unfinished.constData());
    const int descriptor =
        ::open(unfinished.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (descriptor < 0)
        return textOf(errno);
    int error = writeAll(descriptor, bytes);
    if (!error && std::rename(unfinished.constData(), name.constData()) != 0)
        error = errno;
    if (error) {
        ::unlink(unfinished.constData());
        return textOf(error);
    }
    return syncFolder(QFileInfo(path).path());
}

QString syncFolder(const QString &path)
{
    const int descriptor =
        ::open(QFile::encodeName(path).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return textOf(errno);
    return textOf(finish(descriptor, ::fsync(descriptor) == 0));
}

} // namespace DurableFile
