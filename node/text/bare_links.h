// Addresses that stand in a text by themselves: https://city.example/plan, www.city.example.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace koinon {

struct BareLink {
  std::size_t begin = 0;  // in bytes of the text
  std::size_t end = 0;
  std::string shown;  // the address as it stands there, with &amp; and escapes read
  std::string url;    // where it leads
};

// The first address that begins within [from, to) of Markdown. It may end behind `to`, at the end of the line
// at the latest. As on other sites (GFM, 6.9) the sentence around an address keeps its own end: its last dot,
// its quotation mark, a closing bracket that none opens. Where words are written without spaces, the address
// ends where such a word begins: https://seoul.example/a에서.
//
// The time grows with the bytes that are looked at, which are [from, to) and the address itself.
std::optional<BareLink> next_bare_link(std::string_view markdown, std::size_t from, std::size_t to);

}  // namespace koinon
