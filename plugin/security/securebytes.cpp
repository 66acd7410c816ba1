// SPDX-License-Identifier: MIT
#include "securebytes.h"

#include <sodium/utils.h>

namespace RemoteLog {

void wipe(void *data, std::size_t size)
{
    sodium_memzero(data, size);
}

} // namespace RemoteLog
