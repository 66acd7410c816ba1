// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

#include <memory>

// Ctrl-C, SIGTERM and SIGHUP as a Qt signal. The second one of a kind ends the process at once, as
// everywhere.
class TerminationSignal : public QObject
{
    Q_OBJECT

public:
    // The first thing in main(): what comes before the event loop runs is kept for it.
    static void catchAll();

    explicit TerminationSignal(QObject *parent = nullptr);

Q_SIGNALS:
    void requested();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};
