// Feeds: Atom (RFC 4287, pages by RFC 5005), JSON Feed 1.1, and the list of them as OPML 2.0. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// Texts of people. Characters that must not be shown are removed here.
struct FeedItem {
  std::string id;        // urn:uuid:…, the same for every version of the note
  std::string url;       // of the record
  std::string title;     // plain, as the summary: RFC 4287, section 3.1.1.1; JSON Feed 1.1
  std::string summary;   // plain
  std::string html;      // the note, or its beginning
  std::string language;  // BCP 47; may be empty
  std::string city;      // the author's city: Seoul
  std::string office;    // may be empty
  std::vector<std::string> topics;
  UnixMillis published;
  UnixMillis updated;
};

// A note that was in the feed and that its city withdrew.
struct FeedGone {
  std::string id;       // the same as the note had in the feed
  std::string url;      // of the record's page, which says so too
  std::string because;  // may be empty
  UnixMillis at;
};

struct Feed {
  std::string id;  // urn:uuid:…
  std::string title;
  std::string self;  // its own address
  std::string home;  // the page that shows the same notes
  std::string next;  // the page of older items; empty: none
  std::string hub;   // which is told of each change (WebSub); empty: none is
  UnixMillis updated;
  std::vector<FeedItem> items;
  std::vector<FeedGone> gone;  // RFC 6721; only on the first page
};

std::string atom_text(const Feed& feed);
std::string json_feed_text(const Feed& feed);

struct FeedLink {
  std::string title;
  std::string url;
  std::string page;  // that shows the same notes
};
std::string opml_text(const std::string& title, const std::vector<FeedLink>& links);

// A permanent name, computed from what it names: a UUID of version 8.
std::string urn_of(std::string_view what);

}  // namespace koinon
