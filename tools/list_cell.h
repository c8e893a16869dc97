// Several items in one cell, as people write them: separated by semicolons or line ends. An item may have
// parts, separated by bars: "Climate plan | https://city.example/plan". A part that has such a separator in
// it stands between quotation marks, in which a quotation mark is doubled. Pure functions, for any thread;
// linear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koinon {

struct ListItem {
  std::vector<std::string> parts;  // at least one, each without white space at its ends
  bool quoted = false;             // one of them stood between quotation marks
  bool glued = false;              // it began directly after a semicolon, without a space
};

// Items that have no text are left out. `bars`: items have parts; else each has one, and a bar is a letter.
std::vector<ListItem> read_list_cell(std::string_view cell, bool bars);
// The inverse.
std::string list_cell(const std::vector<std::vector<std::string>>& items, bool bars);

}  // namespace koinon
