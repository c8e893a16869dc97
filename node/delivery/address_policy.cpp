#include "node/delivery/address_policy.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <netinet/in.h>

namespace koinon {
namespace {

struct Range {
  std::uint32_t address;
  unsigned bits;
};

// The ranges of IANA's special-purpose registry that are not globally reachable.
constexpr std::array<Range, 16> kNotPublic = {{{0x00000000, 8},   // this network
                                               {0x0A000000, 8},   // 10/8
                                               {0x64400000, 10},  // shared
                                               {0x7F000000, 8},   // loopback
                                               {0xA9FE0000, 16},  // link-local, with the clouds' metadata
                                               {0xAC100000, 12},  // 172.16/12
                                               {0xC0000000, 24},  // protocol assignments
                                               {0xC0000200, 24},  // documentation
                                               {0xC0586300, 24},  // 6to4 relay
                                               {0xC0A80000, 16},  // 192.168/16
                                               {0xC6120000, 15},  // benchmarks
                                               {0xC6336400, 24},  // documentation
                                               {0xCB007100, 24},  // documentation
                                               {0xE0000000, 4},   // multicast
                                               {0xF0000000, 4},   // reserved
                                               {0xFFFFFFFF, 32}}};

bool is_public_v4(std::uint32_t address) {
  for (const Range& range : kNotPublic) {
    if ((address ^ range.address) >> (32 - range.bits) == 0) return false;
  }
  return true;
}

std::uint32_t v4_at(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

bool starts(const unsigned char* bytes, std::initializer_list<unsigned char> prefix) {
  return std::memcmp(bytes, std::data(prefix), prefix.size()) == 0;
}

bool is_public_v6(const unsigned char* bytes) {
  // Only 2000::/3 is given out. An address in it that stands for an IPv4 address is judged as the IPv4
  // address.
  if (starts(bytes, {0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public_v4(v4_at(bytes + 12));
  if ((bytes[0] & 0xE0U) != 0x20) return false;
  if (starts(bytes, {0x20, 0x02})) return is_public_v4(v4_at(bytes + 2));
  return !starts(bytes, {0x20, 0x01, 0x0D, 0xB8}) && !(starts(bytes, {0x20, 0x01}) && bytes[2] < 0x02);
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &address, sizeof v6);
  return is_public_v6(v6.sin6_addr.s6_addr);
}

}  // namespace koinon
