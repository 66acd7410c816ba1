// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/outgoinglog.h>

#include <QtCore/QObject>

#include <functional>

// The own log: appends, and prints what becomes of what was appended.
//
// Continuations of futures name this object as their context, so it lives until the transport is
// closed: only then every future has been answered.
class Writer : public QObject
{
    Q_OBJECT

public:
    Writer(RemoteLog::OutgoingLog *log, bool printsLink, QObject *parent = nullptr);

    void append(const QByteArray &payload);
    void appendFile(const QString &path);

    // These wait until the log is ready: before, nobody knows what it holds.
    void withdraw(quint64 sequence);
    void acknowledge(quint64 sequence);
    void audit();
    void list();
    void printLink();

    void printStatus() const;

    // True while so much waits to become durable that it is better to append nothing more.
    bool isFull() const;

    // True if every append was answered.
    bool isSettled() const { return m_waiting == 0; }

    // True if an append failed.
    bool hasFailed() const { return m_hasFailed; }

    // Finds out, and then says by published(), whether every own entry is published.
    void checkPublished();

    // After this, appends that fail with Closed are nobody's fault.
    void expectClose() { m_expectsClose = true; }

Q_SIGNALS:
    // An append was answered, or isFull() changed.
    void settled();
    // Something happened after which everything may be published.
    void progressed();
    // Answer to checkPublished(), if it is so.
    void published();

private:
    void whenReady(std::function<void()> action);
    void listFrom(quint64 first);
    void print(const QString &event) const;
    void report(const RemoteLog::Problem &problem) const;

    RemoteLog::OutgoingLog *m_log;
    QList<std::function<void()>> m_whenReady;
    int m_waiting = 0;
    qint64 m_waitingBytes = 0;
    bool m_hasFailed = false;
    bool m_expectsClose = false;
    bool m_isChecking = false;
};
