// /feeds/…: what is new, for feed readers.
#pragma once

#include "node/api/api.h"
#include "node/feeds/feed.h"

namespace koinon {

class FeedsApi {
 public:
  explicit FeedsApi(ApiShared& shared) : shared_(shared), parts_(shared.parts) {}
  void add_routes(RouteTable& routes);

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

  Result<HttpResponse> all(const ApiRequest& request);
  Result<HttpResponse> topic(const ApiRequest& request);
  Result<HttpResponse> city(const ApiRequest& request);
  Result<HttpResponse> search(const ApiRequest& request);
  Result<HttpResponse> opml(const ApiRequest& request);
  Result<HttpResponse> list(const ApiRequest& request, IndexQuery query, std::string title, std::string what,
                            Form form);
  Result<HttpResponse> answer(const ApiRequest& request, Page page, Form form);
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

  ApiShared& shared_;
  ApiParts& parts_;
};

// The note as Markdown with its sections, as feeds, mails and pages show it.
std::string note_markdown(const v1::Body& body, const std::string& language);

}  // namespace koinon
