// SPDX-License-Identifier: MIT
#pragma once

#include "support/namespaces.h"

#include <QCoreApplication>
#include <QProcess>
#include <QtTest>

#include <sched.h>

namespace RemoteLog::Testing {

enum class Application { OfTheProcess, OfTheTest };

// Longer than a test waits for a condition, which says more about itself.
constexpr int FunctionLimit = 90'000; // milliseconds

// For main(), before there are threads: a world for this process with no network but loopback if it
// is about to run `function`. False where the system refuses.
inline bool enterLoopbackOnlyFor(const char *function, int count, char **arguments)
{
    return count < 2 || qstrcmp(arguments[1], function) != 0 || enterNamespaces(CLONE_NEWNET);
}

// Runs each function of a test in a process of its own: Qt loads one backend for the network in a
// process, and connects to one system bus. Whoever names functions gets them in this one.
template <class Test>
int runApart(int count, char **arguments, Application application)
{
    if (count > 1) {
        std::unique_ptr<QCoreApplication> ofTheProcess;
        if (application == Application::OfTheProcess)
            ofTheProcess = std::make_unique<QCoreApplication>(count, arguments);
        Test test;
        return QTest::qExec(&test, count, arguments);
    }
    const QCoreApplication starter(count, arguments);
    int failed = 0;
    const QMetaObject &type = Test::staticMetaObject;
    for (int i = type.methodOffset(); i < type.methodCount(); ++i) {
        const QString name = QString::fromLatin1(type.method(i).name());
        if (name.endsWith(QStringLiteral("_data")) || name == QStringLiteral("initTestCase"))
            continue;
        QProcess process;
        process.setProcessChannelMode(QProcess::ForwardedChannels);
        process.start(QCoreApplication::applicationFilePath(), {name});
        if (!process.waitForFinished(FunctionLimit)) {
            qWarning("FAIL!  : %s hangs", qPrintable(name));
            process.kill();
            process.waitForFinished();
        }
        if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
            ++failed;
    }
    return failed;
}

} // namespace RemoteLog::Testing
