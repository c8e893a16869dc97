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
constexpr std::chrono::seconds kRetry{5};       // after the store or the office's database failed
constexpr std::size_t kIdBytes = 16;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kUnsubscribeDays = 180;

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
    if (!done.ok()) parts_.on_error(done.error());
    std::chrono::milliseconds wait = kRetry;
    if (done.ok()) wait = more_ ? std::chrono::milliseconds(0) : until_next();
    for (const auto& outcome : parts_.transfers->wait(wait)) {
      if (const Status settled = settle(outcome); !settled.ok()) parts_.on_error(settled.error());
    }
  }
}

Status Courier::turn() {
  more_ = false;
  KOINON_TRY(write_deliveries());
  KOINON_TRY(write_mail_at_once());
  KOINON_TRY(write_digests());
  const UnixMillis now = parts_.clock.wall();
  KOINON_TRY(outbox_.forget({now.value - std::chrono::milliseconds(limits::kSendForgotten).count()}));
  return begin_sending();
}

std::chrono::milliseconds Courier::until_next() {
  const auto next = outbox_.next_due(!options_.smtp.url.empty());
  if (!next.ok() || !*next) return kLookAgain;
  const std::chrono::milliseconds left((*next)->value - parts_.clock.wall().value);
  // What is due and under way is waited for by its end.
  const std::chrono::milliseconds least(sending_.empty() ? 1 : 200);
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

// --- webhooks ---

Result<std::string> Courier::payload(const IndexedRecord& record, ArrivalKind kind) {
  Directory directory(*parts_.store);
  json::object data = summary_json(directory, record);
  if (!options_.url.empty())
    data["url"] = options_.url + "/records/" + directory.ref(record.log, record.index);
  return json::serialize(
      json::object{{"type", kind == ArrivalKind::kErased ? "record.erased" : "record.published"},
                   {"timestamp", time_text(parts_.clock.wall())},
                   {"data", std::move(data)}});
}

Status Courier::write_deliveries() {
  KOINON_ASSIGN(const auto webhooks, outbox_.webhooks());
  for (const Webhook& webhook : webhooks) {
    KOINON_ASSIGN(const News news, news_after(webhook.cursor));
    if (news.last == webhook.cursor) continue;
    std::vector<Delivery> deliveries;
    for (const auto& [arrival, kind, record] : news.records) {
      const bool erased = kind == ArrivalKind::kErased && is_note(record.kind);
      if (!in_topic(webhook.topic, record) || (!erased && !can_be_told(kind, record))) continue;
      Delivery delivery;
      delivery.message = "msg_" + to_base32(random_bytes(kIdBytes));
      KOINON_ASSIGN(delivery.payload, payload(record, kind));
      delivery.next_at = parts_.clock.wall();
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

Result<Mail> Courier::mail_to(const User& user, const std::string& what, MailContent content) {
  Credential unsubscribe;
  unsubscribe.kind = CredentialKind::kUnsubscribe;
  unsubscribe.user = user.id;
  unsubscribe.label = what;
  unsubscribe.created_at = parts_.clock.wall();
  unsubscribe.expires_at = {unsubscribe.created_at.value + kUnsubscribeDays * kDayMs};
  KOINON_ASSIGN(const std::string secret, accounts_.issue(unsubscribe));
  content.from = options_.mail_from;
  content.from_name = options_.name;
  content.to = user.email;
  content.unsubscribe = options_.url + "/unsubscribe/" + secret;
  content.message_id = to_base32(random_bytes(kIdBytes)) + "@" + options_.name;
  content.date = parts_.clock.wall();
  Mail mail;
  mail.recipient = user.email;
  mail.message = mail_message(content);
  mail.next_at = content.date;
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
      MailContent content;
      const MailItem item = mail_item(record);
      content.subject = item.city + ": " + item.title;
      content.opening = "For your office, from " + item.city + ":";
      content.items.push_back(item);
      KOINON_ASSIGN(Mail mail, mail_to(user, "at-once", std::move(content)));
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
    MailContent content;
    bool more = true;
    while (more && content.items.size() < limits::kDigestItems) {
      KOINON_ASSIGN(const News news, news_after(digest.cursor));
      more = news.last != digest.cursor;
      digest.cursor = news.last;
      for (const auto& [arrival, kind, record] : news.records) {
        if (!can_be_told(kind, record) || !in_topic(digest.topic, record)) continue;
        content.items.push_back(mail_item(record));
        if (content.items.size() < limits::kDigestItems) continue;
        digest.cursor = arrival;
        break;
      }
    }
    // A mail that is full is followed by another one at once: what is left is due still.
    if (content.items.size() < limits::kDigestItems) digest.next_at = next_digest(digest.days);
    std::vector<Mail> mails;
    // A day without news is no reason to write.
    if (user && !user->email.empty() && !options_.smtp.url.empty() && !content.items.empty()) {
      const std::string topic = digest.topic.empty() ? "all topics" : digest.topic;
      content.subject = "Practice notes: " + topic + " (" + std::to_string(content.items.size()) + ")";
      content.opening = "What is new on " + topic + ":";
      KOINON_ASSIGN(Mail mail, mail_to(*user, "digest " + digest.topic, std::move(content)));
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
    PostRequest post{hook->url, webhook_headers(hook->secret, delivery.message, now, delivery.payload),
                     delivery.payload, options_.private_webhooks};
    sending_[parts_.transfers->post(post)] = {delivery, std::nullopt};
  }
  if (options_.smtp.url.empty()) return {};
  KOINON_ASSIGN(const auto mails, outbox_.due_mail(now, limits::kSendsAtOnce * 4));
  for (const Mail& mail : mails) {
    if (sending_.size() >= limits::kSendsAtOnce) return {};
    if (busy([&](const Sending& item) { return item.mail && item.mail->id == mail.id; })) continue;
    const MailRequest request{options_.smtp, options_.mail_from, mail.recipient, mail.message};
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
