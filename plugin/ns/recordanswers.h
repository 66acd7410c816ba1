// SPDX-License-Identifier: MIT
#pragma once

// What servers of IPNS records answer, as pure functions. Three kinds are told apart by where they
// differ: delegated routing V1 ("Delegated Routing HTTP API", IPNS API, IPIP-0379 and IPIP-0513), a
// trustless gateway ("Trustless Gateway Specification", format=ipns-record), and a Kubo node's RPC.
// What they say in words is searched for a few known sentences, and none of it goes into a detail.
//
// Problems are those of NameSystem.

#include "network/httpanswer.h"

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>

namespace RemoteLog::RecordAnswers {

inline constexpr char RecordType[] = "application/vnd.ipfs.ipns-record";

enum class Server { Routing, Gateway, Node };

using Records = QList<QByteArray>;

// Of the answer to a question for a record. `known` is the record whose ETag went with the
// question, null if none did.
Result<Records> recordsIn(Server server, const HttpAnswer &answer, const QByteArray &known);

// Of the answer to a put of `record`, which was valid when it was sent. None if it was taken: that
// proves nothing, for nobody says what became of it on the way.
Problem putProblem(Server server, const HttpAnswer &answer, const QByteArray &record,
                   const QByteArray &publicKey);

} // namespace RemoteLog::RecordAnswers
