#include "storage/search/spelling.h"

#include <algorithm>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "proto/base/limits.h"
#include "storage/search/folding.h"

namespace koinon {
namespace {

constexpr std::size_t kLongest = 24;

std::u32string code_points(std::string_view text) {
  std::u32string out;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(text.data()), i, size, c);
    out += static_cast<char32_t>(c);
  }
  return out;
}

// FNV-1a. Words that only share their number are told apart when they are compared.
std::int64_t number_of(std::u32string_view letters, std::size_t without) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (i == without) continue;
    for (unsigned shift = 0; shift < 24; shift += 8) {
      hash ^= (static_cast<std::uint64_t>(letters[i]) >> shift) & 0xFFU;
      hash *= 0x100000001B3U;
    }
  }
  return static_cast<std::int64_t>(hash);
}

}  // namespace

bool one_letter_off(std::string_view a, std::string_view b) {
  constexpr std::size_t kBytes = 4;  // the most of one code point
  if (a.size() > b.size() + kBytes || b.size() > a.size() + kBytes) return false;
  std::u32string longer = code_points(a);
  std::u32string shorter = code_points(b);
  if (longer.size() < shorter.size()) std::swap(longer, shorter);
  if (longer.size() > shorter.size() + 1) return false;
  const auto [in_longer, in_shorter] =
      std::mismatch(longer.begin(), longer.end(), shorter.begin(), shorter.end());
  if (in_longer == longer.end()) return false;  // the same
  const auto same = [](auto from, auto end, auto other) { return std::equal(from, end, other); };
  if (longer.size() > shorter.size()) return same(in_longer + 1, longer.end(), in_shorter);
  if (same(in_longer + 1, longer.end(), in_shorter + 1)) return true;
  if (in_longer + 1 == longer.end() || *in_longer != in_shorter[1] || in_longer[1] != *in_shorter)
    return false;
  return same(in_longer + 2, longer.end(), in_shorter + 2);
}

std::vector<std::int64_t> forms_less_one(std::string_view word) {
  const std::u32string letters = code_points(word);
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i <= letters.size(); ++i) out.push_back(number_of(letters, i));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_spelled(std::string_view token) {
  if (token.size() < kShortestSpelled || token.size() > kLongest * 4) return false;
  // Most words are of ASCII, which needs none of Unicode's tables.
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(token.begin(), token.end(), is_ascii)) {
    return token.size() <= kLongest &&
           std::all_of(token.begin(), token.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  }
  const std::u32string letters = code_points(token);
  if (letters.size() < kShortestSpelled || letters.size() > kLongest) return false;
  std::vector<FoldedPoint> room;
  return std::all_of(letters.begin(), letters.end(), [&](char32_t letter) {
    const auto c = static_cast<UChar32>(letter);
    return u_isdigit(c) == 0 && fold(c, room).front().shape == Shape::kWord;
  });
}

Result<bool> has_word(sqlite::Connection& db, const std::string& word) {
  auto select = db.prepare("SELECT 1 FROM word WHERE text = ?");
  select.bind_text(word);
  return select.step();
}

Result<std::vector<std::string>> near_words(sqlite::Connection& db, const std::string& word) {
  std::vector<std::string> out;
  if (!is_spelled(word)) return out;
  for (const std::int64_t form : forms_less_one(word)) {
    auto select =
        db.prepare("SELECT w.text FROM word_form f JOIN word w ON w.id = f.word WHERE f.form = ? LIMIT ?");
    select.bind(form).bind(static_cast<std::int64_t>(limits::kWordsOfForm));
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      std::string other = select.text(0);
      if (!one_letter_off(other, word) || std::find(out.begin(), out.end(), other) != out.end()) continue;
      out.push_back(std::move(other));
      if (out.size() == limits::kNearWords) return out;
    }
  }
  return out;
}

}  // namespace koinon
