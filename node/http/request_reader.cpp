#include "node/http/request_reader.h"

#include <algorithm>
#include <array>

#include <boost/beast/http/error.hpp>
#include <boost/url.hpp>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// If one of these came twice, two programs on the way could each believe a different one.
constexpr std::array<std::string_view, 6> kOnce = {"host",           "authorization", "content-type",
                                                   "content-length", "origin",        "transfer-encoding"};

Status read_headers(const boost::beast::http::fields& raw, HttpRequest& request) {
  std::size_t count = 0;
  for (const auto& field : raw) {
    const std::string name = ascii_lower(field.name_string());
    const std::string value(field.value());
    if (++count > limits::kHttpHeaders)
      return fail(Code::kTooLarge, "a request has at most 64 header fields", name);
    if (has_control(value, "\t")) return fail(Code::kMalformed, "a header has control characters", name);
    const auto [it, added] = request.headers.emplace(name, value);
    if (added) continue;
    if (std::find(kOnce.begin(), kOnce.end(), name) != kOnce.end())
      return fail(Code::kMalformed, "the header is given twice", name);
    it->second += (name == "cookie" ? "; " : ", ") + value;
  }
  // With a coding that we do not understand, the body would be read as the next request.
  const auto coding = request.headers.find("transfer-encoding");
  if (coding == request.headers.end()) return {};
  if (coding->second != "chunked")
    return fail(Code::kMalformed, "no other coding than chunked is taken", coding->first);
  if (request.headers.contains("content-length"))
    return fail(Code::kMalformed, "a request has one length, not two", "content-length");
  return {};
}

Error unreadable_address() {
  return fail(Code::kMalformed, Sentence{"address.unreadable", "the address cannot be read"}, "target");
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Whether it has what an address may only have percent-encoded (RFC 3986), or a % that encodes nothing.
bool is_unencoded(std::string_view target) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto byte = static_cast<unsigned char>(target[i]);
    if (byte <= 0x20 || byte >= 0x7F ||
        std::string_view("\"<>\\^`{|}[]#").find(target[i]) != std::string_view::npos)
      return true;
    if (byte == '%' && (i + 2 >= target.size() || !is_hex(target[i + 1]) || !is_hex(target[i + 2])))
      return true;
  }
  return false;
}

Status read_target(std::string_view raw, HttpRequest& request) {
  const auto target = boost::urls::parse_origin_form({raw.data(), raw.size()});
  if (target.has_error()) return is_unencoded(raw) ? unencoded_address() : unreadable_address();
  for (const auto& segment : target->segments()) {
    if (!is_utf8(segment)) return unencoded_address();
    if (segment.find('\0') != std::string::npos || segment == "." || segment == "..")
      return unreadable_address();
    request.path.push_back(segment);
  }
  if (request.path.empty()) request.path.emplace_back();
  for (const auto& param : target->params()) {
    if (!is_utf8(param.key) || !is_utf8(param.value)) return unencoded_address();
    request.query[param.key] = param.value;
  }
  return {};
}

// Whether the address in the first line of a request has a space.
bool has_bare_space(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  return line.ends_with("\r") && std::count(line.begin(), line.end(), ' ') > 2 &&
         line.find(" HTTP/1.") != line.npos;
}

}  // namespace

Error header_error(const boost::beast::error_code& error, const boost::beast::flat_buffer& read) {
  const std::string_view bytes(static_cast<const char*>(read.data().data()), read.size());
  return has_bare_space(bytes) ? unencoded_address() : parse_error(error);
}

Error parse_error(const boost::beast::error_code& error) {
  namespace http = boost::beast::http;
  const bool large = error == http::error::body_limit || error == http::error::header_limit;
  return large ? fail(Code::kTooLarge, Sentence{"request.too_large", "the request is too large"})
               : fail(Code::kMalformed, "the request does not parse");
}

Error unencoded_address() {
  return fail(
      Code::kMalformed,
      Sentence{"address.encode",
               "percent-encode the address, as UTF-8: a space is %20, é is %C3%A9, and % itself is %25"},
      "target");
}

Result<HttpRequest> read_http_request(const boost::beast::http::request_header<>& raw, std::string peer) {
  HttpRequest request;
  request.method = std::string(raw.method_string());
  KOINON_TRY(read_headers(raw, request));
  if (const Status read = read_target({raw.target().data(), raw.target().size()}, request); !read.ok()) {
    request.fault = read.error();
    request.path = {""};
    request.query.clear();
  }
  request.local = peer.empty();
  request.peer = peer;
  request.remote = std::move(peer);
  return request;
}

}  // namespace koinon
