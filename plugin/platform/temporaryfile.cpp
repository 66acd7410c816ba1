// SPDX-License-Identifier: MIT
#include "temporaryfile.h"

#include <QRandomGenerator>

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace RemoteLog {

namespace {

constexpr char Prefix[] = "remotelog-";
constexpr char Suffix[] = ".tmp";
constexpr int RandomDigits = 32;

} // namespace

int syncDirectory(int parent, const QByteArray &name)
{
    const Descriptor directory(uninterrupted(
        [&] { return ::openat(parent, name.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!directory.isOpen())
        return errno;
    if (uninterrupted([&] { return ::fsync(directory.number()); }) == 0)
        return 0;
    // Some network and FUSE file systems cannot sync directories: they have done so, or never will.
    const bool isUnsupported =
        errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EBADF;
    return isUnsupported ? 0 : errno;
}

QString randomName()
{
    QRandomGenerator *random = QRandomGenerator::system();
    return QStringLiteral("%1%2")
        .arg(random->generate64(), RandomDigits / 2, 16, QLatin1Char('0'))
        .arg(random->generate64(), RandomDigits / 2, 16, QLatin1Char('0'));
}

void shareDescriptor(int descriptor, mode_t mode, gid_t group)
{
    struct stat status;
    if (::fstat(descriptor, &status) != 0)
        return;
    // The group first: a change of it may clear bits of the mode. Whoever is not in that group
    // cannot give it away, and some file systems know no modes: then it stays as it is.
    if (status.st_gid != group) {
        [[maybe_unused]] const int ignored = ::fchown(descriptor, uid_t(-1), group);
    }
    if ((status.st_mode & 07777) != mode)
        ::fchmod(descriptor, mode);
}

TemporaryFile::~TemporaryFile()
{
    if (!m_name.isEmpty())
        ::unlinkat(m_directory, m_name.constData(), 0);
}

int TemporaryFile::write(int directory, const QByteArray &bytes)
{
    const QByteArray name = Prefix + randomName().toLatin1() + Suffix;
    // O_EXCL: nobody can have planted something under this name.
    m_descriptor = Descriptor(uninterrupted([&] {
        return ::openat(directory, name.constData(),
                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }));
    if (!m_descriptor.isOpen())
        return errno;
    m_directory = directory;
    m_name = name;

    qsizetype written = 0;
    while (written < bytes.size()) {
        const ssize_t count = uninterrupted([&] {
            return ::write(m_descriptor.number(), bytes.constData() + written,
                           size_t(bytes.size() - written));
        });
        if (count < 0)
            return errno;
        written += count;
    }
    return 0;
}

void TemporaryFile::share(mode_t mode, gid_t group)
{
    shareDescriptor(m_descriptor.number(), mode, group);
}

int TemporaryFile::sync()
{
    if (!m_descriptor.isOpen())
        return 0;
    if (uninterrupted([&] { return ::fsync(m_descriptor.number()); }) != 0)
        return errno;
    // Network file systems tell about a full disk only now.
    return ::close(m_descriptor.release()) == 0 || errno == EINTR ? 0 : errno;
}

int TemporaryFile::moveTo(int directory, const QByteArray &name, Existing existing)
{
    const auto move = [&](unsigned flags) {
        return ::renameat2(m_directory, m_name.constData(), directory, name.constData(), flags);
    };
    int result = move(existing == Existing::Keep ? RENAME_NOREPLACE : 0);
    // File systems that do not know the flag; there the caller's own look has to do.
    if (result != 0 && existing == Existing::Keep && (errno == EINVAL || errno == ENOSYS))
        result = ::renameat(m_directory, m_name.constData(), directory, name.constData());
    if (result != 0)
        return errno;
    m_name.clear();
    return 0;
}

// By hand, for detached threads come here while the process ends, when a static expression is gone.
bool TemporaryFile::isName(const QString &fileName)
{
    const QLatin1String prefix(Prefix);
    const QLatin1String suffix(Suffix);
    if (fileName.size() != prefix.size() + RandomDigits + suffix.size()
        || !fileName.startsWith(prefix) || !fileName.endsWith(suffix))
        return false;
    const QStringView digits = QStringView(fileName).mid(prefix.size(), RandomDigits);
    return std::all_of(digits.begin(), digits.end(), [](QChar digit) {
        return (digit >= u'0' && digit <= u'9') || (digit >= u'a' && digit <= u'f');
    });
}

} // namespace RemoteLog
