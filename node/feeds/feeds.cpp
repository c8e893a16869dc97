#include "node/feeds/feeds.h"

#include <algorithm>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "crypto/hash.h"
#include "crypto/merkle.h"
#include "node/reading/note_parts.h"
#include "node/reading/search_words.h"
#include "node/reading/shown_record.h"
#include "node/reading/summary_view.h"
#include "node/text/language.h"
#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"
#include "storage/search/note_text.h"

namespace koinon {
namespace {

constexpr std::size_t kVersionsBack = 100;
constexpr unsigned kTitleLevel = 1;  // of the heading that a reader of feeds makes of a note's title
// What feeds are made of the same notes may change with the program. Then this number does, and readers fetch
// anew.
constexpr std::string_view kMaking = "4";

std::string encode(std::string_view text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

// The key of a personal address is also in the address of the next page.
std::string with_key(const FeedRequest& request, std::string url) {
  const std::string key = param(request.query, "key");
  if (key.empty()) return url;
  return url + (url.find('?') == std::string::npos ? "?" : "&") + "key=" + encode(key);
}

// The list of the notes about a topic, as people see it.
std::string topic_page(const std::string& topic) { return "/?topic=" + encode(topic); }

Error no_such_feed() { return fail(Code::kNotFound, "a feed's address ends in .atom or .json"); }

}  // namespace

namespace {

// Removes .atom or .json. Returns which it was.
Result<bool> take_suffix(std::string& text) {
  for (const std::string_view suffix : {".atom", ".json"}) {
    if (!text.ends_with(suffix) || text.size() == suffix.size()) continue;
    text.resize(text.size() - suffix.size());
    return suffix == ".json";
  }
  return no_such_feed();
}

}  // namespace

Result<HttpResponse> Feeds::all(const FeedRequest& request) {
  const Form form = request.path.ends_with("/all.json") ? Form::kJson : Form::kAtom;
  Page page;
  page.feed.title = "Practice notes, seen from " + parts_.name;
  return list(request, {}, std::move(page), "all", form);
}

Status Feeds::check_topic(const std::string& topic) {
  const Vocabulary& vocabulary = Vocabulary::builtin();
  if (topic.size() > limits::kTopicBytes)
    return fail(Code::kNotFound, "no topic has so long a name", "topic");
  if (vocabulary.find(topic) != nullptr) return {};
  IndexQuery query;
  query.topic = topic;
  query.limit = 1;
  KOINON_ASSIGN(const auto found, parts_.index.find(query));
  if (!found.empty()) return {};
  return fail(Code::kNotFound,
              "no note is about this topic, and the vocabulary does not have it; the nearest one is " +
                  vocabulary.nearest(topic),
              "topic");
}

Result<HttpResponse> Feeds::topic(const FeedRequest& request, std::string topic) {
  KOINON_ASSIGN(const bool json, take_suffix(topic));
  IndexQuery query;
  query.topic = Vocabulary::builtin().canonical(topic);
  KOINON_TRY(check_topic(*query.topic));
  const Topic* listed = Vocabulary::builtin().find(*query.topic);
  const auto label = listed == nullptr                ? std::string()
                     : listed->labels.count("en") > 0 ? listed->labels.at("en")
                                                      : "";
  Page page;
  page.feed.title = "Practice notes: " + (label.empty() ? *query.topic : label);
  page.home = topic_page(*query.topic);
  const std::string what = "topic " + *query.topic;
  return list(request, std::move(query), std::move(page), what, json ? Form::kJson : Form::kAtom);
}

Result<HttpResponse> Feeds::city(const FeedRequest& request, std::string city) {
  KOINON_ASSIGN(const bool json, take_suffix(city));
  Names names(parts_.store, parts_.nearness);
  KOINON_ASSIGN(const LogState log, names.directory.find_city(city));
  IndexQuery query;
  query.log = log.id;
  Page page;
  page.feed.title = "Practice notes of " + city_name(names, log.id);
  page.home = "/cities/" + encode(names.directory.city(log.id));
  return list(request, query, std::move(page), "city " + to_text(log.id), json ? Form::kJson : Form::kAtom);
}

// A page is named by the epoch and the number of the last arrival that it shows.
Result<std::string> Feeds::next_page(ArrivalSeq last) {
  KOINON_ASSIGN(const auto epoch, parts_.store.epoch());
  return "?before=" + (epoch ? to_text(*epoch) + "." : "") + std::to_string(last.value);
}

Result<std::optional<ArrivalSeq>> Feeds::place_before(const std::string& before) {
  const auto dot = before.find('.');
  const auto number = parse_decimal(dot == std::string::npos ? before : before.substr(dot + 1));
  if (!number.ok()) return fail(Code::kInvalidArgument, "it is what the page before says", "before");
  const auto epoch = epoch_from_text(before.substr(0, std::min(dot, before.size())));
  if (!epoch.ok() || *number == 0) return std::optional<ArrivalSeq>();
  KOINON_ASSIGN(const auto epochs, parts_.store.epochs());
  KOINON_ASSIGN(const ArrivalSeq newest, parts_.store.newest_arrival());
  const ArrivalSeq passed(std::min<std::uint64_t>(*number, INT64_MAX) - 1);
  const auto place = resumed(epochs, *epoch, passed, newest);
  return place ? std::optional(ArrivalSeq(place->value + 1)) : std::nullopt;
}

Result<HttpResponse> Feeds::list(const FeedRequest& request, IndexQuery query, Page page,
                                 const std::string& what, Form form) {
  query.standing_notes = true;
  query.limit = limits::kFeedItems;
  if (const std::string before = param(request.query, "before"); !before.empty()) {
    KOINON_ASSIGN(const auto place, place_before(before));
    // The pages before it are of another store: whoever walks them begins at the newest again.
    if (!place) return HttpResponse{302, "text/plain", "", {{"location", with_key(request, request.path)}}};
    query.before = *place;
  }
  page.feed.id = urn_of(parts_.name + " " + what);
  KOINON_ASSIGN(page.records, parts_.index.find(query));
  if (page.records.size() == query.limit) {
    KOINON_ASSIGN(page.next, next_page(page.records.back().arrival));
  }
  if (query.before.value == 0) {
    // A reader that already has a note is told that it was withdrawn.
    query.standing_notes = false;
    query.kind = v1::KIND_WITHDRAWAL;
    KOINON_ASSIGN(page.withdrawals, parts_.index.find(query));
  }
  return answer(request, std::move(page), form);
}

Result<HttpResponse> Feeds::search(const FeedRequest& request) {
  Directory directory(parts_.store, parts_.nearness);
  KOINON_ASSIGN(SearchQuery query, read_search(directory, request.query));
  if (query.topic) KOINON_TRY(check_topic(*query.topic));
  query.newest_first = true;
  query.limit = limits::kFeedItems;
  KOINON_ASSIGN(const SearchPage found, parts_.index.search(query));
  Page page;
  page.feed.title = "Practice notes: " + (query.words.empty() ? std::string("search") : query.words);
  std::string words;
  for (const auto& [name, value] : request.query) {
    if (name != "key" && name != "cursor")
      words += (words.empty() ? "?" : "&") + encode(name) + "=" + encode(value);
  }
  page.feed.id = urn_of(parts_.name + " search " + words);
  page.home = "/" + words;
  for (const SearchHit& hit : found.hits) {
    KOINON_ASSIGN(const auto record, parts_.index.get(hit.log, hit.index));
    if (record) page.records.push_back(*record);
  }
  const std::size_t reached = query.offset + found.hits.size();
  if (reached < found.total && !found.hits.empty())
    page.next = words + (words.empty() ? "?" : "&") + "cursor=" + std::to_string(reached);
  return answer(request, std::move(page), request.path.ends_with("/search.json") ? Form::kJson : Form::kAtom);
}

std::string Feeds::city_name(Names& names, const LogId& log) {
  const auto known = names.cities.find(log);
  if (known != names.cities.end()) return known->second;
  std::string name = names.directory.city(log);
  const auto profile = parts_.index.latest(log, v1::KIND_PROFILE);
  if (profile.ok() && *profile) {
    const auto record = parts_.index.get(log, **profile);
    if (record.ok() && *record && !(*record)->title.empty()) name = (*record)->title;
  }
  return names.cities.emplace(log, std::move(name)).first->second;
}

// It reads only entries. The bodies of a hundred versions may have 100 MiB, and a feed has many notes.
Hash Feeds::first_version(const LogId& log, EntryIndex index, const Bytes& newest) {
  Bytes bytes = newest;
  Hash leaf = leaf_hash(bytes);
  for (std::size_t i = 0; i < kVersionsBack; ++i) {
    const auto entry = parse_entry(bytes);
    if (!entry.ok()) return leaf;
    const auto earlier = std::find_if(entry->refs().begin(), entry->refs().end(), [&](const auto& ref) {
      return ref.role() == v1::REF_ROLE_REVISES && ref.log_id() == log.view() && ref.index() < index.value;
    });
    if (earlier == entry->refs().end()) return leaf;
    auto before = parts_.store.entry(log, EntryIndex(earlier->index()));
    if (!before.ok() || leaf_hash(*before).view() != earlier->leaf_hash()) return leaf;
    // A record is a version of its own kind alone, as in the index.
    const auto earlier_entry = parse_entry(*before);
    if (!earlier_entry.ok() || earlier_entry->kind() != entry->kind()) return leaf;
    // Two versions may revise the same one. The newer goes on with its name, the other has one of its own.
    const auto newer = parts_.index.newer_version(log, EntryIndex(earlier->index()));
    if (newer.ok() && *newer && **newer != index) return leaf;
    index = EntryIndex(earlier->index());
    leaf = leaf_hash(*before);
    bytes = std::move(*before);
  }
  return leaf;
}

std::string Feeds::name_of(const LogId& log, EntryIndex index, const Bytes& newest) {
  return urn_of(to_text(log) + "/" + to_hex(first_version(log, index, newest).view()));
}

// Many readers fetch a feed again and again. So it has only the beginning of a long note, up to the end of a
// paragraph. The newest notes come first. When the feed is full, notes have only their summary and a link.
std::string Feeds::feed_html(std::vector<NotePart> parts, const std::string& url, std::size_t& left) {
  const std::string link = "<p><a href=\"" + html_escaped(url) + "\">…</a></p>\n";
  if (left == 0) return link;
  const bool whole = !shorten(parts, limits::kFeedNoteBytes);
  std::string html = note_html(parts_.texts, parts, kTitleLevel);
  if (html.size() > left) {
    left = 0;
    return link;
  }
  left -= html.size();
  return whole ? html : html + link;
}

// When a record became readable here. Readers sort by this time; it is not the author's clock. A record that
// arrived while our clock was ahead has a time in the future. Until then it counts as new now, because no
// feed may be from the future.
Result<UnixMillis> Feeds::shown_at(const LogId& log, EntryIndex index, UnixMillis created_at) {
  KOINON_ASSIGN(const auto arrival, parts_.store.arrival_of(log, index));
  return std::min(arrival ? arrival->at : created_at, parts_.clock.wall());
}

Result<std::optional<FeedItem>> Feeds::item(Names& names, const IndexedRecord& indexed,
                                            const std::string& base, std::size_t& left) {
  const auto record = shown_record(parts_.store, indexed);
  if (!record.ok() || record->body.empty()) return std::optional<FeedItem>();
  const auto body = parse_body(record->body);
  if (!body.ok()) return std::optional<FeedItem>();
  FeedItem out;
  out.id = name_of(indexed.log, indexed.index, record->entry);
  out.url =
      base + "/records/" + names.directory.lasting_ref(indexed.log, indexed.index, leaf_hash(record->entry));
  out.title = title_line(indexed.title);
  out.summary = summary_line(indexed.summary);
  // A reader shows a feed of many languages in one page: each text says its own.
  out.html = "<div " + language_attributes(indexed.language) + ">\n" +
             feed_html(note_parts(*body, indexed.language), out.url, left) + "</div>\n";
  out.language = indexed.language;
  out.city = city_name(names, indexed.log);
  out.office = clipped_utf8(body->author().office(), limits::kIndexedTitleBytes);
  out.topics = indexed.topics;
  out.published = indexed.created_at;
  KOINON_ASSIGN(out.updated, shown_at(indexed.log, indexed.index, indexed.created_at));
  if (out.published > out.updated) out.published = out.updated;
  return std::optional(std::move(out));
}

// The note that a withdrawal took out of the feed. Nothing: the record was never in the feed.
Result<std::optional<FeedGone>> Feeds::gone(Names& names, const IndexedRecord& withdrawal,
                                            const std::string& base) {
  const auto nothing = std::optional<FeedGone>();
  const auto entry = read_entry(parts_.store, withdrawal);
  if (!entry.ok() && entry.error().code != Code::kNotFound) return entry.error();
  if (!entry.ok() || !entry->control().has_withdrawal()) return nothing;
  const EntryIndex target(entry->control().withdrawal().index());
  KOINON_ASSIGN(const auto indexed, parts_.index.get(withdrawal.log, target));
  const auto taken_back = parts_.store.entry(withdrawal.log, target);
  if (!indexed || !is_gone(indexed->status) || !is_note(indexed->kind) || !taken_back.ok() ||
      leaf_hash(*taken_back) != indexed->leaf)
    return nothing;
  FeedGone out;
  out.id = name_of(withdrawal.log, target, *taken_back);
  out.url = base + "/records/" + names.directory.lasting_ref(withdrawal.log, target, leaf_hash(*taken_back));
  out.because = withdrawal_reason(parts_.store, withdrawal.log, withdrawal.index);
  KOINON_ASSIGN(out.at, shown_at(withdrawal.log, withdrawal.index, withdrawal.created_at));
  return std::optional(std::move(out));
}

Result<HttpResponse> Feeds::answer(const FeedRequest& request, Page page, Form form) {
  Names names(parts_.store, parts_.nearness);
  const std::string& base = request.base;
  const std::string address = base + request.path;
  std::string self = address;
  char mark = '?';
  for (const auto& [name, value] : request.query) {
    self += mark + encode(name) + "=" + encode(value);
    mark = '&';
  }
  page.feed.self = self;
  page.feed.home = base + page.home;
  // The hub is told of the first page of each feed that has an address of its own, and that all may read.
  if (request.query.empty() && !request.path.starts_with("/feeds/search")) page.feed.hub = parts_.hub;
  if (!page.next.empty() && !parts_.files_only) page.feed.next = with_key(request, address + page.next);
  // A reader that already has this feed gets its answer before the feed is made.
  const std::string tag = feed_tag(names, page, self);
  if (const std::string& wanted = request.if_none_match;
      wanted == "*" || wanted.find(tag) != std::string::npos)
    return not_modified(tag);
  for (const IndexedRecord& record : page.records) {
    KOINON_ASSIGN(const UnixMillis at, shown_at(record.log, record.index, record.created_at));
    page.feed.updated = std::max(page.feed.updated, at);
  }
  for (const IndexedRecord& withdrawal : page.withdrawals) {
    KOINON_ASSIGN(const UnixMillis at, shown_at(withdrawal.log, withdrawal.index, withdrawal.created_at));
    page.feed.updated = std::max(page.feed.updated, at);
  }
  // A reader that sends only a time is answered by the time: that of the feed, or when it was here last. It
  // has whole seconds, so the reader may miss a note until the next change. A time to come says nothing.
  if (request.if_none_match.empty()) {
    const auto since = parse_http_date(request.if_modified_since);
    const std::int64_t now = parts_.clock.wall().value / 1000;
    const std::int64_t updated = page.feed.updated.value / 1000;
    if (since && updated <= since->value / 1000 && since->value / 1000 <= now && updated < now)
      return not_modified(tag);
  }
  std::size_t left = limits::kFeedBytes;
  for (const IndexedRecord& record : page.records) {
    KOINON_ASSIGN(auto made, item(names, record, base, left));
    if (made) page.feed.items.push_back(std::move(*made));
  }
  for (const IndexedRecord& withdrawal : page.withdrawals) {
    KOINON_ASSIGN(auto made, gone(names, withdrawal, base));
    if (!made) continue;
    // Another version with the same name may be in the feed, or its withdrawal may be told already.
    const auto same = [&](const auto& item) { return item.id == made->id; };
    const auto& feed = page.feed;
    if (std::none_of(feed.items.begin(), feed.items.end(), same) &&
        std::none_of(feed.gone.begin(), feed.gone.end(), same))
      page.feed.gone.push_back(std::move(*made));
  }
  HttpResponse response{200,
                        form == Form::kJson ? "application/feed+json" : "application/atom+xml; charset=utf-8",
                        form == Form::kJson ? json_feed_text(page.feed) : atom_text(page.feed),
                        {}};
  response.headers["Last-Modified"] = http_date(page.feed.updated);
  response.headers["Cache-Control"] = "no-cache";
  response.headers["ETag"] = tag;
  // WebSub, section 4: subscribers look for both in the header first.
  if (!page.feed.hub.empty())
    response.headers["Link"] = "<" + page.feed.hub + ">; rel=\"hub\", <" + self + ">; rel=\"self\"";
  return response;
}

HttpResponse Feeds::not_modified(const std::string& tag) {
  HttpResponse response{304, "application/atom+xml; charset=utf-8", "", {}};
  response.headers["Cache-Control"] = "no-cache";
  response.headers["ETag"] = tag;
  return response;
}

// A digest of all that decides the feed's content: which notes, as of which arrival, and the names of their
// cities.
std::string Feeds::feed_tag(Names& names, const Page& page, const std::string& self) {
  std::string text = std::string(kMaking) + "\n" + page.feed.title + "\n" + self + "\n" + page.feed.next +
                     "\n" + page.feed.hub + "\n";
  for (const IndexedRecord& record : page.records)
    text += names.directory.ref(record) + " " + std::to_string(record.arrival.value) + " " +
            city_name(names, record.log) + "\n";
  for (const IndexedRecord& withdrawal : page.withdrawals)
    text += "gone " + names.directory.ref(withdrawal) + "\n";
  return "\"" + to_hex(sha256(text).view()).substr(0, 32) + "\"";
}

bool Feeds::has_notes(const std::string& topic) {
  IndexQuery query;
  query.topic = topic;
  query.limit = 1;
  const auto found = parts_.index.find(query);
  return found.ok() && !found->empty();
}

HttpResponse Feeds::opml(const FeedRequest& request) {
  const std::string& base = request.base;
  std::vector<FeedLink> links = {{"All topics", with_key(request, base + "/feeds/all.atom"), base + "/"}};
  for (const Topic& topic : Vocabulary::builtin().topics()) {
    if (parts_.files_only && !has_notes(topic.slug)) continue;
    const auto label = topic.labels.find("en");
    links.push_back({label == topic.labels.end() ? topic.slug : label->second,
                     with_key(request, base + "/feeds/topic/" + topic.slug + ".atom"),
                     base + topic_page(topic.slug)});
  }
  return {200, "text/x-opml; charset=utf-8", opml_text("Koinon: practice notes by topic", links), {}};
}

}  // namespace koinon
