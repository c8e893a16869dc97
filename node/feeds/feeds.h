// /feeds/…: what is new, for feed readers.
//
// Belongs to one reading thread, as the readers do that it is given; all of that outlives it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/feeds/feed.h"
#include "node/http/message.h"
#include "node/reading/directory.h"
#include "node/reading/rendered_texts.h"
#include "proto/base/clock.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// Which feed is asked for, and what of it the reader has.
struct FeedRequest {
  std::string base;                          // where pages and feeds are, without a slash at the end
  std::string path;                          // of this feed, encoded: /feeds/all.atom
  std::map<std::string, std::string> query;  // decoded
  std::string if_none_match;
  std::string if_modified_since;
};

class Feeds {
 public:
  struct Parts {
    StoreReader& store;
    IndexReader& index;
    const Nearness& nearness;
    RenderedTexts& texts;
    Clock clock;
    std::string name;  // of this node
  };
  explicit Feeds(Parts parts) : parts_(std::move(parts)) {}

  // As Atom or JSON Feed, as the address ends. kNotFound: it ends otherwise, or there is no such city.
  // kInvalidArgument: what Directory and search_words say, or `before` is no number.
  Result<HttpResponse> all(const FeedRequest& request);
  // `topic` and `city`: the end of the address, with .atom or .json.
  Result<HttpResponse> topic(const FeedRequest& request, std::string topic);
  Result<HttpResponse> city(const FeedRequest& request, std::string city);
  Result<HttpResponse> search(const FeedRequest& request);
  HttpResponse opml(const FeedRequest& request);

 private:
  enum class Form : unsigned char { kAtom, kJson };
  // What cities are called, looked up once a request.
  struct Names {
    Names(StoreReader& store, const Nearness& nearness) : directory(store, nearness) {}
    Directory directory;
    std::map<LogId, std::string> cities;
  };
  struct Page {
    Feed feed;
    std::vector<IndexedRecord> records;
    std::vector<IndexedRecord> withdrawals;  // of notes
    std::string next;                        // query of the page of older ones, without key
  };

  Result<HttpResponse> list(const FeedRequest& request, IndexQuery query, std::string title, std::string what,
                            Form form);
  Result<HttpResponse> answer(const FeedRequest& request, Page page, Form form);
  Result<UnixMillis> shown_at(const LogId& log, EntryIndex index, UnixMillis created_at);
  // Takes what its HTML has off the bytes that are left of the feed.
  Result<std::optional<FeedItem>> item(Names& names, const IndexedRecord& record, const std::string& base,
                                       std::size_t& left);
  Result<std::optional<FeedGone>> gone(Names& names, const IndexedRecord& withdrawal,
                                       const std::string& base);
  std::string feed_html(const std::string& markdown, const std::string& url, std::size_t& left);
  std::string feed_tag(Names& names, const Page& page, const std::string& self);
  static HttpResponse not_modified(const std::string& tag);
  std::string city_name(Names& names, const LogId& log);
  // The version from which a note's name comes.
  EntryIndex first_version(const LogId& log, EntryIndex index, const Bytes& newest);

  Parts parts_;
};

}  // namespace koinon
