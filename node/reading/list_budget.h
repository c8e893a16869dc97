// Limits one page of a list. Texts of others may be long, and they are sent to everybody who asks.
#pragma once

#include <boost/json.hpp>

#include "proto/base/limits.h"

namespace koinon {

class ListBudget {
 public:
  // Whether an item still fits on the page. The first item always does, so that a list goes on.
  bool takes(const boost::json::object& item) {
    const std::size_t bytes = boost::json::serialize(item).size();
    if (used_ > 0 && used_ + bytes > limits::kListBytes) return false;
    used_ += bytes;
    return true;
  }

 private:
  std::size_t used_ = 0;
};

}  // namespace koinon
