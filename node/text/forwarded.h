// Who sent a request, by what the proxies on its way have written into it. Pure functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace koinon {

// Stands for the address of a reverse proxy that comes over its own Unix socket. No address is written so.
inline constexpr std::string_view kProxySocket = "proxy-socket";

// An address as we write it, out of what proxies and operators write: 192.0.2.7, 192.0.2.7:443, 2001:db8::1,
// [2001:db8::1], [2001:db8::1]:443, in quotes or not, with spaces around it. An IPv6 address that carries an
// IPv4 address is that. Empty: the text names no address (unknown, _hidden, or nonsense).
std::string plain_address(std::string_view text);

// Several headers of a name are joined by commas, as HTTP has it.
struct ForwardingHeaders {
  std::string_view x_forwarded_for;
  std::string_view forwarded;  // RFC 7239; read only where the other one is empty
};

// The address of the visitor. `peer` is the other end of the connection; `is_proxy` says of an address, as
// plain_address writes it, whether what comes from there is believed. Each proxy adds at the end whom it was
// sent the request by. So they are read from the end, for as long as it is a proxy of ours that speaks. What
// one of ours does not say, or nobody can read, is the visitor's affair: then the last proxy that was named
// stands for them.
std::string sender_behind(const std::string& peer, const ForwardingHeaders& headers,
                          const std::function<bool(const std::string&)>& is_proxy);

}  // namespace koinon
