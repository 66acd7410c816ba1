// SPDX-License-Identifier: MIT
#pragma once

// Field numbers of resources/proto/remotelog.proto; only for this room's .cpp files.

#include <QtGlobal>

namespace RemoteLog {

namespace PageField {
enum : quint32 {
    Pair = 1,
    Tail = 2,
    FirstSequence = 100,
    Range = 101,
    IdScheme = 102,
    History = 103,
    Helper = 104,
    Withdrawn = 105
};
}
namespace PairField {
enum : quint32 { RemoteHash = 1, LocalHash = 2, Data = 3, Sha256 = 100, Size = 101 };
}
namespace RangeField {
enum : quint32 { First = 1, Count = 2, Address = 3, Size = 4 };
}

} // namespace RemoteLog
