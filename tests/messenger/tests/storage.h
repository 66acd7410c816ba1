// SPDX-License-Identifier: MIT
#pragma once

#include <QTemporaryDir>
#include <QUrl>

namespace RemoteLogTest {

using namespace Qt::StringLiterals;

// A folder for one test: the profiles of everybody, and the shared folder through which they talk.
class Storage
{
public:
    Storage();

    QString place() const { return m_folder.path(); }
    QString path(const QString &name) const { return m_folder.filePath(name); }

    // The shared folder as a helper; with `needsNetwork` one that waits for the network.
    QString url(bool needsNetwork = false) const { return urlOf(u"storage"_s, needsNetwork); }
    QString urlOf(const QString &name, bool needsNetwork = false) const;

    // A second shared folder with the same files.
    void copyTo(const QString &name) const;

    // All files of a shared folder that lie below `part` ("blocks", "names"), largest first.
    QStringList files(const QString &part, const QString &name = u"storage"_s) const;

    // Writes bytes into a file of the test's own and gives its path.
    QString keep(const QString &name, const QByteArray &bytes) const;

private:
    QTemporaryDir m_folder;
};

// Bytes that are the same on every run and look like nothing.
QByteArray noise(quint32 seed, qsizetype size);

QByteArray readFile(const QString &path);
// In place, as a disk or somebody with access to it would.
void changeInPlace(const QString &path);
void writeInPlace(const QString &path, const QByteArray &bytes);

} // namespace RemoteLogTest
