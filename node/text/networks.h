// AddressRange addresses: as the limits count them, as an operator names them, and whether others can connect
// to them. Pure functions.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"

namespace koinon {

// All who share an address are one visitor. For an IPv4 address it is the address itself. For an IPv6 address
// it is the /64 network, since one machine may use any address of it. An IPv6 address that carries an IPv4
// address counts as that. A text that is not an address stays as it is.
std::string visitor_of(const std::string& address);
// The network around an address: its /24, or its /64.
std::string network_of(const std::string& address);

// One address, or all that begin with the same bits (CIDR, RFC 4632 and RFC 4291). An IPv6 address that
// carries an IPv4 address is that.
class AddressRange {
 public:
  // 192.0.2.7, 10.1.0.0/16, 2001:db8::/32. kInvalidArgument: it is no such text; it has bits behind its
  // prefix, so that nobody knows whether the address or the network is meant; or it is every address there
  // is.
  static Result<AddressRange> parse(std::string_view text);
  // `address`: as the system or plain_address() writes it. What is no address is in no network.
  bool contains(const std::string& address) const;
  // As parse() reads it; a network of one address is the address alone.
  const std::string& text() const { return text_; }

  bool operator==(const AddressRange&) const = default;

 private:
  bool is_v4_ = true;
  std::array<unsigned char, 16> bytes_{};  // of an IPv4 address as IPv6 carries it
  unsigned bits_ = 0;                      // of the prefix
  std::string text_;
};

// Whether one of the networks contains the address.
bool any_contains(const std::vector<AddressRange>& networks, const std::string& address);

// Whether the text is an IP address, as one listens at. An IPv6 address may have a zone.
bool is_ip_address(std::string_view text);
// Whether other machines may reach a host that is so called: an IP address of one machine, without brackets,
// or a name as DNS has it. The loopback address is taken too: nodes of one machine use it.
// kInvalidArgument: it is neither, it stands for many machines or for none, or it has a zone.
Status check_reachable_host(std::string_view host);

}  // namespace koinon
