// SPDX-License-Identifier: MIT
#include <RemoteLog/entry.h>

#include <QtCore/QDebug>

namespace RemoteLog {

class EntryPrivate : public QSharedData
{
public:
    quint64 sequence = 0;
    QByteArray id;
    QByteArray payload;
    Entry::State state = Entry::State::Pending;
};

Entry::Entry()
    : d(new EntryPrivate)
{
}

Entry::Entry(quint64 sequence, const QByteArray &id, const QByteArray &payload, State state)
    : d(new EntryPrivate)
{
    d->sequence = sequence;
    d->id = id;
    d->payload = payload;
    d->state = state;
}

Entry::Entry(const Entry &other) = default;
Entry::Entry(Entry &&other) noexcept = default;
Entry &Entry::operator=(const Entry &other) = default;
Entry &Entry::operator=(Entry &&other) noexcept = default;
Entry::~Entry() = default;

quint64 Entry::sequence() const
{
    return d->sequence;
}

QByteArray Entry::id() const
{
    return d->id;
}

QByteArray Entry::payload() const
{
    return d->payload;
}

Entry::State Entry::state() const
{
    return d->state;
}

bool operator==(const Entry &a, const Entry &b)
{
    return a.d == b.d
           || (a.sequence() == b.sequence() && a.state() == b.state() && a.id() == b.id()
               && a.payload() == b.payload());
}

QDebug operator<<(QDebug debug, const Entry &entry)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Entry(" << entry.sequence() << ", " << entry.state() << ", id of "
                    << entry.id().size() << " bytes, payload of " << entry.payload().size()
                    << " bytes)";
    return debug;
}

} // namespace RemoteLog
