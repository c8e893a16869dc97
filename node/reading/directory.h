// Finds the names of logs and records, and logs and records by their names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/reading/key_views.h"
#include "node/reading/nearness.h"
#include "proto/codec/ref.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// The names as one request sees them: a name that was looked up once stays the same for the request, even if
// trust changes meanwhile. Belongs to one thread. Its references must live longer than it.
//
// For every log that is held, `find_city` finds the log by the name that `city` gives. The cost of a look-up
// does not grow with the number of logs that have the name.
class Directory {
 public:
  // With an index it also knows what cities call themselves, and what was here and is void.
  Directory(StoreReader& store, const Nearness& nearness, IndexReader* index = nullptr)
      : store_(store), nearness_(nearness), index_(index) {}

  // seoul.example if the name means this log. Otherwise ~ and the beginning of the log's id follow.
  std::string city(const LogId& log);
  // Of the entry that stands there, or is to stand there.
  std::string ref(const LogId& log, EntryIndex index);
  // Of the entry that was indexed. It may be void by now, and another one stand in its place.
  std::string ref(const IndexedRecord& record);
  // The ref that names an entry by its leaf (ref.h): for links that others keep, and for what is named here
  // and stands no longer.
  std::string lasting_ref(const LogId& log, EntryIndex index, const Hash& leaf);
  // Whether it is known that there was an entry with this leaf which is void. It is not without an index, and
  // what never came here nobody knows.
  bool is_known_void(const LogId& log, EntryIndex index, const Hash& leaf);
  // Whether its city has taken the log back. Then entries of it may be void that somebody refers to.
  bool was_taken_back(const LogId& log);
  // The name in its latest profile. Empty: there is no profile.
  std::string display_name(const LogId& log);
  // The name that its latest profile states for a language (its first subtag decides), else display_name.
  // Names of profiles above limits::kNamesReadBytes are not looked for.
  std::string name_in(const LogId& log, std::string_view language);
  // The name in its latest profile that is called so: all of it, else a part of it (called_cities.h). Empty:
  // only its domain is.
  std::string name_called(const LogId& log, std::string_view part);
  // Whether another trusted log has the same name.
  bool shares_name(const LogState& log) const {
    return nearness_.another_claims(log.identity().name, log.id);
  }

  // The change of keys whose statement stands at this place of a log, if there is one. Each log's are read
  // once.
  std::optional<KeyChange> key_change(const LogId& log, EntryIndex index);

  // A name alone means our own log if that has the name, else a pinned peer's, else the log with the fewest
  // hops of trust. kConflict: several logs are equally near; the error says how to tell them apart.
  // kNotFound: no trusted log has the name.
  Result<LogState> find_city(std::string_view text);
  // The same, but also finds a log by its whole id if nothing of it is held.
  Result<LogId> find_log(std::string_view text);
  // For an operator who deals with a city that nobody trusts. If no trusted log has the name, it means the
  // only held log with this name.
  Result<LogId> find_any(std::string_view text);
  struct Found {
    LogState log;
    EntryIndex index;
  };
  // kNotFound: no such entry is held. If it is known that it is void, the error says so, whatever stands in
  // its place; and if it may be void, that it may.
  Result<Found> find_ref(std::string_view text);
  // Whether an entry that is named so may stand in the log. Fails as find_ref does.
  Status check_stands(const LogState& log, const EntryName& entry, std::string_view text);

 private:
  struct LocalName {
    std::string language;  // the first subtag
    std::string name;
  };
  using LocalNames = std::vector<LocalName>;

  const KeyHistory& keys(const LogId& log);
  bool was_here(const LogId& log, const EntryName& entry);
  const std::vector<LogId>& nearest(const std::string& name);
  std::optional<IndexedRecord> latest_profile(const LogId& log);
  const LocalNames& local_names(const LogId& log);
  Result<LogState> find_by_prefix(const std::string& name, std::string_view prefix, std::string_view text);

  StoreReader& store_;
  const Nearness& nearness_;
  IndexReader* index_;
  std::map<LogId, std::string> cities_;
  std::map<LogId, std::string> names_;
  std::map<LogId, LocalNames> local_names_;
  std::map<LogId, KeyHistory> keys_;
  std::map<std::string, std::vector<LogId>> nearest_;
};

}  // namespace koinon
