#include "node/pages/assets.h"

#include <array>

#include "crypto/hash.h"
#include "node/http/compressed_answer.h"
#include "node/pages/asset_list.h"
#include "node/pages/embedded.h"
#include "node/pages/packed_assets.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kDigestChars = 12;

std::string content_of(const Asset& asset) {
  std::string out;
  for (const auto file : asset.files) {
    if (const auto text = embedded_file(file)) out += *text;
  }
  return out;
}

std::string path_of(const Asset& asset) {
  const auto dot = asset.name.find('.');
  return std::string(asset.name.substr(0, dot + 1)) +
         to_hex(sha256(content_of(asset)).view()).substr(0, kDigestChars) +
         std::string(asset.name.substr(dot));
}

// Nothing in an asset is a secret, so it is compressed for everybody.
HttpResponse answer_of(const Asset& asset, std::string_view accept_encoding) {
  const ContentCoding coding = accepted_coding(accept_encoding).best;
  const std::string_view packed = packed_asset(asset.name, coding);
  HttpResponse out{
      200, std::string(asset.content_type), packed.empty() ? content_of(asset) : std::string(packed), {}};
  out.headers["Cache-Control"] = "public, max-age=31536000, immutable";
  vary_by(out, "Accept-Encoding");
  if (!packed.empty()) state_coding(out, coding);
  return out;
}

}  // namespace

std::string asset_path(std::string_view name) {
  static const std::array<std::string, kAssets.size()> kPaths = [] {
    std::array<std::string, kAssets.size()> out;
    for (std::size_t i = 0; i < kAssets.size(); ++i) out.at(i) = "/assets/" + path_of(kAssets.at(i));
    return out;
  }();
  for (std::size_t i = 0; i < kAssets.size(); ++i) {
    if (kAssets.at(i).name == name) return kPaths.at(i);
  }
  return {};
}

void add_asset_routes(RouteTable& routes) {
  Route route{{.method = "GET",
               .pattern = "/assets/{file}",
               .need = Need::kAnyone,
               .id = "getAsset",
               .tag = "pages",
               .summary = "A style or script of the pages",
               .gives = "text/css"}};
  route.page = true;
  route.handle = at_once([](const ApiRequest& request) -> Result<HttpResponse> {
    for (const Asset& asset : kAssets) {
      if ("/assets/" + request.arg("file") != asset_path(asset.name)) continue;
      return answer_of(asset, request.header("accept-encoding"));
    }
    return fail(Code::kNotFound, "there is no such file", "file");
  });
  routes.add(std::move(route));
}

}  // namespace koinon
