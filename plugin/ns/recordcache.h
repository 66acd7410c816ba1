// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>

#include <list>

namespace RemoteLog {

// What a server said last of each name, with the ETag to ask by whether that is still so. Bounded:
// what was not asked for the longest time goes first.
class RecordCache
{
public:
    static constexpr int MaxNames = 256;
    static constexpr qsizetype MaxBytes = 1024 * 1024;
    // A server that wants more to be sent with every question is not worth it.
    static constexpr qsizetype MaxTagSize = 200;

    struct Entry
    {
        QByteArray tag; // as it came: quoted, weak, or neither, as some servers write it
        QByteArray record;
    };

    // Empty if nothing is known.
    Entry find(const QString &logName);
    // Instead of what was known. An entry is none without a tag of visible ASCII: that goes back
    // into a header, where other bytes could be more than a tag.
    void replace(const QString &logName, const Entry &entry);

private:
    struct Known
    {
        QString logName;
        Entry entry;

        qsizetype size() const;
    };
    using Order = std::list<Known>; // the last one asked for first

    void remove(Order::iterator known);

    Order m_order;
    QHash<QString, Order::iterator> m_byName;
    qsizetype m_bytes = 0;
};

} // namespace RemoteLog
