// SPDX-License-Identifier: MIT
#pragma once

#include "support/privatebus.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QObject>

namespace RemoteLog::Testing {

// A real gnome-keyring on a bus of its own, with a home of its own, and a person who locks it,
// unlocks it, and answers, or does not answer, when it asks for the password.
//
// The process's own session bus and home from the constructor on: make it before anything uses
// them.
class Keyring : public QObject
{
    Q_OBJECT

public:
    // What its daemon begins with.
    enum class Login { Unlocked, Absent };
    // What the person does when asked for the password.
    enum class Person { Dismisses, LeavesOpen };

    Keyring();
    ~Keyring() override;

    // What this machine lacks for it; empty if nothing.
    static QString missing();

    bool start(Login login = Login::Unlocked);
    void stop();
    // Only while it is stopped: there never was anything in it.
    bool empty();
    // How many secrets of the plugin are in it.
    int secrets();
    // Where new secrets are put; "login" at first.
    bool setDefault(const QString &collection);
    bool lock();
    bool unlock();

    // How often somebody was asked for the password, since start().
    int prompts() const { return m_prompts; }
    void setPerson(Person person) { m_person = person; }
    // The person comes back and dismisses what is open.
    void dismiss();

    // The whole session ends.
    void endBus() { m_bus.end(); }
    QString bus() const { return m_bus.address(); }

private:
    friend class Prompter;
    void add(const QString &who, const QDBusObjectPath &prompt, const QString &answer);

    QTemporaryDir m_home;
    PrivateBus m_bus;
    QProcess m_daemon;
    QDBusConnection m_connection;
    Person m_person = Person::Dismisses;
    int m_prompts = 0;
    QList<QDBusMessage> m_open; // what the person has not said yet
};

} // namespace RemoteLog::Testing
