#include "node/reading/fit_view.h"

#include <algorithm>
#include <cmath>

#include "node/reading/shown_record.h"
#include "node/text/first_sentence.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kLineBytes = 160;  // of a sentence
constexpr std::size_t kShortBytes = 80;  // of a fact
constexpr std::size_t kWordBytes = 40;   // of what should be a word of the protocol
constexpr std::size_t kNeedsShown = 12;  // as many as a practice may have

CityMeasures measures_or_none(IndexReader& index, const LogId& log) {
  const auto found = index.measures(log);
  return found.ok() && *found ? **found : CityMeasures();
}

struct ReadAdoption {
  v1::Adoption adoption;
  std::string language;
};

// Nothing: its text is not here, or says no adoption.
std::optional<ReadAdoption> read_adoption(StoreReader& store, const Adopter& adopter) {
  const auto record = shown_record(store, adopter.log, adopter.index);
  if (!record.ok() || record->body.empty()) return std::nullopt;
  const auto entry = parse_entry(record->entry);
  auto body = parse_body(record->body);
  if (!entry.ok() || !body.ok() || !body->has_adoption()) return std::nullopt;
  return ReadAdoption{std::move(*body->mutable_adoption()), entry->language()};
}

NearAdopter near_adopter(Directory& directory, const Adopter& adopter,
                         const std::optional<ReadAdoption>& said) {
  NearAdopter out;
  out.ref = directory.ref(adopter.log, adopter.index);
  out.city = directory.city(adopter.log);
  out.city_name = directory.display_name(adopter.log);
  out.outcome = outcome_text(adopter.outcome);
  if (!said) return out;
  const v1::Adoption& adoption = said->adoption;
  out.language = said->language;
  out.stage = clipped_line(adoption.stage(), kWordBytes);
  out.changes =
      first_sentence(adoption.changes().empty() ? adoption.results() : adoption.changes(), kLineBytes);
  return out;
}

void put_adopters(Directory& directory, StoreReader& store, const Adopters& adopters,
                  const std::optional<LogId>& own, FitView& out) {
  out.tried = adopters.cities;
  out.outcomes = adopters.outcomes;
  out.stopped = adopters.stopped;
  for (const Adopter& adopter : adopters.nearest) {
    if (own != adopter.log && out.nearest.size() < kNearestAdopters)
      out.nearest.push_back(near_adopter(directory, adopter, read_adoption(store, adopter)));
  }
}

}  // namespace

FitFacts fit_facts(const v1::Practice& practice) {
  FitFacts out;
  if (std::isfinite(practice.cost().amount()) && practice.cost().amount() > 0) {
    out.amount = practice.cost().amount();
    out.currency = clipped_line(practice.cost().currency(), kWordBytes);
  }
  out.staff = first_sentence(practice.staff(), kShortBytes);
  out.time_to_launch = first_sentence(practice.time_to_launch(), kShortBytes);
  out.evidence = practice.evidence() <= 5 ? practice.evidence() : 0;
  out.core = first_sentence(practice.core(), kLineBytes);
  for (const v1::Need& need : practice.needs()) {
    if (out.needs.size() == kNeedsShown) break;
    FitNeed one{clipped_line(need.what(), kWordBytes), first_sentence(need.text(), kShortBytes)};
    if (!one.what.empty() || !one.text.empty()) out.needs.push_back(std::move(one));
  }
  return out;
}

Result<FitView> read_fit(Directory& directory, StoreReader& store, IndexReader& index,
                         const std::optional<LogId>& own, const Directory::Found& found) {
  KOINON_ASSIGN(const StoredRecord record, shown_record(store, found.log.id, found.index));
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(record.entry));
  if (entry.kind() != v1::KIND_PRACTICE)
    return fail(Code::kInvalidArgument,
                Sentence{"fit.no_practice", "this note is no practice, so there is nothing to compare"},
                "ref");
  if (record.body.empty())
    return fail(Code::kNotFound, Sentence{"note.not_held", "the note itself is not held here"}, "body");
  KOINON_ASSIGN(const v1::Body body, parse_body(record.body));
  FitView out;
  out.ref = directory.ref(found.log.id, found.index);
  out.city = directory.city(found.log.id);
  out.city_name = directory.display_name(found.log.id);
  out.language = entry.language();
  out.has_city = own.has_value();
  out.is_ours = own == found.log.id;
  out.theirs = measures_or_none(index, found.log.id);
  if (own) out.ours = measures_or_none(index, *own);
  out.fit = compare_cities(out.theirs, out.is_ours ? CityMeasures() : out.ours);
  out.facts = fit_facts(body.practice());
  // Our own may be the nearest of all, and is not named.
  AdoptersQuery query{found.log.id, found.index, out.ours, kNearestAdopters + 1};
  // An observer, or a city without figures, has no nearest cities. Those of the city that wrote it say more
  // than none.
  if (!states_any(query.like)) query.like = out.theirs;
  KOINON_ASSIGN(const Adopters adopters, index.adopters(query));
  put_adopters(directory, store, adopters, own, out);
  return out;
}

}  // namespace koinon
