#include "tools/bench/record_maker.h"

#include <array>
#include <cmath>

#include "crypto/hash.h"
#include "koinon/v1/record.pb.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::int64_t kBegan = 1'700'000'000'000;
constexpr double kLeast = 300;
constexpr double kMost = 20'000;
constexpr std::size_t kFieldsBytes = 28;  // of a body, beside its two texts: salt and lengths

void append_utf8(std::string& out, unsigned c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0U | c >> 6U);
    out += static_cast<char>(0x80U | (c & 0x3FU));
  } else {
    out += static_cast<char>(0xE0U | c >> 12U);
    out += static_cast<char>(0x80U | (c >> 6U & 0x3FU));
    out += static_cast<char>(0x80U | (c & 0x3FU));
  }
}

}  // namespace

std::uint64_t Dice::rank(std::uint64_t count) {
  const double uniform = static_cast<double>(below(1'000'000) + 1) / 1'000'001;
  return static_cast<std::uint64_t>(std::pow(static_cast<double>(count), uniform)) - 1;
}

const std::vector<std::string_view>& bench_languages() {
  static const std::vector<std::string_view> languages = {"en", "es", "ko", "ja", "ar"};
  return languages;
}

std::string bench_word(std::string_view language, std::uint64_t rank) {
  Dice dice(rank + 77);
  std::string out;
  const std::uint64_t letters = 2 + (rank > 20 ? 1 : 0) + (rank > 500 ? 1 : 0);
  for (std::uint64_t i = 0; i < letters; ++i) {
    if (language == "ko") {
      append_utf8(out, static_cast<unsigned>(0xAC00 + dice.below(2000) * 5));
    } else if (language == "ja") {
      append_utf8(out, static_cast<unsigned>(0x4E00 + dice.below(2500)));
    } else if (language == "ar") {
      append_utf8(out, static_cast<unsigned>(0x0628 + dice.below(18)));
      append_utf8(out, static_cast<unsigned>(0x0641 + dice.below(8)));
    } else {
      out += "bcdfglmnprstv"[dice.below(13)];
      out += "aeiou"[dice.below(5)];
    }
  }
  if (language == "en") out += rank % 3 == 0 ? "ing" : "";
  if (language == "es") out += rank % 3 == 0 ? "ciones" : "o";
  return out;
}

RecordMaker::RecordMaker(Texts texts, std::uint64_t body_bytes) : texts_(texts), body_bytes_(body_bytes) {
  for (const std::string_view language : bench_languages()) {
    auto& words = words_.emplace_back();
    words.reserve(kWordsOfALanguage);
    for (std::uint64_t rank = 0; rank < kWordsOfALanguage; ++rank)
      words.push_back(bench_word(language, rank));
  }
}

std::string RecordMaker::text(std::size_t language, std::size_t bytes, Dice& dice) {
  const std::string_view gap = bench_languages()[language] == "ja" ? "" : " ";
  std::string out;
  out.reserve(bytes + 16);
  for (std::size_t i = 0; out.size() < bytes; ++i) {
    if (i > 0) out += i % 12 == 0 ? ". " : gap;
    out += words_[language][dice.rank(kWordsOfALanguage)];
  }
  return out;
}

// Evenly by magnitude: as many between 300 and 600 bytes as between 10,000 and 20,000.
std::size_t RecordMaker::bytes_of(Dice& dice) const {
  if (texts_ == Texts::kFixed) return body_bytes_;
  const double part = static_cast<double>(dice.below(1'000'000)) / 1'000'000;
  return static_cast<std::size_t>(kLeast * std::pow(kMost / kLeast, part));
}

RecordMaker::Made RecordMaker::make(std::uint64_t city, std::uint64_t number) {
  Dice dice((city << 24U) + number + 1);
  const std::size_t language = texts_ == Texts::kFixed ? 0 : city % bench_languages().size();
  v1::Body body;
  const Hash salt = sha256({"koinon-bench", std::to_string(city), "/", std::to_string(number)});
  body.set_salt(std::string(salt.view().substr(0, limits::kSaltBytes)));
  auto* practice = body.mutable_practice();
  practice->set_title(text(language, 32, dice));
  const std::size_t wanted = bytes_of(dice);
  const std::size_t rest = practice->title().size() + kFieldsBytes;
  practice->set_solution(text(language, wanted > rest ? wanted - rest : 1, dice));
  v1::Entry entry;
  entry.set_kind(v1::KIND_PRACTICE);
  entry.set_language(std::string(bench_languages()[language]));
  entry.set_created_at_ms(kBegan + static_cast<std::int64_t>(number) * 1000);
  if (texts_ == Texts::kFixed) {
    entry.add_topics("health/testing");
  } else {
    const auto& topics = Vocabulary::builtin().topics();
    entry.add_topics(topics[dice.rank(topics.size())].slug);
    practice->set_summary(text(language, 80, dice));
    practice->set_evidence(static_cast<unsigned>(dice.below(6)));
  }
  Made out;
  out.body = serialize(body);
  entry.set_body_digest(sha256(out.body).bytes());
  entry.set_body_size(static_cast<std::uint32_t>(out.body.size()));
  out.entry = serialize(entry);
  return out;
}

}  // namespace koinon
