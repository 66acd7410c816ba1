// SPDX-License-Identifier: MIT
#pragma once

// What nodes and gateways answer that are asked for blocks, as pure functions. Nobody trusts them:
// only what matches its address comes out.

#include "network/httpanswer.h"

#include <RemoteLog/contentstore.h>

#include <chrono>

namespace RemoteLog {

// How long the two questions take that one ContentStore::get() may need: together less than the
// time that it has. A gateway that lacks a block of a tree is silent for 30 s.
inline constexpr std::chrono::milliseconds TreeTime{7'000};
inline constexpr std::chrono::milliseconds BlockTime{22'000};

// The body of a good answer is the block: Tampered if it is not, or TooLarge was the problem. Other
// problems are returned as they are.
Result<QList<Block>> blockIn(const HttpAnswer &answer, const QByteArray &address);

// Most blocks of an answer that are looked at: what has more of them is made of crumbs.
inline constexpr qsizetype MaxTreeBlocks = 8192;

// As much of a tree as came in a CAR that may be cut, however the answer ended.
struct Tree
{
    QList<Block> blocks; // in the order in which they came, each once
    bool hasWanted = false; // the block that was asked for is among them
    Problem fault; // Tampered where the CAR stopped to be one
};
Tree treeIn(const HttpAnswer &answer, const QByteArray &wanted);

} // namespace RemoteLog
