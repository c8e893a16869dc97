// An address of a node, as its pages link to it: /records/seoul.example/17?q=water#list. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/text/params.h"

namespace koinon::site_export {

struct Address {
  std::vector<std::string> path;  // decoded segments; none: the first page
  Params query;                   // decoded, without what is empty
  std::string fragment;           // with its #, as it was written; empty: none

  // "records/seoul.example/17": encoded as a file is named and asked for.
  std::string path_text() const;
  // What asks for it: the path with a slash before it, and the query.
  std::string text() const;
  bool is(std::string_view first, std::size_t segments) const {
    return path.size() == segments && path.front() == first;
  }
  std::string param(const std::string& name) const { return koinon::param(query, name); }
};

// `text`: a path with all that follows it. Nothing: it does not begin with one slash, or it cannot be read.
std::optional<Address> parse_address(std::string_view text);
// "a b" as an address has it.
std::string encoded(std::string_view text);

}  // namespace koinon::site_export
