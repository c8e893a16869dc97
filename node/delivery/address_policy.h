// The addresses to which a webhook may go.
#pragma once

#include <sys/socket.h>

namespace koinon {

// True if the address is not loopback, private, link-local, shared (RFC 6598), multicast, reserved or
// unspecified, in IPv4 or in any IPv6 form of it. It is asked at every connection, because a name may resolve
// to another address each time.
bool is_public_address(const sockaddr& address);

}  // namespace koinon
