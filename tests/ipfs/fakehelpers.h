// SPDX-License-Identifier: MIT
#pragma once

#include "fakenode.h"
#include "support/party.h"

#include <QUrl>

namespace RemoteLog::Testing {

// A server of the test as a helper: "kubo+http://127.0.0.1:<port>".
inline QUrl helperAt(QUrl url, const char *role, const char *query = "")
{
    url.setScheme(QLatin1String(role) + QLatin1Char('+') + url.scheme());
    if (*query)
        url.setQuery(QString::fromLatin1(query));
    return url;
}

inline QUrl helperAt(const RemoteLogTest::FakeNode &node, const char *query = "")
{
    return helperAt(node.url(), "kubo", query);
}

// How the helper that the settings name first, or later, is doing.
inline Problem problemOf(Party &party, qsizetype helper = 0)
{
    return party.transport().helpers().value(helper).problem();
}

} // namespace RemoteLog::Testing
