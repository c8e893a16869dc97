// Which bodies a node wants. Filters match whole path segments; bodies without topics are always wanted,
// and so are those of profiles, vouches and withdrawals.
#pragma once

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

  bool wants(const v1::Entry& entry) const;
  v1::Filter message() const;
  bool operator==(const BodyFilter&) const = default;
};

// At most limits::kFilterTopics valid topics. An absent filter wants all.
Result<BodyFilter> read_filter(const v1::Filter& message);

}  // namespace koinon
