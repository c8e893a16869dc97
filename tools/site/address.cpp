#include "tools/site/address.h"

#include <boost/url/encode.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <boost/url/url_view.hpp>

namespace koinon::site_export {

std::string encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

std::string Address::path_text() const {
  std::string out;
  for (const std::string& segment : path) out += (out.empty() ? "" : "/") + encoded(segment);
  return out;
}

std::string Address::text() const {
  std::string out = "/" + path_text();
  char mark = '?';
  for (const auto& [name, value] : query) {
    out += mark + encoded(name) + "=" + encoded(value);
    mark = '&';
  }
  return out;
}

std::optional<Address> parse_address(std::string_view text) {
  if (!text.starts_with('/') || text.starts_with("//")) return std::nullopt;
  Address out;
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    out.fragment = text.substr(hash);
    text = text.substr(0, hash);
  }
  const auto url = boost::urls::parse_origin_form(text);
  if (!url) return std::nullopt;
  for (const auto& segment : url->segments()) {
    if (segment == "." || segment == "..") return std::nullopt;
    if (!segment.empty()) out.path.emplace_back(segment);
  }
  for (const auto& item : url->params()) {
    if (!item.value.empty()) out.query[std::string(item.key)] = std::string(item.value);
  }
  return out;
}

}  // namespace koinon::site_export
