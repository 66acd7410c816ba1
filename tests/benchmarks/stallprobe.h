// SPDX-License-Identifier: MIT
#pragma once

#include <QElapsedTimer>
#include <QEventLoop>
#include <QObject>
#include <QTimer>

#include <algorithm>
#include <vector>

// How long the event loop of this thread is kept from what it should do: a precise timer of 2 ms,
// and by how much it is late.
class StallProbe : public QObject
{
public:
    StallProbe()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(Interval);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            const qint64 now = m_clock.nsecsElapsed();
            m_late.push_back(double(now - m_last) / 1e6 - Interval);
            m_last = now;
        });
    }

    void start()
    {
        m_clock.start();
        m_last = 0;
        m_timer.start();
    }

    void stop() { m_timer.stop(); }

    // Alone in the event loop, for a baseline.
    void runFor(int milliseconds)
    {
        start();
        QEventLoop loop;
        QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
        loop.exec();
        stop();
    }

    // In milliseconds; `fraction` from 0 to 1.
    double percentile(double fraction)
    {
        if (m_late.empty())
            return 0;
        std::sort(m_late.begin(), m_late.end());
        return m_late[std::size_t(fraction * double(m_late.size() - 1))];
    }

private:
    static constexpr int Interval = 2;

    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_last = 0;
    std::vector<double> m_late;
};
