#include "node/delivery/courier.h"

#include <algorithm>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/delivery/webhook_message.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kNewsRows = 100;
constexpr std::size_t kNewsRecords = 500;
constexpr std::size_t kDigestsAtOnce = 16;
constexpr std::chrono::seconds kLookAgain{30};  // the wall clock may be set meanwhile
constexpr std::chrono::seconds kFoldAgain{1};
constexpr std::chrono::seconds kRetry{5};  // after the store or the office's database failed
constexpr std::size_t kIdBytes = 16;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kUnsubscribeDays = 180;
constexpr std::size_t kErasureRows = 2000;  // of arrivals, looked at in one turn
constexpr const char* kGone = "withdrawn or erased before it went";

bool is_note(v1::Kind kind) { return kind >= v1::KIND_PRACTICE && kind <= v1::KIND_ANSWER; }

bool in_topic(const std::string& topic, const IndexedRecord& record) {
  return topic.empty() || std::any_of(record.topics.begin(), record.topics.end(),
                                      [&](const auto& one) { return topic_covers(topic, one); });
}

// Its text is here: without it there is nothing to tell yet, and another arrival comes with it.
bool can_be_told(ArrivalKind kind, const IndexedRecord& record) {
  return (kind == ArrivalKind::kAdded || kind == ArrivalKind::kBody) && is_note(record.kind) &&
         !record.title.empty();
}

}  // namespace

UnixMillis digest_time(UnixMillis now, unsigned days, unsigned hour) {
  const std::int64_t earliest = now.value + static_cast<std::int64_t>(days) * kDayMs - kDayMs / 2;
  const std::int64_t day = earliest / kDayMs * kDayMs + static_cast<std::int64_t>(hour) * kHourMs;
  return {day >= earliest ? day : day + kDayMs};
}

Courier::Courier(CourierOptions options, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      accounts_(*parts_.office),
      outbox_(*parts_.office),
      thread_([this] { run(); }) {}

Courier::~Courier() { stop(); }

void Courier::notify() { parts_.transfers->wake(); }

void Courier::stop() {
  stopping_ = true;
  parts_.transfers->wake();
  if (thread_.joinable()) thread_.join();
}

void Courier::run() {
  while (!stopping_) {
    const Status done = turn();
    if (done.ok()) {
      trouble_.clear();
    } else if (trouble_.set(done.error(), parts_.clock.wall())) {
      parts_.on_error(done.error());
    }
    std::chrono::milliseconds wait = kRetry;
    if (done.ok()) wait = more_ ? std::chrono::milliseconds(0) : until_next();
    if (!has_room_) wait = std::max<std::chrono::milliseconds>(wait, kRetry);  // a digest that is due waits too
    for (const auto& outcome : parts_.transfers->wait(wait)) {
      if (const Status settled = settle(outcome); !settled.ok()) parts_.on_error(settled.error());
    }
  }
}

Status Courier::turn() {
  more_ = false;
  KOINON_TRY(forget_erased());
  has_room_ = !parts_.has_room || parts_.has_room();
  if (has_room_) {
    KOINON_TRY(write_deliveries());
    KOINON_TRY(write_mail_at_once());
    KOINON_TRY(write_digests());
  }
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(outbox_.forget({now.value - std::chrono::milliseconds(limits::kSendForgotten).count()}));
  return begin_sending();
}

std::chrono::milliseconds Courier::until_next() {
  const auto next = outbox_.next_due(!options_.smtp.url.empty());
  if (!next.ok() || !*next) return unfolded_ ? std::chrono::milliseconds(kFoldAgain) : kLookAgain;
  const std::chrono::milliseconds left((*next)->value - parts_.clock.wall().value);
  // What is due and under way is waited for by its end.
  const std::chrono::milliseconds least(sending_.empty() ? 1 : 200);
  if (unfolded_) return std::max<std::chrono::milliseconds>(least, kFoldAgain);
  return std::clamp<std::chrono::milliseconds>(left, least, kLookAgain);
}

Result<Courier::News> Courier::news_after(ArrivalSeq after) {
  News news{after, {}};
  KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index->position());
  KOINON_ASSIGN(const auto arrivals, parts_.store->arrivals(after, kNewsRows));
  std::size_t looked = 0;
  for (const Arrival& arrival : arrivals) {
    if (arrival.kind == ArrivalKind::kRemoved) {  // counts all that is gone
      const std::uint64_t last = arrival.first.value + arrival.count - 1;
      if (last > indexed.value) return news;
      news.last = ArrivalSeq(last);
      continue;
    }
    for (std::uint64_t i = 0; i < arrival.count; ++i) {
      if (arrival.first.value + i > indexed.value) return news;
      if (looked++ >= kNewsRecords) {
        more_ = true;
        return news;
      }
      news.last = ArrivalSeq(arrival.first.value + i);
      KOINON_ASSIGN(const auto record, parts_.index->get(arrival.log, EntryIndex(arrival.from.value + i)));
      if (record) news.records.push_back({news.last, arrival.kind, *record});
    }
  }
  more_ = more_ || arrivals.size() == kNewsRows;
  return news;
}

// --- what is erased ---

Status Courier::forget_erased() {
  if (!erased_after_) {
    KOINON_ASSIGN(const auto cursor, outbox_.erased_cursor());
    erased_after_ = erased_saved_ = cursor.value_or(ArrivalSeq(0));
  }
  ArrivalSeq after = *erased_after_;
  std::vector<RecordAt> erased;
  for (std::size_t rows = 0; rows < kErasureRows; rows += kNewsRows) {
    KOINON_ASSIGN(const auto arrivals, parts_.store->arrivals(after, kNewsRows));
    for (const Arrival& arrival : arrivals) {
      after = ArrivalSeq(arrival.first.value + arrival.count - 1);
      if (arrival.kind != ArrivalKind::kErased) continue;
      for (std::uint64_t i = 0; i < arrival.count; ++i)
        erased.emplace_back(arrival.log, EntryIndex(arrival.from.value + i));
    }
    if (arrivals.size() < kNewsRows) break;
    more_ = rows + 2 * kNewsRows > kErasureRows;
  }
  // A cursor that merely moved is written now and then: to look at arrivals again does no harm.
  if (!erased.empty() || after.value >= erased_saved_.value + kErasureRows) {
    KOINON_TRY(outbox_.forget_remarks(erased, after));
    erased_saved_ = after;
    unfolded_ = unfolded_ || !erased.empty();
  }
  erased_after_ = after;
  if (!unfolded_) return {};
  const auto folded = parts_.office->connection().fold();
  unfolded_ = !folded.ok() || !*folded;
  return {};
}

// --- webhooks ---

// Whether a withdrawal takes back a note and leaves its text; one that erases is told of as an erasure.
Result<bool> Courier::takes_back_a_note(const IndexedRecord& record) {
  if (record.kind != v1::KIND_WITHDRAWAL) return false;
  const auto stored = parts_.store->record(record.log, record.index);
  const auto entry = stored.ok() ? parse_entry(stored->entry) : Result<v1::Entry>(stored.error());
  if (!entry.ok() || !entry->control().has_withdrawal() || entry->control().withdrawal().erase())
    return false;
  KOINON_ASSIGN(const auto target,
                parts_.index->get(record.log, EntryIndex(entry->control().withdrawal().index())));
  return target && is_note(target->kind);
}

Result<std::optional<std::string>> Courier::payload(const Delivery& delivery) {
  const auto nothing = std::optional<std::string>();
  if (!delivery.log) return delivery.payload.empty() ? nothing : std::optional(delivery.payload);
  KOINON_ASSIGN(const auto found, parts_.index->get(*delivery.log, delivery.index));
  if (!found) return nothing;  // its log was removed
  IndexedRecord record = *found;
  std::string type = delivery.kind == ArrivalKind::kErased ? "record.erased" : "record.published";
  Directory directory(*parts_.store);
  json::object more;
  if (record.kind == v1::KIND_WITHDRAWAL) {
    const auto stored = parts_.store->record(record.log, record.index);
    const auto entry = stored.ok() ? parse_entry(stored->entry) : Result<v1::Entry>(stored.error());
    if (!entry.ok()) return nothing;
    KOINON_ASSIGN(const auto target,
                  parts_.index->get(record.log, EntryIndex(entry->control().withdrawal().index())));
    if (!target) return nothing;
    type = "record.withdrawn";
    more["because"] = withdrawal_reason(*parts_.store, record.log, record.index);
    record = *target;
  } else if (delivery.kind != ArrivalKind::kErased && record.status == RecordStatus::kErased) {
    return nothing;
  }
  json::object data = summary_json(directory, record);
  for (const auto& item : more) data[item.key()] = item.value();
  if (json::array about = about_json(directory, *parts_.store, *parts_.index, record); !about.empty())
    data["about"] = std::move(about);
  if (!options_.url.empty())
    data["url"] = options_.url + "/records/" + directory.ref(record.log, record.index);
  return std::optional(json::serialize(
      json::object{{"type", type}, {"timestamp", time_text(delivery.at)}, {"data", std::move(data)}}));
}

Status Courier::write_deliveries() {
  KOINON_ASSIGN(const auto webhooks, outbox_.webhooks());
  for (const Webhook& webhook : webhooks) {
    KOINON_ASSIGN(const News news, news_after(webhook.cursor));
    if (news.last == webhook.cursor) continue;
    std::vector<Delivery> deliveries;
    for (const auto& [arrival, kind, record] : news.records) {
      if (!in_topic(webhook.topic, record)) continue;
      bool told = can_be_told(kind, record) || (kind == ArrivalKind::kErased && is_note(record.kind));
      if (kind == ArrivalKind::kAdded && !told) {
        KOINON_ASSIGN(told, takes_back_a_note(record));
      }
      if (!told) continue;
      Delivery delivery;
      delivery.message = "msg_" + to_base32(random_bytes(kIdBytes));
      delivery.log = record.log;
      delivery.index = record.index;
      delivery.kind = kind;
      delivery.at = delivery.next_at = parts_.clock.wall();
      deliveries.push_back(std::move(delivery));
    }
    KOINON_TRY(outbox_.queue_deliveries(webhook.id, deliveries, news.last));
  }
  return {};
}

// --- mail ---

// A question to us, or an answer to, an adoption of or a version of what is ours.
Result<bool> Courier::is_for_us(const IndexedRecord& record) {
  if (!options_.own || record.log == *options_.own) return false;
  KOINON_ASSIGN(const StoredRecord stored, parts_.store->record(record.log, record.index));
  const auto entry = parse_entry(stored.entry);
  if (!entry.ok()) return false;
  const auto ours = [&](const std::string& log) { return log == options_.own->view(); };
  return std::any_of(entry->to().begin(), entry->to().end(), ours) ||
         std::any_of(entry->refs().begin(), entry->refs().end(),
                     [&](const auto& ref) { return ours(ref.log_id()); });
}

MailItem Courier::mail_item(const IndexedRecord& record) {
  Directory directory(*parts_.store);
  MailItem item;
  item.title = record.title;
  item.city = directory.city(record.log);
  item.kind = kind_name(record.kind);
  item.url = options_.url + "/records/" + directory.ref(record.log, record.index);
  item.summary = record.summary;
  return item;
}

namespace {

// What a mail tells of, as it waits: which records, and what makes it the same mail at each attempt.
struct MailAbout {
  std::string what;  // "at-once", or "digest " and a topic
  std::vector<RecordAt> items;
  std::string unsubscribe;  // the secret of its link
  std::string message_id;
  UnixMillis at;
};

std::string about_text(const MailAbout& about) {
  json::array refs;
  for (const auto& [log, index] : about.items) refs.push_back(json::array{to_text(log), index.value});
  return json::serialize(json::object{{"what", about.what},
                                      {"items", std::move(refs)},
                                      {"unsubscribe", about.unsubscribe},
                                      {"id", about.message_id},
                                      {"at", about.at.value}});
}

// None: it is damaged.
std::optional<MailAbout> read_about(const std::string& text) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    MailAbout out;
    out.what = std::string(object.at("what").as_string());
    for (const auto& item : object.at("items").as_array()) {
      const auto log = parse_log_id(std::string(item.as_array().at(0).as_string()));
      if (log.ok())
        out.items.emplace_back(*log, EntryIndex(item.as_array().at(1).to_number<std::uint64_t>()));
    }
    out.unsubscribe = std::string(object.at("unsubscribe").as_string());
    out.message_id = std::string(object.at("id").as_string());
    out.at = {object.at("at").to_number<std::int64_t>()};
    return out;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

// None: nothing that it told of stands any more.
Result<std::optional<std::string>> Courier::message(const Mail& mail) {
  const auto nothing = std::optional<std::string>();
  if (mail.about.empty()) return mail.message.empty() ? nothing : std::optional(mail.message);
  const auto about = read_about(mail.about);
  if (!about) return nothing;
  MailContent content;
  for (const auto& [log, index] : about->items) {
    KOINON_ASSIGN(const auto record, parts_.index->get(log, index));
    if (record && record->status == RecordStatus::kCurrent && !record->title.empty())
      content.items.push_back(mail_item(*record));
  }
  if (content.items.empty()) return nothing;
  constexpr std::string_view kDigest = "digest ";
  if (about->what.starts_with(kDigest)) {
    const std::string topic = about->what == kDigest ? "all topics" : about->what.substr(kDigest.size());
    content.subject = "Practice notes: " + topic + " (" + std::to_string(content.items.size()) + ")";
    content.opening = "What is new on " + topic + ":";
  } else {
    content.subject = content.items.front().city + ": " + content.items.front().title;
    content.opening = "For your office, from " + content.items.front().city + ":";
  }
  content.from = options_.mail_from;
  content.from_name = options_.name;
  content.to = mail.recipient;
  content.unsubscribe = options_.url + "/unsubscribe/" + about->unsubscribe;
  content.message_id = about->message_id;
  content.date = about->at;
  return std::optional(mail_message(content));
}

Result<Mail> Courier::mail_to(const User& user, const std::string& what, const std::vector<RecordAt>& items) {
  Credential unsubscribe;
  unsubscribe.kind = CredentialKind::kUnsubscribe;
  unsubscribe.user = user.id;
  unsubscribe.label = what;
  unsubscribe.created_at = parts_.clock.wall();
  unsubscribe.expires_at = {unsubscribe.created_at.value + kUnsubscribeDays * kDayMs};
  KOINON_ASSIGN(const std::string secret, accounts_.issue(unsubscribe));
  Mail mail;
  mail.recipient = user.email;
  mail.next_at = parts_.clock.wall();
  mail.about = about_text(
      {what, items, secret, to_base32(random_bytes(kIdBytes)) + "@" + options_.name, mail.next_at});
  return mail;
}

Status Courier::write_mail_at_once() {
  KOINON_ASSIGN(const auto cursor, outbox_.at_once_cursor());
  if (!cursor || options_.smtp.url.empty()) {
    // Nobody is told of what came before the first mail could be sent.
    KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index->position());
    if (cursor == indexed) return {};
    return outbox_.queue_mail({}, std::nullopt, indexed);
  }
  KOINON_ASSIGN(const News news, news_after(*cursor));
  if (news.last == *cursor) return {};
  std::vector<User> users;  // read once something is for us
  std::vector<Mail> mails;
  for (const auto& [arrival, kind, record] : news.records) {
    if (!can_be_told(kind, record)) continue;
    KOINON_ASSIGN(const bool for_us, is_for_us(record));
    if (!for_us) continue;
    if (users.empty()) {
      KOINON_ASSIGN(users, accounts_.all());
    }
    for (const User& user : users) {
      if (!user.mail_at_once || user.email.empty()) continue;
      KOINON_ASSIGN(Mail mail, mail_to(user, "at-once", {{record.log, record.index}}));
      mails.push_back(std::move(mail));
    }
  }
  return outbox_.queue_mail(mails, std::nullopt, news.last);
}

UnixMillis Courier::next_digest(unsigned days) const {
  return digest_time(parts_.clock.wall(), days, options_.digest_hour);
}

Status Courier::write_digests() {
  KOINON_ASSIGN(auto digests, outbox_.due_digests(parts_.clock.wall(), kDigestsAtOnce));
  more_ = more_ || digests.size() == kDigestsAtOnce;
  for (Digest& digest : digests) {
    KOINON_ASSIGN(const auto user, accounts_.get(digest.user));
    std::vector<RecordAt> items;
    bool more = true;
    while (more && items.size() < limits::kDigestItems) {
      KOINON_ASSIGN(const News news, news_after(digest.cursor));
      more = news.last != digest.cursor;
      digest.cursor = news.last;
      for (const auto& [arrival, kind, record] : news.records) {
        if (!can_be_told(kind, record) || !in_topic(digest.topic, record) ||
            record.status != RecordStatus::kCurrent)
          continue;
        items.emplace_back(record.log, record.index);
        if (items.size() < limits::kDigestItems) continue;
        digest.cursor = arrival;
        break;
      }
    }
    // A mail that is full is followed by another one at once: what is left is due still.
    if (items.size() < limits::kDigestItems) digest.next_at = next_digest(digest.days);
    std::vector<Mail> mails;
    // A day without news is no reason to write.
    if (user && !user->email.empty() && !options_.smtp.url.empty() && !items.empty()) {
      KOINON_ASSIGN(Mail mail, mail_to(*user, "digest " + digest.topic, items));
      mails.push_back(std::move(mail));
    }
    KOINON_TRY(outbox_.queue_mail(mails, digest, std::nullopt));
  }
  return {};
}

// --- sending ---

Status Courier::begin_sending() {
  const UnixMillis now = parts_.clock.wall();
  const auto busy = [&](auto matches) {
    return std::any_of(sending_.begin(), sending_.end(),
                       [&](const auto& item) { return matches(item.second); });
  };
  KOINON_ASSIGN(const auto webhooks, outbox_.webhooks());
  KOINON_ASSIGN(const auto deliveries, outbox_.due_deliveries(now, limits::kSendsAtOnce * 4));
  for (const Delivery& delivery : deliveries) {
    if (sending_.size() >= limits::kSendsAtOnce) return {};
    const auto hook = std::find_if(webhooks.begin(), webhooks.end(),
                                   [&](const Webhook& one) { return one.id == delivery.webhook; });
    // One at a time to each, so that a slow one takes one place.
    if (hook == webhooks.end() || busy([&](const Sending& item) {
          return item.delivery && item.delivery->webhook == delivery.webhook;
        }))
      continue;
    KOINON_ASSIGN(const auto text, payload(delivery));
    if (!text) {
      Delivery gone = delivery;
      gone.state = SendState::kGivenUp;
      gone.outcome = kGone;
      KOINON_TRY(outbox_.settle_delivery(gone));
      continue;
    }
    PostRequest post{hook->url, webhook_headers(hook->secret, delivery.message, now, *text), *text,
                     options_.private_webhooks};
    sending_[parts_.transfers->post(post)] = {delivery, std::nullopt};
  }
  if (options_.smtp.url.empty()) return {};
  KOINON_ASSIGN(const auto mails, outbox_.due_mail(now, limits::kSendsAtOnce * 4));
  for (const Mail& mail : mails) {
    if (sending_.size() >= limits::kSendsAtOnce) return {};
    if (busy([&](const Sending& item) { return item.mail && item.mail->id == mail.id; })) continue;
    KOINON_ASSIGN(const auto text, message(mail));
    if (!text) {
      Mail gone = mail;
      gone.state = SendState::kGivenUp;
      gone.outcome = kGone;
      KOINON_TRY(outbox_.settle_mail(gone));
      continue;
    }
    const MailRequest request{options_.smtp, options_.mail_from, mail.recipient, *text};
    sending_[parts_.transfers->mail(request)] = {std::nullopt, mail};
  }
  return {};
}

template <typename Item>
void Courier::after(Item& item, const Transfers::Outcome& outcome) {
  ++item.attempts;
  item.outcome = outcome.text;
  if (outcome.arrived) {
    item.state = SendState::kSent;
    return;
  }
  if (outcome.final || item.attempts >= limits::kSendAttempts) {
    item.state = SendState::kGivenUp;
    return;
  }
  const auto wait = std::min<std::chrono::milliseconds>(
      options_.backoff * (std::int64_t{1} << (item.attempts - 1)), limits::kSendBackoffMax);
  item.next_at = {parts_.clock.wall().value + wait.count()};
}

Status Courier::settle(const Transfers::Outcome& outcome) {
  const auto it = sending_.find(outcome.number);
  if (it == sending_.end()) return {};
  Sending sending = std::move(it->second);
  sending_.erase(it);
  if (sending.delivery) {
    after(*sending.delivery, outcome);
    return outbox_.settle_delivery(*sending.delivery);
  }
  after(*sending.mail, outcome);
  return outbox_.settle_mail(*sending.mail);
}

}  // namespace koinon
