// Makes the files of a unit: the pages of a record, a city, a page of a list, in all languages, with the
// files that they link to. It writes nothing.
//
// Belongs to one thread at a time. Its references must live longer than it.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tools/site/made_unit.h"
#include "tools/site/page_rewriting.h"
#include "tools/site/visited_node.h"

namespace koinon::site_export {

class UnitMaker {
 public:
  UnitMaker(VisitedNode& node, const SiteLinks& links);

  // An error of the node itself (its disk, its databases) ends it: what it could not read is not gone.
  Result<MadeUnit> make(const std::string& unit, std::vector<StaticPlace> places);
  // What was made and looked up in this run is made and looked up again.
  void forget() {
    shared_.clear();
    known_.clear();
  }
  // The unit of a record: its page, and a small page at its lasting address that leads there.
  Result<MadeUnit> make_record(const LogId& log, EntryIndex index);
  // A file that is the same in all languages and belongs to no unit. Empty: the node has no such file.
  Result<MadeUnit> make_file(const Address& address);

 private:
  Status make_page(const StaticPlace& place);
  std::string leading_to(const std::string& page, const std::string& ref) const;
  void put(const std::string& path, std::string content, bool is_shared = false);
  bool ensure(StaticPlace& place);
  bool is_held(const Address& address);
  bool is_city(const std::string& name);
  bool is_answered(const StaticPlace& place);
  bool follow(const StaticPlace& place);
  // Of the record whose unit is made.
  bool is_own(const Address& address) const;
  bool ensure_file(StaticPlace& place);
  // Nothing: there is none. A file that cannot be had for now, as the proof of a log that is still being
  // fetched, is none.
  enum class Of : unsigned char { kPage, kFile };
  Result<std::optional<HttpResponse>> answer(const Address& address, const SiteLanguage& language, Of what);
  std::string as_file(const HttpResponse& response);

  VisitedNode& node_;
  const SiteLinks& links_;
  PageRewriting rewriting_;
  PageRewriting of_texts_;
  MadeUnit unit_;        // that is made
  std::string own_ref_;  // of the record whose unit is made; empty: it is no record's
  std::deque<StaticPlace> waiting_;
  std::set<std::string> queued_;             // of the unit: places of pages
  std::map<std::string, std::string> made_;  // of the unit: the file of an address; empty: there is none
  std::map<std::string, bool> shared_;       // of the run: by address, whether it is a file
  std::map<std::string, bool> known_;        // what was looked up, by its text
  Status fault_;                             // the first, of what a page links to
};

}  // namespace koinon::site_export
