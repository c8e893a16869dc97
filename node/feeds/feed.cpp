#include "node/feeds/feed.h"

#include <sstream>

#include <boost/json.hpp>
#include <pugixml.hpp>

#include "crypto/hash.h"
#include "node/text/language.h"
#include "node/text/plain_text.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string text_of(const pugi::xml_document& document) {
  std::ostringstream out;
  document.save(out, "", pugi::format_raw, pugi::encoding_utf8);
  return out.str();
}

pugi::xml_document document_with_declaration() {
  pugi::xml_document document;
  auto declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "utf-8";
  return document;
}

pugi::xml_node add(pugi::xml_node parent, const char* name, const std::string& text) {
  auto node = parent.append_child(name);
  node.append_child(pugi::node_pcdata).set_value(text.c_str());
  return node;
}

void add_link(pugi::xml_node parent, const char* rel, const std::string& href, const char* type) {
  auto link = parent.append_child("link");
  link.append_attribute("rel") = rel;
  if (*type != '\0') link.append_attribute("type") = type;
  link.append_attribute("href") = href.c_str();
}

std::string title_of(const FeedItem& item) {
  std::string title = plain_line(item.title);
  return title.empty() ? "Untitled" : title;
}

std::string author_of(const FeedItem& item) {
  const std::string office = plain_line(item.office);
  return plain_line(item.city) + (office.empty() ? "" : ", " + office);
}

void add_entry(pugi::xml_node feed, const FeedItem& item) {
  auto entry = feed.append_child("entry");
  if (const std::string language = language_tag(item.language); !language.empty())
    entry.append_attribute("xml:lang") = language.c_str();
  add(entry, "id", item.id);
  add(entry, "title", title_of(item));
  add(entry, "updated", time_text(item.updated));
  add(entry, "published", time_text(item.published));
  add(entry.append_child("author"), "name", author_of(item));
  add_link(entry, "alternate", item.url, "");
  for (const auto& topic : item.topics) {
    entry.append_child("category").append_attribute("term") = plain_line(topic).c_str();
  }
  if (const std::string summary = plain_text(item.summary); !summary.empty()) add(entry, "summary", summary);
  add(entry, "content", item.html).append_attribute("type") = "html";
}

}  // namespace

std::string atom_text(const Feed& feed) {
  auto document = document_with_declaration();
  auto root = document.append_child("feed");
  root.append_attribute("xmlns") = "http://www.w3.org/2005/Atom";
  if (!feed.gone.empty()) root.append_attribute("xmlns:at") = "http://purl.org/atompub/tombstones/1.0";
  add(root, "id", feed.id);
  add(root, "title", plain_line(feed.title));
  add(root, "updated", time_text(feed.updated));
  add_link(root, "self", feed.self, "application/atom+xml");
  add_link(root, "alternate", feed.home, "");
  if (!feed.hub.empty()) add_link(root, "hub", feed.hub, "");
  if (!feed.next.empty()) add_link(root, "next", feed.next, "application/atom+xml");
  add(root, "generator", "Koinon");
  for (const FeedItem& item : feed.items) add_entry(root, item);
  for (const FeedGone& gone : feed.gone) {
    auto entry = root.append_child("at:deleted-entry");
    entry.append_attribute("ref") = gone.id.c_str();
    entry.append_attribute("when") = time_text(gone.at).c_str();
    if (const std::string because = plain_line(gone.because); !because.empty())
      add(entry, "at:comment", because);
  }
  return text_of(document);
}

std::string json_feed_text(const Feed& feed) {
  json::array items;
  for (const FeedItem& item : feed.items) {
    json::object out{{"id", item.id},
                     {"url", item.url},
                     {"title", title_of(item)},
                     {"content_html", item.html},
                     {"date_published", time_text(item.published)},
                     {"date_modified", time_text(item.updated)},
                     {"authors", json::array{json::object{{"name", author_of(item)}}}}};
    if (const std::string summary = plain_text(item.summary); !summary.empty()) out["summary"] = summary;
    if (const std::string language = language_tag(item.language); !language.empty())
      out["language"] = language;
    json::array tags;
    for (const auto& topic : item.topics) tags.emplace_back(plain_line(topic));
    if (!tags.empty()) out["tags"] = std::move(tags);
    items.push_back(std::move(out));
  }
  json::object out{{"version", "https://jsonfeed.org/version/1.1"},
                   {"title", plain_line(feed.title)},
                   {"home_page_url", feed.home},
                   {"feed_url", feed.self},
                   {"items", std::move(items)}};
  if (!feed.next.empty()) out["next_url"] = feed.next;
  if (!feed.hub.empty()) out["hubs"] = json::array{json::object{{"type", "WebSub"}, {"url", feed.hub}}};
  json::array withdrawn;
  for (const FeedGone& gone : feed.gone) {
    withdrawn.push_back(json::object{{"id", gone.id},
                                     {"url", gone.url},
                                     {"date_withdrawn", time_text(gone.at)},
                                     {"because", plain_line(gone.because)}});
  }
  // In JSON Feed, members that begin with an underscore are for the maker of the feed.
  if (!withdrawn.empty()) out["_koinon"] = json::object{{"withdrawn", std::move(withdrawn)}};
  // Some feed readers put titles into pages unescaped. So the title has no markup.
  std::string text;
  for (const char c : json::serialize(out))
    text += c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : std::string(1, c);
  return text;
}

std::string opml_text(const std::string& title, const std::vector<FeedLink>& links) {
  auto document = document_with_declaration();
  auto root = document.append_child("opml");
  root.append_attribute("version") = "2.0";
  add(root.append_child("head"), "title", plain_line(title));
  auto body = root.append_child("body");
  for (const FeedLink& link : links) {
    auto outline = body.append_child("outline");
    outline.append_attribute("type") = "rss";
    outline.append_attribute("text") = plain_line(link.title).c_str();
    outline.append_attribute("xmlUrl") = link.url.c_str();
    outline.append_attribute("htmlUrl") = link.page.c_str();
  }
  return text_of(document);
}

std::string urn_of(std::string_view what) {
  std::string bytes = sha256({"koinon/v1 feed", std::string_view("\0", 1), what}).bytes().substr(0, 16);
  bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0FU) | 0x80U);
  bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3FU) | 0x80U);
  const std::string hex = to_hex(bytes);
  return "urn:uuid:" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace koinon
