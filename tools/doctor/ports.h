// Whether others reach this node: its ports here, and its address as far as it can be seen from here.
//
// What a peer sees when it dials back cannot be asked yet: the protocol has no such request. What stands for
// it: whether any peer's session came in, and who answers at our own address when this machine dials it.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

struct Port {
  std::string listen;  // an IP address; empty: it is not served
  std::uint16_t number = 0;
  // While koinond runs: nothing accepts there. While it does not: another program has it.
  bool closed = false;
  bool taken = false;
};

struct PortFacts {
  Port peers;
  Port http;
  std::string address;  // HOST:PORT that others are told; empty: this node only dials
  enum class Reach : unsigned char { kUnknown, kOurs, kOther, kSilent };
  Reach own_address = Reach::kUnknown;  // who answers there, dialled from here
  bool address_is_loopback = false;     // all its addresses are
  bool address_is_private = false;      // all are of RFC 1918, RFC 4193 or link-local
  bool peers_are_elsewhere = false;     // some peer's address is none of those
  std::size_t peers_connected = 0;
  bool came_in = false;  // some peer has dialled us, or somebody has knocked
};

Findings check(const PortFacts& facts);

}  // namespace koinon::doctor
