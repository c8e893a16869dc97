#include "node/http/far_end.h"

#include <sys/socket.h>

namespace koinon {
namespace asio = boost::asio;

std::string peer_address(const asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "0.0.0.0";
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  return address.to_string();
}

std::string peer_address(const asio::local::stream_protocol::socket&) { return {}; }

std::optional<std::uint32_t> peer_uid(asio::ip::tcp::socket&) { return std::nullopt; }

std::optional<std::uint32_t> peer_uid(asio::local::stream_protocol::socket& socket) {
  ::ucred peer{};
  ::socklen_t size = sizeof(peer);
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
  return peer.uid;
}

}  // namespace koinon
