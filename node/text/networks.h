// Network addresses as the limits count them. Pure functions.
#pragma once

#include <string>

namespace koinon {

// All who share an address are one visitor. For an IPv4 address it is the address itself. For an IPv6 address
// it is the /64 network, since one machine may use any address of it. An IPv6 address that carries an IPv4
// address counts as that. A text that is not an address stays as it is.
std::string visitor_of(const std::string& address);
// The network around an address: its /24, or its /64.
std::string network_of(const std::string& address);

}  // namespace koinon
