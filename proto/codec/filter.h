// Which bodies a node wants. Filters match whole path segments; bodies without topics are always wanted, and
// so are those of profiles, vouches and withdrawals, and of what is addressed to the node's own city.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "koinon/v1/record.pb.h"
#include "koinon/v1/wire.pb.h"
#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct BodyFilter {
  bool all = true;
  std::vector<std::string> topics;
  std::optional<LogId> self;  // what is addressed to this log is wanted; not part of the message

  bool wants(const v1::Entry& entry) const;
  v1::Filter message() const;
  // `all`, or the topics, comma-separated: as an operator writes it.
  std::string text() const;
  // The same topics, whoever asks.
  bool same_topics(const BodyFilter& other) const { return all == other.all && topics == other.topics; }
};

// What text() gives; topics as the vocabulary has them.
Result<BodyFilter> parse_filter(std::string_view text);
// At most limits::kFilterTopics valid topics. An absent filter wants all.
Result<BodyFilter> read_filter(const v1::Filter& message);

}  // namespace koinon
