#include "node/reading/impact_view.h"

#include <utility>

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// Of a note that is read for what it says of people. A page reads some of others, and anybody may ask for it.
constexpr std::size_t kReachedBytes = 128 * limits::kKiB;

const std::string& reached_of(const v1::Body& body) {
  return body.has_adoption() ? body.adoption().people_reached() : body.practice().people_reached();
}

// Those whose text is here still.
std::vector<ReachedWords> read_words(Directory& directory, StoreReader& store, IndexReader& index,
                                     PeopleReached& reached) {
  std::vector<ReachedWords> out;
  for (const auto& [log, at] : std::exchange(reached.said, {})) {
    const auto indexed = index.get(log, at);
    if (!indexed.ok() || !*indexed) continue;
    const auto entry = read_entry(store, **indexed);
    if (!entry.ok() || entry->body_size() > kReachedBytes) continue;
    const auto body = read_body(store, **indexed);
    if (!body.ok()) continue;
    out.push_back({directory.ref(**indexed), directory.city(log), title_line((*indexed)->title),
                   first_sentence(reached_of(*body)), (*indexed)->language});
  }
  return out;
}

}  // namespace

Result<ImpactView> read_impact(Directory& directory, StoreReader& store, IndexReader& index,
                               const ImpactQuery& query) {
  ImpactView out;
  out.own = directory.city(query.own);
  KOINON_ASSIGN(out.figures, index.impact(query));
  out.at_home = read_words(directory, store, index, out.figures.at_home);
  out.elsewhere = read_words(directory, store, index, out.figures.elsewhere);
  out.by_taken = read_words(directory, store, index, out.figures.by_taken);
  KOINON_ASSIGN(out.given, read_adoption_views(directory, index, std::exchange(out.figures.given_ties, {})));
  KOINON_ASSIGN(out.taken, read_adoption_views(directory, index, std::exchange(out.figures.taken_ties, {})));
  for (AdoptionView& one : out.given) read_told(store, index, one);
  for (AdoptionView& one : out.taken) read_told(store, index, one);
  return out;
}

}  // namespace koinon
