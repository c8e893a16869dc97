// Who has which name: of the logs that policy admits, the nearest of a name has it. A log that is blocked or
// out of policy is not in here, and so has no name.
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

// Written on the network's thread where trust changes, read on any. A look-up costs the same however many
// logs have the name.
class Nearness {
 public:
  // What has changed; the rest stays as it is.
  void apply(const std::vector<NameClaim>& claims);

  // The nearest logs of a name, by id: one has it, several are a tie, of which limits::kSameName are given at
  // most; none: nobody has it.
  std::vector<LogId> nearest(std::string_view name) const;
  // Whether a log that policy admits, and another than this one, has the name, near or far.
  bool another_claims(std::string_view name, const LogId& log) const;
  // None: it claims nothing.
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
