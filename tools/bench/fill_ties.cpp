#include "tools/bench/fill_ties.h"

#include <array>
#include <chrono>
#include <random>

#include "node/publishing/own_log.h"
#include "proto/codec/entry.h"
#include "storage/store/sqlite_store.h"
#include "tools/bench/fill.h"

namespace koinon {
namespace {

constexpr int kFirstYear = 2016;
constexpr int kYears = 10;
constexpr std::array<const char*, 20> kCountries = {"KR", "IT", "PE", "US", "BR", "FR", "KE",
                                                    "IN", "JP", "MX", "ES", "DE", "ZA", "ID",
                                                    "CO", "NG", "PH", "AR", "EG", "SE"};
constexpr std::array<const char*, 6> kTopics = {"health/testing",  "climate/heat", "mobility/buses",
                                                "health/shelters", "water/reuse",  "housing/renewal"};

struct PracticePlace {
  LogId log;
  std::uint64_t index = 0;
};

UnixMillis july(int year) {
  const auto day = std::chrono::sys_days(std::chrono::year(year) / std::chrono::July / 1);
  return {std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count()};
}

class TiesFill {
 public:
  TiesFill(Store& store, const TiesLibraryOptions& options) : store_(store), options_(options) {}

  void add_city(OwnLog log) { cities_.push_back(std::move(log)); }
  Status run() {
    for (std::size_t i = 0; i < cities_.size(); ++i)
      KOINON_TRY(publish(cities_[i], {profile(i)}, july(kFirstYear)));
    const std::uint64_t each = std::max<std::uint64_t>(options_.notes / cities_.size() / kYears, 1);
    for (int year = kFirstYear; year < kFirstYear + kYears; ++year) {
      // All practices of a year stand before the adoptions of it.
      for (OwnLog& city : cities_) KOINON_TRY(publish_practices(city, each * 4 / 10, july(year)));
      for (OwnLog& city : cities_) KOINON_TRY(publish_others(city, each - each * 4 / 10, july(year)));
    }
    return {};
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(dice_() % bound); }
  // The first are chosen much more often than the last.
  std::size_t popular(std::size_t bound) {
    return std::min(below(bound) + 1, below(bound) + 1) * below(bound) / bound;
  }

  Draft profile(std::size_t number) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_PROFILE);
    draft.entry.set_language("en");
    draft.body.emplace();
    auto* out = draft.body->mutable_profile();
    out->set_type("city");
    out->set_display_name("City " + std::to_string(number));
    out->set_country(kCountries.at(number % kCountries.size()));
    out->set_latitude(-50 + static_cast<double>(below(1100)) / 10);
    out->set_longitude(-170 + static_cast<double>(below(3400)) / 10);
    out->mutable_population()->set_value(static_cast<double>(20'000 + below(9'000'000)));
    return draft;
  }
  Draft practice() {
    Draft draft = note(v1::KIND_PRACTICE);
    draft.entry.add_topics(kTopics.at(below(kTopics.size())));
    auto* out = draft.body->mutable_practice();
    out->set_title("Practice " + std::to_string(practices_.size()));
    out->set_summary("What we did, and what came of it in the first year.");
    out->set_solution(text(60));
    out->add_sdgs(static_cast<unsigned>(1 + below(17)));
    if (below(3) > 0) out->add_commitments()->set_agreement("Agreement " + std::to_string(1 + below(12)));
    if (below(3) > 0) out->set_people_reached(std::to_string(100 + below(90'000)));
    out->mutable_cost()->set_amount(static_cast<double>(1000 + below(2'000'000)));
    out->mutable_cost()->set_currency("USD");
    return draft;
  }
  Draft adoption(const PracticePlace& of) {
    Draft draft = note(v1::KIND_ADOPTION);
    refer(draft, v1::REF_ROLE_ADOPTS, of);
    auto* out = draft.body->mutable_adoption();
    constexpr std::array<const char*, 4> kStages = {"trying", "adopted", "adapted", "stopped"};
    constexpr std::array<const char*, 5> kOutcomes = {"worked", "worked", "partly", "did-not", "too-early"};
    out->set_title("What we made of it");
    out->set_stage(kStages.at(below(kStages.size())));
    out->set_outcome(kOutcomes.at(below(kOutcomes.size())));
    out->set_changes("We began with two districts. " + text(20));
    out->set_results("More people came than we had expected. " + text(20));
    if (below(2) == 0) out->set_people_reached(std::to_string(10 + below(9000)) + " people");
    return draft;
  }
  Draft question(const PracticePlace& about) {
    Draft draft = note(v1::KIND_QUESTION);
    refer(draft, v1::REF_ROLE_ABOUT, about);
    draft.body->mutable_question()->set_text("What did it cost to run? " + text(10));
    return draft;
  }
  // For another city.
  Draft vouch(const LogId& by) {
    std::size_t chosen = below(cities_.size());
    if (cities_[chosen].id() == by) chosen = (chosen + 1) % cities_.size();
    const OwnLog& city = cities_[chosen];
    Draft draft;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* out = draft.entry.mutable_control()->mutable_vouch();
    out->set_log_id(city.id().bytes());
    out->set_name(city.identity().name);
    out->set_vkey(city.identity().vkey().text());
    out->set_expires_at_ms(july(kFirstYear + kYears + 5).value);
    return draft;
  }
  static Draft note(v1::Kind kind) {
    Draft draft;
    draft.entry.set_kind(kind);
    draft.entry.set_language("en");
    draft.body.emplace();
    return draft;
  }
  static void refer(Draft& draft, v1::RefRole role, const PracticePlace& to) {
    auto* ref = draft.entry.add_refs();
    ref->set_role(role);
    ref->set_log_id(to.log.bytes());
    ref->set_index(to.index);
  }
  std::string text(std::size_t words) {
    constexpr std::array<const char*, 8> kWords = {"people", "streets", "shade",   "buses",
                                                   "tests",  "water",   "offices", "summer"};
    std::string out;
    for (std::size_t i = 0; i < words; ++i)
      out += (i > 0 ? " " : "") + std::string(kWords.at(below(kWords.size())));
    return out + ".";
  }

  Status publish_practices(OwnLog& city, std::size_t count, UnixMillis when) {
    std::vector<Draft> drafts;
    for (std::size_t i = 0; i < count; ++i) drafts.push_back(practice());
    return publish(city, drafts, when);
  }
  Status publish_others(OwnLog& city, std::size_t count, UnixMillis when) {
    std::vector<Draft> drafts;
    for (std::size_t i = 0; i < count; ++i) {
      const PracticePlace of = practices_[popular(practices_.size())];
      const std::size_t what = below(60);
      drafts.push_back(what < 50 && of.log != city.id() ? adoption(of)
                       : what < 58                      ? question(of)
                                                        : vouch(city.id()));
    }
    return publish(city, drafts, when);
  }
  Status publish(OwnLog& city, const std::vector<Draft>& drafts, UnixMillis when) {
    std::vector<DraftMaker> makers;
    for (const Draft& draft : drafts) {
      makers.emplace_back([&draft](StoreReader&) -> Result<Draft> {
        Draft out = draft;
        out.again = true;
        return out;
      });
    }
    if (makers.empty()) return {};
    KOINON_TRY(store_.begin(false));
    const auto batch = city.publish(store_, makers, when);
    if (!batch.ok()) {
      store_.rollback();
      return batch.error();
    }
    KOINON_TRY(store_.commit());
    for (std::size_t i = 0; i < drafts.size(); ++i) {
      if (!batch->results[i].ok()) return batch->results[i].error();
      if (drafts[i].entry.kind() == v1::KIND_PRACTICE)
        practices_.push_back({city.id(), batch->results[i]->index.value});
    }
    return {};
  }

  Store& store_;
  const TiesLibraryOptions& options_;
  std::mt19937_64 dice_{22};
  std::vector<OwnLog> cities_;
  std::vector<PracticePlace> practices_;
};

}  // namespace

Status fill_ties(const DataFolder& folder, const TiesLibraryOptions& options) {
  FillOptions cities;
  cities.logs = options.cities;
  KOINON_TRY(fill_store(folder, cities));
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, ""));
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(folder.store(), with_epochs(epoch_maker(EpochKey(keys.node)))));
  KOINON_ASSIGN(const StoreState state, store->load_state());
  KOINON_ASSIGN(const LogState own, store->log_state(*state.own_log));
  TiesFill fill(*store, options);
  fill.add_city(OwnLog(own.identity(), keys.city->signing));
  for (std::uint64_t i = 0; i < options.cities; ++i) {
    const MadeCity city = make_city(i, july(kFirstYear));
    fill.add_city(OwnLog(city.identity, city.signing));
  }
  return fill.run();
}

}  // namespace koinon
