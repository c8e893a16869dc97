// What follows from many records together: what a city gave and took, what it is to be asked about again, and
// who adopted what from whom. Read for whoever shows it; of each kind the newest thousand records are looked
// at.
//
// Each belongs to one request, on the thread that its readers belong to.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

// An adoption with what it adopts.
struct AdoptionView {
  SummaryView note;
  std::string stage;     // trying, adopted, adapted, stopped
  std::string outcome;   // too-early, worked, partly, did-not; empty: nothing was said of it
  std::string of;        // the practice's ref
  std::string of_city;   // whose it is
  std::string of_title;  // empty: the practice is not here
};

// What serves a goal or a commitment: our practices, and how they went elsewhere.
struct ServedView {
  std::int64_t practices = 0;
  std::int64_t adoptions = 0;
  std::map<std::string, std::int64_t> outcomes;  // how many adoptions had which

  void add(const std::string& outcome);
  ServedView& operator+=(const ServedView& other);
};

struct ImpactView {
  std::int64_t practices = 0;
  std::vector<AdoptionView> given;   // what others took: of each city its latest word on each practice
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
  int months = 0;     // as follow_up_due says
  std::string stage;
  std::string last;  // the ref of the last word on it
};

// How many months (of 30 days) after the first word on an adoption its city is asked how it went, if it has
// said nothing since: 3, 6 or 12; 0: not now.
int follow_up_due(UnixMillis first, UnixMillis last, UnixMillis now);

// The adoptions of `own` that it is to be asked about now.
Result<std::vector<FollowUpView>> read_follow_ups(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& own, UnixMillis now);

// In degrees.
struct Coordinates {
  double latitude = 0;
  double longitude = 0;
};

struct PlaceView {
  std::string city;
  std::string name;                  // what it calls itself; empty: it has not said
  std::optional<Coordinates> where;  // none: it has not said
};

struct MapView {
  std::vector<PlaceView> cities;  // of the adoptions
  std::vector<AdoptionView> adoptions;
};

Result<MapView> read_map(Directory& directory, StoreReader& store, IndexReader& index);

}  // namespace koinon
