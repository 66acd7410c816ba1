// SPDX-License-Identifier: MIT
#include "smalldisk.h"

#include "support/namespaces.h"
#include "support/party.h"

#include <QDir>
#include <QFile>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sched.h>
#include <sys/mount.h>

namespace RemoteLog::Testing {

namespace {

constexpr char Ballast[] = ".ballast";

QString failed(const char *what)
{
    return QStringLiteral("%1 is not possible here: %2")
        .arg(QLatin1String(what), QString::fromLocal8Bit(std::strerror(errno)));
}

void mustMount(const QString &source, const QString &target, unsigned long flags,
               const QByteArray &options = QByteArray())
{
    if (::mount(QFile::encodeName(source).constData(), QFile::encodeName(target).constData(),
                "tmpfs", flags, options.constData())
        != 0)
        qFatal("mounting a small disk failed: %s", std::strerror(errno));
}

} // namespace

QString separateMounts()
{
    if (!enterNamespaces(CLONE_NEWNS))
        return failed("a mount namespace");
    // Where a mount is shared with the rest of the system, it would get ours.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        return failed("a private mount");
    if (::mount("tmpfs", "/mnt", "tmpfs", 0, "size=64k") != 0 || ::umount("/mnt") != 0)
        return failed("mounting");
    return QString();
}

SmallDisk::SmallDisk(int kibibytes)
{
    if (!QDir().mkpath(real()) || !QDir().mkpath(path()))
        qFatal("no place for a small disk");
    mustMount(QStringLiteral("tmpfs"), real(), 0,
              "size=" + QByteArray::number(kibibytes) + "k,mode=755");
    plugIn();
}

SmallDisk::~SmallDisk()
{
    if (m_isPluggedIn)
        pullOut();
    ::umount2(QFile::encodeName(real()).constData(), MNT_DETACH);
}

void SmallDisk::fill(qint64 leave)
{
    // Reserved first, for all the rest may be taken.
    QFile reserve(real() + QStringLiteral("/.reserve"));
    if (!reserve.open(QIODevice::WriteOnly | QIODevice::Unbuffered)
        || reserve.write(QByteArray(leave, 'r')) != leave)
        qFatal("a small disk is too small");
    QFile ballast(real() + QLatin1Char('/') + QLatin1String(Ballast));
    if (!ballast.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        qFatal("a small disk cannot be filled");
    while (ballast.write(QByteArray(4096, 'b')) > 0) {}
    reserve.remove();
}

void SmallDisk::makeRoom()
{
    QFile::remove(real() + QLatin1Char('/') + QLatin1String(Ballast));
}

void SmallDisk::setReadOnly(bool readOnly)
{
    const QByteArray target = QFile::encodeName(real());
    const unsigned long flags = MS_REMOUNT | (readOnly ? MS_RDONLY : 0);
    int error = 0;
    const auto remount = [&] {
        error = ::mount(nullptr, target.constData(), nullptr, flags, nullptr) == 0 ? 0 : errno;
        return error != EBUSY;
    };
    waitFor(remount);
    if (error != 0)
        qFatal("a small disk cannot be remounted: %s", std::strerror(error));
}

void SmallDisk::pullOut()
{
    if (::umount2(QFile::encodeName(path()).constData(), MNT_DETACH) != 0)
        qFatal("a small disk cannot be pulled out: %s", std::strerror(errno));
    m_isPluggedIn = false;
}

void SmallDisk::plugIn()
{
    plugIn(*this);
}

void SmallDisk::plugIn(const SmallDisk &other)
{
    mustMount(other.real(), path(), MS_BIND);
    m_isPluggedIn = true;
}

FileSizeLimit::FileSizeLimit(qint64 bytes)
{
    std::signal(SIGXFSZ, SIG_IGN);
    if (::getrlimit(RLIMIT_FSIZE, &m_before) != 0)
        qFatal("no limit of files");
    rlimit limit = m_before;
    limit.rlim_cur = rlim_t(bytes);
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

FileSizeLimit::~FileSizeLimit()
{
    ::setrlimit(RLIMIT_FSIZE, &m_before);
}

} // namespace RemoteLog::Testing
