#include "storage/search/search_query.h"

#include <algorithm>
#include <map>
#include <set>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

struct Term {
  std::string text;
  bool phrase = false;
  bool prefix = false;
  bool excluded = false;
};

struct Alternative {
  std::string phrase;
  double share = 1;
  std::vector<std::string> words;
  bool prefix = false;
};

// A note with the word in its text is a better hit than a note whose topic is called so.
constexpr double kTopicShare = 0.5;

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  return out + "\"";
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
    if (!query_words(term.text).empty()) out.push_back(std::move(term));
  }
  return out;
}

// The alternatives for a word: the word itself, its stems if it is one word of a script with spaces, and the
// topics that are called so.
std::vector<Alternative> alternatives(const Term& term, const WordForms& forms) {
  const auto words = query_words(term.text);
  std::vector<Alternative> out = {{in_quotes(term.text) + (term.prefix ? "*" : ""), 1, words, term.prefix}};
  if (term.excluded) return out;
  std::map<std::string, double> others;
  const auto add_topics = [&](const std::vector<std::string>& called) {
    if (forms.topics == nullptr) return;
    for (auto& topic : forms.topics->terms(called, term.prefix))
      others.emplace(std::move(topic), kTopicShare);
  };
  add_topics(words);
  if (!term.phrase && !term.prefix && words.size() == 1) {
    for (Stemmer* stemmer : forms.stemmers) {
      std::string stem = stemmer->stem(words.front());
      if (stem == words.front() || stem.empty() || !others.emplace(stem, 1).second) continue;
      add_topics({stem});
    }
  }
  for (const auto& [other, share] : others) out.push_back({in_quotes(other), share, {other}, false});
  return out;
}

std::string either(const std::vector<Alternative>& parts) {
  std::string out = "(";
  for (const auto& part : parts) out += (out.size() == 1 ? "" : " OR ") + part.phrase;
  return out + ")";
}

}  // namespace

SearchWords read_search_words(std::string_view typed, const WordForms& forms) {
  SearchWords out;
  typed = typed.substr(0, limits::kSearchBytes);
  // Removes a character that the limit has cut in two.
  while (!typed.empty() && !is_utf8(typed)) typed.remove_suffix(1);
  const auto terms = split(nfc(typed));
  for (const Term& term : terms) {
    if (term.excluded) continue;
    const auto parts = alternatives(term, forms);
    out.expression += (out.expression.empty() ? "" : " AND ") + either(parts);
    out.any += (out.any.empty() ? "" : " OR ") + either(parts);
    for (const Alternative& part : parts)
      out.phrases.push_back({out.words, part.share, part.words, part.prefix});
    ++out.words;
  }
  if (out.expression.empty()) return out;
  std::vector<Alternative> unwanted;
  for (const Term& term : terms) {
    if (term.excluded) unwanted.push_back(alternatives(term, forms).front());
  }
  if (unwanted.empty()) return out;
  out.phrases.insert(out.phrases.end(), unwanted.size(), {SearchWords::kExcluded, 0, {}, false});
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
