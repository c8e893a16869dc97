// A node as somebody sees it who has no account, and whom everybody's pages are shown: the pages, feeds and
// files that koinond would answer, made here by the same code (node/site).
//
// It only reads. The databases of the node are open for reading beside a koinond that runs. What an office
// keeps to itself (accounts, drafts, letters) is not opened at all: in its place is an empty database, so
// that nothing of it can come onto a page. What the code of the node needs to change something, or to ask the
// network, is what a reader has: a writer that refuses, and what the store says of whom the node trusts.
//
// Belongs to one thread at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "node/http/message.h"
#include "node/reading/nearness.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"
#include "tools/site/address.h"

namespace koinon::site_export {

struct NodePlace {
  std::filesystem::path data;
  std::string config;           // the configuration, where somebody names it
  std::string url;              // of the site, without a slash at the end; empty: http.url of the node
  std::filesystem::path notes;  // a folder for the empty database of the office; it must exist
  std::size_t reader = 0;       // which one it is of several that are open at once
};

class VisitedNode {
 public:
  // kNotFound: no node lives there, or it has no search index yet. kRefused: its data were put back from a
  // copy, and other cities have not said yet what was taken back since. kInvalidArgument: nobody says at
  // which address the site is to be.
  static Result<std::unique_ptr<VisitedNode>> open(const NodePlace& place);
  ~VisitedNode();
  VisitedNode(const VisitedNode&) = delete;
  VisitedNode& operator=(const VisitedNode&) = delete;

  // What was read since the last look_again() is not read again: the pages of a note in several languages say
  // the same.
  void look_again();
  // What GET answers. `language`: of the pages, one of languages().
  HttpResponse get(const Address& address, const std::string& language);

  StoreReader& store() { return *store_; }
  IndexReader& index() { return *index_; }
  const Nearness& nearness() const { return nearness_; }
  const std::string& url() const { return url_; }
  const std::optional<LogId>& own_log() const { return own_; }
  struct Language {
    std::string tag;
    std::string name;  // in itself
  };
  const std::vector<Language>& languages() const { return languages_; }
  // Logs of which evidence is held that they have forked.
  std::vector<LogId> frozen();
  // All that decides how every page looks, whatever the node holds: another one, and all are made anew.
  std::string ground() const;

 private:
  struct Works;  // what the node's code needs
  VisitedNode();

  std::string url_;
  std::optional<LogId> own_;
  std::vector<Language> languages_;
  Nearness nearness_;
  std::unique_ptr<StoreReader> store_;
  std::unique_ptr<IndexReader> index_;
  std::unique_ptr<Works> works_;
};

}  // namespace koinon::site_export
