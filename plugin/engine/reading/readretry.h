// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/helperset.h"

#include <QTimer>

namespace RemoteLog {

// When reading that stopped goes on: after a jittered while that grows with each failure, and not
// before a content store may be asked. What fails because there is no network failed at nothing.
class ReadRetry : public QObject
{
    Q_OBJECT

public:
    ReadRetry(const HelperSet &helpers, const Timing &timing, QObject *parent);

    // No while is running, and a store may be asked.
    bool isDue() const;
    // There are stores, and all of them wait for the network or for the host.
    bool isHeldBack() const;

    using Attempt = quint64;
    Attempt begin() const { return m_helpers.resets(); }
    // False if the helpers were reset since: what was under way may have been aborted.
    bool counts(Attempt attempt) const { return attempt == m_helpers.resets(); }
    // What does not count may be tried again at once.
    void failed(Attempt attempt);
    // There is reason to think that it would work now: the while is over, the next one is longer.
    void hurry() { m_timer.stop(); }
    // All failures are forgotten.
    void reset();

Q_SIGNALS:
    void due();

private:
    void tell();

    const HelperSet &m_helpers;
    Timing m_timing;
    int m_failures = 0;
    QTimer m_timer;
};

} // namespace RemoteLog
