// SPDX-License-Identifier: MIT
#include <RemoteLog/audit.h>

#include <QtCore/QDebug>

namespace RemoteLog {

class AuditPrivate : public QSharedData
{
public:
    int blocks = 0;
    int checked = 0;
    int missing = 0;
    int restored = 0;
    int failed = 0;
};

Audit::Audit()
    : d(new AuditPrivate)
{
}

Audit::Audit(const Audit &other) = default;
Audit::Audit(Audit &&other) noexcept = default;
Audit &Audit::operator=(const Audit &other) = default;
Audit &Audit::operator=(Audit &&other) noexcept = default;
Audit::~Audit() = default;

int Audit::blocks() const
{
    return d->blocks;
}

void Audit::setBlocks(int count)
{
    d->blocks = count;
}

int Audit::checked() const
{
    return d->checked;
}

void Audit::setChecked(int count)
{
    d->checked = count;
}

int Audit::missing() const
{
    return d->missing;
}

void Audit::setMissing(int count)
{
    d->missing = count;
}

int Audit::restored() const
{
    return d->restored;
}

void Audit::setRestored(int count)
{
    d->restored = count;
}

int Audit::failed() const
{
    return d->failed;
}

void Audit::setFailed(int count)
{
    d->failed = count;
}

bool operator==(const Audit &a, const Audit &b)
{
    return a.d == b.d
           || (a.blocks() == b.blocks() && a.checked() == b.checked() && a.missing() == b.missing()
               && a.restored() == b.restored() && a.failed() == b.failed());
}

QDebug operator<<(QDebug debug, const Audit &audit)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Audit(blocks " << audit.blocks() << ", checked " << audit.checked()
                    << ", missing " << audit.missing() << ", restored " << audit.restored()
                    << ", failed " << audit.failed() << ')';
    return debug;
}

} // namespace RemoteLog
