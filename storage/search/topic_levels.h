// A topic and the topics above it: a note on health/testing is also a note on health.
#pragma once

#include <algorithm>
#include <string_view>

#include "proto/base/limits.h"

namespace koinon {

// Calls `each` with the first limits::kTopicLevels levels of a topic, and with the topic itself. The limit
// keeps a topic with very many levels from being listed very often.
template <typename Each>
void each_level(std::string_view topic, Each each) {
  std::size_t level = 0;
  for (auto slash = topic.find('/'); slash != std::string_view::npos && level < limits::kTopicLevels;
       slash = topic.find('/', slash + 1), ++level) {
    each(topic.substr(0, slash));
  }
  each(topic);
}

// The same for several topics with a blank between them.
template <typename Each>
void each_level_of_all(std::string_view topics, Each each) {
  for (std::size_t begin = 0; begin < topics.size();) {
    const auto end = std::min(topics.find(' ', begin), topics.size());
    each_level(topics.substr(begin, end - begin), each);
    begin = end + 1;
  }
}

}  // namespace koinon
