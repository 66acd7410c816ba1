// SPDX-License-Identifier: MIT
#pragma once

#include <QList>

namespace RemoteLog {

// Which earlier pages (numbered from 0) page `number` names in its ranges, ascending: the earlier
// ones of its block of 16, and, where 16 divides it, the 15 previous multiples of 16^level for
// every level up to the largest j with 16^j dividing it. Page 0 names none. About 9.3 on average; a
// reader reaches any of 1000 pages in at most 5 dependent fetches.
QList<quint64> skipTargets(quint64 number);

} // namespace RemoteLog
