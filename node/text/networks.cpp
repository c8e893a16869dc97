#include "node/text/networks.h"

#include <algorithm>
#include <optional>

#include <boost/asio/ip/address.hpp>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

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

constexpr unsigned kBits4 = 32;
constexpr unsigned kBits6 = 128;
constexpr std::size_t kIpChars = 64;     // more than the longest that is one
constexpr std::size_t kLabelChars = 63;  // RFC 1035

// Without a zone, and none where one stands.
std::optional<ip::address> plain_ip(std::string_view text) {
  if (text.size() > kIpChars || text.find('%') != std::string_view::npos) return std::nullopt;
  boost::system::error_code error;
  const ip::address address = ip::make_address(std::string(text), error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  return address;
}

std::array<unsigned char, 16> bytes_of(const ip::address& address) {
  return (address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()) : address.to_v6()).to_bytes();
}

// With the bits behind the prefix at zero.
std::array<unsigned char, 16> begin_of(std::array<unsigned char, 16> bytes, unsigned bits) {
  for (unsigned i = 0; i < bytes.size(); ++i) {
    const unsigned kept = std::min(bits - std::min(bits, i * 8), 8U);
    bytes[i] = static_cast<unsigned char>(bytes[i] & (0xFF00U >> kept));
  }
  return bytes;
}

std::string range_text(const std::array<unsigned char, 16>& bytes, bool is_v4, unsigned bits) {
  const ip::address_v6 address(bytes);
  if (!is_v4) return address.to_string() + (bits == kBits6 ? "" : "/" + std::to_string(bits));
  const unsigned own = bits - (kBits6 - kBits4);
  return ip::make_address_v4(ip::v4_mapped, address).to_string() +
         (own == kBits4 ? "" : "/" + std::to_string(own));
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLabelChars && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_';
         });
}

// A last label of digits would be read as a number of an address (RFC 3696, section 2).
bool is_host_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  while (true) {
    const auto dot = host.find('.');
    const std::string_view label = host.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos)
      return !std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
    host.remove_prefix(dot + 1);
  }
}

}  // namespace

Result<AddressRange> AddressRange::parse(std::string_view text) {
  const std::string typed = trimmed(text);
  const auto slash = typed.find('/');
  const auto address = plain_ip(std::string_view(typed).substr(0, slash));
  if (!address)
    return fail(Code::kInvalidArgument,
                "\"" + typed + "\" is no IP address and no network, such as 10.1.0.0/16 or 2001:db8::/32");
  const unsigned most = address->is_v4() ? kBits4 : kBits6;
  std::uint64_t given = most;
  if (slash != std::string::npos) {
    const auto read = parse_decimal(std::string_view(typed).substr(slash + 1));
    if (!read.ok() || *read > most)
      return fail(Code::kInvalidArgument, "behind the slash of " + typed +
                                              " stands a whole number from 1 to " + std::to_string(most));
    given = *read;
  }
  if (given == 0)
    return fail(Code::kInvalidArgument,
                typed + " is every address there is: name the machines that are meant");
  AddressRange out;
  out.is_v4_ = address->is_v4();
  out.bits_ = static_cast<unsigned>(given) + (kBits6 - most);
  const auto whole = bytes_of(*address);
  out.bytes_ = begin_of(whole, out.bits_);
  out.text_ = range_text(out.bytes_, address->is_v4(), out.bits_);
  if (out.bytes_ != whole)
    return fail(Code::kInvalidArgument,
                typed + " has bits behind its prefix: write " + out.text_ + " or " + address->to_string());
  return out;
}

// The system writes with a zone where an address is that of one network card; the network has none.
bool AddressRange::contains(const std::string& address) const {
  const auto parsed = plain_ip(std::string_view(address).substr(0, address.find('%')));
  return parsed && parsed->is_v4() == is_v4_ && begin_of(bytes_of(*parsed), bits_) == bytes_;
}

bool any_contains(const std::vector<AddressRange>& networks, const std::string& address) {
  return std::any_of(networks.begin(), networks.end(),
                     [&](const AddressRange& one) { return one.contains(address); });
}

bool is_ip_address(std::string_view text) {
  boost::system::error_code error;
  if (text.size() > kIpChars) return false;
  (void)ip::make_address(std::string(text), error);
  return !error;
}

Status check_reachable_host(std::string_view host) {
  const std::string shown(host);
  if (host.find('%') != std::string_view::npos)
    return fail(Code::kInvalidArgument,
                shown + " names a network card of this machine: others cannot connect to it");
  const auto address = plain_ip(host);
  if (!address) {
    if (is_host_name(host)) return {};
    return fail(Code::kInvalidArgument, "\"" + shown + "\" is no IP address and no name of a machine");
  }
  const bool is_one = !address->is_unspecified() && !address->is_multicast() &&
                      *address != ip::address(ip::address_v4::broadcast());
  if (is_one) return {};
  return fail(Code::kInvalidArgument,
              shown + " is not the address of one machine: others cannot connect to it");
}

std::string visitor_of(const std::string& address) { return text_of(address, false); }
std::string network_of(const std::string& address) { return text_of(address, true); }

}  // namespace koinon
