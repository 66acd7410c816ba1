// SPDX-License-Identifier: MIT
#pragma once

// What a Kubo node answers (Kubo, "RPC API v0", /api/v0/), as pure functions, each for the whole
// answer to one command. Two things make it hard to believe: errors that come late are in an HTTP
// trailer, which Qt does not show, so success is what the body says of every block; and a node says
// in words what is wrong, of which known ones are understood and none goes into a detail, for they
// hold paths, and whatever a stranger wants to have logged.
//
// Problems are those of ContentStore. What makes no sense is WillRetry. One that HttpAnswer has
// where no answer came or half of it was missing is returned as it is.

#include "network/httpanswer.h"

#include <RemoteLog/result.h>

#include <QByteArray>
#include <QList>

namespace RemoteLog::Kubo {

// A longer line makes no sense, nor does a longer error.
inline constexpr int MaxLineSize = 16 * 1024;

// Of the answer to any command: that of the status, and where the node said what is wrong, that.
// None where the status is good, whatever the body says, but for a web page. TooLarge, which makes
// no sense but of a block, comes out of no other function here.
Problem problemOf(const HttpAnswer &answer);

// block/put. None if the node has stored all these blocks, which it says in order, and Rejected if
// it gave one another address.
Problem putProblem(const HttpAnswer &answer, const QList<QByteArray> &addresses);

// block/stat, asked with offline=true: whether the node holds the block.
Result<bool> isHeld(const HttpAnswer &answer, const QByteArray &address);

// block/get: the node says that it has not found the block, if it looked for it or not.
bool hasNoBlock(const HttpAnswer &answer);

// pin/rm: whether there was a pin. There is none any more.
Result<bool> wasPinned(const HttpAnswer &answer, const QByteArray &address);

// dag/import, asked with stats=true, of one CAR with so many blocks. `pinned`: its roots if they
// were to be pinned; a pin that failed is a problem though all blocks are stored.
Problem importProblem(const HttpAnswer &answer, const QList<QByteArray> &pinned, qsizetype blocks);

} // namespace RemoteLog::Kubo
