// SPDX-License-Identifier: MIT
#include "recordcache.h"

#include <algorithm>
#include <iterator>

namespace RemoteLog {

namespace {

bool canBeSent(const QByteArray &tag)
{
    return !tag.isEmpty() && tag.size() <= RecordCache::MaxTagSize
           && std::all_of(tag.begin(), tag.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

qsizetype RecordCache::Known::size() const
{
    return logName.size() * qsizetype(sizeof(QChar)) + entry.tag.size() + entry.record.size();
}

RecordCache::Entry RecordCache::find(const QString &logName)
{
    const auto found = m_byName.constFind(logName);
    if (found == m_byName.constEnd())
        return {};
    m_order.splice(m_order.begin(), m_order, *found);
    return m_order.front().entry;
}

void RecordCache::replace(const QString &logName, const Entry &entry)
{
    if (const auto found = m_byName.constFind(logName); found != m_byName.constEnd())
        remove(*found);
    if (!canBeSent(entry.tag))
        return;
    m_order.push_front({logName, entry});
    m_byName.insert(logName, m_order.begin());
    m_bytes += m_order.front().size();
    while (m_byName.size() > MaxNames || m_bytes > MaxBytes)
        remove(std::prev(m_order.end()));
}

void RecordCache::remove(Order::iterator known)
{
    m_bytes -= known->size();
    m_byName.remove(known->logName);
    m_order.erase(known);
}

} // namespace RemoteLog
