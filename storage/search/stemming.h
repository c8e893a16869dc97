// Word stems by Snowball, for the languages that Snowball knows. With them "runs" finds "running".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

struct sb_stemmer;

namespace koinon {

class Stemmer {
 public:
  // By a BCP 47 tag. Null: Snowball does not know the language.
  static std::unique_ptr<Stemmer> of_language(std::string_view tag);
  // One for every language that has a stemmer, by its ISO 639 code.
  static std::map<std::string, std::unique_ptr<Stemmer>> all();
  ~Stemmer();
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  // The stem of a folded word, as the tokenizer gives it.
  std::string stem(std::string_view word);

 private:
  explicit Stemmer(sb_stemmer* stemmer) : stemmer_(stemmer) {}
  sb_stemmer* stemmer_;
};

// A stemmer that remembers what it found: most words of a text are common ones. Belongs to one thread.
class RememberingStemmer {
 public:
  explicit RememberingStemmer(std::unique_ptr<Stemmer> stemmer) : stemmer_(std::move(stemmer)) {}
  // Good until the next call.
  const std::string& stem(const std::string& word);
  // Gives its memory back.
  void forget() { known_ = {}; }

 private:
  std::unique_ptr<Stemmer> stemmer_;
  std::unordered_map<std::string, std::string> known_;
};

}  // namespace koinon
