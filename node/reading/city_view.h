// A city as this node knows it, read for showing it. A view belongs to one request.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/evidence.h"
#include "node/reading/directory.h"
#include "node/reading/key_views.h"

namespace koinon {

struct CityView {
  LogId log;
  std::string city;  // the name of its log on this node
  std::string vkey;
  std::uint64_t entries = 0;  // entries of its log that are here
  bool frozen = false;
  bool for_good = false;  // frozen, and nothing thaws it: its recovery key has said two things
  bool name_claimed_twice = false;
  std::string display_name;  // empty: the city has not stated one
  std::string called;        // in a list of what is called so: the name that is; empty: the domain alone is
  std::vector<std::string>
      trust_path;  // the path by which it is trusted; empty: no path, or it is our own city
};

CityView read_city(Directory& directory, const LogState& state, const TrustPath& path);

struct CityListView {
  std::vector<CityView> items;
  std::size_t total = 0;      // cities that are trusted
  std::optional<LogId> next;  // the last city of this page; nothing: the list ends here
};

struct CityVouch {
  std::string city;  // if its log is not held, the name that the voucher gives it
  LogId log;
  bool held = false;  // some of its log is here
  UnixMillis expires_at;
};

struct CityHolder {
  std::string city;
  std::uint64_t entries = 0;
};

// How many vouches there are. A view has only some of them.
struct VouchTotals {
  std::size_t vouches = 0;
  std::size_t vouchers = 0;
  bool vouched_for_here = false;  // this node's own city vouches for it
};

// What evidence proves that is held against a city.
struct ContradictionView {
  ForkKind kind = ForkKind::kTwoHeads;
  std::uint64_t at = 0;      // two heads: the first so many entries are not the same
  std::uint64_t number = 0;  // two statements: of the log's statements, from 1
  std::string first;         // two statements: the vkeys that they name
  std::string second;
};
// Nothing: it is damaged.
std::optional<ContradictionView> read_contradiction(BytesView evidence);
// In English, for operators and programs.
std::string contradiction_text(const ContradictionView& shown);

// Of all evidence that is held against a city that which says most: what freezes its log, else the newest.
// Null: none is held.
const KeptEvidence* shown_evidence(const std::vector<KeptEvidence>& kept);

struct CityStandingView {
  CityView city;
  bool trusted = false;
  bool blocked = false;
  std::optional<VouchTotals> totals;  // nothing: only the holders were asked for
  std::vector<CityVouch> vouches_for;
  std::vector<std::string> vouched_for_by;
  std::vector<CityHolder> held_by;
  std::vector<KeyChange> key_changes;
  bool evidence = false;                           // that the city contradicted itself is held
  std::optional<ContradictionView> contradiction;  // what it proves
  std::optional<Thaw> thawed;  // and the log goes on here all the same; `by` is empty for who has no account
};

struct BlockedCity {
  std::string city;
  LogId log;
};

}  // namespace koinon
