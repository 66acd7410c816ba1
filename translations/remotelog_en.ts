<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>RemoteLog::Problem</name>
    <message>
        <source>This cannot go on without you. Check the settings, the access data and the permissions.</source>
        <translation>This cannot go on without you. Check the settings, the access data and the permissions.</translation>
    </message>
    <message>
        <source>This does not work at the moment. It will be tried again automatically.</source>
        <translation>This does not work at the moment. It will be tried again automatically.</translation>
    </message>
    <message>
        <source>A storage service refused this request and will refuse it again. Use another service, or ask its operator what it accepts.</source>
        <translation>A storage service refused this request and will refuse it again. Use another service, or ask its operator what it accepts.</translation>
    </message>
    <message>
        <source>The keychain is locked or does not answer. Unlock it to continue.</source>
        <translation>The keychain is locked or does not answer. Unlock it to continue.</translation>
    </message>
    <message>
        <source>The keychain does not hold the key of this profile. Restore the keychain from a backup, or set up a new profile.</source>
        <translation>The keychain does not hold the key of this profile. Restore the keychain from a backup, or set up a new profile.</translation>
    </message>
    <message>
        <source>This profile is open in another window or program. Close it there first.</source>
        <translation>This profile is open in another window or program. Close it there first.</translation>
    </message>
    <message>
        <source>This log exists in two different versions, perhaps because a backup was restored or a profile was copied. A new log has to be started.</source>
        <translation>This log exists in two different versions, perhaps because a backup was restored or a profile was copied. A new log has to be started.</translation>
    </message>
    <message>
        <source>The clock of this computer is wrong. Set the date and time correctly.</source>
        <translation>The clock of this computer is wrong. Set the date and time correctly.</translation>
    </message>
    <message>
        <source>Received data was damaged or forged, and none of it was used. If this goes on, ask the sender for a new link.</source>
        <translation>Received data was damaged or forged, and none of it was used. If this goes on, ask the sender for a new link.</translation>
    </message>
    <message>
        <source>The local data of this profile is damaged. What could not be read was set aside, not deleted: restore a backup, or continue without it.</source>
        <translation>The local data of this profile is damaged. What could not be read was set aside, not deleted: restore a backup, or continue without it.</translation>
    </message>
    <message>
        <source>The disk is full or cannot be written to. Free some space, or check its permissions.</source>
        <translation>The disk is full or cannot be written to. Free some space, or check its permissions.</translation>
    </message>
    <message>
        <source>The application asked for something impossible. Please report this to its developers.</source>
        <translation>The application asked for something impossible. Please report this to its developers.</translation>
    </message>
    <message>
        <source>This message is larger than allowed. Send a smaller one, or raise the limit in the settings.</source>
        <translation>This message is larger than allowed. Send a smaller one, or raise the limit in the settings.</translation>
    </message>
    <message>
        <source>This needs a newer version of the application. Please update it.</source>
        <translation>This needs a newer version of the application. Please update it.</translation>
    </message>
    <message>
        <source>The connection was closed before this was done. Open it again to continue.</source>
        <translation>The connection was closed before this was done. Open it again to continue.</translation>
    </message>
</context>
</TS>
