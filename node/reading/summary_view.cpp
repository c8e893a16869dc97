#include "node/reading/summary_view.h"

#include "node/text/markdown.h"
#include "proto/codec/entry.h"

namespace koinon {

std::string_view SummaryView::kind_text() const { return readable ? kind_name(kind) : "unreadable"; }

SummaryView read_summary(Directory& directory, IndexedRecord record) {
  SummaryView out;
  out.log = record.log;
  out.index = record.index;
  out.ref = directory.ref(record.log, record.index);
  out.city = directory.city(record.log);
  out.city_name = directory.display_name(record.log);
  out.kind = record.kind;
  out.readable = record.readable;
  out.title = title_line(record.title);
  out.summary = markdown_line(record.summary);
  out.language = std::move(record.language);
  out.topics = std::move(record.topics);
  out.created_at = record.created_at;
  out.arrival = record.arrival;
  out.status = record.status;
  if (record.status_by) out.status_by = directory.ref(record.log, *record.status_by);
  return out;
}

}  // namespace koinon
