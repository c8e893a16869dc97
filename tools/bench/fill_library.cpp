#include "tools/bench/fill_library.h"

#include <array>
#include <cmath>

#include "crypto/hash.h"
#include "node/publishing/own_log.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/store/sqlite_store.h"

namespace koinon {
namespace {

constexpr std::uint64_t kWordsOfALanguage = 20'000;
constexpr std::array<std::string_view, 5> kLanguages = {"en", "es", "ko", "ja", "ar"};
constexpr std::int64_t kBegan = 1'700'000'000'000;

// A small random generator, so that a library is the same on every machine.
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
  std::uint64_t rank(std::uint64_t count) {
    const double uniform = static_cast<double>(below(1'000'000) + 1) / 1'000'001;
    return static_cast<std::uint64_t>(std::pow(static_cast<double>(count), uniform)) - 1;
  }

 private:
  std::uint64_t state_;
};

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

// The word of that rank, of letters of the language's script. Rare words are longer.
std::string word_of(std::string_view language, std::uint64_t rank) {
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

std::string text_of(std::string_view language, std::uint64_t words, Dice& dice) {
  std::string out;
  const std::string_view gap = language == "ja" ? "" : " ";
  for (std::uint64_t i = 0; i < words; ++i) {
    if (i > 0) out += i % 12 == 0 ? ". " : gap;
    out += word_of(language, dice.rank(kWordsOfALanguage));
  }
  return out;
}

struct LibraryCity {
  OwnLog log;
  std::string_view language;
};

LibraryCity city_of(std::uint64_t number) {
  const std::string name = "library-" + std::to_string(number) + ".example";
  const SigningKey signing = SigningKey::from_seed(sha256({name, "signing"}).view());
  const SigningKey recovery = SigningKey::from_seed(sha256({name, "recovery"}).view());
  return {OwnLog({name, signing.public_key(), recovery.public_key()}, signing),
          kLanguages.at(number % kLanguages.size())};
}

Draft profile_of(std::uint64_t number, std::string_view language) {
  Dice dice(number + 5);
  Draft draft;
  draft.entry.set_kind(v1::KIND_PROFILE);
  draft.entry.set_language(std::string(language));
  draft.body.emplace();
  auto* profile = draft.body->mutable_profile();
  profile->set_type("city");
  profile->set_display_name("Library " + std::to_string(number));
  profile->set_country(std::string(1, static_cast<char>('A' + number % 26)) +
                       static_cast<char>('A' + number / 26 % 26));
  profile->mutable_population()->set_value(std::pow(10, 4.5 + static_cast<double>(dice.below(250)) / 100));
  profile->mutable_density()->set_value(static_cast<double>(500 + dice.below(15'000)));
  constexpr std::array<std::string_view, 5> kClimates = {"Cfb", "Dfa", "Csa", "Aw", "BSh"};
  profile->set_climate(std::string(kClimates.at(dice.below(kClimates.size()))));
  constexpr std::array<std::string_view, 4> kIncomes = {"low", "lower-middle", "upper-middle", "high"};
  profile->set_income_band(std::string(kIncomes.at(dice.below(kIncomes.size()))));
  return draft;
}

Draft practice_of(std::string_view language, std::uint64_t words, Dice& dice) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language(std::string(language));
  const auto& topics = Vocabulary::builtin().topics();
  for (std::uint64_t i = 0; i <= dice.below(2); ++i) {
    const std::string& topic = topics[dice.below(topics.size())].slug;
    if (draft.entry.topics_size() == 0 || draft.entry.topics(0) != topic) draft.entry.add_topics(topic);
  }
  draft.body.emplace();
  auto* practice = draft.body->mutable_practice();
  practice->set_title(text_of(language, 6, dice));
  practice->set_summary(text_of(language, 20, dice));
  practice->set_solution(text_of(language, words, dice));
  practice->set_evidence(static_cast<unsigned>(dice.below(6)));
  practice->add_sdgs(static_cast<unsigned>(1 + dice.below(17)));
  practice->mutable_cost()->set_amount(std::pow(10, static_cast<double>(2 + dice.below(6))));
  practice->mutable_cost()->set_currency("EUR");
  return draft;
}

Draft adoption_of(const LogId& log, std::uint64_t index, Dice& dice) {
  Draft draft;
  draft.entry.set_kind(v1::KIND_ADOPTION);
  draft.entry.set_language("en");
  draft.entry.add_topics("health");
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_ADOPTS);
  ref->set_log_id(log.bytes());
  ref->set_index(index);
  draft.body.emplace();
  constexpr std::array<std::string_view, 4> kOutcomes = {"worked", "worked", "partly", "did-not"};
  draft.body->mutable_adoption()->set_stage("adopted");
  draft.body->mutable_adoption()->set_outcome(std::string(kOutcomes.at(dice.below(kOutcomes.size()))));
  draft.body->mutable_adoption()->set_changes(text_of("en", 20, dice));
  return draft;
}

Status publish_all(Store& store, OwnLog& log, const std::vector<Draft>& drafts) {
  std::vector<DraftMaker> makers;
  makers.reserve(drafts.size());
  for (const Draft& draft : drafts) {
    makers.emplace_back([&draft](StoreReader&) -> Result<Draft> {
      Draft out = draft;
      out.again = true;
      return out;
    });
  }
  KOINON_TRY(store.begin(false));
  const auto batch = log.publish(store, makers, {kBegan});
  if (!batch.ok()) {
    store.rollback();
    return batch.error();
  }
  for (const auto& result : batch->results) {
    if (!result.ok()) return result.error();
  }
  return store.commit();
}

}  // namespace

Status fill_library(const DataFolder& folder, const LibraryOptions& options) {
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, ""));
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(folder.store(), with_epochs(epoch_maker(EpochKey(keys.node)))));
  const std::uint64_t each = std::max<std::uint64_t>(options.practices / options.cities, 1);
  for (std::uint64_t number = 0; number < options.cities; ++number) {
    LibraryCity city = city_of(number);
    Dice dice(number + 1000);
    std::vector<Draft> drafts = {profile_of(number, city.language)};
    for (std::uint64_t i = 0; i < each; ++i)
      drafts.push_back(practice_of(city.language, options.words, dice));
    KOINON_TRY(publish_all(*store, city.log, drafts));
    drafts.clear();
    // Adopts the most popular practices of every city before it.
    for (std::uint64_t i = 0; number > 0 && i < each / 10; ++i)
      drafts.push_back(adoption_of(city_of(dice.below(number)).log.id(), 1 + dice.rank(each), dice));
    if (!drafts.empty()) KOINON_TRY(publish_all(*store, city.log, drafts));
  }
  return {};
}

std::vector<std::string> library_searches(std::size_t count) {
  Dice dice(42);
  std::vector<std::string> out;
  while (out.size() < count) {
    const std::string_view language = kLanguages.at(out.size() % kLanguages.size());
    std::string search;
    for (std::uint64_t i = 0; i <= dice.below(3); ++i)
      search += (search.empty() ? "" : " ") + word_of(language, dice.rank(kWordsOfALanguage));
    out.push_back(std::move(search));
  }
  return out;
}

}  // namespace koinon
