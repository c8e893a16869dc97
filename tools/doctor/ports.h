// Whether others reach this node: its ports here, and its address as far as it can be seen from here.
//
// Connected peers are asked to dial it. Where none can be asked, what stands for it: whether any peer's
// session came in, and who answers at our own address when this machine dials it.
#pragma once

#include <cstdint>
#include <optional>

#include "tools/doctor/finding.h"

namespace koinon::doctor {

// Whether whoever listens there is reached from this machine alone. `listen`: an IP address.
bool is_loopback(const std::string& listen);

struct Port {
  std::string listen;  // an IP address; empty: it is not served
  std::uint16_t number = 0;
  // While koinond runs: nothing accepts there. While it does not: another program has it.
  bool closed = false;
  bool taken = false;
};

// What a peer found that was asked to dial this node.
struct FromOutside {
  enum class Found : unsigned char {
    kUs,
    kOther,        // a node with another key
    kNoNode,       // something answers, and not as a node
    kRefused,      // nobody listens
    kSilent,       // no answer in time
    kNotLookedUp,  // it finds no address of our name
    kNothing,      // it cannot say
  };
  std::string peer;     // its name
  std::string dialled;  // HOST:PORT
  Found found = Found::kNothing;
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
  std::vector<FromOutside> outside = {};
  bool came_in = false;  // some peer has dialled us, or somebody has knocked
};

Findings check(const PortFacts& facts);

}  // namespace koinon::doctor
