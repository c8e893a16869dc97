#include "storage/search/highlight.h"

#include <algorithm>
#include <map>

#include "proto/base/limits.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

constexpr std::size_t kExcerptWords = 40;
constexpr std::size_t kWordsBefore = 8;  // the first mark of an excerpt
constexpr std::size_t kMostMarks = 200;  // that are looked at
constexpr std::string_view kCut = "…";

// Cuts between characters.
std::string_view limited(std::string_view text) {
  if (text.size() <= limits::kHighlightBytes) return text;
  std::size_t end = limits::kHighlightBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

// Whether the character before this is a key on a telephone: an emoji, no mark of Markdown.
bool ends_key(std::string_view text) {
  if (text.starts_with("\uFE0F")) text.remove_prefix(3);
  return text.starts_with("\u20E3");
}

// An excerpt is plain text. It leaves out Markdown's stars, backticks, and the signs at the beginning of a
// line.
std::string without_marks(std::string_view text) {
  std::string out;
  bool line_begins = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool alone = (i == 0 || is_space(text[i - 1])) && i + 1 < text.size() && is_space(text[i + 1]);
    const bool key = (c == '*' || c == '#') && ends_key(text.substr(i + 1));
    if ((c == '*' || c == '`') && (!alone || line_begins) && !key) continue;
    if ((c == '#' || c == '>' || c == '-') && line_begins && !key) continue;
    line_begins = c == '\n' || (line_begins && is_space(c));
    out += c;
  }
  return out;
}

void add(std::vector<Piece>& out, std::string_view text, bool match) {
  if (text.empty()) return;
  if (!out.empty() && out.back().match == match) {
    out.back().text += text;
  } else {
    out.push_back({std::string(text), match});
  }
}

void add_plain(std::vector<Piece>& out, std::string_view text, bool match) {
  add(out, without_marks(text), match);
}

}  // namespace

Highlighter::Highlighter(const SearchWords& words) {
  for (const SearchWords::Phrase& phrase : words.phrases) {
    if (phrase.word == SearchWords::kExcluded) continue;
    Sequence sequence{{}, phrase.prefix, phrase.word};
    for (std::size_t i = 0; i < phrase.words.size(); ++i) {
      const auto next = static_cast<unsigned>(numbers_.size() + beginnings_.size() + 1);
      if (phrase.prefix && i + 1 == phrase.words.size()) {
        beginnings_.emplace_back(phrase.words[i], next);
        sequence.words.push_back(next);
      } else {
        sequence.words.push_back(numbers_.emplace(phrase.words[i], next).first->second);
      }
    }
    if (!sequence.words.empty()) sequences_.push_back(std::move(sequence));
  }
}

unsigned Highlighter::number_of(std::string_view word, Stemmer* stemmer) const {
  const std::string text(word);
  if (const auto it = numbers_.find(text); it != numbers_.end()) return it->second;
  for (const auto& [beginning, number] : beginnings_) {
    if (text.starts_with(beginning)) return number;
  }
  if (stemmer == nullptr) return 0;
  const auto it = numbers_.find(stemmer->stem(text));
  return it == numbers_.end() ? 0 : it->second;
}

std::vector<Highlighter::Place> Highlighter::places(std::string_view text, Stemmer* stemmer) const {
  std::vector<Place> out;
  tokenize(limited(text), false, [&](const Token& token) {
    if (token.text.starts_with(kBeginning)) return 0;  // the pair before it stands for it
    if (token.same_place && !out.empty()) {
      out.back().end_of_single = token.end;
      out.back().single = number_of(token.text, nullptr);
    } else {
      out.push_back({token.begin, token.end, token.end, number_of(token.text, stemmer), 0});
    }
    return 0;
  });
  return out;
}

// Where the sequence ends that begins at this place, in bytes.
std::optional<int> Highlighter::follows(const Sequence& sequence, const std::vector<Place>& places,
                                        std::size_t from) const {
  if (from + sequence.words.size() > places.size()) return std::nullopt;
  int end = 0;
  for (std::size_t i = 0; i < sequence.words.size(); ++i) {
    const Place& place = places[from + i];
    if (place.word == sequence.words[i]) {
      end = place.end;
    } else if (place.single == sequence.words[i]) {
      end = place.end_of_single;
    } else {
      return std::nullopt;
    }
  }
  return end;
}

std::vector<Highlighter::Mark> Highlighter::marks(const std::vector<Place>& places) const {
  std::vector<Mark> out;
  for (std::size_t i = 0; i < places.size() && out.size() < kMostMarks; ++i) {
    if (places[i].word == 0 && places[i].single == 0) continue;
    for (const Sequence& sequence : sequences_) {
      if (const auto end = follows(sequence, places, i))
        out.push_back({places[i].begin, *end, i, sequence.word});
    }
  }
  return out;
}

std::vector<Piece> Highlighter::whole(std::string_view text, Stemmer* stemmer) const {
  std::vector<Piece> out;
  std::size_t done = 0;
  for (const Mark& mark : marks(places(text, stemmer))) {
    const auto begin = std::max(done, static_cast<std::size_t>(mark.begin));
    const auto end = static_cast<std::size_t>(mark.end);
    if (end <= begin) continue;
    add(out, text.substr(done, begin - done), false);
    add(out, text.substr(begin, end - begin), true);
    done = end;
  }
  add(out, text.substr(done), false);
  return out;
}

std::optional<std::vector<Piece>> Highlighter::excerpt(std::string_view text, Stemmer* stemmer) const {
  const auto where = places(text, stemmer);
  const auto found = marks(where);
  if (found.empty()) return std::nullopt;
  // A window moves over the marks, which are in order. A text may have thousands of marks.
  std::size_t best = 0;
  std::size_t most = 0;
  std::map<unsigned, std::size_t> words;  // in the window, and how often each
  std::size_t first = 0;
  std::size_t next = 0;
  for (const Mark& mark : found) {
    const std::size_t begin = mark.place - std::min(mark.place, kWordsBefore);
    for (; next < found.size() && found[next].place < begin + kExcerptWords; ++next)
      ++words[found[next].word];
    for (; found[first].place < begin; ++first) {
      const auto word = words.find(found[first].word);
      if (--word->second == 0) words.erase(word);
    }
    if (words.size() > most) {
      most = words.size();
      best = begin;
    }
  }
  const std::size_t last = std::min(best + kExcerptWords, where.size()) - 1;
  const auto from = best == 0 ? 0 : static_cast<std::size_t>(where[best].begin);
  const bool to_the_end = last + 1 == where.size();
  const auto to = to_the_end ? limited(text).size() : static_cast<std::size_t>(where[last].end_of_single);
  std::vector<Piece> out;
  if (from > 0) add(out, kCut, false);
  std::size_t done = from;
  for (const Mark& mark : found) {
    const auto begin = std::max(done, static_cast<std::size_t>(mark.begin));
    const auto end = std::min(to, static_cast<std::size_t>(mark.end));
    if (end <= begin) continue;
    add_plain(out, text.substr(done, begin - done), false);
    add_plain(out, text.substr(begin, end - begin), true);
    done = end;
  }
  add_plain(out, text.substr(done, to - done), false);
  if (to < text.size()) add(out, kCut, false);
  return out;
}

std::vector<Piece> Highlighter::beginning(std::string_view text) {
  std::size_t words = 0;
  std::size_t end = 0;
  tokenize(limited(text), false, [&](const Token& token) {
    if (token.same_place) return 0;
    if (++words > kExcerptWords) return 1;
    end = static_cast<std::size_t>(token.end);
    return 0;
  });
  std::vector<Piece> out;
  if (words <= kExcerptWords) end = limited(text).size();
  add_plain(out, text.substr(0, end), false);
  if (end < text.size()) add(out, kCut, false);
  return out;
}

}  // namespace koinon
