// Names for log ids and refs, and the other way round.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/reading/nearness.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// As one request sees them: what it has looked up once stays so for it, whatever trust does meanwhile.
// Belongs to one thread; what it is given outlives it.
//
// `city` and `find_city` undo each other for every log that is held. A look-up costs the same however many
// logs have the name.
class Directory {
 public:
  // With an index it also knows what cities call themselves.
  Directory(StoreReader& store, const Nearness& nearness, IndexReader* index = nullptr)
      : store_(store), nearness_(nearness), index_(index) {}

  // seoul.example where the name is this log's, else with ~ and the beginning of its id.
  std::string city(const LogId& log);
  std::string ref(const LogId& log, EntryIndex index);
  // Of its latest profile; empty where there is none.
  std::string display_name(const LogId& log);
  // Whether another log that is trusted here has the same name.
  bool shares_name(const LogState& log) const { return nearness_.another_claims(log.identity.name, log.id); }

  // A bare name is our own log's, else a pinned peer's, else the log's with the fewest hops of trust. Refuses
  // a tie with kConflict, and with kNotFound what nobody has who is trusted here, saying how to tell logs
  // apart.
  Result<LogState> find_city(std::string_view text);
  // The same, or by its whole log id where nothing of it is held.
  Result<LogId> find_log(std::string_view text);
  // For what an operator looks at or does about a city that nobody trusts: a name that nobody has means the
  // one log of that name that is held.
  Result<LogId> find_any(std::string_view text);
  struct Found {
    LogState log;
    EntryIndex index;
  };
  Result<Found> find_ref(std::string_view text);

 private:
  const std::vector<LogId>& nearest(const std::string& name);
  Result<LogState> find_by_prefix(const std::string& name, std::string_view prefix, std::string_view text);

  StoreReader& store_;
  const Nearness& nearness_;
  IndexReader* index_;
  std::map<LogId, std::string> cities_;
  std::map<LogId, std::string> names_;
  std::map<std::string, std::vector<LogId>> nearest_;
};

}  // namespace koinon
