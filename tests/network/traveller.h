// SPDX-License-Identifier: MIT
#pragma once

#include "support/memoryhelpers.h"
#include "support/party.h"

namespace RemoteLog::Testing {

// Somebody whose log goes to helpers that need the network ("far") and to others that do not
// ("near"), a memory and a folder of each. Which network there is, the plugin finds out.
class Traveller
{
public:
    // Two of different names share no helper.
    explicit Traveller(const char *name, Settings::Policy metered = Settings::Policy::Allow);
    ~Traveller();

    void open();
    bool isHeldBack();
    bool becomesHeldBack();

    // What she appends now gets everywhere.
    bool reachesAll();
    // What she appends now reaches the near helpers; the far ones are not so much as asked, also
    // when the host says that it is time to try.
    bool staysNear();
    // The far helpers get what the near ones have, and none has failed.
    bool catchesUp();

    Party party;

private:
    bool publish();
    bool farHasAll() const;
    QStringList folder(const char *name) const;
    QUrl folderUrl(const char *name, const char *query) const;

    QTemporaryDir m_folders;
    std::shared_ptr<MemoryWorld> m_far;
    std::shared_ptr<MemoryWorld> m_near;
    OutgoingLog *m_log = nullptr;
};

} // namespace RemoteLog::Testing
