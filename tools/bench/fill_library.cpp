#include "tools/bench/fill_library.h"

#include <array>
#include <cmath>

#include "crypto/hash.h"
#include "node/publishing/own_log.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/store/sqlite_store.h"
#include "tools/bench/record_maker.h"

namespace koinon {
namespace {

constexpr std::int64_t kBegan = 1'700'000'000'000;

std::string text_of(std::string_view language, std::uint64_t words, Dice& dice) {
  std::string out;
  const std::string_view gap = language == "ja" ? "" : " ";
  for (std::uint64_t i = 0; i < words; ++i) {
    if (i > 0) out += i % 12 == 0 ? ". " : gap;
    out += bench_word(language, dice.rank(kWordsOfALanguage));
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
          bench_languages()[number % bench_languages().size()]};
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
    const std::string_view language = bench_languages()[out.size() % bench_languages().size()];
    std::string search;
    for (std::uint64_t i = 0; i <= dice.below(3); ++i)
      search += (search.empty() ? "" : " ") + bench_word(language, dice.rank(kWordsOfALanguage));
    out.push_back(std::move(search));
  }
  return out;
}

}  // namespace koinon
