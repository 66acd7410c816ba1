// SPDX-License-Identifier: MIT
#pragma once

// Blocks whose content does not matter, and where a folder keeps them.

#include "log/address.h"

#include <RemoteLog/contentstore.h>

namespace RemoteLogTest {

using namespace RemoteLog;
using namespace Qt::StringLiterals;

inline Block block(const QByteArray &bytes)
{
    return Block(blockAddress(bytes), bytes);
}

// As the wire format has it, written out again on purpose.
inline QString fileOf(const Block &block)
{
    const QString text = addressToText(block.address());
    return u"blocks/"_s + text.last(2) + u'/' + text;
}

} // namespace RemoteLogTest
