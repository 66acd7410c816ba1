// SPDX-License-Identifier: MIT
#include "temporaryfile.h"

#include <QFile>
#include <QRandomGenerator>
#include <QRegularExpression>

#include <cstdio>
#include <fcntl.h>

namespace RemoteLog {

int syncDirectory(const QString &directory)
{
    const QByteArray path = QFile::encodeName(directory);
    const Descriptor descriptor(uninterrupted(
        [&] { return ::open(path.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
    if (!descriptor.isOpen())
        return errno;
    if (uninterrupted([&] { return ::fsync(descriptor.number()); }) == 0)
        return 0;
    // Some network and FUSE file systems cannot sync directories: they have done so, or never will.
    const bool isUnsupported =
        errno == EINVAL || errno == ENOTSUP || errno == ENOSYS || errno == EBADF;
    return isUnsupported ? 0 : errno;
}

TemporaryFile::TemporaryFile(TemporaryFile &&other) noexcept
    : m_descriptor(std::move(other.m_descriptor))
    , m_path(std::exchange(other.m_path, {}))
{
}

TemporaryFile &TemporaryFile::operator=(TemporaryFile &&other) noexcept
{
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_path, other.m_path);
    return *this;
}

TemporaryFile::~TemporaryFile()
{
    remove();
}

void TemporaryFile::remove()
{
    if (!m_path.isEmpty())
        ::unlink(m_path.constData());
    m_path.clear();
}

int TemporaryFile::write(const QString &directory, const QByteArray &bytes)
{
    remove();
    QRandomGenerator *random = QRandomGenerator::system();
    const QString name = QStringLiteral("/remotelog-%1%2.tmp")
                             .arg(random->generate64(), 16, 16, QLatin1Char('0'))
                             .arg(random->generate64(), 16, 16, QLatin1Char('0'));
    const QByteArray path = QFile::encodeName(directory + name);

    // O_EXCL: nobody can have planted something under this name.
    m_descriptor = Descriptor(uninterrupted([&] {
        return ::open(path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    }));
    if (!m_descriptor.isOpen())
        return errno;
    m_path = path;

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

int TemporaryFile::sync()
{
    if (!m_descriptor.isOpen())
        return 0;
    if (uninterrupted([&] { return ::fsync(m_descriptor.number()); }) != 0)
        return errno;
    // Network file systems tell about a full disk only now.
    return ::close(m_descriptor.release()) == 0 || errno == EINTR ? 0 : errno;
}

int TemporaryFile::moveTo(const QString &path, Existing existing)
{
    const QByteArray target = QFile::encodeName(path);
    int result = 0;
    if (existing == Existing::Keep) {
        result = ::renameat2(AT_FDCWD, m_path.constData(), AT_FDCWD, target.constData(),
                             RENAME_NOREPLACE);
        // File systems that do not know the flag; there the caller's own look has to do.
        if (result != 0 && (errno == EINVAL || errno == ENOSYS))
            result = ::rename(m_path.constData(), target.constData());
    } else {
        result = ::rename(m_path.constData(), target.constData());
    }
    if (result != 0)
        return errno;
    m_path.clear();
    return 0;
}

bool TemporaryFile::isName(const QString &fileName)
{
    static const QRegularExpression pattern(QStringLiteral("\\Aremotelog-[0-9a-f]{32}\\.tmp\\z"));
    return pattern.match(fileName).hasMatch();
}

} // namespace RemoteLog
