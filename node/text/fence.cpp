#include "node/text/fence.h"

#include <algorithm>

namespace koinon {

Fence::Line Fence::take(std::string_view line) {
  constexpr std::size_t kMostIndented = 3;
  constexpr std::size_t kLeastMarks = 3;
  const auto indented = std::min(line.find_first_not_of(' '), line.size());
  const std::string_view marks = line.substr(indented);
  const char mark = marks.empty() ? '\0' : marks.front();
  const bool is_mark = indented <= kMostIndented && (mark == '`' || mark == '~');
  const auto size = is_mark ? std::min(marks.find_first_not_of(mark), marks.size()) : 0;
  const std::string_view behind = marks.substr(size);
  if (mark_ == '\0') {
    // Behind backticks stands no backtick: that is code within a sentence.
    if (size < kLeastMarks || (mark == '`' && behind.find('`') != std::string_view::npos)) return Line::kText;
    mark_ = mark;
    size_ = size;
    return Line::kOpens;
  }
  if (mark != mark_ || size < size_ || behind.find_first_not_of(" \t\r\n") != std::string_view::npos)
    return Line::kCode;
  mark_ = '\0';
  return Line::kCloses;
}

}  // namespace koinon
