// SPDX-License-Identifier: MIT
#pragma once

#include "page.h"

namespace RemoteLog {

// What a reader asks of a page beyond its form, before anything of it is used (wire format,
// "Ranges" and "History"). A null Problem: nothing stands against it.

// A page that was fetched for `claimed` has to hold all of that; Tampered otherwise.
Problem judgePage(const Page &page, const PageRange &claimed);

// A page that holds the entries around the cursor, page.first - 1 <= cursor <= page.last(), has to
// continue the `history` there, h(cursor); Conflict otherwise.
Problem judgeHistory(const Page &page, quint64 cursor, const QByteArray &history);

} // namespace RemoteLog
