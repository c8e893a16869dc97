#include "node/delivery/composer.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/delivery/mail_about.h"
#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;

Result<std::optional<std::string>> Composer::payload(const Delivery& delivery, UnixMillis now) {
  const auto nothing = std::optional<std::string>();
  if (!delivery.log) return delivery.payload.empty() ? nothing : std::optional(delivery.payload);
  KOINON_ASSIGN(const auto found, index_.get(*delivery.log, delivery.index));
  if (!found) return nothing;  // its log was removed
  IndexedRecord record = *found;
  std::string type = delivery.kind == ArrivalKind::kErased ? "record.erased" : "record.published";
  Directory directory(store_, nearness_);
  std::optional<std::string> because;
  if (record.kind == v1::KIND_WITHDRAWAL) {
    const auto leaf = store_.entry(record.log, record.index);
    const auto entry = leaf.ok() ? parse_entry(*leaf) : Result<v1::Entry>(leaf.error());
    if (!entry.ok()) return nothing;
    KOINON_ASSIGN(const auto target,
                  index_.get(record.log, EntryIndex(entry->control().withdrawal().index())));
    if (!target) return nothing;
    type = "record.withdrawn";
    because = withdrawal_reason(store_, record.log, record.index);
    record = *target;
  } else if (delivery.kind != ArrivalKind::kErased && record.status == RecordStatus::kErased) {
    return nothing;
  }
  json::object data = told_(directory, store_, index_, record, because);
  if (!options_.url.empty())
    data["url"] = options_.url + "/records/" + directory.ref(record.log, record.index);
  return std::optional(json::serialize(json::object{
      {"type", type}, {"timestamp", time_text(std::min(delivery.at, now))}, {"data", std::move(data)}}));
}

MailItem Composer::mail_item(const IndexedRecord& record) {
  Directory directory(store_, nearness_);
  MailItem item;
  item.title = title_line(record.title);
  item.city = directory.city(record.log);
  item.kind = kind_name(record.kind);
  item.url = options_.url + "/records/" + directory.ref(record.log, record.index);
  item.summary = record.summary;
  item.language = record.language;
  return item;
}

namespace {

// The text of a mail before its items.
void head(const MailAbout& about, const std::string& url, MailContent& content) {
  constexpr std::string_view kDigest = "digest ";
  const MailItem& first = content.items.front();
  if (about.what.starts_with(kDigest)) {
    const std::string topic = about.what == kDigest ? "all topics" : about.what.substr(kDigest.size());
    content.subject = "Practice notes: " + topic + " (" + std::to_string(content.items.size()) + ")";
    content.opening = "What is new on " + topic + ":";
    // The digest has filled all the mails that it may.
    if (about.more.value_or(0) > 0)
      content.opening = "What is new on " + topic +
                        ". More came than mails tell of, and this is the last one; all of it is here: " + url;
  } else if (about.more) {
    const std::uint64_t all = content.items.size() + *about.more;
    content.subject = "For your office: " + std::to_string(all) + (all == 1 ? " more note" : " more notes");
    content.opening = "More came for your office than comes in a mail of its own.";
    if (*about.more > 0)
      content.opening += " These are the newest; all of it is in the inbox: " + url + "/inbox";
  } else {
    content.subject = first.city + ": " + first.title;
    content.opening = "For your office, from " + first.city + ":";
  }
}

}  // namespace

Result<std::optional<std::string>> Composer::message(const Mail& mail, UnixMillis now) {
  const auto nothing = std::optional<std::string>();
  if (mail.about.empty()) return mail.message.empty() ? nothing : std::optional(mail.message);
  const auto about = read_about(mail.about);
  if (!about) return nothing;
  MailContent content;
  for (const auto& [log, index] : about->items) {
    KOINON_ASSIGN(const auto record, index_.get(log, index));
    if (record && record->status == RecordStatus::kCurrent && !record->title.empty())
      content.items.push_back(mail_item(*record));
  }
  if (content.items.empty()) return nothing;
  head(*about, options_.url, content);
  content.from = options_.mail_from;
  content.from_name = options_.name;
  content.to = mail.recipient;
  content.unsubscribe = options_.url + "/unsubscribe/" + about->unsubscribe;
  content.message_id = about->message_id;
  content.date = std::min(about->at, now);
  content.zone = options_.zone;
  return std::optional(mail_message(content));
}

}  // namespace koinon
