// Who is at the other end of a connection, as the system says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace koinon {

// The address, an IPv4 one also where it came over IPv6; 0.0.0.0 if the connection is gone.
std::string peer_address(const boost::asio::ip::tcp::socket& socket);
// Empty: the Unix socket has no address.
std::string peer_address(const boost::asio::local::stream_protocol::socket& socket);
// Nothing: TCP tells no user.
std::optional<std::uint32_t> peer_uid(boost::asio::ip::tcp::socket& socket);
// The user of the process that connected (SO_PEERCRED of unix(7)). Nothing: the system does not say.
std::optional<std::uint32_t> peer_uid(boost::asio::local::stream_protocol::socket& socket);

}  // namespace koinon
