// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone. Functions that say how they went return an errno, 0 if all is well.
// Directories are open descriptors, or AT_FDCWD where names are whole paths; names are encoded.

#include "descriptor.h"

#include <QByteArray>
#include <QString>

#include <sys/types.h>

namespace RemoteLog {

// Makes names that were created in or moved into a directory survive a crash.
int syncDirectory(int parent, const QByteArray &name);

// Random digits that nobody else can have come upon.
QString randomName();

// A file under a random name that nobody looks at, until it is moved to the name that it is for.
// Deleted when it dies before that.
class TemporaryFile
{
public:
    enum class Existing { Keep, Replace };

    TemporaryFile() = default;
    ~TemporaryFile();

    // In a directory that stays open as long as the object lives. Once.
    int write(int directory, const QByteArray &bytes);

    // Before sync(): who else may use it, as far as the file system knows such things.
    void share(mode_t mode, gid_t group);

    // Makes the bytes survive a crash, and closes the file.
    int sync();

    // Gives it its name, atomically. EEXIST if there is such a file and it is to be kept.
    int moveTo(int directory, const QByteArray &name, Existing existing);

    // Names of temporary files, for whoever clears away what crashed writers left.
    static bool isName(const QString &fileName);

private:
    Q_DISABLE_COPY_MOVE(TemporaryFile)

    Descriptor m_descriptor;
    int m_directory = -1;
    QByteArray m_name; // empty if there is no file
};

// Gives an open file or directory this mode, and this group if it can be had.
void shareDescriptor(int descriptor, mode_t mode, gid_t group);

} // namespace RemoteLog
