// SPDX-License-Identifier: MIT
#pragma once

#include "embeddedblocks.h"

#include "log/rangemap.h"

namespace RemoteLog {

// The log in one answer: a reader who knows nothing of it asks for the first page that he fetches
// with all that is below it. He does so once. Where a store gives nothing but the page, no round is
// lost: it is one that had to come before the others.
class TreeReading
{
public:
    bool mayBegin() const { return m_mayBegin; }
    void begin();
    // The page was not answered yet: nothing else is worth a question.
    bool isUnderWay() const { return m_isUnderWay; }
    // A store that fails of trees may have single blocks. Where none could be asked nothing is
    // known yet, and it may begin again.
    void answered(bool wasAsked);
    // No answer is awaited any more.
    void giveUp() { m_isUnderWay = false; }

    // Of what can be fetched now to learn of entries from `first` on: the page to begin with, and
    // after it those above, which are not below it. What came with the record goes before all that:
    // it may tell of newer pages.
    static QList<PlannedFetch> plan(QList<PlannedFetch> planned, quint64 first,
                                    const EmbeddedBlocks &embedded);

private:
    bool m_mayBegin = true;
    bool m_isUnderWay = false;
};

} // namespace RemoteLog
