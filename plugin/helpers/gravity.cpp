// SPDX-License-Identifier: MIT
#include "gravity.h"

namespace RemoteLog {

namespace {

int gravity(Problem::Kind kind)
{
    switch (kind) {
    case Problem::Kind::None:
        return 0;
    case Problem::Kind::WillRetry:
        return 1;
    case Problem::Kind::Closed:
    case Problem::Kind::Rejected:
        return 2;
    case Problem::Kind::InvalidArgument:
    case Problem::Kind::TooLarge:
    case Problem::Kind::Unsupported:
        return 3;
    case Problem::Kind::Tampered:
        return 4;
    case Problem::Kind::ActionRequired:
    case Problem::Kind::Clock:
        return 5;
    case Problem::Kind::Conflict:
        return 6;
    case Problem::Kind::InUse:
    case Problem::Kind::SecretStoreUnavailable:
        return 7;
    case Problem::Kind::LocalDataCorrupt:
    case Problem::Kind::KeyMissing:
        return 8;
    case Problem::Kind::LocalStorageFull:
        return 9;
    }
    return 5;
}

} // namespace

Problem graver(const Problem &a, const Problem &b)
{
    return gravity(b.kind()) > gravity(a.kind()) ? b : a;
}

bool needsAttention(const Problem &problem)
{
    return gravity(problem.kind()) >= gravity(Problem::Kind::ActionRequired);
}

} // namespace RemoteLog
