// Commands about notes that are here, or come: listing, showing, watching.
#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/reading_client.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;

Status run_list(const Common& common, const ListArguments& arguments) {
  const Params params = {{"q", arguments.words},
                         {"topic", arguments.topic},
                         {"city", arguments.city},
                         {"kind", arguments.kind},
                         {"since", arguments.since}};
  ReadingClient node(common.data, common.config);
  const bool searches = !arguments.words.empty();
  const std::size_t most = searches ? limits::kSearchPageMax : limits::kPageSizeMax;
  KOINON_ASSIGN(const auto page, read_page(arguments.paging, params, most, [&](const Params& wanted) {
                  return searches ? node.search(wanted) : node.records(wanted);
                }));
  KOINON_TRY(show_answer(common, page, render_list(page)));
  tell_of_more(page);
  return {};
}

Status run_show(const Common& common, const std::string& ref, const std::string& format) {
  ReadingClient node(common.data, common.config);
  if (format == "md") {
    KOINON_ASSIGN(const std::string text, node.markdown(ref));
    KOINON_ASSIGN(const auto record, node.record(ref));
    // Not in the note, which is to be read by programs again.
    if (const std::string standing = standing_of(record); !standing.empty())
      std::cerr << "koinon: " << standing << std::endl;
    std::cout << harmless(text, true);
    return {};
  }
  KOINON_ASSIGN(const auto record, node.record(ref));
  std::cout << (common.json || format == "json" ? json::serialize(record) + "\n" : render_record(record));
  return {};
}

Status run_watch(const Common& common, const std::string& topic, const std::string& after, int count) {
  const std::string target = with_query("/api/v1/events", {{"topic", topic}, {"after", after}});
  int seen = 0;
  bool anew = false;
  return ApiClient(common.data).stream(target, [&](std::string_view line) {
    constexpr std::string_view kData = "data: ";
    if (line == "event: reset") {
      anew = true;
      std::cerr << "koinon: this node's arrivals count anew; what was shown before may be shown again\n";
    }
    if (!line.starts_with(kData)) return true;
    if (std::exchange(anew, false)) return true;  // of the reset
    line.remove_prefix(kData.size());
    boost::system::error_code error;
    const json::value record = json::parse({line.data(), line.size()}, error);
    if (error) return true;
    if (common.json) {
      std::cout << line << "\n" << std::flush;
    } else {
      std::cout << render_line(record) << std::flush;
    }
    return count == 0 || ++seen < count;
  });
}

}  // namespace koinon
