// SPDX-License-Identifier: MIT
#include "vectors.h"

#include <QFile>

QString vectorText(const QString &file, const QString &name)
{
    QFile data(QStringLiteral(LOG_TEST_DATA "/") + file);
    if (!data.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(data.fileName()));
    const QByteArray prefix = name.toLatin1() + ": ";
    const QList<QByteArray> lines = data.readAll().split('\n');
    for (const QByteArray &line : lines) {
        if (line.startsWith(prefix))
            return QString::fromLatin1(line.sliced(prefix.size()));
    }
    qFatal("no %s in %s", qPrintable(name), qPrintable(file));
}

QByteArray vectorBytes(const QString &file, const QString &name)
{
    return QByteArray::fromHex(vectorText(file, name).toLatin1());
}
