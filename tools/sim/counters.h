// Counts of what happened in a run, by name: faults, lies, deliveries.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace koinon::sim {

class Counters {
 public:
  void add(const char* name, std::uint64_t amount = 1) { counts_[name] += amount; }
  std::uint64_t of(const char* name) const {
    const auto it = counts_.find(name);
    return it == counts_.end() ? 0 : it->second;
  }
  void add_all(const Counters& other) {
    for (const auto& [name, count] : other.counts_) counts_[name] += count;
  }
  const std::map<std::string, std::uint64_t, std::less<>>& all() const { return counts_; }

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace koinon::sim
