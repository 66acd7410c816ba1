// SPDX-License-Identifier: MIT
#include "extrablocks.h"

namespace RemoteLog {

namespace {

// A block of the largest size, and many small ones.
constexpr qint64 LeastBytes = 1024 * 1024;
constexpr int LeastBlocks = 1024;

} // namespace

bool ExtraBlocks::hasRoom() const
{
    return m_bytes <= MaxBytes - LeastBytes && m_count <= MaxBlocks - LeastBlocks;
}

void ExtraBlocks::expectFor(const QObject *asker)
{
    if (m_blocks.contains(asker))
        return;
    m_blocks.insert(asker, {});
    connect(asker, &QObject::destroyed, this, &ExtraBlocks::drop);
}

void ExtraBlocks::keep(const QObject *asker, const QByteArray &address, const QByteArray &bytes)
{
    const auto blocks = m_blocks.find(asker);
    if (blocks == m_blocks.end() || blocks->contains(address) || m_count >= MaxBlocks
        || m_bytes + bytes.size() > MaxBytes)
        return;
    blocks->insert(address, bytes);
    m_bytes += bytes.size();
    ++m_count;
}

QByteArray ExtraBlocks::take(const QObject *asker, const QByteArray &address)
{
    const auto blocks = m_blocks.find(asker);
    if (blocks == m_blocks.end() || !blocks->contains(address))
        return {};
    const QByteArray bytes = blocks->take(address);
    m_bytes -= bytes.size();
    --m_count;
    return bytes;
}

void ExtraBlocks::drop(const QObject *asker)
{
    const auto blocks = m_blocks.constFind(asker);
    if (blocks == m_blocks.cend())
        return;
    disconnect(asker, &QObject::destroyed, this, &ExtraBlocks::drop);
    for (const QByteArray &bytes : *blocks)
        m_bytes -= bytes.size();
    m_count -= int(blocks->size());
    m_blocks.erase(blocks);
}

} // namespace RemoteLog
