// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QPointer>

#include <deque>
#include <functional>
#include <memory>

namespace RemoteLog {

// Puts of records to one name system: a few at a time, for each may take it minutes. A writer's own
// go before what readers put back, however many those are, and those leave him a place.
class PutTurns : public QObject
{
    Q_OBJECT

public:
    // A turn, until its last copy dies.
    using Turn = std::shared_ptr<const void>;
    using Begin = std::function<void(const Turn &)>;
    enum class Of { Writer, Reader };

    // `atOnce`: 2 or more.
    explicit PutTurns(int atOnce, QObject *parent = nullptr);

    // `begin` is called once, perhaps before this returns, in the order in which those of a kind
    // came; not if `context` dies first.
    void wait(Of whose, QObject *context, Begin begin);

private:
    struct Waiting
    {
        QPointer<QObject> context;
        Begin begin;
    };

    void advance();
    bool beginNext(Of whose, int most);

    const int m_atOnce;
    std::deque<Waiting> m_writers;
    std::deque<Waiting> m_readers;
    int m_writing = 0; // under way
    int m_puttingBack = 0;
};

} // namespace RemoteLog
