// Addresses as limits count them. Pure functions.
#pragma once

#include <string>

namespace koinon {

// Whoever shares an address is one visitor: an IPv4 address as it is, an IPv6 address as its /64 network,
// since one machine may use any address of it; one that carries an IPv4 address as that. A text that is no
// address as it is.
std::string visitor_of(const std::string& address);
// The neighbourhood of an address: its /24, or its /64.
std::string network_of(const std::string& address);

}  // namespace koinon
