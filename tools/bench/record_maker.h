// Records as cities write them, for measurements: of a fixed size, or of many sizes, languages and topics.
//
// The same number gives the same record on every machine. A maker belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// A small random generator, so that what is made is the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2654435761U + 1) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return state_ % bound;
  }
  // A rank distributed as in natural text: the first word comes many times as often as the thousandth.
  std::uint64_t rank(std::uint64_t count);

 private:
  std::uint64_t state_;
};

inline constexpr std::uint64_t kWordsOfALanguage = 20'000;
// en, es, ko, ja, ar.
const std::vector<std::string_view>& bench_languages();
// The word of that rank, of letters of the language's script. Rare words are longer.
std::string bench_word(std::string_view language, std::uint64_t rank);

enum class Texts : unsigned char {
  kFixed,      // each body has the same size, in English words; one topic
  kRealistic,  // 300 B to 20 kB, small ones more often; the city's language; topics of the vocabulary, skewed
};

class RecordMaker {
 public:
  // `body_bytes`: with kFixed.
  RecordMaker(Texts texts, std::uint64_t body_bytes);

  struct Made {
    Bytes entry;
    Bytes body;
  };
  // A practice of a city. `created_at_ms` counts on by the number.
  Made make(std::uint64_t city, std::uint64_t number);

 private:
  std::string text(std::size_t language, std::size_t bytes, Dice& dice);
  std::size_t bytes_of(Dice& dice) const;

  Texts texts_;
  std::uint64_t body_bytes_;
  std::vector<std::vector<std::string>> words_;  // of each language, by rank
};

}  // namespace koinon
