// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QList>

namespace RemoteLog {

// What of a table could be read: one damaged row must not stand in the way of the others.
template <class T>
struct Readable
{
    QList<T> rows;
    Problem damage; // LocalDataCorrupt if rows had to be left out: how many, and why the first
};

} // namespace RemoteLog
