// SPDX-License-Identifier: MIT
#pragma once

#include "options.h"
#include "reader.h"
#include "writer.h"

#include <RemoteLog/transport.h>
#include <RemoteLog/transportplugin.h>

#include <QtCore/QTimer>

#include <map>
#include <memory>

// One run: the transport of the profile, one own log, the followed ones, and when to leave.
class Session : public QObject
{
    Q_OBJECT

public:
    Session(RemoteLog::TransportPlugin &plugin, const RemoteLog::HostServices &services,
            const Options &options, QObject *parent = nullptr);

    RemoteLog::Transport &transport() { return *m_transport; }
    Writer &writer() { return *m_writer; }

    void follow(const QString &link);
    void unfollow(const QString &name);
    void printStatus() const;

    // There will be no more commands.
    void endInput();

    // Leaves once every append was answered.
    void leave();

    // Leaves at once. What is not durable yet may be lost, and was never said to be durable.
    void leaveNow(ExitCode code);

Q_SIGNALS:
    // The profile is closed, or does not get there; the program may end.
    void left(int code);

private:
    void connectTransport();
    void setCredential(const QUrl &helper, const QString &fileName);
    void addReader(RemoteLog::IncomingLog *log);
    void considerLeaving();
    bool hasFailed() const;
    quint64 committed() const;

    Options m_options;
    RemoteLog::Transport *m_transport;
    std::unique_ptr<Writer> m_writer;
    std::map<RemoteLog::IncomingLog *, std::unique_ptr<Reader>> m_readers;
    QTimer m_timeout;
    int m_openCredentials = 0; // are not kept yet
    bool m_hasInputEnded = false;
    bool m_isPublished = false;
    bool m_isLeaving = false;
    bool m_isClosing = false;
    bool m_hasFailed = false;
};
