// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace RemoteLog {

void wipe(void *data, std::size_t size);

// A secret of N bytes that is wiped when it dies. Not printable, not convertible to QByteArray.
template <std::size_t N>
class SecureBytes
{
public:
    SecureBytes() { m_bytes.fill(0); }
    SecureBytes(const SecureBytes &) = default;
    SecureBytes &operator=(const SecureBytes &) = default;
    ~SecureBytes() { wipe(m_bytes.data(), N); }

    std::uint8_t *data() { return m_bytes.data(); }
    const std::uint8_t *data() const { return m_bytes.data(); }
    static constexpr std::size_t size() { return N; }

private:
    std::array<std::uint8_t, N> m_bytes;
};

using Key = SecureBytes<32>;
using SigningKey = SecureBytes<64>;

} // namespace RemoteLog
