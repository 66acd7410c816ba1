// SPDX-License-Identifier: MIT
#include <RemoteLog/problem.h>

#include <QtCore/QDebug>

#include <algorithm>

namespace RemoteLog {

namespace {

QString actionRequired()
{
    return Problem::tr("This cannot go on without you. "
                       "Check the settings, the access data and the permissions.");
}

} // namespace

class ProblemPrivate : public QSharedData
{
public:
    Problem::Kind kind = Problem::Kind::None;
    QString detail;
    QUrl helper;
    std::chrono::seconds retryAfter{0};
};

// No data at all means "none": the value that is passed around most often costs no allocation.
Problem::Problem() = default;

Problem::Problem(Kind kind, const QString &detail, const QUrl &helper)
{
    if (kind == Kind::None)
        return;
    d = new ProblemPrivate;
    d->kind = kind;
    d->detail = detail;
    d->helper = helper.adjusted(QUrl::RemoveUserInfo);
}

Problem::Problem(const Problem &other) = default;
Problem::Problem(Problem &&other) noexcept = default;
Problem &Problem::operator=(const Problem &other) = default;
Problem &Problem::operator=(Problem &&other) noexcept = default;
Problem::~Problem() = default;

Problem::Kind Problem::kind() const
{
    return d ? d->kind : Kind::None;
}

QUrl Problem::helper() const
{
    return d ? d->helper : QUrl();
}

QString Problem::detail() const
{
    return d ? d->detail : QString();
}

std::chrono::seconds Problem::retryAfter() const
{
    return d ? d->retryAfter : std::chrono::seconds(0);
}

Problem Problem::withRetryAfter(std::chrono::seconds span) const
{
    Problem changed = *this;
    if (changed.d)
        changed.d->retryAfter = std::max(span, std::chrono::seconds(0));
    return changed;
}

QString Problem::text() const
{
    switch (kind()) {
    case Kind::None:
        return QString();
    case Kind::WillRetry:
        return tr("This does not work at the moment. It will be tried again automatically.");
    case Kind::Rejected:
        return tr("A storage service refused this request and will refuse it again. "
                  "Use another service, or ask its operator what it accepts.");
    case Kind::ActionRequired:
        return actionRequired();
    case Kind::SecretStoreUnavailable:
        return tr("The keychain is locked or does not answer. Unlock it to continue.");
    case Kind::KeyMissing:
        return tr("The keychain does not hold the key of this profile. "
                  "Restore the keychain from a backup, or set up a new profile.");
    case Kind::InUse:
        return tr("This profile is open in another window or program. Close it there first.");
    case Kind::Conflict:
        return tr("This log exists in two different versions, perhaps because a backup was "
                  "restored or a profile was copied. A new log has to be started.");
    case Kind::Clock:
        return tr("The clock of this computer is wrong. Set the date and time correctly.");
    case Kind::Tampered:
        return tr("Received data was damaged or forged, and none of it was used. "
                  "If this goes on, ask the sender for a new link.");
    case Kind::LocalDataCorrupt:
        return tr("The local data of this profile is damaged. What could not be read was set "
                  "aside, not deleted: restore a backup, or continue without it.");
    case Kind::LocalStorageFull:
        return tr("The disk is full or cannot be written to. "
                  "Free some space, or check its permissions.");
    case Kind::InvalidArgument:
        return tr("The application asked for something impossible. "
                  "Please report this to its developers.");
    case Kind::TooLarge:
        return tr("This message is larger than allowed. "
                  "Send a smaller one, or raise the limit in the settings.");
    case Kind::Unsupported:
        return tr("This needs a newer version of the application. Please update it.");
    case Kind::Closed:
        return tr("The connection was closed before this was done. Open it again to continue.");
    }
    // A kind that a newer plugin knows: documented to be treated like this one.
    return actionRequired();
}

bool operator==(const Problem &a, const Problem &b)
{
    return a.d == b.d
           || (a.kind() == b.kind() && a.detail() == b.detail() && a.helper() == b.helper()
               && a.retryAfter() == b.retryAfter());
}

QDebug operator<<(QDebug debug, const Problem &problem)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "Problem(" << problem.kind();
    if (!problem.detail().isEmpty())
        debug << ", " << problem.detail();
    if (!problem.helper().isEmpty())
        debug << ", " << problem.helper().toString(QUrl::RemoveQuery | QUrl::RemoveFragment);
    if (problem.retryAfter().count() > 0)
        debug << ", again after " << qint64(problem.retryAfter().count()) << " s";
    debug << ')';
    return debug;
}

} // namespace RemoteLog
