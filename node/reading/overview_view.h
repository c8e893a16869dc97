// Views over many records: what a city gave and took, which adoptions it should report on again, and who
// adopted what from whom. Of each kind only the newest thousand records are looked at.
//
// A view belongs to one request, on the thread of its readers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

// An adoption and the practice that it adopts.
struct AdoptionView {
  SummaryView note;
  std::string stage;     // trying, adopted, adapted, stopped
  std::string outcome;   // too-early, worked, partly, did-not; empty: it states none
  std::string of;        // the practice's ref
  std::string of_city;   // the practice's city
  std::string of_title;  // empty: the practice is not here
  std::string of_language;
};

// Our practices that serve a goal or a commitment, and how they went in other cities.
struct ServedView {
  std::int64_t practices = 0;
  std::int64_t adoptions = 0;
  std::map<std::string, std::int64_t> outcomes;  // how many adoptions had each outcome

  void add(const std::string& outcome);
  ServedView& operator+=(const ServedView& other);
};

struct ImpactView {
  std::int64_t practices = 0;        // ours, each once in whatever languages it is written
  std::vector<AdoptionView> given;   // adoptions by other cities: the latest of each city for each practice
  std::size_t cities_that_took = 0;  // others
  std::vector<AdoptionView> taken;
  std::int64_t questions_answered = 0;
  std::map<std::uint32_t, ServedView> goals;      // by the number of the SDG
  std::map<std::string, ServedView> commitments;  // by the agreement
};

// What `own` gave and took.
Result<ImpactView> read_impact(Directory& directory, StoreReader& store, IndexReader& index,
                               const LogId& own);

struct FollowUpView {
  std::string of;     // the practice's ref
  std::string title;  // empty: the practice is not here
  int months = 0;     // the result of follow_up_due
  std::string stage;
  std::string last;      // the ref of the last adoption
  std::string language;  // of the title
};

// A city is asked how an adoption went 3, 6 and 12 months (of 30 days) after it first wrote of it, unless it
// has written since. Returns for which of these months it is due now, 0 if for none.
int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now);

// The adoptions of `own` about which it is asked now.
Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now);

// In degrees.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
};

struct PlaceView {
  std::string city;
  std::string name;                  // the name in its profile; empty: it has not stated one
  std::optional<Coordinates> where;  // nothing: it has not stated it
};

struct MapView {
  std::vector<PlaceView> cities;  // of the adoptions
  std::vector<AdoptionView> adoptions;
};

Result<MapView> read_map(Directory& directory, StoreReader& store, IndexReader& index);

}  // namespace koinon
