// SPDX-License-Identifier: MIT
#include <RemoteLog/helperstatus.h>

#include <QtCore/QDebug>

namespace RemoteLog {

class HelperStatusPrivate : public QSharedData
{
public:
    QUrl url;
    bool usable = false;
    QDateTime lastSuccess;
    Problem problem;
};

HelperStatus::HelperStatus()
    : d(new HelperStatusPrivate)
{
}

HelperStatus::HelperStatus(const HelperStatus &other) = default;
HelperStatus::HelperStatus(HelperStatus &&other) noexcept = default;
HelperStatus &HelperStatus::operator=(const HelperStatus &other) = default;
HelperStatus &HelperStatus::operator=(HelperStatus &&other) noexcept = default;
HelperStatus::~HelperStatus() = default;

QUrl HelperStatus::url() const
{
    return d->url;
}

void HelperStatus::setUrl(const QUrl &url)
{
    d->url = url;
}

bool HelperStatus::isUsable() const
{
    return d->usable;
}

void HelperStatus::setUsable(bool usable)
{
    d->usable = usable;
}

QDateTime HelperStatus::lastSuccess() const
{
    return d->lastSuccess;
}

void HelperStatus::setLastSuccess(const QDateTime &time)
{
    d->lastSuccess = time;
}

Problem HelperStatus::problem() const
{
    return d->problem;
}

void HelperStatus::setProblem(const Problem &problem)
{
    d->problem = problem;
}

bool operator==(const HelperStatus &a, const HelperStatus &b)
{
    return a.d == b.d
           || (a.isUsable() == b.isUsable() && a.url() == b.url()
               && a.lastSuccess() == b.lastSuccess() && a.problem() == b.problem());
}

QDebug operator<<(QDebug debug, const HelperStatus &status)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "HelperStatus("
                    << status.url().toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery
                                             | QUrl::RemoveFragment)
                    << (status.isUsable() ? ", usable" : ", not usable") << ", last success "
                    << status.lastSuccess().toString(Qt::ISODateWithMs) << ", " << status.problem()
                    << ')';
    return debug;
}

} // namespace RemoteLog
