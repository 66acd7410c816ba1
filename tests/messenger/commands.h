// SPDX-License-Identifier: MIT
#pragma once

#include "manualnetworkwatch.h"
#include "session.h"

// What a line of standard input means.
class Commands : public QObject
{
    Q_OBJECT

public:
    // `network`: what /online and /offline change; null if the system is asked.
    Commands(Session &session, ManualNetworkWatch *network, QObject *parent = nullptr);

    void run(const QByteArray &line);

private:
    bool runWithout(const QString &command);
    bool runWith(const QString &command, const QString &argument);

    void setNetwork(ManualNetworkWatch::Reachability reachability);

    Session &m_session;
    ManualNetworkWatch *m_network;
};
