// Cities as somebody writes them into a form. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koinon {

struct TypedCity {
  std::string typed;
  std::string domain;  // seoul.example, where that is what was written; empty: it is a name
};

// "Seoul (seoul.example), Milan; la.example": names with commas between, domains also with spaces between. A
// list offers "Seoul (seoul.example)". At most limits::kTopicsTyped.
std::vector<TypedCity> typed_cities(std::string_view text);

}  // namespace koinon
