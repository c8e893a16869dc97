#include "storage/search/search_query.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/search/folding.h"
#include "storage/search/function_words.h"
#include "storage/search/spelling.h"
#include "storage/search/tokenizer.h"

namespace koinon {
namespace {

struct Term {
  std::string text;
  std::vector<std::string> words = {};  // as the tokenizer gives them
  bool phrase = false;
  bool prefix = false;
  bool excluded = false;
  bool or_before = false;  // it stands for the term before, too
  bool piece = false;      // a pair of a longer run: where it may begin a word is not known
  bool function = false;   // it only holds the sentence together
  std::vector<std::string> other_names = {};  // of a topic that several terms name together

  bool plain() const { return !phrase && !prefix && !excluded && !or_before; }
};

struct Alternative {
  std::string phrase;
  double share = 1;
  std::vector<std::string> words;
  bool prefix = false;
};

// A note with the word in its text is a better hit than a note whose topic is called so.
constexpr double kTopicShare = 0.5;
// Less than a stem of the word counts (ranking.cpp gives keywords an eighth of a title): who writes in one
// language reads that language first.
constexpr double kOtherNameShare = 0.12;
constexpr double kNearShare = 0.5;    // of a word that differs by a letter
constexpr double kInsideShare = 0.4;  // of characters inside a run, which may be parts of two words
constexpr double kParticleShare = 0.9;
constexpr std::size_t kLongRun = 4;      // characters of a dense script that may be more than one word
constexpr std::size_t kManyWords = 5;    // are a sentence
constexpr std::size_t kWordsOfName = 4;  // of a topic, that are looked at together

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += '"';
  }
  return out + "\"";
}

// Spaces of all scripts, quotation marks of all keyboards and the minus sign become those of ASCII.
std::string plain_signs(const std::string& text) {
  constexpr std::u32string_view kQuotes =
      U"\u00AB\u00BB\u201C\u201D\u201E\u201F\u300C\u300D\u300E\u300F\uFF02";
  std::string out;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(text.data()), i, size, c);
    if (u_isUWhiteSpace(c) != 0 || c == kBeginningMark) {
      out += ' ';
    } else if (kQuotes.find(static_cast<char32_t>(c)) != std::u32string_view::npos) {
      out += '"';
    } else if (c == 0x2212 || c == 0xFF0D) {
      out += '-';
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

// A sentence ends with a sign that is no part of its last word.
void drop_ending(std::string& text) {
  constexpr std::array<std::string_view, 12> kSigns = {"?", "!",  ".",  ",",  ";",  ":",
                                                       "…", "？", "！", "。", "、", "؟"};
  const auto ends = [&](std::string_view sign) { return text.ends_with(sign); };
  for (const auto* sign = kSigns.begin(); sign != kSigns.end();) {
    sign = std::find_if(kSigns.begin(), kSigns.end(), ends);
    if (sign != kSigns.end()) text.resize(text.size() - sign->size());
  }
}

std::vector<Term> split(const std::string& text) {
  std::vector<Term> out;
  bool or_before = false;
  for (std::size_t begin = 0; begin < text.size() && out.size() < limits::kSearchWords;) {
    begin = text.find_first_not_of(' ', begin);
    if (begin == std::string::npos) break;
    Term term;
    if (text[begin] == '-' && begin + 1 < text.size() && text[begin + 1] != ' ') {
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
      end = std::min(text.find(' ', begin), text.size());
      term.text = text.substr(begin, end - begin);
      term.prefix = term.text.size() > 1 && term.text.back() == '*';
      if (term.prefix) term.text.pop_back();
      drop_ending(term.text);
    }
    begin = end;
    if (term.plain() && term.text == "OR" && !out.empty() && !out.back().excluded) {
      or_before = true;
      continue;
    }
    term.words = query_words(term.text);
    if (term.words.empty()) continue;
    term.or_before = std::exchange(or_before, false) && !term.excluded;
    out.push_back(std::move(term));
  }
  return out;
}

bool is_dense(const std::string& word) {
  int32_t at = 0;
  UChar32 c = 0;
  U8_NEXT_OR_FFFD(reinterpret_cast<const uint8_t*>(word.data()), at, static_cast<int32_t>(word.size()), c);
  std::vector<FoldedPoint> room;
  return fold(c, room).front().shape == Shape::kDense;
}

// The parts of a word between apostrophes, put together: Hawai'i, hawaii. Empty: it is no such word.
std::string put_together(const Term& term) {
  std::string whole;
  std::size_t parts = 0;
  tokenize(term.text, false, [&](const Token& token) {
    ++parts;
    if (token.same_place && parts == 2) whole = token.text;
    return 0;
  });
  return parts == term.words.size() + 1 ? whole : std::string();
}

// The part of such a word that says something: eau of l'eau, city of city's. Empty: there is no such part.
std::string part_that_says(const std::vector<std::string>& parts) {
  if (parts.size() != 2) return {};
  if (FunctionWords::is_elided(parts.front())) return parts.back();
  return parts.back() == "s" ? parts.front() : std::string();
}

// What one term may stand for.
class Alternatives {
 public:
  Alternatives(const Term& term, const WordForms& forms) : term_(term), forms_(forms) {}

  std::vector<Alternative> all() {
    if (term_.piece || !is_dense(term_.words.front())) {
      out_.push_back({quoted(term_.text), 1, term_.words, term_.prefix});
    } else {
      add_dense(term_.text, 1);
      const auto base = term_.plain() ? without_particle(term_.text) : std::string_view(term_.text);
      if (base.size() < term_.text.size()) add_dense(std::string(base), kParticleShare);
    }
    add_topics(term_.words, 1);
    if (!term_.phrase && !term_.prefix) add_other_forms();
    for (const auto& name : term_.other_names) add(name, kOtherNameShare);
    return std::move(out_);
  }

  // What must not occur: the word itself.
  Alternative itself() const { return {quoted(term_.text), 1, term_.words, term_.prefix}; }

 private:
  std::string quoted(std::string_view text) const { return in_quotes(text) + (term_.prefix ? "*" : ""); }

  // It counts more where a word may begin.
  void add_dense(const std::string& text, double share) {
    const auto words = query_words(text);
    if (words.empty()) return;
    const bool pair = count_code_points(words.front()) > 1;
    if (pair) out_.push_back({quoted(std::string(kBeginning) + text), share, {}, term_.prefix});
    out_.push_back({quoted(text), pair ? share * kInsideShare : share, words, term_.prefix});
  }

  void add(const std::string& text, double share) {
    if (!added_.insert(text).second) return;
    const auto words = query_words(text);
    if (!words.empty()) out_.push_back({in_quotes(text), share, words, false});
  }

  void add_topics(const std::vector<std::string>& called, double share) {
    if (forms_.topics == nullptr) return;
    for (const auto& topic : forms_.topics->terms(called, term_.prefix)) add(topic, share * kTopicShare);
    if (term_.prefix) return;
    for (const auto& name : forms_.topics->other_names(called)) add(name, share * kOtherNameShare);
  }

  void add_stems(const std::string& word, double share) {
    for (Stemmer* stemmer : forms_.stemmers) {
      const std::string stem = stemmer->stem(word);
      if (stem == word || stem.empty() || added_.contains(stem)) continue;
      add(stem, share);
      add_topics({stem}, share);
    }
  }

  void add_other_forms() {
    std::string word = term_.words.front();
    if (term_.words.size() > 1) {
      const std::string whole = put_together(term_);
      if (whole.empty()) return;
      add(whole, 1);
      word = part_that_says(term_.words);
      if (word.empty()) return;
      add(word, 1);
      add_topics({word}, 1);
    }
    if (is_dense(word)) return;
    added_.insert(word);
    add_stems(word, 1);
    if (!forms_.near || count_code_points(word) < kShortestSpelled) return;
    for (const auto& other : forms_.near(word)) {
      add(other, kNearShare);
      add_stems(other, kNearShare);
      add_topics({other}, kNearShare);
    }
  }

  const Term& term_;
  const WordForms& forms_;
  std::vector<Alternative> out_;
  std::set<std::string> added_;
};

std::string either(const std::vector<Alternative>& parts) {
  std::string out = "(";
  for (const auto& part : parts) out += (out.size() == 1 ? "" : " OR ") + part.phrase;
  return out + ")";
}

// Marks the words that may fall away. If all may, none does.
void mark_function_words(std::vector<Term>& terms) {
  std::vector<std::string> words;
  for (const Term& term : terms) {
    std::string word =
        term.words.size() == 1 && !is_dense(term.words.front()) ? term.words.front() : term.text;
    words.push_back(std::move(word));
  }
  const auto function = FunctionWords::builtin().among(words);
  bool any_left = false;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool of_or = i + 1 < terms.size() && terms[i + 1].or_before;
    terms[i].function = terms[i].plain() && !of_or && function[i];
    any_left = any_left || (!terms[i].function && !terms[i].excluded);
  }
  if (any_left) return;
  for (Term& term : terms) term.function = false;
}

// Words that follow each other may be the name of a topic. Then each of them stands for its other names.
void find_names(std::vector<Term>& terms, const TopicWords& topics) {
  for (std::size_t i = 0; i < terms.size(); ++i) {
    std::vector<std::string> words;
    for (std::size_t k = i; k < std::min(i + kWordsOfName, terms.size()) && terms[k].plain(); ++k) {
      words.insert(words.end(), terms[k].words.begin(), terms[k].words.end());
      if (k == i) continue;
      for (const auto& name : topics.other_names(words)) {
        for (std::size_t n = i; n <= k; ++n) terms[n].other_names.push_back(name);
      }
    }
  }
}

// A long run of a dense script becomes its pairs, each a word of its own.
std::vector<Term> with_pairs(std::vector<Term> terms) {
  std::vector<Term> out;
  for (Term& term : terms) {
    const bool run = term.plain() && is_dense(term.words.front()) && term.words.size() + 1 >= kLongRun;
    if (!run) {
      out.push_back(std::move(term));
      continue;
    }
    for (const auto& pair : term.words) {
      if (out.size() >= limits::kSearchWords) break;
      Term piece;
      piece.text = pair;
      piece.words = {pair};
      piece.piece = true;
      out.push_back(std::move(piece));
    }
  }
  return out;
}

void add_unwanted(SearchWords& out, const std::vector<Term>& terms, const WordForms& forms) {
  std::vector<Alternative> unwanted;
  for (const Term& term : terms) {
    if (term.excluded) unwanted.push_back(Alternatives(term, forms).itself());
  }
  if (unwanted.empty()) return;
  out.phrases.insert(out.phrases.end(), unwanted.size(), {SearchWords::kExcluded, 0, {}, false});
  out.expression = "(" + out.expression + ") NOT " + either(unwanted);
}

}  // namespace

SearchWords read_search_words(std::string_view typed, const WordForms& forms, Match match) {
  SearchWords out;
  typed = typed.substr(0, limits::kSearchBytes);
  // Removes a character that the limit has cut in two.
  while (!typed.empty() && !is_utf8(typed)) typed.remove_suffix(1);
  auto terms = split(plain_signs(nfc(typed)));
  mark_function_words(terms);
  if (forms.topics != nullptr) find_names(terms, *forms.topics);
  out.sentence = std::any_of(terms.begin(), terms.end(), [](const Term& term) { return term.function; });
  std::erase_if(terms, [](const Term& term) { return term.function; });
  out.sentence = out.sentence || terms.size() >= kManyWords;
  if (match == Match::kAny) terms = with_pairs(std::move(terms));
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].excluded) continue;
    std::vector<Alternative> parts;
    do {
      auto more = Alternatives(terms[i], forms).all();
      parts.insert(parts.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    } while (i + 1 < terms.size() && terms[i + 1].or_before && ++i > 0);
    if (!out.expression.empty()) out.expression += match == Match::kAll ? " AND " : " OR ";
    out.expression += either(parts);
    for (const Alternative& part : parts)
      out.phrases.push_back({out.words, part.share, part.words, part.prefix});
    ++out.words;
  }
  if (!out.expression.empty()) add_unwanted(out, terms, forms);
  return out;
}

std::vector<std::string> stems_of(const NoteWords& words, RememberingStemmer& stemmer) {
  std::vector<std::string> stems;
  for (const std::string* word : words.in_order()) {
    const std::string& stem = stemmer.stem(*word);
    if (stem != *word && !words.contains(stem)) stems.push_back(stem);
  }
  std::sort(stems.begin(), stems.end());
  stems.erase(std::unique(stems.begin(), stems.end()), stems.end());
  return stems;
}

}  // namespace koinon
