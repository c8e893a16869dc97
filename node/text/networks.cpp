#include "node/text/networks.h"

#include <boost/asio/ip/address.hpp>

namespace koinon {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kNetworkBytes6 = 8;

std::string text_of(const std::string& address, bool whole_network) {
  boost::system::error_code error;
  ip::address parsed = ip::make_address(address, error);
  if (error) return address;
  if (parsed.is_v6() && parsed.to_v6().is_v4_mapped())
    parsed = ip::make_address_v4(ip::v4_mapped, parsed.to_v6());
  if (parsed.is_v4()) {
    if (!whole_network) return parsed.to_string();
    auto bytes = parsed.to_v4().to_bytes();
    bytes[3] = 0;
    return ip::address_v4(bytes).to_string() + "/24";
  }
  auto bytes = parsed.to_v6().to_bytes();
  for (std::size_t i = kNetworkBytes6; i < bytes.size(); ++i) bytes[i] = 0;
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace

std::string visitor_of(const std::string& address) { return text_of(address, false); }
std::string network_of(const std::string& address) { return text_of(address, true); }

}  // namespace koinon
