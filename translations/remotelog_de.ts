<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>RemoteLog::Problem</name>
    <message>
        <source>This cannot go on without you. Check the settings, the access data and the permissions.</source>
        <translation>Ohne Sie geht es hier nicht weiter. Prüfen Sie die Einstellungen, die Zugangsdaten und die Berechtigungen.</translation>
    </message>
    <message>
        <source>This does not work at the moment. It will be tried again automatically.</source>
        <translation>Das funktioniert im Moment nicht. Es wird automatisch erneut versucht.</translation>
    </message>
    <message>
        <source>A storage service refused this request and will refuse it again. Use another service, or ask its operator what it accepts.</source>
        <translation>Ein Speicherdienst hat diese Anfrage abgelehnt und wird sie wieder ablehnen. Verwenden Sie einen anderen Dienst, oder fragen Sie den Betreiber, was er annimmt.</translation>
    </message>
    <message>
        <source>The keychain is locked or does not answer. Unlock it to continue.</source>
        <translation>Der Schlüsselbund ist gesperrt oder antwortet nicht. Entsperren Sie ihn, um fortzufahren.</translation>
    </message>
    <message>
        <source>The keychain does not hold the key of this profile. Restore the keychain from a backup, or set up a new profile.</source>
        <translation>Der Schlüsselbund enthält den Schlüssel dieses Profils nicht. Stellen Sie den Schlüsselbund aus einer Sicherung wieder her, oder richten Sie ein neues Profil ein.</translation>
    </message>
    <message>
        <source>This profile is open in another window or program. Close it there first.</source>
        <translation>Dieses Profil ist in einem anderen Fenster oder Programm geöffnet. Schließen Sie es zuerst dort.</translation>
    </message>
    <message>
        <source>This log exists in two different versions, perhaps because a backup was restored or a profile was copied. A new log has to be started.</source>
        <translation>Von diesem Protokoll gibt es zwei verschiedene Fassungen, vielleicht weil eine Sicherung eingespielt oder ein Profil kopiert wurde. Es muss ein neues Protokoll begonnen werden.</translation>
    </message>
    <message>
        <source>The clock of this computer is wrong. Set the date and time correctly.</source>
        <translation>Die Uhr dieses Computers geht falsch. Stellen Sie Datum und Uhrzeit richtig ein.</translation>
    </message>
    <message>
        <source>Received data was damaged or forged, and none of it was used. If this goes on, ask the sender for a new link.</source>
        <translation>Empfangene Daten waren beschädigt oder gefälscht; nichts davon wurde verwendet. Wenn das anhält, bitten Sie den Absender um einen neuen Link.</translation>
    </message>
    <message>
        <source>The local data of this profile is damaged. What could not be read was set aside, not deleted: restore a backup, or continue without it.</source>
        <translation>Die lokalen Daten dieses Profils sind beschädigt. Was nicht zu lesen war, wurde beiseitegelegt, nicht gelöscht: Spielen Sie eine Sicherung ein, oder machen Sie ohne sie weiter.</translation>
    </message>
    <message>
        <source>The disk is full or cannot be written to. Free some space, or check its permissions.</source>
        <translation>Der Datenträger ist voll oder nicht beschreibbar. Schaffen Sie Platz, oder prüfen Sie die Berechtigungen.</translation>
    </message>
    <message>
        <source>The application asked for something impossible. Please report this to its developers.</source>
        <translation>Die Anwendung hat etwas Unmögliches verlangt. Bitte melden Sie das ihren Entwicklern.</translation>
    </message>
    <message>
        <source>This message is larger than allowed. Send a smaller one, or raise the limit in the settings.</source>
        <translation>Diese Nachricht ist größer als erlaubt. Senden Sie eine kleinere, oder erhöhen Sie die Grenze in den Einstellungen.</translation>
    </message>
    <message>
        <source>This needs a newer version of the application. Please update it.</source>
        <translation>Dafür ist eine neuere Version der Anwendung nötig. Bitte aktualisieren Sie sie.</translation>
    </message>
    <message>
        <source>The connection was closed before this was done. Open it again to continue.</source>
        <translation>Die Verbindung wurde geschlossen, bevor dies erledigt war. Öffnen Sie sie wieder, um fortzufahren.</translation>
    </message>
</context>
</TS>
