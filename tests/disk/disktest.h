// SPDX-License-Identifier: MIT
#pragma once

#include "smalldisk.h"

#include "support/party.h"

#include <QCoreApplication>
#include <QtTest>

namespace RemoteLog::Testing {

// A payload that says which one it is, of this size.
inline QByteArray payload(int number, int size = 100)
{
    return (QByteArray::number(number) + ' ').leftJustified(size, char('a' + number % 26));
}

inline QList<QByteArray> payloadsOf(const QList<Entry> &entries)
{
    QList<QByteArray> payloads;
    for (const Entry &entry : entries)
        payloads.append(entry.payload());
    return payloads;
}

// All that a log of one's own holds; ends the test program if it holds it not from 1 without gaps.
inline QList<QByteArray> contentOf(OutgoingLog *log)
{
    QList<QByteArray> payloads;
    for (;;) {
        const Result<QList<Entry>> entries = await(log->read(quint64(payloads.size()) + 1, 4096));
        if (!entries.ok())
            qFatal("a log cannot be read: %s", qPrintable(entries.problem().detail()));
        if (entries.value().isEmpty())
            return payloads;
        for (const Entry &entry : entries.value()) {
            if (entry.sequence() != quint64(payloads.size()) + 1)
                qFatal("a log has a gap");
            payloads.append(entry.payload());
        }
    }
}

inline QUrl folderUrl(const QString &path)
{
    return QUrl(QStringLiteral("file://") + path);
}

// main() of a test that mounts; the test has a member `why` for the reason that it cannot.
template <class Test>
int runWithMounts(int argc, char **argv)
{
    const QString why = separateMounts(); // before there are threads
    QCoreApplication application(argc, argv);
    Test test(why);
    return QTest::qExec(&test, argc, argv);
}

} // namespace RemoteLog::Testing
