// What new arrivals can have changed on pages: the records themselves, those that show them, and the lists,
// feeds and cities in which they stand. Its cost grows with what arrived and what shows it.
//
// Belongs to one thread. Its references must live longer than it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/search/search_index.h"
#include "storage/store/store.h"
#include "tools/site/static_places.h"

namespace koinon::site_export {

// A list, and an arrival: the page changes on which it stands.
struct ListChange {
  ListName list;  // of a city by its log id
  ArrivalSeq arrival;
};

class Touched {
 public:
  Touched(StoreReader& store, IndexReader& index, std::optional<LogId> own)
      : store_(store), index_(index), own_(own) {}

  // `alone`: its page is all that is to be made, since the pages of all others are made anyway.
  Status add(const LogId& log, EntryIndex index, bool alone);
  // A city is called otherwise, or is marked: all that it published, and where others speak of it.
  Status add_log(const LogId& log);

  const std::set<std::pair<LogId, EntryIndex>>& records() const { return records_; }
  const std::vector<ListChange>& lists() const { return lists_; }
  const std::set<LogId>& cities() const { return cities_; }
  const std::set<std::string>& topics() const { return topics_; }  // with those above them
  // Our own city says something else of itself: every page may compare with it.
  bool is_everything() const { return everything_; }

 private:
  // Where the record stands in lists.
  Status add_card(const LogId& log, EntryIndex index);
  // What the entry refers to. Nothing: it is not held, or cannot be read.
  std::vector<std::pair<LogId, EntryIndex>> targets(const LogId& log, EntryIndex index);
  Status add_referring(const LogId& log, EntryIndex index, bool only_versions);
  Status add_shown_by(const LogId& log, EntryIndex index);

  StoreReader& store_;
  IndexReader& index_;
  std::optional<LogId> own_;
  std::set<std::pair<LogId, EntryIndex>> records_;
  std::vector<ListChange> lists_;
  std::set<LogId> cities_;
  std::set<std::string> topics_;
  bool everything_ = false;
};

}  // namespace koinon::site_export
