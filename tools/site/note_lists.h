// The pages of lists of notes: all, those of a topic, of a city, the questions. A page ends at the number of
// an arrival, and has what arrived after the page before it ends: so that the pages of older notes stay as
// they are. The newest page has what no other has.
//
// Belongs to one thread. Its references must live longer than it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tools/site/touched.h"
#include "tools/site/unit_makers.h"

namespace koinon::site_export {

class NoteLists {
 public:
  NoteLists(MadeFiles& files, UnitMakers& makers) : node_(makers.node()), files_(files), makers_(makers) {}

  // Remembered with the files until make() has made all that was noted.
  Status note(const ListChange& change);
  // `whole`: of each list that was noted all pages.
  Status make(bool whole);
  // Arrivals count anew: no page that was made before means anything.
  Status forget_ends();

 private:
  Status add_pages(const ListName& list, const std::set<std::uint64_t>& changed, bool whole,
                   std::vector<UnitMakers::Wish>& wishes);
  Result<IndexQuery> query_of(const ListName& list);
  Result<std::vector<std::uint64_t>> above(const ListName& list, std::uint64_t last);
  Status add_ends(const ListName& list, std::set<std::uint64_t>& pages);
  Result<UnitMakers::Wish> page(const ListName& list, std::uint64_t end);
  // As its address has it: of a city its name.
  ListName shown(const ListName& list);

  VisitedNode& node_;
  MadeFiles& files_;
  UnitMakers& makers_;
};

}  // namespace koinon::site_export
