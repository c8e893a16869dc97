#include "node/delivery/announcer.h"

#include <algorithm>
#include <utility>

#include "crypto/ed25519.h"
#include "node/delivery/office_mail.h"
#include "node/reading/shown_record.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

static_assert(kNewsRecords <= limits::kDeliveriesWaiting);
constexpr std::size_t kDigestsAtOnce = 16;
constexpr std::size_t kDigestLooks =
    4;  // looks for news of digests in one turn; webhooks and mails wait meanwhile
constexpr std::size_t kIdBytes = 16;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::size_t kDateText = 10;  // 2026-05-07

bool in_topic(const std::string& topic, const IndexedRecord& record) {
  return topic.empty() || std::any_of(record.topics.begin(), record.topics.end(),
                                      [&](const auto& one) { return topic_covers(topic, one); });
}

// Whether webhooks were told of records of this kind: of notes, and of what takes notes back.
bool is_told_of(v1::Kind kind) { return is_note(kind) || kind == v1::KIND_WITHDRAWAL; }

}  // namespace

UnixMillis digest_time(UnixMillis now, unsigned days, unsigned hour, const TimeZone& zone) {
  const UnixMillis earliest{now.value + static_cast<std::int64_t>(days) * kDayMs - kDayMs / 2};
  const auto date = [&](UnixMillis time) { return zone.local_text(time).substr(0, kDateText); };
  const auto at = [&](const std::string& day, unsigned clock) {
    const std::string digits = (clock < 10 ? "0" : "") + std::to_string(clock);
    return zone.read_local(day + "T" + digits + ":00").value_or(earliest);
  };
  const std::string today = date(earliest);
  if (const UnixMillis due = at(today, hour); due >= earliest) return due;
  // A day has 23 to 25 hours where clocks are changed: from noon on, 24 of them lead into the next.
  return at(date({at(today, 12).value + kDayMs}), hour);
}

Result<bool> Announcer::turn() {
  more_ = false;
  KOINON_ASSIGN(set_aside_at_, parts_.outbox.set_aside_at());
  KOINON_TRY(write_deliveries());
  KOINON_TRY(write_gathered());
  KOINON_TRY(write_mail_at_once());
  KOINON_TRY(correct_digest_times());
  KOINON_TRY(write_digests());
  KOINON_TRY(follow_ups_.turn());
  return more_;
}

// After proof of a rollback the office is set aside first (after_rollback.h): what comes back with our log
// was told before. The proof is durable before any of it comes, so it is looked for after the news was read.
Result<News> Announcer::news_after(ArrivalSeq after) {
  KOINON_ASSIGN(News news, read_news(parts_.store, parts_.index, after));
  more_ = more_ || news.more;
  KOINON_ASSIGN(const auto proven_at, parts_.store.setting(kRolledBackAt));
  if (!proven_at) return news;
  KOINON_ASSIGN(set_aside_at_, parts_.outbox.set_aside_at());
  if (set_aside_at_ && std::to_string(set_aside_at_->value) == *proven_at) return news;
  more_ = false;
  return News{after, {}};
}

bool Announcer::was_told_before(const IndexedRecord& record) const {
  return set_aside_at_ && record.created_at <= *set_aside_at_;
}

// A record is told of by the arrival that brought its text, so only once. If entry and text came apart, the
// index may have both when either of their arrivals is looked at.
Result<bool> Announcer::is_told_by(const NewRecord& news) {
  const bool brings = news.kind == ArrivalKind::kAdded || news.kind == ArrivalKind::kBody;
  if (!brings || !is_note(news.record.kind) || was_told_before(news.record)) return false;
  if (!has_text(parts_.store, news.record)) return false;
  const auto newest = parts_.store.arrival_of(news.record.log, news.record.index);
  if (!newest.ok() && newest.error().code != Code::kNotFound) return newest.error();
  return newest.ok() && *newest && (*newest)->first <= news.arrival &&
         news.arrival.value < (*newest)->first.value + (*newest)->count;
}

// --- webhooks ---

// Whether a withdrawal takes back a note but leaves its text. A withdrawal that erases is told of as an
// erasure.
Result<bool> Announcer::takes_back_a_note(const IndexedRecord& record) {
  if (record.kind != v1::KIND_WITHDRAWAL || was_told_before(record)) return false;
  const auto entry = read_entry(parts_.store, record);
  if (!entry.ok() || !entry->control().has_withdrawal() || entry->control().withdrawal().erase())
    return false;
  KOINON_ASSIGN(const auto target,
                parts_.index.get(record.log, EntryIndex(entry->control().withdrawal().index())));
  return target && is_note(target->kind);
}

Status Announcer::write_deliveries() {
  KOINON_ASSIGN(const auto webhooks, parts_.outbox.webhooks());
  KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index.position());
  for (const Webhook& webhook : webhooks) {
    if (webhook.cursor == indexed) continue;
    // A webhook with a full queue gets more messages after it has taken some.
    KOINON_ASSIGN(const std::size_t waiting, parts_.outbox.waiting(webhook.id, limits::kDeliveriesWaiting));
    if (waiting + kNewsRecords > limits::kDeliveriesWaiting) continue;
    KOINON_ASSIGN(const News news, news_after(webhook.cursor));
    if (news.last == webhook.cursor) continue;
    std::vector<Delivery> deliveries;
    for (const NewRecord& item : news.records) {
      const auto& [arrival, kind, record] = item;
      if (!in_topic(webhook.topic, record)) continue;
      KOINON_ASSIGN(bool told, is_told_by(item));
      told = told || (kind == ArrivalKind::kErased && is_note(record.kind)) ||
             (kind == ArrivalKind::kVoided && is_told_of(record.kind));
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
      delivery.arrival = arrival;
      delivery.recoveries = record.recoveries;
      deliveries.push_back(std::move(delivery));
    }
    KOINON_TRY(parts_.outbox.queue_deliveries(webhook.id, deliveries, news.last));
  }
  return {};
}

// --- mail ---

// Whether a record is for us: a question to us or to all cities, or an answer to, an adoption of or a version
// of one of our records.
Result<bool> Announcer::is_for_us(const IndexedRecord& record) {
  if (!options_.own || record.log == *options_.own) return false;
  // It may be void since, or its log removed. A later arrival says so.
  const auto entry = read_entry(parts_.store, record);
  if (!entry.ok() && entry.error().code != Code::kNotFound) return entry.error();
  if (!entry.ok()) return false;
  if (asks_all_cities(*entry)) return true;
  const auto ours = [&](const std::string& log) { return log == options_.own->view(); };
  return std::any_of(entry->to().begin(), entry->to().end(), ours) ||
         std::any_of(entry->refs().begin(), entry->refs().end(),
                     [&](const auto& ref) { return ours(ref.log_id()); });
}

Result<Mail> Announcer::mail_to(const User& user, const std::string& what, const std::vector<Arrived>& items,
                                std::optional<std::uint64_t> more) {
  MailAbout about;
  about.what = what;
  about.items = items;
  about.more = more;
  return new_office_mail(parts_.accounts, user, what, std::move(about), options_.name, parts_.clock.wall());
}

Result<MailPace> Announcer::pace_of(UserId user) {
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const auto pace, parts_.outbox.mail_pace(user));
  // Notes that wait for the end of an hour are told before the next hour begins.
  const bool goes_on =
      pace && (pace->held > 0 || (pace->began <= now && now.value - pace->began.value < kHourMs));
  return goes_on ? *pace : MailPace{user, now, 0, 0, {}};
}

// When an hour is over, the notes that waited come in one mail. This mail is the first of the next hour.
Status Announcer::write_gathered() {
  if (!options_.mail) return {};
  const UnixMillis now = parts_.clock.wall();
  KOINON_ASSIGN(const auto paces, parts_.outbox.paces_held({now.value - kHourMs}, kDigestsAtOnce));
  more_ = more_ || paces.size() == kDigestsAtOnce;
  for (const MailPace& pace : paces) {
    KOINON_ASSIGN(const auto user, parts_.accounts.get(pace.user));
    MailBatch batch;
    batch.paces.push_back({pace.user, now, 0, 0, {}});
    if (user && gets_mail_at_once(*user)) {
      KOINON_ASSIGN(const auto items, parts_.outbox.addressed(pace.held_from));
      const std::uint64_t more = pace.held - std::min<std::uint64_t>(pace.held, items.size());
      KOINON_ASSIGN(Mail mail, mail_to(*user, std::string(kAtOnceMail), items, more));
      batch.mails.push_back(std::move(mail));
      batch.paces.front().mails = 1;
    }
    KOINON_TRY(parts_.outbox.queue_mail(batch));
  }
  return {};
}

Status Announcer::write_mail_at_once() {
  KOINON_ASSIGN(const auto cursor, parts_.outbox.at_once_cursor());
  // Notes that come while no mail is set up are told to nobody: no place is kept, and none is written anew
  // with each note.
  if (!options_.mail) return cursor ? parts_.outbox.forget_at_once_cursor() : Status();
  MailBatch batch;
  if (!cursor) {
    KOINON_ASSIGN(batch.at_once_cursor, parts_.index.position());
    return parts_.outbox.queue_mail(batch);
  }
  KOINON_ASSIGN(const News news, news_after(*cursor));
  if (news.last == *cursor) return {};
  batch.at_once_cursor = news.last;
  for (const NewRecord& item : news.records) {
    KOINON_ASSIGN(const bool told, is_told_by(item));
    if (!told) continue;
    KOINON_ASSIGN(const bool for_us, is_for_us(item.record));
    if (for_us) batch.addressed.push_back({item.arrival, {item.record.log, item.record.index}});
  }
  if (!batch.addressed.empty()) KOINON_TRY(mail_to_each(batch));
  return parts_.outbox.queue_mail(batch);
}

// Each note gets a mail of its own, up to the number of mails in an hour. Further notes wait for the end of
// the hour.
Status Announcer::mail_to_each(MailBatch& batch) {
  KOINON_ASSIGN(const auto users, parts_.accounts.all());
  for (const User& user : users) {
    if (!gets_mail_at_once(user)) continue;
    KOINON_ASSIGN(MailPace pace, pace_of(user.id));
    for (const Arrived& note : batch.addressed) {
      if (pace.held > 0 || pace.mails >= limits::kMailsPerHour) {
        if (pace.held++ == 0) pace.held_from = note.arrival;
        continue;
      }
      ++pace.mails;
      KOINON_ASSIGN(Mail mail, mail_to(user, std::string(kAtOnceMail), {note}, std::nullopt));
      batch.mails.push_back(std::move(mail));
    }
    batch.paces.push_back(pace);
  }
  return {};
}

// --- digests ---

UnixMillis Announcer::next_digest(unsigned days) const {
  return digest_time(parts_.clock.wall(), days, options_.digest_hour, options_.zone);
}

// A digest that waits longer than it may was put off while the clock was ahead.
Status Announcer::correct_digest_times() {
  KOINON_ASSIGN(const auto late, parts_.outbox.late_digests(parts_.clock.wall(), kDigestsAtOnce));
  more_ = more_ || late.size() == kDigestsAtOnce;
  for (const Digest& digest : late) {
    MailBatch batch;
    batch.digest = digest;
    batch.digest->next_at = next_digest(digest.days);
    KOINON_TRY(parts_.outbox.queue_mail(batch));
  }
  return {};
}

// What is on its topic, and has a title to be listed by. A question to all cities that has no topic is in
// every digest: it may concern whoever reads.
Result<bool> Announcer::is_in_digest(const std::string& topic, const IndexedRecord& record) {
  if (record.title.empty()) return false;
  if (in_topic(topic, record)) return true;
  if (record.kind != v1::KIND_QUESTION || !record.topics.empty()) return false;
  return is_for_us(record);
}

Result<bool> Announcer::gather(const Digest& digest, std::size_t& looks) {
  const bool goes_on = gathering_ && gathering_->digest.user == digest.user &&
                       gathering_->digest.topic == digest.topic && gathering_->digest.cursor == digest.cursor;
  if (!goes_on) {
    KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index.position());
    gathering_ = Gathering{digest, digest.cursor, indexed, {}};
  }
  Gathering& gathered = *gathering_;
  for (; looks > 0 && gathered.at < gathered.until && !gathered.is_full(); --looks) {
    KOINON_ASSIGN(const News news, news_after(gathered.at));
    if (news.last == gathered.at) gathered.until = gathered.at;
    gathered.at = std::min(news.last, gathered.until);
    for (const NewRecord& item : news.records) {
      if (item.arrival > gathered.until) break;
      if (item.kind == ArrivalKind::kVoided || item.record.status != RecordStatus::kCurrent) continue;
      KOINON_ASSIGN(const bool wanted, is_in_digest(digest.topic, item.record));
      if (!wanted) continue;
      KOINON_ASSIGN(const bool told, is_told_by(item));
      if (!told) continue;
      gathered.items.push_back({item.arrival, {item.record.log, item.record.index}});
      if (!gathered.is_full()) continue;
      gathered.at = item.arrival;
      break;
    }
  }
  return gathered.is_full() || gathered.at >= gathered.until;
}

Status Announcer::write_digests() {
  KOINON_ASSIGN(const auto digests, parts_.outbox.due_digests(parts_.clock.wall(), kDigestsAtOnce));
  more_ = more_ || digests.size() == kDigestsAtOnce;
  std::size_t looks = kDigestLooks;
  for (const Digest& digest : digests) {
    KOINON_ASSIGN(const bool waits, put_off(digest));
    if (waits) continue;
    KOINON_ASSIGN(const bool whole, gather(digest, looks));
    if (!whole) {
      more_ = true;
      return {};
    }
    KOINON_TRY(write_digest(digest, *std::exchange(gathering_, std::nullopt)));
  }
  return {};
}

// A person who already got the mails of this hour and one more waits for the next hour. An account may have
// many digests, ask for them again and again, and have somebody else's address.
Result<bool> Announcer::put_off(Digest digest) {
  KOINON_ASSIGN(const MailPace pace, pace_of(digest.user));
  if (!options_.mail || pace.mails <= limits::kMailsPerHour) return false;
  digest.next_at = {pace.began.value + kHourMs};
  MailBatch batch;
  batch.digest = std::move(digest);
  KOINON_TRY(parts_.outbox.queue_mail(batch));
  return true;
}

// If a mail is full, another one follows, because the rest is still due. After a number of mails the rest is
// in no mail. Otherwise one city that floods could fill a person's mailbox without end.
Status Announcer::write_digest(Digest digest, Gathering gathered) {
  KOINON_ASSIGN(const auto user, parts_.accounts.get(digest.user));
  const auto name = std::pair(digest.user.value, digest.topic);
  const bool full = gathered.is_full();
  const bool goes_on = full && ++going_on_[name] < limits::kDigestMails;
  if (!goes_on) going_on_.erase(name);
  std::optional<std::uint64_t> more;
  if (full && !goes_on) {
    KOINON_ASSIGN(const ArrivalSeq indexed, parts_.index.position());
    more = indexed.value - std::min(indexed.value, gathered.at.value);
    gathered.at = std::max(gathered.at, indexed);
  }
  digest.cursor = gathered.at;
  MailBatch batch;
  // A day without news brings no mail.
  if (user && !user->email.empty() && options_.mail && !gathered.items.empty()) {
    KOINON_ASSIGN(Mail mail, mail_to(*user, "digest " + digest.topic, gathered.items, more));
    batch.mails.push_back(std::move(mail));
    KOINON_ASSIGN(MailPace pace, pace_of(digest.user));
    ++pace.mails;
    batch.paces.push_back(pace);
  }
  more_ = more_ || goes_on;
  if (!goes_on) digest.next_at = next_digest(digest.days);
  batch.digest = digest;
  return parts_.outbox.queue_mail(batch);
}

}  // namespace koinon
