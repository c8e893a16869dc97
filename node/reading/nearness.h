// Which log has which name. Of the logs that claim a name, the nearest has it. Only logs that policy admits
// are in here: a log that is blocked or out of policy has no name.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/engine/trust.h"

namespace koinon {

// The network's thread writes it when trust changes. Any thread reads it. The cost of a look-up does not grow
// with the number of logs that have the name.
class Nearness {
 public:
  // Takes in the changed claims. The others stay as they are.
  void apply(const std::vector<NameClaim>& claims);

  // The nearest logs of a name, sorted by id. One: it has the name. Several: they are equally near, and at
  // most limits::kSameName are given. None: no log has the name.
  std::vector<LogId> nearest(std::string_view name) const;
  // Whether policy admits another log that claims the name, however far away.
  bool another_claims(std::string_view name, const LogId& log) const;
  // The logs that claim a name, the nearest first, equally near ones by id; so many at most. Its cost grows
  // with all of them.
  std::vector<LogId> all_nearest(std::size_t most) const;
  // Nothing: it claims no name.
  std::optional<std::string> name_of(const LogId& log) const;

 private:
  struct Place {
    std::string name;
    unsigned rank = 0;
  };
  void forget(const LogId& log);

  mutable std::shared_mutex mutex_;
  std::unordered_map<LogId, Place> places_;
  std::map<std::string, std::set<std::pair<unsigned, LogId>>, std::less<>> by_name_;  // the same
};

}  // namespace koinon
