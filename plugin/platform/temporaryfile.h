// SPDX-License-Identifier: MIT
#pragma once

// For platform/ alone. Functions that say how they went return an errno, 0 if all is well.

#include "descriptor.h"

#include <QByteArray>
#include <QString>

namespace RemoteLog {

// Makes names that were created in or moved into `directory` survive a crash.
int syncDirectory(const QString &directory);

// A file under a random name that nobody looks at, until it is moved to the name that it is for.
// Deleted when it dies before that.
class TemporaryFile
{
public:
    enum class Existing { Keep, Replace };

    TemporaryFile() = default;
    TemporaryFile(TemporaryFile &&other) noexcept;
    TemporaryFile &operator=(TemporaryFile &&other) noexcept;
    ~TemporaryFile();

    int write(const QString &directory, const QByteArray &bytes);

    // Makes the bytes survive a crash, and closes the file.
    int sync();

    // Gives it its name, atomically. EEXIST if there is such a file and it is to be kept.
    int moveTo(const QString &path, Existing existing);

    // Names of temporary files, for whoever clears away what crashed writers left.
    static bool isName(const QString &fileName);

private:
    Q_DISABLE_COPY(TemporaryFile)
    void remove();

    Descriptor m_descriptor;
    QByteArray m_path; // encoded; empty if there is no file
};

} // namespace RemoteLog
