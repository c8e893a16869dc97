// What is subscribed to, whether it is complete, and whose notes it waits for.
#pragma once

#include <string>
#include <vector>

#include "node/reading/directory.h"
#include "proto/codec/filter.h"

namespace koinon {

struct TopicView {
  std::string topic;                   // "all" where everything is wanted
  std::uint64_t missing = 0;           // notes; 0: it is complete
  std::vector<std::string> waits_for;  // the cities whose notes lack
};

Result<std::vector<TopicView>> read_topics(StoreReader& store, const Nearness& nearness,
                                           const BodyFilter& filter);

}  // namespace koinon
