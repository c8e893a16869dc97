#include "node/pages/assets.h"

#include <array>

#include "crypto/hash.h"
#include "node/pages/embedded.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kDigestChars = 12;

struct Asset {
  std::string_view name;
  std::string_view content_type;
  std::array<std::string_view, 2> files;  // one after the other
};

constexpr std::array<Asset, 4> kAssets = {{
    {"koinon.css", "text/css; charset=utf-8", {"assets/pico.classless.min.css", "assets/koinon.css"}},
    {"koinon.js", "text/javascript; charset=utf-8", {"assets/koinon.js", ""}},
    {"paste.js", "text/javascript; charset=utf-8", {"assets/paste.js", ""}},
    {"world.svg", "image/svg+xml", {"assets/world.svg", ""}},
}};

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
      HttpResponse out{200, std::string(asset.content_type), content_of(asset), {}};
      out.headers["Cache-Control"] = "public, max-age=31536000, immutable";
      return out;
    }
    return fail(Code::kNotFound, "there is no such file", "file");
  });
  routes.add(std::move(route));
}

}  // namespace koinon
