#include "node/http/compressed_answer.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "node/http/compression.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 3> kTexts = {"application/json", "application/xml",
                                                    "application/javascript"};

void weaken_tag(HttpResponse& response) {
  const auto tag = response.headers.find("ETag");
  if (tag != response.headers.end() && !tag->second.starts_with("W/")) tag->second.insert(0, "W/");
}

// Whether an answer like this one, of any length, may be compressed.
bool may_be_compressed(const HttpResponse& response) {
  if (response.status != 200 && response.status != 304) return false;
  if (!gains_by_compression(response.content_type)) return false;
  for (const char* header : {"Content-Encoding", "Content-Range", "Set-Cookie"}) {
    if (response.headers.contains(header)) return false;
  }
  const auto cache = response.headers.find("Cache-Control");
  return cache == response.headers.end() || cache->second.find("no-transform") == std::string::npos;
}

bool varies_by(const HttpResponse& response, std::string_view header) {
  const auto vary = response.headers.find("Vary");
  if (vary == response.headers.end()) return false;
  const std::vector<std::string> names = split(vary->second, ',');
  return std::any_of(names.begin(), names.end(),
                     [&](const auto& name) { return ascii_lower(name) == ascii_lower(header); });
}

bool is_worth_it(std::size_t size, bool refuses_identity) {
  return size <= limits::kCompressedMost && (size >= limits::kCompressedLeast || refuses_identity);
}

}  // namespace

bool gains_by_compression(std::string_view content_type) {
  const std::string type = ascii_lower(trimmed(content_type.substr(0, content_type.find(';'))));
  if (type == "text/event-stream") return false;
  return type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml") ||
         std::find(kTexts.begin(), kTexts.end(), type) != kTexts.end();
}

void vary_by(HttpResponse& response, std::string_view header) {
  if (varies_by(response, header)) return;
  std::string& vary = response.headers["Vary"];
  vary += (vary.empty() ? "" : ", ") + std::string(header);
}

HttpResponse kept_whole(HttpResponse response) {
  if (!may_be_compressed(response) || varies_by(response, "Accept-Encoding")) return response;
  std::string& cache = response.headers["Cache-Control"];
  cache = (cache.empty() ? "no-store" : cache) + ", no-transform";
  return response;
}

void state_coding(HttpResponse& response, ContentCoding coding) {
  response.headers["Content-Encoding"] = std::string(coding_name(coding));
  weaken_tag(response);
}

HttpResponse compressed(HttpResponse response, std::string_view accept_encoding) {
  if (!may_be_compressed(response)) return response;
  vary_by(response, "Accept-Encoding");
  const AcceptedCoding accepted = accepted_coding(accept_encoding);
  if (accepted.best == ContentCoding::kIdentity) return response;
  weaken_tag(response);
  if (response.status == 304 || !is_worth_it(response.body.size(), accepted.refuses_identity))
    return response;
  auto shorter = compress(response.body, accepted.best, Effort::kFast);
  // Where there is no memory for it, and where it would be longer, the bytes as they are do as well.
  if (!shorter.ok()) return response;
  if (shorter->size() >= response.body.size() && !accepted.refuses_identity) return response;
  response.body = std::move(*shorter);
  state_coding(response, accepted.best);
  return response;
}

}  // namespace koinon
