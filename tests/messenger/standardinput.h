// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

// Standard input by lines, without ever blocking the event loop: terminal, pipe or file.
class StandardInput : public QObject
{
    Q_OBJECT

public:
    explicit StandardInput(QObject *parent = nullptr);

    // Held back, lines stay where they are, and at last in the pipe: how a busy reader slows down
    // its writer.
    void setHeldBack(bool heldBack);

    bool isAtEnd() const { return m_isAtEnd; }

Q_SIGNALS:
    // Without the line feed; a last line without one counts.
    void line(const QByteArray &bytes);
    void ended();

private:
    void readSome();
    void splitLines();

    QSocketNotifier m_notifier;
    QByteArray m_buffer;
    bool m_isHeldBack = false;
    bool m_isAtEnd = false;
    bool m_isSplitting = false;
};
