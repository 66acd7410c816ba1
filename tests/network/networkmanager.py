# SPDX-License-Identifier: MIT
"""NetworkManager as far as Qt asks it, for python3-dbusmock.

dbusmock's own template sends values whose type Qt cannot convert and has neither Metered nor
PrimaryConnection. Numbers are those of NetworkManager's D-Bus interface: NMState,
NMConnectivityState, NMMetered, NMDeviceType.
"""
import dbus
from dbusmock import MOCK_IFACE

BUS_NAME = 'org.freedesktop.NetworkManager'
MAIN_OBJ = '/org/freedesktop/NetworkManager'
MAIN_IFACE = 'org.freedesktop.NetworkManager'
SYSTEM_BUS = True

DEVICES = {'ethernet': (1, 4), 'wifi': (2, 4), 'modem': (8, 3)}  # type, whether it is metered


def connection_path(device):
    return dbus.ObjectPath(f'{MAIN_OBJ}/ActiveConnection/{device}' if device else '/')


def load(mock, parameters):
    device = parameters.get('device', 'ethernet')
    metered = DEVICES[device][1] if device else 0
    mock.AddProperties(MAIN_IFACE, dbus.Dictionary({
        'State': dbus.UInt32(parameters.get('state', 70)),
        'Connectivity': dbus.UInt32(parameters.get('connectivity', 4)),
        'Metered': dbus.UInt32(metered),
        'PrimaryConnection': connection_path(device),
        'Version': '1.42.4',
    }, signature='sv'))
    mock.known = mock.props[MAIN_IFACE]
    for name, (kind, metered) in DEVICES.items():
        path = dbus.ObjectPath(f'{MAIN_OBJ}/Devices/{name}')
        mock.AddObject(path, MAIN_IFACE + '.Device',
                       {'DeviceType': dbus.UInt32(kind), 'Metered': dbus.UInt32(metered)}, [])
        mock.AddObject(connection_path(name), MAIN_IFACE + '.Connection.Active',
                       {'Devices': dbus.Array([path], signature='o')}, [])


def change(self, properties):
    self.known.update(properties)
    self.EmitSignal(dbus.PROPERTIES_IFACE, 'PropertiesChanged', 'sa{sv}as',
                    [MAIN_IFACE, dbus.Dictionary(properties, signature='sv'),
                     dbus.Array([], signature='s')])


@dbus.service.method(MOCK_IFACE, in_signature='u')
def SetState(self, state):
    change(self, {'State': dbus.UInt32(state)})


@dbus.service.method(MOCK_IFACE, in_signature='u')
def SetConnectivity(self, connectivity):
    change(self, {'Connectivity': dbus.UInt32(connectivity)})


@dbus.service.method(MOCK_IFACE, in_signature='b')
def SetAnswers(self, answers):
    """Whether it says what it knows when it is asked. Of changes it tells either way."""
    if answers:
        self.props[MAIN_IFACE] = self.known
    else:
        self.props.pop(MAIN_IFACE, None)


@dbus.service.method(MOCK_IFACE, in_signature='s')
def SetDevice(self, device):
    """The device that the default route goes through; empty: none."""
    change(self, {'PrimaryConnection': connection_path(device),
                  'Metered': dbus.UInt32(DEVICES[device][1] if device else 0)})
