#include "storage/search/search_query.h"

#include <algorithm>
#include <set>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/tokenizer.h"

namespace koinon {
namespace {

struct Term {
  std::string text;
  bool phrase = false;
  bool prefix = false;
  bool excluded = false;
};

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  return out + "\"";
}

std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> out;
  tokenize(text, true, [&](const Token& token) {
    out.emplace_back(token.text);
    return 0;
  });
  return out;
}

constexpr std::string_view kSpaces = " \t\r\n";

std::vector<Term> split(const std::string& text) {
  std::vector<Term> out;
  for (std::size_t begin = 0; begin < text.size() && out.size() < limits::kSearchWords;) {
    begin = text.find_first_not_of(kSpaces, begin);
    if (begin == std::string::npos) break;
    Term term;
    if (text[begin] == '-' && begin + 1 < text.size() &&
        kSpaces.find(text[begin + 1]) == std::string_view::npos) {
      term.excluded = true;
      ++begin;
    }
    std::size_t end = 0;
    const std::size_t closing = text[begin] == '"' ? text.find('"', begin + 1) : std::string::npos;
    if (closing != std::string::npos) {
      term.phrase = true;
      term.text = text.substr(begin + 1, closing - begin - 1);
      end = closing + 1;
    } else {
      end = std::min(text.find_first_of(kSpaces, begin), text.size());
      term.text = text.substr(begin, end - begin);
      term.prefix = term.text.size() > 1 && term.text.back() == '*';
      if (term.prefix) term.text.pop_back();
    }
    begin = end;
    if (!tokens_of(term.text).empty()) out.push_back(std::move(term));
  }
  return out;
}

// What may stand for a word: itself, and its stems where it is one word of a script with spaces.
std::vector<std::string> alternatives(const Term& term, const std::vector<Stemmer*>& stemmers) {
  std::vector<std::string> out = {in_quotes(term.text) + (term.prefix ? "*" : "")};
  const auto tokens = tokens_of(term.text);
  if (term.phrase || term.prefix || term.excluded || tokens.size() != 1) return out;
  std::set<std::string> stems;
  for (Stemmer* stemmer : stemmers) {
    std::string stem = stemmer->stem(tokens.front());
    if (stem != tokens.front() && !stem.empty()) stems.insert(std::move(stem));
  }
  for (const auto& stem : stems) out.push_back(in_quotes(stem));
  return out;
}

std::string either(const std::vector<std::string>& parts) {
  std::string out = "(";
  for (const auto& part : parts) out += (out.size() == 1 ? "" : " OR ") + part;
  return out + ")";
}

}  // namespace

SearchWords read_search_words(std::string_view typed, const std::vector<Stemmer*>& stemmers) {
  SearchWords out;
  typed = typed.substr(0, limits::kSearchBytes);
  // A character that the limit cut in two is no part of what was typed.
  while (!typed.empty() && !is_utf8(typed)) typed.remove_suffix(1);
  const auto terms = split(nfc(typed));
  std::string excluded;
  for (const Term& term : terms) {
    if (term.excluded) continue;
    const auto parts = alternatives(term, stemmers);
    out.expression += (out.expression.empty() ? "" : " AND ") + either(parts);
    out.any += (out.any.empty() ? "" : " OR ") + either(parts);
    out.word_of.insert(out.word_of.end(), parts.size(), out.words);
    ++out.words;
  }
  if (out.expression.empty()) return out;
  std::vector<std::string> unwanted;
  for (const Term& term : terms) {
    if (term.excluded) unwanted.push_back(in_quotes(term.text) + (term.prefix ? "*" : ""));
  }
  if (unwanted.empty()) return out;
  out.word_of.insert(out.word_of.end(), unwanted.size(), SearchWords::kExcluded);
  for (std::string* expression : {&out.expression, &out.any})
    *expression = "(" + *expression + ") NOT " + either(unwanted);
  return out;
}

std::vector<std::string> stems_of(std::string_view text, Stemmer& stemmer) {
  std::set<std::string, std::less<>> words;
  tokenize(text, false, [&](const Token& token) {
    words.emplace(token.text);
    return 0;
  });
  std::set<std::string> stems;
  for (const auto& word : words) {
    std::string stem = stemmer.stem(word);
    if (stem != word && !words.contains(stem)) stems.insert(std::move(stem));
  }
  return {stems.begin(), stems.end()};
}

}  // namespace koinon
