// SPDX-License-Identifier: MIT
#pragma once

#include "manualnetworkwatch.h"
#include "session.h"

// What a line of standard input means.
class Commands : public QObject
{
    Q_OBJECT

public:
    Commands(Session &session, ManualNetworkWatch &network, QObject *parent = nullptr);

    void run(const QByteArray &line);

private:
    bool runWithout(const QString &command);
    bool runWith(const QString &command, const QString &argument);

    Session &m_session;
    ManualNetworkWatch &m_network;
};
