// SPDX-License-Identifier: MIT
#include "console.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QStringConverter>

#include <algorithm>
#include <cstdio>

namespace Console {

namespace {

constexpr qsizetype LongestText = 200;
constexpr qsizetype DigestLength = 16;
constexpr qsizetype ShortNameLength = 8;

void write(FILE *stream, const QString &line)
{
    const QByteArray bytes = line.toUtf8() + '\n';
    std::fwrite(bytes.constData(), 1, size_t(bytes.size()), stream);
    std::fflush(stream);
}

} // namespace

void print(const QString &line)
{
    write(stdout, line);
}

void warn(const QString &line)
{
    write(stderr, line);
}

void print(const QString &line, const RemoteLog::Problem &problem)
{
    const QString kind = word(problem.kind(), RemoteLog::Problem::Kind::ActionRequired);
    print(problem ? line + QLatin1Char(' ') + kind + QLatin1Char(' ') + problem.text()
                  : line + QLatin1Char(' ') + kind);
    if (!problem.detail().isEmpty()) {
        const QString where = problem.helper().toString(QUrl::RemoveQuery | QUrl::RemoveFragment);
        warn(QStringLiteral("detail: ") + problem.detail()
             + (where.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(where)));
    }
}

QString describe(const QByteArray &payload)
{
    if (payload.size() <= LongestText) {
        QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
        const QString text = decoder(payload);
        const QList<uint> characters = text.toUcs4();
        // Somebody else wrote this: no escape sequence of theirs reaches the terminal.
        if (!decoder.hasError()
            && std::all_of(characters.begin(), characters.end(),
                           [](uint character) { return QChar::isPrint(character); }))
            return QLatin1Char('"') + text + QLatin1Char('"');
    }
    const QByteArray digest = QCryptographicHash::hash(payload, QCryptographicHash::Sha256).toHex();
    return QStringLiteral("<%1 bytes, sha256 %2>")
        .arg(payload.size())
        .arg(QLatin1String(digest.left(DigestLength)));
}

QString shortName(const QString &logName)
{
    return logName.right(ShortNameLength);
}

QString word(const char *key, const char *unknown)
{
    QString result;
    for (const QChar letter : QString::fromLatin1(key ? key : unknown)) {
        if (letter.isUpper() && !result.isEmpty())
            result += QLatin1Char('-');
        result += letter.toLower();
    }
    return result;
}

} // namespace Console
