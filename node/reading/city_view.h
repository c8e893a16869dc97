// A city as this node knows it, read for whoever shows it. Each belongs to one request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/reading/directory.h"

namespace koinon {

struct CityView {
  LogId log;
  std::string city;  // what names its log here
  std::string vkey;
  std::uint64_t entries = 0;  // of its log, here
  bool frozen = false;
  bool name_claimed_twice = false;
  std::string display_name;             // empty: it has not said
  std::vector<std::string> trust_path;  // by which it is trusted; empty: by none, or it is ourselves
};

CityView read_city(Directory& directory, const LogState& state, const TrustPath& path);

struct CityListView {
  std::vector<CityView> items;
  std::size_t total = 0;      // cities that are trusted
  std::optional<LogId> next;  // the city that the list goes on after
};

struct CityVouch {
  std::string city;  // of one that is not held, what the voucher calls it
  LogId log;
  bool held = false;  // anything of its log is here
  UnixMillis expires_at;
};

struct CityHolder {
  std::string city;
  std::uint64_t entries = 0;
};

// How many vouches there are, of which a view has a part.
struct VouchTotals {
  std::size_t vouches = 0;
  std::size_t vouchers = 0;
  bool vouched_for_here = false;  // a vouch of this node's own city for it stands
};

struct CityStandingView {
  CityView city;
  bool trusted = false;
  bool blocked = false;
  std::optional<VouchTotals> totals;  // none where the holders alone were asked for
  std::vector<CityVouch> vouches_for;
  std::vector<std::string> vouched_for_by;
  std::vector<CityHolder> held_by;
};

struct BlockedCity {
  std::string city;
  LogId log;
};

}  // namespace koinon
