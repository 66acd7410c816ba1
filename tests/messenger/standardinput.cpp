// SPDX-License-Identifier: MIT
#include "standardinput.h"

#include <cerrno>
#include <unistd.h>

namespace {

constexpr qsizetype ChunkSize = 64 * 1024;

} // namespace

StandardInput::StandardInput(QObject *parent)
    : QObject(parent)
    , m_notifier(STDIN_FILENO, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &StandardInput::readSome);
}

void StandardInput::setHeldBack(bool heldBack)
{
    if (m_isHeldBack == heldBack)
        return;
    m_isHeldBack = heldBack;
    m_notifier.setEnabled(!heldBack && !m_isAtEnd);
    if (!heldBack)
        QMetaObject::invokeMethod(this, &StandardInput::splitLines, Qt::QueuedConnection);
}

void StandardInput::readSome()
{
    QByteArray chunk(ChunkSize, Qt::Uninitialized);
    const ssize_t size = ::read(STDIN_FILENO, chunk.data(), size_t(chunk.size()));
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (size > 0) {
        m_buffer.append(chunk.constData(), qsizetype(size));
    } else {
        m_isAtEnd = true;
        m_notifier.setEnabled(false);
        if (!m_buffer.isEmpty() && !m_buffer.endsWith('\n'))
            m_buffer.append('\n');
    }
    splitLines();
}

void StandardInput::splitLines()
{
    // What a line leads to may hold back or let go: then this is running already.
    if (m_isSplitting)
        return;
    m_isSplitting = true;
    qsizetype from = 0;
    while (!m_isHeldBack) {
        const qsizetype to = m_buffer.indexOf('\n', from);
        if (to < 0)
            break;
        Q_EMIT line(m_buffer.mid(from, to - from));
        from = to + 1;
    }
    m_buffer.remove(0, from);
    m_isSplitting = false;
    if (m_isAtEnd && m_buffer.isEmpty())
        Q_EMIT ended();
}
