#include "node/text/forwarded.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include "proto/base/ascii.h"

namespace koinon {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kAddressChars = 64;  // the longest that is one, with brackets and port

// Of host:port the host, and of [host]:port what is in brackets. An IPv6 address without brackets has no
// port.
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end == std::string_view::npos ? std::string_view() : text.substr(1, end - 1);
  }
  const auto colon = text.find(':');
  return colon == text.rfind(':') ? text.substr(0, colon) : text;
}

// One header Forwarded, taken apart from its beginning: elements at commas, in them pairs at semicolons, and
// neither counts inside quotes.
class ForwardedReader {
 public:
  explicit ForwardedReader(std::string_view text) : text_(text) {}

  // What each element says under "for"; empty: nothing. Nothing: this is no such header.
  std::optional<std::vector<std::string>> read() {
    std::vector<std::string> out;
    while (true) {
      std::string sender;
      bool empty = true;  // lists may have empty elements: no proxy wrote them
      do {
        if (!pair(sender, empty)) return std::nullopt;
      } while (take(';'));
      if (!empty) out.push_back(std::move(sender));
      if (at_ == text_.size()) return out;
      if (!take(',')) return std::nullopt;
    }
  }

 private:
  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Proxies write addresses with colons and brackets without the quotes that they should have.
  std::string token() {
    space();
    const auto end = std::min(text_.find_first_of(" \t,;=\"", at_), text_.size());
    std::string out(text_.substr(at_, end - at_));
    at_ = end;
    space();
    return out;
  }
  bool quoted(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        space();
        return true;
      }
      if (text_[at_] == '\\' && ++at_ == text_.size()) return false;
      out += text_[at_];
    }
    return false;
  }
  // Nothing at all is a pair too.
  bool pair(std::string& sender, bool& empty) {
    const std::string name = ascii_lower(token());
    if (name.empty()) return at_ == text_.size() || text_[at_] == ',' || text_[at_] == ';';
    if (!take('=')) return false;
    empty = false;
    space();
    std::string value;
    if (at_ < text_.size() && text_[at_] == '"') {
      if (!quoted(value)) return false;
    } else {
      value = token();
    }
    if (name == "for") sender = std::move(value);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Whom each proxy names, in the order in which they wrote.
std::vector<std::string> senders_of(const ForwardingHeaders& headers) {
  if (!headers.x_forwarded_for.empty()) return split(headers.x_forwarded_for, ',');
  if (headers.forwarded.empty()) return {};
  // Where the visitor wrote half of a quotation, nobody can say any longer who wrote what.
  return ForwardedReader(headers.forwarded).read().value_or(std::vector<std::string>());
}

}  // namespace

std::string plain_address(std::string_view text) {
  const std::string whole = trimmed(text);
  std::string_view bare = whole;
  if (bare.size() >= 2 && bare.front() == '"' && bare.back() == '"') bare = bare.substr(1, bare.size() - 2);
  if (bare.size() > kAddressChars) return {};
  bare = without_port(bare);
  boost::system::error_code error;
  // Its zone is the name of a network card of that machine.
  const ip::address address = ip::make_address(std::string(bare.substr(0, bare.find('%'))), error);
  if (error) return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return ip::make_address_v4(ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

std::string sender_behind(const std::string& peer, const ForwardingHeaders& headers,
                          const std::function<bool(const std::string&)>& is_proxy) {
  std::string sender = peer;
  if (!is_proxy(sender)) return sender;
  const std::vector<std::string> senders = senders_of(headers);
  for (auto named = senders.rbegin(); named != senders.rend(); ++named) {
    std::string address = plain_address(*named);
    if (address.empty()) break;
    sender = std::move(address);
    if (!is_proxy(sender)) break;
  }
  return sender;
}

}  // namespace koinon
