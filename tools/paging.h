// Lists that come a page at a time.
#pragma once

#include <functional>
#include <string>

#include <boost/json/value.hpp>

#include "node/text/params.h"
#include "proto/base/result.h"

namespace koinon {

// Which page of a list is wanted.
struct Paging {
  std::string limit;  // how many at most; empty: as many as the API gives by itself
  std::string after;  // what the page before said in `next`; empty: the first page
  bool all = false;   // all pages, as one
};

// Reads the page that is wanted of a list whose answers have `items` and, unless they are the last, `next`.
// `most`: how many the API gives at once. All pages together have no `next`; a terminal shows how many there
// are so far.
Result<boost::json::value> read_page(const Paging& paging, Params params, std::size_t most,
                                     const std::function<Result<boost::json::value>(const Params&)>& read);

// On standard error, that the list goes on and how.
void tell_of_more(const boost::json::value& page);

}  // namespace koinon
