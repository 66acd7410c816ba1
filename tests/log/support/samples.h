// SPDX-License-Identifier: MIT
#pragma once

#include "log/largeentry.h"
#include "log/page.h"
#include "security/keys.h"

// The keys of the log in data/golden.txt.
RemoteLog::LogKeys sampleKeys();

// Addresses of blocks that are nowhere.
QByteArray sampleAddress(int number);

// A page of the sequences 100..102 that uses everything: 100 is embedded, 101 mapped, 102
// withdrawn; given ids; tail, two ranges, helpers. A reader accepts it.
RemoteLog::Page samplePage();

// The first page of a log: two entries with computed ids.
RemoteLog::Page sampleFirstPage();

// An index of three pieces that a reader accepts.
RemoteLog::ContentIndex sampleIndex();

// A V2 record over any data, with the signature that belongs there.
QByteArray recordOver(const QByteArray &data, const RemoteLog::LogKeys &keys = sampleKeys());

// A record with two (fictional) embedded blocks, signed with sampleKeys().
QByteArray sampleRecord();

bool operator==(const RemoteLog::Page &a, const RemoteLog::Page &b);
