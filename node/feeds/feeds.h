// /feeds/…: news for feed readers.
//
// Belongs to one reading thread, like its readers. Its references must live longer than it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/feeds/feed.h"
#include "node/http/message.h"
#include "node/reading/directory.h"
#include "node/reading/note_parts.h"
#include "node/reading/rendered_texts.h"
#include "proto/base/clock.h"
#include "storage/search/search_index.h"
#include "storage/store/store.h"

namespace koinon {

// Which feed is asked for, and which state of it the reader has.
struct FeedRequest {
  std::string base;                          // the address of pages and feeds, without a slash at the end
  std::string path;                          // the path of this feed, encoded: /feeds/all.atom
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
    std::string name;         // of this node
    std::string hub = {};     // the WebSub hub that is told of changed feeds; empty: none
    bool files_only = false;  // a feed becomes a file: it leads to no page of older notes,
                              // and the list of feeds has those alone of which there are notes
  };
  explicit Feeds(Parts parts) : parts_(std::move(parts)) {}

  // The end of the address decides between Atom and JSON Feed. kNotFound: it ends otherwise, or there is no
  // such city or topic. kInvalidArgument: `before` was never given, or Directory or search_words refuse a
  // parameter.
  Result<HttpResponse> all(const FeedRequest& request);
  // `topic` and `city` are the end of the address, with .atom or .json.
  Result<HttpResponse> topic(const FeedRequest& request, std::string topic);
  Result<HttpResponse> city(const FeedRequest& request, std::string city);
  Result<HttpResponse> search(const FeedRequest& request);
  HttpResponse opml(const FeedRequest& request);

 private:
  enum class Form : unsigned char { kAtom, kJson };
  // The names of cities. Each is looked up once in a request.
  struct Names {
    Names(StoreReader& store, const Nearness& nearness) : directory(store, nearness) {}
    Directory directory;
    std::map<LogId, std::string> cities;
  };
  struct Page {
    Feed feed;
    std::vector<IndexedRecord> records;
    std::vector<IndexedRecord> withdrawals;  // of notes
    std::string next;                        // the query of the page with older notes, without the key
    std::string home = "/";                  // the path of the page that shows the same notes
  };

  Result<HttpResponse> list(const FeedRequest& request, IndexQuery query, Page page, const std::string& what,
                            Form form);
  Result<std::string> next_page(ArrivalSeq last);
  // Whether some record here is about the topic, or about one below it.
  bool has_notes(const std::string& topic);
  // Reads what a page links to as its next. Nothing: it says nothing of the arrivals of this store.
  Result<std::optional<ArrivalSeq>> place_before(const std::string& before);
  // kNotFound: the vocabulary has no such topic, and no note here is about it. Names the nearest one.
  Status check_topic(const std::string& topic);
  Result<HttpResponse> answer(const FeedRequest& request, Page page, Form form);
  Result<UnixMillis> shown_at(const LogId& log, EntryIndex index, UnixMillis created_at);
  // Makes an item, and subtracts the size of its HTML from the bytes that are left for the feed.
  Result<std::optional<FeedItem>> item(Names& names, const IndexedRecord& record, const std::string& base,
                                       std::size_t& left);
  Result<std::optional<FeedGone>> gone(Names& names, const IndexedRecord& withdrawal,
                                       const std::string& base);
  std::string feed_html(std::vector<NotePart> parts, const std::string& url, std::size_t& left);
  std::string feed_tag(Names& names, const Page& page, const std::string& self);
  static HttpResponse not_modified(const std::string& tag);
  std::string city_name(Names& names, const LogId& log);
  // The leaf of the first version of a note. Its name in the feed comes from it: whatever takes the place of
  // a void note is another note. A version is followed back as long as it is the newest of what it revises:
  // no two notes of a feed have one name.
  Hash first_version(const LogId& log, EntryIndex index, const Bytes& newest);
  std::string name_of(const LogId& log, EntryIndex index, const Bytes& newest);

  Parts parts_;
};

}  // namespace koinon
