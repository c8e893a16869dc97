// To which addresses a webhook may go.
#pragma once

#include <sys/socket.h>

namespace koinon {

// Neither loopback, private, link-local, shared (RFC 6598), multicast, reserved nor unspecified, in IPv4 or
// in any IPv6 form of it. What a name resolves to is asked at every connection, so that a name cannot change
// its mind.
bool is_public_address(const sockaddr& address);

}  // namespace koinon
