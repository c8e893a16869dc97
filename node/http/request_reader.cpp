#include "node/http/request_reader.h"

#include <algorithm>
#include <array>

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

}  // namespace

Result<HttpRequest> read_http_request(const boost::beast::http::request_header<>& raw, std::string peer) {
  const auto target = boost::urls::parse_origin_form({raw.target().data(), raw.target().size()});
  if (target.has_error()) return fail(Code::kMalformed, "the address does not parse");
  HttpRequest request;
  request.method = std::string(raw.method_string());
  for (const auto& segment : target->segments()) {
    if (!is_utf8(segment) || segment.find('\0') != std::string::npos || segment == "." || segment == "..")
      return fail(Code::kMalformed, "the address does not parse");
    request.path.push_back(segment);
  }
  if (request.path.empty()) request.path.emplace_back();
  for (const auto& param : target->params()) {
    if (!is_utf8(param.key) || !is_utf8(param.value))
      return fail(Code::kMalformed, "a parameter of the address is not UTF-8");
    request.query[param.key] = param.value;
  }
  KOINON_TRY(read_headers(raw, request));
  request.local = peer.empty();
  request.peer = peer;
  request.remote = std::move(peer);
  return request;
}

}  // namespace koinon
