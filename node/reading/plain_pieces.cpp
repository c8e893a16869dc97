#include "node/reading/plain_pieces.h"

#include <algorithm>

namespace koinon {
namespace {

// Two code points of the last private area, for which no font has a picture. They stay where a text is made
// plain. No text has them that anybody means.
constexpr std::string_view kBegin = "\U0010FFFC";
constexpr std::string_view kEnd = "\U0010FFFD";

void add_without_marks(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view here = text.substr(i, kBegin.size());
    if (here == kBegin || here == kEnd) {
      i += here.size();
    } else {
      out += text[i++];
    }
  }
}

void add_piece(std::vector<Piece>& out, std::string_view text, bool match) {
  if (text.empty()) return;
  if (out.empty() || out.back().match != match) out.push_back({"", match});
  out.back().text += text;
}

}  // namespace

std::vector<Piece> plain_pieces(const std::vector<Piece>& pieces, std::string (*plain)(std::string_view)) {
  std::string whole;
  for (const Piece& piece : pieces) {
    if (piece.match) whole += kBegin;
    add_without_marks(whole, piece.text);
    if (piece.match) whole += kEnd;
  }
  const std::string words = plain(whole);
  std::vector<Piece> out;
  std::string_view left = words;
  for (bool match = false; !left.empty();) {
    const auto begin = left.find(kBegin);
    const auto end = left.find(kEnd);
    const auto at = std::min(begin, end);
    add_piece(out, left.substr(0, at), match);
    if (at == std::string_view::npos) break;
    match = at == begin;
    left.remove_prefix(at + kBegin.size());
  }
  return out;
}

}  // namespace koinon
