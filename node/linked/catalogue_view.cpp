#include "node/linked/catalogue_view.h"

#include <algorithm>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "node/linked/linked_notes.h"
#include "proto/base/ascii.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::size_t kNewestRead = 20;

std::string encode(std::string_view text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

std::vector<DistributionView> forms_of(const std::string& city, const std::string& topic) {
  if (topic.empty())
    return {{"atom", "/feeds/city/" + encode(city) + ".atom", "application/atom+xml", "ATOM"},
            {"json-feed", "/feeds/city/" + encode(city) + ".json", "application/feed+json", "JSON"},
            {"api", "/api/v1/records?city=" + encode(city), "application/json", "JSON", true}};
  const std::string of = "city=" + encode(city) + "&topic=" + encode(topic);
  return {{"atom", "/feeds/search.atom?" + of, "application/atom+xml", "ATOM"},
          {"json-feed", "/feeds/search.json?" + of, "application/feed+json", "JSON"},
          {"api", "/api/v1/records?" + of, "application/json", "JSON", true}};
}

// When the newest note was published that stands. Of those that were taken back only a few are looked at.
Result<std::optional<UnixMillis>> newest(IndexReader& index, const LogId& log, const std::string& topic,
                                         UnixMillis now) {
  IndexQuery query;
  query.log = log;
  query.limit = kNewestRead;
  if (topic.empty()) {
    query.standing_notes = true;
  } else {
    query.topic = topic;
  }
  KOINON_ASSIGN(const auto found, index.find(query));
  for (const IndexedRecord& record : found) {
    if (is_note(record.kind) && record.status == RecordStatus::kCurrent)
      return std::optional(std::min(record.created_at, now));
  }
  return std::optional<UnixMillis>();
}

std::string_view first_subtag(std::string_view tag) { return tag.substr(0, tag.find('-')); }

}  // namespace

std::string name_in(const CatalogueView& view, std::string_view language) {
  if (!view.profile) return view.name;
  for (const auto& one : view.profile->names()) {
    if (ascii_lower(first_subtag(one.language())) != first_subtag(language)) continue;
    return one.name().empty() ? view.name : one.name();
  }
  return view.name;
}

Result<CatalogueView> read_catalogue(StoreReader& store, IndexReader& index, const Nearness& nearness,
                                     const LogId& log, UnixMillis now, bool files_only) {
  Directory directory(store, nearness, &index);
  CatalogueView out;
  out.log = log;
  out.city = directory.city(log);
  out.name = directory.display_name(log);
  if (out.name.empty()) out.name = out.city;
  out.profile = latest_profile(store, index, log);
  if (const auto first = store.entry(log, EntryIndex(0)); first.ok()) {
    const auto entry = parse_entry(*first);
    if (entry.ok()) out.issued = std::min(UnixMillis{entry->created_at_ms()}, now);
  }
  KOINON_ASSIGN(const auto modified, newest(index, log, "", now));
  out.datasets.push_back({"notes", "", modified, forms_of(out.city, "")});
  if (files_only) {
    out.has_api = false;
    std::erase_if(out.datasets.front().distributions,
                  [](const DistributionView& form) { return form.is_of_api; });
    return out;
  }
  for (const Topic& topic : Vocabulary::builtin().topics()) {
    if (topic.slug.find('/') != std::string::npos) continue;
    KOINON_ASSIGN(const auto changed, newest(index, log, topic.slug, now));
    if (changed)
      out.datasets.push_back({"topic-" + topic.slug, topic.slug, changed, forms_of(out.city, topic.slug)});
  }
  return out;
}

}  // namespace koinon
