#include "storage/search/stemming.h"

#include <array>

#include <libstemmer.h>

namespace koinon {
namespace {

constexpr std::size_t kStemsKnown = 10'000;  // about one MiB

// Snowball names them by their ISO 639 codes.
constexpr std::array<const char*, 14> kLanguages = {"en", "es", "fr", "pt", "it", "de", "nl",
                                                    "sv", "da", "fi", "ru", "ar", "tr", "ro"};

}  // namespace

std::unique_ptr<Stemmer> Stemmer::of_language(std::string_view tag) {
  const std::string_view language = tag.substr(0, tag.find('-'));
  for (const char* known : kLanguages) {
    if (language != known) continue;
    sb_stemmer* stemmer = sb_stemmer_new(known, "UTF_8");
    return stemmer == nullptr ? nullptr : std::unique_ptr<Stemmer>(new Stemmer(stemmer));
  }
  return nullptr;
}

std::map<std::string, std::unique_ptr<Stemmer>> Stemmer::all() {
  std::map<std::string, std::unique_ptr<Stemmer>> out;
  for (const char* language : kLanguages) {
    if (auto stemmer = of_language(language)) out.emplace(language, std::move(stemmer));
  }
  return out;
}

Stemmer::~Stemmer() { sb_stemmer_delete(stemmer_); }

// No word of any language is so long. Some stemmers take time that grows with the square of the length.
std::string Stemmer::stem(std::string_view word) {
  constexpr std::size_t kLongestWord = 128;
  if (word.size() > kLongestWord) return std::string(word);
  const auto* symbols = reinterpret_cast<const sb_symbol*>(word.data());
  const sb_symbol* out = sb_stemmer_stem(stemmer_, symbols, static_cast<int>(word.size()));
  if (out == nullptr) return std::string(word);
  return {reinterpret_cast<const char*>(out), static_cast<std::size_t>(sb_stemmer_length(stemmer_))};
}

const std::string& RememberingStemmer::stem(const std::string& word) {
  const auto known = known_.find(word);
  if (known != known_.end()) return known->second;
  if (known_.size() >= kStemsKnown) known_.clear();
  return known_.emplace(word, stemmer_->stem(word)).first->second;
}

}  // namespace koinon
