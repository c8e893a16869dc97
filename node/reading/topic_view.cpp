#include "node/reading/topic_view.h"

#include <algorithm>
#include <map>
#include <set>

#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kMissingCounted = 10'000;

struct Lacking {
  std::uint64_t count = 0;
  std::set<LogId> cities;
};

// The bodies that are wanted but not here, by subscribed topic. If everything is subscribed, all are under
// "all".
Result<std::map<std::string, Lacking>> missing_by_topic(StoreReader& store, const BodyFilter& filter) {
  std::map<std::string, Lacking> out;
  for (const auto& topic : filter.topics) out[topic] = {};
  if (filter.all) out["all"] = {};
  KOINON_ASSIGN(const auto lacking, store.lacking(kMissingCounted));
  for (const auto& [log, bytes] : lacking) {
    const auto entry = parse_entry(bytes);
    if (!entry.ok()) continue;
    for (auto& [subscribed, found] : out) {
      const bool covered =
          filter.all || std::any_of(entry->topics().begin(), entry->topics().end(),
                                    [&](const auto& t) { return topic_covers(subscribed, t); });
      if (!covered) continue;
      ++found.count;
      found.cities.insert(log);
    }
  }
  return out;
}

}  // namespace

Result<std::vector<TopicView>> read_topics(StoreReader& store, const Nearness& nearness,
                                           const BodyFilter& filter) {
  Directory directory(store, nearness);
  KOINON_ASSIGN(const auto lacking, missing_by_topic(store, filter));
  std::vector<TopicView> out;
  for (const auto& [topic, found] : lacking) {
    TopicView view{topic, found.count, {}};
    for (const LogId& log : found.cities) view.waits_for.push_back(directory.city(log));
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace koinon
