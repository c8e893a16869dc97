#include "tools/site/note_lists.h"

#include <algorithm>
#include <map>
#include <utility>

#include "node/reading/directory.h"
#include "proto/base/encoding.h"

namespace koinon::site_export {
namespace {

constexpr std::size_t kNotesOfPage = 25;  // /notes shows twice as many at most
constexpr std::size_t kReadAtOnce = 1000;
constexpr const char* kChanged = "lists changed";
constexpr const char* kLists = "lists";
constexpr std::size_t kDigits = 20;

// Sorted as texts as they are as numbers.
std::string padded(std::uint64_t number) {
  const std::string text = std::to_string(number);
  return std::string(kDigits - text.size(), '0') + text;
}
std::uint64_t number_of(const std::string& padded) {
  const auto begin = padded.find_first_not_of('0');
  const auto number = parse_decimal(begin == std::string::npos ? "0" : padded.substr(begin));
  return number.ok() ? *number : 0;
}

std::string ends_of(const ListName& list) { return "ends " + list.text(); }

ListName name_of(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

}  // namespace

Status NoteLists::note(const ListChange& change) {
  return files_.add_to(kChanged, padded(change.arrival.value) + " " + change.list.text());
}

Status NoteLists::forget_ends() {
  KOINON_ASSIGN(const auto lists, files_.all_of(kLists));
  for (const std::string& list : lists) KOINON_TRY(files_.clear(ends_of(name_of(list))));
  KOINON_TRY(files_.clear(kChanged));
  return files_.clear(kLists);
}

Status NoteLists::make(bool whole) {
  KOINON_ASSIGN(const auto changes, files_.all_of(kChanged));
  std::map<std::string, std::set<std::uint64_t>> by_list;
  for (const std::string& change : changes)
    by_list[change.substr(kDigits + 1)].insert(number_of(change.substr(0, kDigits)));
  std::vector<UnitMakers::Wish> wishes;
  for (const auto& [list, arrivals] : by_list) {
    KOINON_TRY(files_.add_to(kLists, list));
    KOINON_TRY(add_pages(name_of(list), arrivals, whole, wishes));
  }
  KOINON_TRY(makers_.make(wishes, files_));
  return files_.clear(kChanged);
}

ListName NoteLists::shown(const ListName& list) {
  if (list.by != "city") return list;
  const auto log = parse_log_id(list.value);
  if (!log.ok()) return list;
  return {list.by, Directory(node_.store(), node_.nearness()).city(*log)};
}

Result<IndexQuery> NoteLists::query_of(const ListName& list) {
  IndexQuery out;
  out.standing_notes = true;
  if (list.by == "topic") out.topic = list.value;
  if (list.by == "kind") out.kind = v1::KIND_QUESTION;
  if (list.by == "city") {
    KOINON_ASSIGN(out.log, parse_log_id(list.value));
  }
  return out;
}

// The arrivals of its notes above that one, the oldest first.
Result<std::vector<std::uint64_t>> NoteLists::above(const ListName& list, std::uint64_t last) {
  KOINON_ASSIGN(IndexQuery query, query_of(list));
  query.after = ArrivalSeq(last);
  query.limit = kReadAtOnce;
  std::vector<std::uint64_t> out;
  while (true) {
    KOINON_ASSIGN(const auto found, node_.index().find(query));
    for (const IndexedRecord& record : found) out.push_back(record.arrival.value);
    if (found.size() < query.limit) break;
    query.before = found.back().arrival;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// The newest page keeps one page of notes at least, so that a reader finds some on it.
Status NoteLists::add_ends(const ListName& list, std::set<std::uint64_t>& pages) {
  KOINON_ASSIGN(const auto last, files_.below(ends_of(list), "~"));
  KOINON_ASSIGN(const auto arrivals, above(list, last ? number_of(*last) : 0));
  for (std::size_t done = 0; arrivals.size() - done >= 2 * kNotesOfPage; done += kNotesOfPage) {
    const std::uint64_t end = arrivals[done + kNotesOfPage - 1];
    KOINON_TRY(files_.add_to(ends_of(list), padded(end)));
    pages.insert(end);
  }
  return {};
}

Status NoteLists::add_pages(const ListName& list, const std::set<std::uint64_t>& changed, bool whole,
                            std::vector<UnitMakers::Wish>& wishes) {
  std::set<std::uint64_t> pages{0};
  KOINON_TRY(add_ends(list, pages));
  if (whole) {
    KOINON_ASSIGN(const auto ends, files_.all_of(ends_of(list)));
    for (const std::string& end : ends) pages.insert(number_of(end));
  }
  for (const std::uint64_t arrival : changed) {
    KOINON_ASSIGN(const auto end, files_.from(ends_of(list), padded(arrival)));
    if (end) pages.insert(number_of(*end));
  }
  // The newest page links to the others, and is the last.
  pages.erase(0);
  std::vector<std::uint64_t> ends(pages.begin(), pages.end());
  ends.push_back(0);
  for (const std::uint64_t end : ends) {
    KOINON_ASSIGN(auto wish, page(list, end));
    wishes.push_back(std::move(wish));
  }
  return {};
}

Result<UnitMakers::Wish> NoteLists::page(const ListName& list, std::uint64_t end) {
  const ListName name = shown(list);
  StaticPlace place{PlaceKind::kList, list_folder(name) + list_page(end), list_address(name)};
  KOINON_ASSIGN(const auto before, files_.below(ends_of(list), end == 0 ? "~" : padded(end)));
  if (before) place.source.query["after"] = std::to_string(number_of(*before));
  if (end != 0) place.source.query["before"] = std::to_string(end + 1);
  const std::string unit = "list " + list.text() + " " + std::to_string(end);
  return UnitMakers::Wish([unit, place](UnitMaker& maker) { return maker.make(unit, {place}); });
}

}  // namespace koinon::site_export
