#include "node/text/topic_names.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kShortestGuessed = 4;  // code points: of shorter words everything is near

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

// All names of the vocabulary, folded, and whose each is.
struct Names {
  struct Name {
    icu::UnicodeString folded;
    std::size_t topic;  // its place in the vocabulary
  };
  std::vector<Name> names;
  std::map<std::string, std::size_t> exact;  // kSeveral: more than one topic is called so
};
constexpr std::size_t kSeveral = static_cast<std::size_t>(-1);

void add_name(Names& out, const std::string& name, std::size_t topic) {
  const std::string folded = folded_name(name);
  if (folded.empty()) return;
  out.names.push_back({icu::UnicodeString::fromUTF8(folded), topic});
  const auto [it, is_new] = out.exact.emplace(folded, topic);
  if (!is_new && it->second != topic) it->second = kSeveral;
}

Names read_names() {
  Names out;
  const auto& topics = Vocabulary::builtin().topics();
  for (std::size_t i = 0; i < topics.size(); ++i) {
    for (const auto& label : topics[i].labels) add_name(out, label.second, i);
    for (const std::string& alias : topics[i].aliases) add_name(out, alias, i);
    add_name(out, topics[i].slug, i);
    // "heat" of climate/heat: near, but not its name.
    const std::string& slug = topics[i].slug;
    if (const auto cut = slug.rfind('/'); cut != std::string::npos)
      out.names.push_back({icu::UnicodeString::fromUTF8(folded_name(slug.substr(cut + 1))), i});
  }
  return out;
}

const Names& known_names() {
  static const Names kNames = read_names();
  return kNames;
}

// Edits of one letter each that make one of the other; `most` + 1 where it is more.
int32_t distance(const icu::UnicodeString& a, const icu::UnicodeString& b, int32_t most) {
  if (std::abs(a.length() - b.length()) > most) return most + 1;
  std::vector<int32_t> row(static_cast<std::size_t>(b.length()) + 1);
  std::iota(row.begin(), row.end(), 0);
  for (int32_t i = 1; i <= a.length(); ++i) {
    int32_t diagonal = row[0];
    row[0] = i;
    for (int32_t j = 1; j <= b.length(); ++j) {
      const auto at = static_cast<std::size_t>(j);
      const int32_t above = row[at];
      row[at] = std::min({above + 1, row[at - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return std::min(row.back(), most + 1);
}

// 0: they are not near; the higher, the nearer.
int32_t nearness(const icu::UnicodeString& typed, const icu::UnicodeString& name) {
  if (name == typed) return 100;
  const int32_t at = name.indexOf(typed);
  if (at >= 0) {
    const bool begins_a_word = at == 0 || u_isUAlphabetic(name.char32At(at - 1)) == 0;
    const int32_t end = at + typed.length();
    const bool ends_a_word = end == name.length() || u_isUAlphabetic(name.char32At(end)) == 0;
    // A part of a word is a hint in scripts that write no spaces, and a chance elsewhere.
    const bool has_no_spaces = typed.char32At(0) >= 0x2E80;
    if (begins_a_word && ends_a_word) return 90;
    if (begins_a_word || has_no_spaces) return 70;
  }
  if (static_cast<std::size_t>(typed.countChar32()) < kShortestGuessed) return 0;
  const int32_t most = std::max<int32_t>(1, typed.length() / 4);
  const int32_t edits = distance(typed, name, most);
  return edits > most ? 0 : 60 - edits;
}

}  // namespace

std::string folded_name(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* casefold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const icu::Normalizer2* decompose = icu::Normalizer2::getNFDInstance(error);
  if (U_FAILURE(error) != 0) return ascii_lower(text);
  const auto source = icu::UnicodeString::fromUTF8(icu::StringPiece(
      text.data(), static_cast<int32_t>(std::min(text.size(), limits::kTopicTypedBytes * 4))));
  const icu::UnicodeString apart = decompose->normalize(casefold->normalize(source, error), error);
  if (U_FAILURE(error) != 0) return ascii_lower(text);
  icu::UnicodeString out;
  bool space = false;
  for (int32_t i = 0; i < apart.length(); i = apart.moveIndex32(i, 1)) {
    const UChar32 letter = apart.char32At(i);
    // Marks of Latin, Greek, Cyrillic, Hebrew and Arabic; those of Indic scripts are vowels.
    const bool mark = u_charType(letter) == U_NON_SPACING_MARK && letter < 0x0900;
    if (mark) continue;
    if (u_isUWhiteSpace(letter) != 0 || letter == '-' || letter == '_') {
      space = out.length() > 0;
      continue;
    }
    if (space) out.append(static_cast<char16_t>(' '));
    space = false;
    out.append(letter);
  }
  return utf8(icu::Normalizer2::getNFCInstance(error)->normalize(out, error));
}

std::vector<std::string> names_of_list(std::string_view text) {
  std::string apart(text);
  for (const std::string_view other : {"\u060C", "\u061B", "\u3001", "\uFF0C", "\uFF1B", ";", "\n", "\r"}) {
    for (auto at = apart.find(other); at != std::string::npos; at = apart.find(other, at + 1))
      apart.replace(at, other.size(), ",");
  }
  std::vector<std::string> out;
  for (std::string& name : split(apart, ',')) {
    if (out.size() == limits::kTopicsTyped) break;
    if (name.size() <= limits::kTopicTypedBytes) out.push_back(std::move(name));
  }
  return out;
}

std::optional<std::string> topic_named(std::string_view typed) {
  const Vocabulary& vocabulary = Vocabulary::builtin();
  std::string slug = vocabulary.canonical(trimmed(typed));
  if (vocabulary.find(slug) != nullptr) return slug;
  const Names& known = known_names();
  const auto it = known.exact.find(folded_name(typed));
  if (it == known.exact.end() || it->second == kSeveral) return std::nullopt;
  return vocabulary.topics()[it->second].slug;
}

std::vector<std::string> topics_like(std::string_view typed, std::size_t most) {
  const auto folded = icu::UnicodeString::fromUTF8(folded_name(typed));
  if (folded.isEmpty() != 0) return {};
  std::map<std::size_t, int32_t> best;  // by topic
  for (const Names::Name& name : known_names().names) {
    const int32_t near = nearness(folded, name.folded);
    if (near > 0) best[name.topic] = std::max(best[name.topic], near);
  }
  std::vector<std::pair<std::size_t, int32_t>> found(best.begin(), best.end());
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string> out;
  for (const auto& one : found) {
    if (out.size() == most) break;
    out.push_back(Vocabulary::builtin().topics()[one.first].slug);
  }
  return out;
}

std::optional<std::string> own_topic(std::string_view typed) {
  std::string slug;
  for (const char c : ascii_lower(trimmed(typed))) {
    const bool between = c == ' ' || c == '_' || c == '-';
    if (!between) slug += c;
    if (between && !slug.empty() && slug.back() != '-') slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() || !check_topic(slug).ok() ? std::nullopt : std::optional(slug);
}

}  // namespace koinon
