// SPDX-License-Identifier: MIT
#pragma once

#include "engine/engine.h"

#include <RemoteLog/incominglog.h>

namespace RemoteLog {

// A followed log as the host sees it: keeps the last status that the worker reported, passes calls
// on.
class IncomingFacade : public IncomingLog
{
    Q_OBJECT

public:
    // `generation`: how often this log was unfollowed before.
    IncomingFacade(const LogLink &link, int generation, Engine *engine,
                   std::shared_ptr<EnginePort> port, QObject *parent);

    LogLink link() const override { return m_link; }
    Head head() const override { return m_status.head; }
    quint64 position() const override { return m_status.position; }
    Problem problem() const override { return m_status.problem; }
    void start() override;
    void commit(quint64 sequence) override;
    void checkNow() override;

    IncomingKey key() const { return m_key; }
    void setStatus(const IncomingStatus &status);

private:
    LogLink m_link;
    IncomingKey m_key;
    Engine *m_engine; // only ever touched in work posted to the port
    std::shared_ptr<EnginePort> m_port;
    IncomingStatus m_status;
};

} // namespace RemoteLog
