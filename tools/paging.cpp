#include "tools/paging.h"

#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;

Result<json::value> read_page(const Paging& paging, Params params, std::size_t most,
                              const std::function<Result<json::value>(const Params&)>& read) {
  params["limit"] = paging.all ? std::to_string(most) : paging.limit;
  params["cursor"] = paging.after;
  KOINON_ASSIGN(json::value all, read(params));
  if (!paging.all) return all;
  ProgressLine line("read so far");
  auto& items = all.as_object()["items"].as_array();
  for (std::string next = member(all, "next"); !next.empty();) {
    line.count(items.size());
    params["cursor"] = next;
    KOINON_ASSIGN(const json::value page, read(params));
    const auto& more = page.at("items").as_array();
    items.insert(items.end(), more.begin(), more.end());
    next = member(page, "next");
  }
  all.as_object().erase("next");
  return all;
}

void tell_of_more(const json::value& page) {
  if (const std::string next = member(page, "next"); !next.empty())
    std::cerr << "koinon: there is more: the same command with --after " << next << ", or --all\n";
}

}  // namespace koinon
