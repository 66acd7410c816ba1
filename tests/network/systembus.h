// SPDX-License-Identifier: MIT
#pragma once

#include "support/privatebus.h"

#include <QDBusConnection>

namespace RemoteLog::Testing {

// The system bus of this process, with a NetworkManager or without. To be made before anything asks
// for the system bus.
class SystemBus
{
public:
    SystemBus();
    ~SystemBus();

    // What this machine lacks for it; empty if nothing.
    static QString missing();

    bool isThere() const { return !m_bus->address().isEmpty(); }
    // Ends the bus itself.
    void end();

    // NetworkManager's numbers: NMState, NMConnectivityState.
    enum State : uint {
        Asleep = 10,
        Down = 20,
        GoingDown = 30,
        Connecting = 40,
        Local = 50,
        Site = 60,
        Up = 70
    };
    enum Connectivity : uint { Portal = 2, Full = 4 };

    // A NetworkManager that begins with this state, and the device that its default route uses:
    // "ethernet", "wifi", or "modem", which is metered.
    bool startManager(State state, const QString &device = QStringLiteral("ethernet"));
    bool stopManager();

    // When these return, it has told everybody.
    bool setState(State state) { return tell("SetState", uint(state)); }
    bool setConnectivity(Connectivity value) { return tell("SetConnectivity", uint(value)); }
    bool setDevice(const QString &device) { return tell("SetDevice", device); }
    // Whether it answers questions, or fails them.
    bool setAnswers(bool answers) { return tell("SetAnswers", answers); }

    // How often the present one was asked for all that it knows.
    int questions();

private:
    bool tell(const char *method, const QVariant &argument);

    std::unique_ptr<PrivateBus> m_bus;
    QProcess m_manager;
    QByteArray m_record;
    QDBusConnection m_connection;
};

} // namespace RemoteLog::Testing
