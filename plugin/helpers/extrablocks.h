// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QObject>

namespace RemoteLog {

// Blocks that came with an answer beside the one that was wanted, until whoever asked wants them,
// too. Bounded over all who ask. When there is no room, what is here stays and what comes goes:
// whoever began to take would have fetched the rest in vain, and a flood pushes nothing out.
class ExtraBlocks : public QObject
{
    Q_OBJECT

public:
    // What a store may send as one tree always fits if nothing else is here.
    static constexpr qint64 MaxBytes = 8 * 1024 * 1024;
    // Each costs something beside its bytes: some hundred bytes.
    static constexpr int MaxBlocks = 8192;

    using QObject::QObject;

    // Enough that a tree is worth its way.
    bool hasRoom() const;

    // What comes for `asker` is kept from now on, until drop() or his death.
    void expectFor(const QObject *asker);
    bool isExpectedFor(const QObject *asker) const { return m_blocks.contains(asker); }

    // `address` is computed from `bytes`. Nothing happens if `asker` expects nothing, or without
    // room.
    void keep(const QObject *asker, const QByteArray &address, const QByteArray &bytes);

    // Lets go of the block that it gives back; null if it is not here.
    QByteArray take(const QObject *asker, const QByteArray &address);

    void drop(const QObject *asker);

    qint64 bytes() const { return m_bytes; }
    int count() const { return m_count; }

private:
    using Blocks = QHash<QByteArray, QByteArray>; // by address

    QHash<const QObject *, Blocks> m_blocks; // by asker
    qint64 m_bytes = 0;
    int m_count = 0;
};

} // namespace RemoteLog
