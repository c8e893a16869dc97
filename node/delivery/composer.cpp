#include "node/delivery/composer.h"

#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "node/delivery/call_lines.h"
#include "node/delivery/office_mail.h"
#include "node/reading/call_view.h"
#include "node/reading/follow_up_view.h"
#include "node/reading/shown_record.h"
#include "node/reading/summary_view.h"
#include "node/text/markdown.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kDayText = 10;  // 2026-05-07

std::string message_text(const std::string& type, UnixMillis at, json::object data) {
  return json::serialize(
      json::object{{"type", type}, {"timestamp", time_text(at)}, {"data", std::move(data)}});
}

}  // namespace

// The record that arrived then. Nothing: its log was removed, or it is void. Another one may stand there.
Result<std::optional<IndexedRecord>> Composer::arrived(const LogId& log, EntryIndex index,
                                                       ArrivalSeq arrival) {
  KOINON_ASSIGN(auto record, index_.get(log, index));
  if (record && arrival.value > 0 && record->arrival > arrival) record.reset();
  return record;
}

Result<std::optional<std::string>> Composer::payload(const Delivery& delivery, UnixMillis now) {
  const auto nothing = std::optional<std::string>();
  if (!delivery.log) return delivery.payload.empty() ? nothing : std::optional(delivery.payload);
  Directory directory(store_, nearness_);
  const UnixMillis at = std::min(delivery.at, now);
  if (delivery.kind == ArrivalKind::kVoided) {
    IndexedRecord gone;
    gone.log = *delivery.log;
    gone.index = delivery.index;
    gone.arrival = delivery.arrival;
    gone.recoveries = delivery.recoveries.value_or(0);
    json::object data = void_json(directory, gone);
    // It waits since an older version: nobody knows its name any more, and another's would mislead.
    if (!delivery.recoveries) data.erase("ref");
    return std::optional(message_text("record.voided", at, std::move(data)));
  }
  KOINON_ASSIGN(const auto found, arrived(*delivery.log, delivery.index, delivery.arrival));
  if (!found) return nothing;
  IndexedRecord record = *found;
  const bool erasure = delivery.kind == ArrivalKind::kErased;
  std::string type = erasure ? "record.erased" : "record.published";
  std::optional<std::string> because;
  if (record.kind == v1::KIND_WITHDRAWAL) {
    const auto entry = read_entry(store_, record);
    if (!entry.ok()) return nothing;
    KOINON_ASSIGN(const auto target,
                  index_.get(record.log, EntryIndex(entry->control().withdrawal().index())));
    if (!target) return nothing;
    type = "record.withdrawn";
    because = withdrawal_reason(store_, record.log, record.index);
    record = *target;
  } else if (erasure != (record.status == RecordStatus::kErased)) {
    return nothing;  // it was erased meanwhile, or what erased it is void
  }
  json::object data = told_(directory, store_, index_, record, because);
  if (!options_.url.empty())
    data["url"] = options_.url + "/records/" + directory.lasting_ref(record.log, record.index, record.leaf);
  return std::optional(message_text(type, at, std::move(data)));
}

// What a reply without a title is about: the title of the note that it answers or adopts.
std::string Composer::title_of_target(const IndexedRecord& record) {
  const auto entry = read_entry(store_, record);
  if (!entry.ok()) return {};
  for (const v1::Ref& ref : entry->refs()) {
    const auto target = index_.get(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    if (target.ok() && *target && (*target)->leaf.view() == ref.leaf_hash() && !(*target)->title.empty())
      return title_line((*target)->title);
  }
  return {};
}

// Of a call where it stands now, and of a reply what it says.
void Composer::put_call(Directory& directory, const IndexedRecord& record, UnixMillis now, MailItem& item) {
  const bool is_reply = record.kind == v1::KIND_CALL_REPLY;
  if (!is_reply && record.kind != v1::KIND_CALL) return;
  const auto entry = read_entry(store_, record);
  const auto body = read_body(store_, record);
  if (!entry.ok() || !body.ok()) return;
  LogId log = record.log;
  EntryIndex index = record.index;
  Hash leaf = record.leaf;
  if (is_reply) {
    const auto answered = std::find_if(entry->refs().begin(), entry->refs().end(),
                                       [](const v1::Ref& ref) { return ref.role() == v1::REF_ROLE_ANSWERS; });
    if (answered == entry->refs().end()) return;
    log = LogId::from(answered->log_id());
    index = EntryIndex(answered->index());
    leaf = Hash::from(answered->leaf_hash());
  }
  const auto call = read_call({directory, store_, index_}, log, index, now);
  // Where the call that it means is void, another one may stand in its place.
  if (!call.ok() || call->leaf != leaf) return;
  if (is_reply) item.title = reply_title(*call, record.log, body->call_reply());
  item.summary = call_lines(*call, options_.url);
  if (is_reply && !body->call_reply().text().empty())
    item.summary.append("\n\n").append(clipped_utf8(body->call_reply().text(), limits::kIndexedSummaryBytes));
}

MailItem Composer::mail_item(const IndexedRecord& record, UnixMillis now) {
  Directory directory(store_, nearness_, &index_);
  MailItem item;
  item.title = title_line(record.title);
  item.city = directory.city(record.log);
  item.kind = kind_name(record.kind);
  item.url = options_.url + "/records/" + directory.lasting_ref(record.log, record.index, record.leaf);
  item.summary = record.summary;
  item.language = record.language;
  if (item.title.empty()) item.title = "Re: " + title_of_target(record);
  put_call(directory, record, now, item);
  return item;
}

namespace {

// In English, as mails are.
std::string word_in_english(const FollowUpView& said) {
  static const std::map<std::string, std::string, std::less<>> kWords = {
      {"trying", "we are trying this"}, {"adopted", "we adopted it"},    {"adapted", "we adapted it"},
      {"worked", "it worked"},          {"partly", "it worked in part"}, {"too-early", "too early to say"}};
  std::string out;
  for (const std::string& word : {said.stage, said.outcome}) {
    const auto it = kWords.find(word);
    if (it != kWords.end()) out += (out.empty() ? "" : ", ") + it->second;
  }
  return out;
}

}  // namespace

Result<std::optional<MailItem>> Composer::follow_up_item(const IndexedRecord& word, UnixMillis now) {
  const auto nothing = std::optional<MailItem>();
  const auto entry = read_entry(store_, word);
  if (!entry.ok()) return nothing;
  Directory directory(store_, nearness_);
  for (const v1::Ref& adopts : entry->refs()) {
    if (adopts.role() != v1::REF_ROLE_ADOPTS) continue;
    const LogId of = LogId::from(adopts.log_id());
    const EntryIndex index(adopts.index());
    KOINON_ASSIGN(const auto said, read_our_word(directory, store_, index_, word.log, {of, index}, now));
    if (!said || said->over || said->last != directory.ref(word)) continue;
    MailItem item;
    item.title = said->title;
    item.language = said->language;
    item.city = said->of_city;
    item.kind = time_text(said->said_at).substr(0, kDayText) + ": " + word_in_english(*said);
    item.url =
        options_.url + "/follow-up?of=" + directory.lasting_ref(of, index, Hash::from(adopts.leaf_hash()));
    return std::optional(std::move(item));
  }
  return nothing;
}

namespace {

// The text of a mail before its items.
void head(const MailAbout& about, const std::string& url, bool asks_all, MailContent& content) {
  constexpr std::string_view kDigest = "digest ";
  const MailItem& first = content.items.front();
  if (about.what == kCallsOverMail) {
    const std::size_t calls = content.items.size();
    content.subject = calls == 1 ? "What came of it? " + first.title
                                 : "What came of " + std::to_string(calls) + " calls and visits?";
    content.opening =
        "The time is over. Say in one line what came of it, so that others can read it: " + url + "/desk";
  } else if (about.what == kFollowUpMail) {
    content.subject = content.items.size() == 1
                          ? "How is it going? " + first.title
                          : "How is it going? " + std::to_string(content.items.size()) + " practices";
    content.opening =
        "Your city said that it tries what another city did. How is it going? One press on the page says "
        "it: still going, it works, it works in part, it did not work, or we stopped. To tell what did not "
        "work helps other cities as much as to tell what did.";
  } else if (about.what.starts_with(kDigest)) {
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
    content.opening =
        (asks_all ? "A question to all cities, from " : "For your office, from ") + first.city + ":";
  }
}

}  // namespace

Result<std::optional<std::string>> Composer::message(const Mail& mail, UnixMillis now) {
  const auto nothing = std::optional<std::string>();
  if (mail.about.empty()) return mail.message.empty() ? nothing : std::optional(mail.message);
  const auto about = read_about(mail.about);
  if (!about) return nothing;
  MailContent content;
  bool asks_all = false;  // the first
  for (const auto& [arrival, at] : about->items) {
    const auto& [log, index] = at;
    KOINON_ASSIGN(const auto record, arrived(log, index, arrival));
    if (!record || record->status != RecordStatus::kCurrent || !has_text(store_, *record)) continue;
    if (about->what == kFollowUpMail) {
      KOINON_ASSIGN(auto item, follow_up_item(*record, now));
      if (item) content.items.push_back(std::move(*item));
      continue;
    }
    if (content.items.empty()) {
      const auto entry = read_entry(store_, *record);
      asks_all = entry.ok() && asks_all_cities(*entry);
    }
    content.items.push_back(mail_item(*record, now));
  }
  if (content.items.empty()) return nothing;
  head(*about, options_.url, asks_all, content);
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
