// SPDX-License-Identifier: MIT
#include "giobus.h"

#include <QLibrary>

namespace RemoteLog {

void outliveSessionBus()
{
    // GIO is not linked: where it is not there, libsecret is not either.
    using Get = void *(*)(int type, void *cancellable, void **error);
    using SetExits = void (*)(void *connection, int exits);
    const QString gio = QStringLiteral("gio-2.0");
    static const auto get = reinterpret_cast<Get>(QLibrary::resolve(gio, 0, "g_bus_get_sync"));
    static const auto setExits = reinterpret_cast<SetExits>(
        QLibrary::resolve(gio, 0, "g_dbus_connection_set_exit_on_close"));
    // The reference is kept: another connection would be made with the default again.
    static void *connection = nullptr;
    if (connection || !get || !setExits)
        return;
    constexpr int SessionBus = 2; // G_BUS_TYPE_SESSION
    connection = get(SessionBus, nullptr, nullptr);
    if (connection)
        setExits(connection, 0);
}

} // namespace RemoteLog
