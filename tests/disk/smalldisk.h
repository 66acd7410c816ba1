// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QTemporaryDir>

#include <sys/resource.h>

namespace RemoteLog::Testing {

// Gives this process mounts of its own, which nobody else sees and which go with it: as root, or
// where the kernel lets everybody be root in a namespace. To be called before there is a second
// thread. Empty, or why it is not possible here.
QString separateMounts();

// A disk of some KiB, in memory, that can be full, read-only, or pulled out. Only after
// separateMounts().
class SmallDisk
{
public:
    explicit SmallDisk(int kibibytes);
    ~SmallDisk();

    // Where it is plugged in.
    QString path() const { return m_place.filePath(QStringLiteral("disk")); }
    QString path(const QString &name) const { return path() + QLatin1Char('/') + name; }

    // Takes all space but `leave` bytes; makeRoom() gives it back.
    void fill(qint64 leave = 0);
    void makeRoom();

    // Waits for files that are open for writing.
    void setReadOnly(bool readOnly);

    // At once, whoever uses it; then path() is an empty folder of another file system.
    void pullOut();
    void plugIn();
    // Another disk where this one was.
    void plugIn(const SmallDisk &other);

private:
    Q_DISABLE_COPY_MOVE(SmallDisk)
    // Mounted twice, so that what is pulled out is still there.
    QString real() const { return m_place.filePath(QStringLiteral("real")); }

    QTemporaryDir m_place;
    bool m_isPluggedIn = false;
};

// While it lives no file of this process can become longer: the nearest that comes to an I/O error
// without a broken disk.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(qint64 bytes);
    ~FileSizeLimit();

private:
    Q_DISABLE_COPY_MOVE(FileSizeLimit)
    rlimit m_before;
};

} // namespace RemoteLog::Testing
