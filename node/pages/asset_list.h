// What pages load, by name: for those that serve it, and for the program that packs it when Koinon is built.
#pragma once

#include <array>
#include <string_view>

namespace koinon {

struct Asset {
  std::string_view name;
  std::string_view content_type;
  std::array<std::string_view, 2> files;  // below node/pages, one after the other; empty: none
};

inline constexpr std::array<Asset, 4> kAssets = {{
    {"koinon.css", "text/css; charset=utf-8", {"assets/pico.classless.min.css", "assets/koinon.css"}},
    {"koinon.js", "text/javascript; charset=utf-8", {"assets/koinon.js", ""}},
    {"paste.js", "text/javascript; charset=utf-8", {"assets/paste.js", ""}},
    {"world.svg", "image/svg+xml", {"assets/world.svg", ""}},
}};

}  // namespace koinon
