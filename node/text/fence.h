// Where fences of code stand, by the lines alone (CommonMark 4.5): for texts of which no tree is made.
#pragma once

#include <cstddef>
#include <string_view>

namespace koinon {

// Is given the lines in order. A fence has three marks or more, stands at most three columns in, and ends
// with at least as many of the same marks and nothing behind them.
class Fence {
 public:
  enum class Line : unsigned char { kText, kOpens, kCode, kCloses };
  Line take(std::string_view line);

 private:
  char mark_ = '\0';  // '\0': outside
  std::size_t size_ = 0;
};

}  // namespace koinon
