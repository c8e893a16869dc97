#include "node/reading/summary_view.h"

#include <boost/json.hpp>

#include "node/text/markdown.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {

std::string_view SummaryView::kind_text() const { return readable ? kind_name(kind) : "unreadable"; }

std::string summary_line(std::string_view indexed) {
  constexpr std::size_t kCharacter = 4;  // bytes of the longest
  if (indexed.size() + kCharacter <= limits::kIndexedSummaryBytes) return markdown_line(indexed);
  // The index keeps a beginning. A link that it cut in its middle is left out.
  const auto link = indexed.rfind('[');
  const bool cut = link != std::string_view::npos && indexed.find(')', link) == std::string_view::npos;
  return markdown_line(cut ? indexed.substr(0, link) : indexed) + " …";
}

SummaryView read_summary(Directory& directory, IndexedRecord record) {
  SummaryView out;
  out.log = record.log;
  out.index = record.index;
  out.ref = directory.ref(record);
  out.city = directory.city(record.log);
  out.city_name = directory.display_name(record.log);
  out.kind = record.kind;
  out.readable = record.readable;
  out.title = title_line(record.title);
  out.summary = summary_line(record.summary);
  out.language = std::move(record.language);
  out.topics = std::move(record.topics);
  out.created_at = record.created_at;
  out.arrival = record.arrival;
  out.status = record.status;
  out.outcome = record.outcome;
  out.stopped = record.stopped;
  if (record.status_by) out.status_by = directory.ref(record.log, *record.status_by);
  return out;
}

boost::json::object void_json(Directory& directory, const IndexedRecord& record) {
  return boost::json::object{{"ref", directory.ref(record)},
                             {"city", directory.city(record.log)},
                             {"index", record.index.value},
                             {"arrival", record.arrival.value},
                             {"status", "void"}};
}

}  // namespace koinon
