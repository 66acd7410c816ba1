// SPDX-License-Identifier: MIT
#pragma once

#include <QCoreApplication>
#include <QProcess>
#include <QtTest>

namespace RemoteLog::Testing {

enum class Application { OfTheProcess, OfTheTest };

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
        if (QProcess::execute(QCoreApplication::applicationFilePath(), {name}) != 0)
            ++failed;
    }
    return failed;
}

} // namespace RemoteLog::Testing
