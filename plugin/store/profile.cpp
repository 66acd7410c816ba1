// SPDX-License-Identifier: MIT
#include "profile.h"

#include "platform/durablefile.h"
#include "security/keys.h"

#include <QDir>

#include <algorithm>

namespace RemoteLog {

namespace {

constexpr int IdBytes = 16;

bool isProfileId(const QByteArray &text)
{
    return text.size() == 2 * IdBytes && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

} // namespace

Result<QString> profileId(const QString &directory)
{
    const QString path = QDir(directory).filePath(QStringLiteral("profile"));
    Result<QByteArray> text = DurableFile::read(path, 4096);
    if (text.ok() && text.value().isNull()) {
        if (const Problem problem = DurableFile::makeDirectory(directory, true))
            return problem;
        if (const Problem problem =
                DurableFile::writeOnce(path, randomBytes(IdBytes).toHex(), directory))
            return problem;
        // Read it back: what counts is what the disk has.
        text = DurableFile::read(path, 4096);
    }
    if (!text.ok())
        return text.problem();
    if (!isProfileId(text.value()))
        return Problem(Problem::Kind::LocalDataCorrupt,
                       QStringLiteral("the file `profile` does not hold a profile id"));
    return QString::fromLatin1(text.value());
}

} // namespace RemoteLog
