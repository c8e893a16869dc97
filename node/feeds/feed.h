// Feeds: Atom (RFC 4287, pages by RFC 5005), JSON Feed 1.1, and the list of them as OPML 2.0. Pure.
#pragma once

#include <string>
#include <vector>

#include "proto/base/types.h"

namespace koinon {

// Texts are as people wrote them; what is not fit to be shown is taken out here.
struct FeedItem {
  std::string id;   // urn:uuid:…, the same for every version of the note
  std::string url;  // of the record
  std::string title;
  std::string summary;   // plain
  std::string html;      // the note, or its beginning
  std::string language;  // BCP 47; may be empty
  std::string city;      // who says it: Seoul
  std::string office;    // may be empty
  std::vector<std::string> topics;
  UnixMillis published;
  UnixMillis updated;
};

// A note that was in the feed, and that its city took back.
struct FeedGone {
  std::string id;       // as the note's entry had it
  std::string url;      // of the record, which says so too
  std::string because;  // may be empty
  UnixMillis at;
};

struct Feed {
  std::string id;  // urn:uuid:…
  std::string title;
  std::string self;  // its own address
  std::string home;  // what it is a feed of, as a page
  std::string next;  // the page of older items; empty: none
  UnixMillis updated;
  std::vector<FeedItem> items;
  std::vector<FeedGone> gone;  // RFC 6721; of the first page alone
};

std::string atom_text(const Feed& feed);
std::string json_feed_text(const Feed& feed);

struct FeedLink {
  std::string title;
  std::string url;
};
std::string opml_text(const std::string& title, const std::vector<FeedLink>& links);

// A name for ever, from what it stands for: a UUID of version 8.
std::string urn_of(std::string_view what);

}  // namespace koinon
