// SPDX-License-Identifier: MIT
#include "storage.h"

#include <QDir>
#include <QDirIterator>
#include <QRandomGenerator>

#include <algorithm>

namespace RemoteLogTest {

Storage::Storage()
{
    if (!m_folder.isValid() || !QDir(m_folder.path()).mkdir(u"storage"_s))
        qFatal("there is no place for a test");
}

QString Storage::urlOf(const QString &name, bool needsNetwork) const
{
    QUrl url = QUrl::fromLocalFile(path(name));
    if (needsNetwork)
        url.setQuery(u"network=required"_s);
    return url.toString(QUrl::FullyEncoded);
}

void Storage::copyTo(const QString &name) const
{
    const QDir from(path(u"storage"_s));
    QDirIterator all(from.path(), QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString file = all.next();
        const QString copy = path(name) + u'/' + from.relativeFilePath(file);
        if (!QDir().mkpath(QFileInfo(copy).path()) || !QFile::copy(file, copy))
            qFatal("cannot copy %s", qPrintable(file));
    }
}

QStringList Storage::files(const QString &part, const QString &name) const
{
    QFileInfoList found;
    QDirIterator all(path(name) + u'/' + part, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext())
        found.append(QFileInfo(all.next()));
    std::sort(found.begin(), found.end(),
              [](const QFileInfo &a, const QFileInfo &b) { return a.size() > b.size(); });
    QStringList paths;
    for (const QFileInfo &file : std::as_const(found))
        paths.append(file.filePath());
    return paths;
}

QString Storage::keep(const QString &name, const QByteArray &bytes) const
{
    writeInPlace(path(name), bytes);
    return path(name);
}

QByteArray noise(quint32 seed, qsizetype size)
{
    QRandomGenerator generator(seed);
    QByteArray bytes((size + 3) / 4 * 4, Qt::Uninitialized);
    generator.fillRange(reinterpret_cast<quint32 *>(bytes.data()), bytes.size() / 4);
    bytes.truncate(size);
    return bytes;
}

QByteArray readFile(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeInPlace(const QString &path, const QByteArray &bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write %s", qPrintable(path));
}

void changeInPlace(const QString &path)
{
    QByteArray bytes = readFile(path);
    if (bytes.isEmpty())
        qFatal("nothing to change in %s", qPrintable(path));
    bytes[bytes.size() / 2] = char(bytes.at(bytes.size() / 2) ^ 1);
    writeInPlace(path, bytes);
}

} // namespace RemoteLogTest
