#include "storage/office/outbox.h"

#include "proto/base/limits.h"
#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::string_view kAtOnce = "mail_at_once_cursor";
constexpr std::string_view kErased = "erased_cursor";
constexpr std::string_view kHub = "hub_cursor";
constexpr std::string_view kCallsAsked = "calls_asked_until_ms";
constexpr std::int64_t kDayMs = 24 * 3'600'000;
constexpr std::int64_t kForgottenAtOnce = 2'000;
constexpr std::int64_t kFailingCounted = 1'000;  // of deliveries and of mails
constexpr std::string_view kDeliveryColumns =
    "SELECT id, webhook, message, payload, attempts, next_at_ms, state, outcome, log_id, entry_index, kind, "
    "at_ms, fault, arrival, recoveries "
    "FROM delivery ";
constexpr std::string_view kMailColumns =
    "SELECT id, recipient, message, attempts, next_at_ms, state, outcome, fault, about FROM mail ";

Webhook read_webhook(const sql::Statement& row) {
  return {{row.integer(0)},          row.text(1),     row.text(2), row.text(3), row.text(4), {row.integer(5)},
          ArrivalSeq(row.number(6)), {row.integer(7)}};
}

Delivery read_delivery(const sql::Statement& row) {
  return {row.integer(0),
          {row.integer(1)},
          row.text(2),
          row.text(3),
          static_cast<unsigned>(row.integer(4)),
          {row.integer(5)},
          static_cast<SendState>(row.integer(6)),
          row.text(7),
          row.text(12),
          row.blob(8).size() == LogId::kSize ? std::optional(LogId::from(row.blob(8))) : std::nullopt,
          EntryIndex(row.number(9)),
          static_cast<ArrivalKind>(row.integer(10)),
          {row.integer(11)},
          ArrivalSeq(row.number(13)),
          row.is_null(14) ? std::nullopt : std::optional(row.number(14))};
}

Digest read_digest(const sql::Statement& row) {
  return {{row.integer(0)},
          row.text(1),
          static_cast<unsigned>(row.integer(2)),
          {row.integer(3)},
          ArrivalSeq(row.number(4))};
}

Mail read_mail(const sql::Statement& row) {
  return {{row.integer(0)}, row.text(1),
          row.text(2),      static_cast<unsigned>(row.integer(3)),
          {row.integer(4)}, static_cast<SendState>(row.integer(5)),
          row.text(6),      row.text(7),
          row.text(8)};
}

MailPace read_pace(const sql::Statement& row) {
  return {{row.integer(0)},
          {row.integer(1)},
          static_cast<unsigned>(row.integer(2)),
          row.number(3),
          ArrivalSeq(row.number(4))};
}

Arrived read_arrived(const sql::Statement& row) {
  return {ArrivalSeq(row.number(0)), {LogId::from(row.blob(1)), EntryIndex(row.number(2))}};
}

Status insert_mail(sql::Connection& db, const Mail& mail) {
  auto insert = db.prepare(
      "INSERT INTO mail (recipient, message, attempts, next_at_ms, state, outcome, about) "
      "VALUES (?, ?, 0, ?, 1, '', ?)");
  return insert.bind_text(mail.recipient).bind_blob({}).bind(mail.next_at.value).bind_text(mail.about).run();
}

}  // namespace

Result<WebhookId> Outbox::add_webhook(const Webhook& webhook) {
  auto insert = db_.connection().prepare(
      "INSERT INTO webhook (url, topic, secret, made_by, created_at_ms, cursor) VALUES (?, ?, ?, ?, ?, ?) "
      "RETURNING id");
  insert.bind_text(webhook.url)
      .bind_text(webhook.topic)
      .bind_blob(webhook.secret)
      .bind_text(webhook.made_by)
      .bind(webhook.created_at.value)
      .bind(number(webhook.cursor));
  KOINON_ASSIGN(const std::int64_t id, added_id(insert));
  return WebhookId{id};
}

Status Outbox::remove_webhook(WebhookId id) {
  auto remove = db_.connection().prepare("DELETE FROM webhook WHERE id = ?");
  KOINON_ASSIGN(const std::int64_t removed, db_.run_in_turn(remove.bind(id.value)));
  if (removed == 0)
    return fail(Code::kNotFound, Sentence{"webhook.unknown", "there is no such webhook"}, "id");
  return {};
}

Result<std::vector<Webhook>> Outbox::webhooks() {
  auto select = db_.connection().prepare(
      "SELECT id, url, topic, secret, made_by, created_at_ms, cursor, began_anew_ms FROM webhook ORDER BY "
      "id");
  return read_all(select, read_webhook);
}

Result<std::vector<Delivery>> Outbox::deliveries(WebhookId id, std::size_t limit) {
  auto select =
      db_.connection().prepare(std::string(kDeliveryColumns) + "WHERE webhook = ? ORDER BY id DESC LIMIT ?");
  select.bind(id.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_delivery);
}

Status Outbox::queue_deliveries(WebhookId id, const std::vector<Delivery>& deliveries, ArrivalSeq cursor) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const Delivery& delivery : deliveries) {
      auto insert = db.prepare(
          "INSERT INTO delivery (webhook, message, payload, attempts, next_at_ms, state, outcome, log_id, "
          "entry_index, kind, at_ms, arrival, recoveries) VALUES (?, ?, '', 0, ?, 1, '', ?, ?, ?, ?, ?, ?)");
      insert.bind(id.value)
          .bind_text(delivery.message)
          .bind(delivery.next_at.value)
          .bind_blob(delivery.log ? delivery.log->view() : BytesView())
          .bind(static_cast<std::int64_t>(delivery.index.value))
          .bind(static_cast<std::int64_t>(delivery.kind))
          .bind(delivery.at.value)
          .bind(number(delivery.arrival));
      if (delivery.recoveries) {
        insert.bind(static_cast<std::int64_t>(*delivery.recoveries));
      } else {
        insert.bind_null();
      }
      KOINON_TRY(insert.run());
    }
    auto update = db.prepare("UPDATE webhook SET cursor = ? WHERE id = ?");
    return update.bind(number(cursor)).bind(id.value).run();
  });
}

Status Outbox::queue_delivery(const Delivery& delivery) {
  auto insert = db_.connection().prepare(
      "INSERT INTO delivery (webhook, message, payload, attempts, next_at_ms, state, outcome, log_id, "
      "entry_index, kind, at_ms, arrival, recoveries) VALUES (?, ?, ?, 0, ?, 1, '', ?, 0, 1, ?, 0, NULL)");
  return insert.bind(delivery.webhook.value)
      .bind_text(delivery.message)
      .bind_text(delivery.payload)
      .bind(delivery.next_at.value)
      .bind_blob({})
      .bind(delivery.at.value)
      .run();
}

Result<std::size_t> Outbox::waiting(WebhookId id, std::size_t most) {
  auto select = db_.connection().prepare(
      "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 1 AND webhook = ? LIMIT ?) AS found");
  select.bind(id.value).bind(static_cast<std::int64_t>(most));
  KOINON_TRY(select.step());
  return static_cast<std::size_t>(select.integer(0));
}

Result<Waiting> Outbox::waiting() {
  auto select = db_.connection().prepare(
      "SELECT (SELECT count(*) FROM (SELECT 1 FROM delivery WHERE state = 1 LIMIT ?1) AS deliveries), "
      "(SELECT count(*) FROM (SELECT 1 FROM mail WHERE state = 1 LIMIT ?1) AS mails)");
  select.bind(std::int64_t{100'000});
  KOINON_TRY(select.step());
  return Waiting{select.number(0), select.number(1)};
}

Result<std::vector<Delivery>> Outbox::due_deliveries(WebhookId id, UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      std::string(kDeliveryColumns) +
      "WHERE state = 1 AND webhook = ? AND next_at_ms <= ? ORDER BY next_at_ms, id LIMIT ?");
  select.bind(id.value).bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_delivery);
}

Status Outbox::settle(const Delivery& delivery) {
  const bool waits = delivery.state == SendState::kWaiting;
  auto update = db_.connection().prepare(
      std::string("UPDATE delivery SET attempts = ?, next_at_ms = ?, state = ?, outcome = ?, fault = ?") +
      (waits ? "" : ", payload = ''") + " WHERE id = ?");
  return update.bind(static_cast<std::int64_t>(delivery.attempts))
      .bind(delivery.next_at.value)
      .bind(static_cast<std::int64_t>(delivery.state))
      .bind_text(delivery.outcome)
      .bind_text(delivery.fault)
      .bind(delivery.id)
      .run();
}

Result<std::vector<Digest>> Outbox::digests(UserId user) {
  auto select = db_.connection().prepare(
      "SELECT \"user\", topic, days, next_at_ms, cursor FROM digest WHERE \"user\" = ? ORDER BY topic");
  select.bind(user.value);
  return read_all(select, read_digest);
}

Result<std::vector<Digest>> Outbox::due_digests(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT \"user\", topic, days, next_at_ms, cursor FROM digest WHERE next_at_ms <= ? ORDER BY "
      "next_at_ms "
      "LIMIT ?");
  select.bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_digest);
}

Result<std::vector<Digest>> Outbox::late_digests(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT \"user\", topic, days, next_at_ms, cursor FROM digest WHERE next_at_ms - days * 86400000 > ? "
      "LIMIT "
      "?");
  select.bind(now.value + kDayMs).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_digest);
}

Status Outbox::put_digest(const Digest& digest) {
  auto put = db_.connection().prepare(
      "INSERT INTO digest (\"user\", topic, days, next_at_ms, cursor) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (\"user\", topic) DO UPDATE SET days = excluded.days, next_at_ms = excluded.next_at_ms, "
      "cursor = excluded.cursor");
  return put.bind(digest.user.value)
      .bind_text(digest.topic)
      .bind(static_cast<std::int64_t>(digest.days))
      .bind(digest.next_at.value)
      .bind(number(digest.cursor))
      .run();
}

Status Outbox::remove_digest(UserId user, std::string_view topic) {
  auto remove = db_.connection().prepare("DELETE FROM digest WHERE \"user\" = ? AND topic = ?");
  return remove.bind(user.value).bind_text(topic).run();
}

namespace {

// Nothing is written for an account that is gone.
Status put_pace(sql::Connection& db, const MailPace& pace) {
  auto put = db.prepare(
      "INSERT INTO mail_pace (\"user\", began_ms, mails, held, held_from) "
      "SELECT id, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT) FROM \"user\" "
      "WHERE id = ? ON CONFLICT (\"user\") DO UPDATE SET began_ms = excluded.began_ms, mails = "
      "excluded.mails, "
      "held = excluded.held, held_from = excluded.held_from");
  return put.bind(pace.began.value)
      .bind(static_cast<std::int64_t>(pace.mails))
      .bind(static_cast<std::int64_t>(pace.held))
      .bind(number(pace.held_from))
      .bind(pace.user.value)
      .run();
}

Status put_addressed(sql::Connection& db, const std::vector<Arrived>& notes) {
  if (notes.empty()) return {};
  for (const Arrived& note : notes) {
    auto put = db.prepare(
        "INSERT INTO addressed (arrival, log_id, entry_index) VALUES (?, ?, ?) ON CONFLICT (arrival) "
        "DO UPDATE SET log_id = excluded.log_id, entry_index = excluded.entry_index");
    KOINON_TRY(put.bind(number(note.arrival))
                   .bind_blob(note.record.first.view())
                   .bind(static_cast<std::int64_t>(note.record.second.value))
                   .run());
  }
  auto trim = db.prepare(
      "DELETE FROM addressed WHERE arrival <= (SELECT arrival FROM addressed ORDER BY arrival DESC LIMIT 1 "
      "OFFSET ?)");
  return trim.bind(static_cast<std::int64_t>(limits::kDigestItems)).run();
}

Status move_digest(sql::Connection& db, const Digest& digest) {
  auto update = db.prepare("UPDATE digest SET next_at_ms = ?, cursor = ? WHERE \"user\" = ? AND topic = ?");
  return update.bind(digest.next_at.value)
      .bind(number(digest.cursor))
      .bind(digest.user.value)
      .bind_text(digest.topic)
      .run();
}

Status insert_asked(sql::Connection& db, const AskedFollowUp& asked) {
  auto insert = db.prepare(
      "INSERT INTO follow_up (log_id, entry_index, due_at_ms) VALUES (?, ?, ?) ON CONFLICT (log_id, "
      "entry_index, due_at_ms) DO NOTHING");
  return insert.bind_blob(asked.log.view()).bind(number(asked.first)).bind(asked.due_at.value).run();
}

}  // namespace

Status Outbox::queue_mail(const MailBatch& batch) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const Mail& mail : batch.mails) KOINON_TRY(insert_mail(db, mail));
    for (const MailPace& pace : batch.paces) KOINON_TRY(put_pace(db, pace));
    KOINON_TRY(put_addressed(db, batch.addressed));
    if (batch.digest) KOINON_TRY(move_digest(db, *batch.digest));
    if (batch.calls_asked_until) KOINON_TRY(put_setting(db, kCallsAsked, batch.calls_asked_until->value));
    for (const AskedFollowUp& asked : batch.follow_ups) KOINON_TRY(insert_asked(db, asked));
    if (!batch.at_once_cursor) return {};
    return put_setting(db, kAtOnce, number(*batch.at_once_cursor));
  });
}

Result<std::optional<MailPace>> Outbox::mail_pace(UserId user) {
  auto select = db_.connection().prepare(
      "SELECT \"user\", began_ms, mails, held, held_from FROM mail_pace WHERE \"user\" = ?");
  select.bind(user.value);
  return read_one(select, read_pace);
}

Result<std::vector<MailPace>> Outbox::paces_held(UnixMillis began_by, std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT \"user\", began_ms, mails, held, held_from FROM mail_pace WHERE held > 0 AND began_ms <= ? "
      "ORDER "
      "BY "
      "began_ms LIMIT ?");
  select.bind(began_by.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_pace);
}

Result<std::vector<Arrived>> Outbox::addressed(ArrivalSeq from) {
  auto select = db_.connection().prepare(
      "SELECT arrival, log_id, entry_index FROM addressed WHERE arrival >= ? ORDER BY arrival DESC");
  select.bind(number(from));
  return read_all(select, read_arrived);
}

Result<std::vector<Mail>> Outbox::due_mail(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      std::string(kMailColumns) + "WHERE state = 1 AND next_at_ms <= ? ORDER BY next_at_ms, id LIMIT ?");
  select.bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_mail);
}

Result<std::vector<Mail>> Outbox::recent_mail(std::size_t limit) {
  auto select = db_.connection().prepare(std::string(kMailColumns) + "ORDER BY id DESC LIMIT ?");
  select.bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_mail);
}

Status Outbox::settle(const Mail& mail) {
  const bool waits = mail.state == SendState::kWaiting;
  auto update = db_.connection().prepare(
      std::string("UPDATE mail SET attempts = ?, next_at_ms = ?, state = ?, outcome = ?, fault = ?") +
      (waits ? "" : ", about = '', message = ?") + " WHERE id = ?");
  update.bind(static_cast<std::int64_t>(mail.attempts))
      .bind(mail.next_at.value)
      .bind(static_cast<std::int64_t>(mail.state))
      .bind_text(mail.outcome)
      .bind_text(mail.fault);
  if (!waits) update.bind_blob({});
  return update.bind(mail.id.value).run();
}

namespace {

Result<std::optional<ArrivalSeq>> cursor_named(sql::Connection& db, std::string_view name) {
  auto select = db.prepare("SELECT value FROM setting WHERE key = ?");
  select.bind_text(name);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional(ArrivalSeq(select.number(0))) : std::nullopt;
}

}  // namespace

Status Outbox::forget_at_once_cursor() {
  auto remove = db_.connection().prepare("DELETE FROM setting WHERE key = ?");
  KOINON_TRY(db_.run_in_turn(remove.bind_text(kAtOnce)));
  return {};
}

Result<std::optional<ArrivalSeq>> Outbox::at_once_cursor() { return cursor_named(db_.connection(), kAtOnce); }

Result<std::optional<UnixMillis>> Outbox::calls_asked_until() {
  auto select = db_.connection().prepare("SELECT value FROM setting WHERE key = ?");
  select.bind_text(kCallsAsked);
  return read_one(
      select, +[](const sql::Statement& row) { return UnixMillis{row.integer(0)}; });
}

Result<std::optional<ArrivalSeq>> Outbox::erased_cursor() { return cursor_named(db_.connection(), kErased); }

Result<std::optional<ArrivalSeq>> Outbox::hub_cursor() { return cursor_named(db_.connection(), kHub); }

Status Outbox::set_hub_cursor(ArrivalSeq cursor) {
  return put_setting(db_.connection(), kHub, number(cursor));
}

Status Outbox::forget_remarks(const std::vector<RecordAt>& erased, ArrivalSeq cursor) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const auto& [log, index] : erased) {
      for (const char* sql : {"UPDATE inbox SET remark = '' WHERE log_id = ? AND entry_index = ?",
                              "UPDATE watch SET remark = '' WHERE log_id = ? AND entry_index = ?",
                              "DELETE FROM worksheet WHERE log_id = ? AND entry_index = ?"}) {
        auto forget = db.prepare(sql);
        KOINON_TRY(forget.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value)).run());
      }
    }
    return put_setting(db, kErased, number(cursor));
  });
}

Status Outbox::forget_void(const std::vector<Arrival>& voided) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const Arrival& run : voided) {
      for (const char* sql : {"DELETE FROM inbox WHERE log_id = ? AND entry_index >= ? AND entry_index < ? "
                              "AND updated_at_ms <= ?",
                              "DELETE FROM watch WHERE log_id = ? AND entry_index >= ? AND entry_index < ? "
                              "AND added_at_ms <= ?",
                              "DELETE FROM worksheet WHERE log_id = ? AND entry_index >= ? AND entry_index < "
                              "? AND updated_at_ms <= ?"}) {
        auto forget = db.prepare(sql);
        KOINON_TRY(forget.bind_blob(run.log.view())
                       .bind(number(run.from))
                       .bind(number(EntryIndex(run.from.value + run.count)))
                       .bind(run.at.value)
                       .run());
      }
    }
    return {};
  });
}

Result<Failing> Outbox::failing(unsigned attempts, UnixMillis since) {
  std::string each;
  for (const std::string& table : {std::string("delivery"), std::string("mail")}) {
    const std::string select = "SELECT * FROM (SELECT state, outcome, fault, next_at_ms FROM " + table;
    const std::string most = " DESC LIMIT " + std::to_string(kFailingCounted) + ") AS ";
    each += each.empty() ? "" : " UNION ALL ";
    each += select + " INDEXED BY " + table + "_tried WHERE state = 1 AND attempts >= ?1 ORDER BY attempts" +
            most + table + "_waiting";
    // A message that was given up because its record no longer stands is no failure: there is nothing left to
    // send.
    each += " UNION ALL " + select + " INDEXED BY " + table +
            "_given_up WHERE state = 3 AND attempts > 0 AND next_at_ms > ?2 ORDER BY next_at_ms" + most +
            table + "_lost";
  }
  auto select = db_.connection().prepare(
      "SELECT count(*) FILTER (WHERE state = 1) OVER (), count(*) FILTER (WHERE state = 3) OVER (), outcome, "
      "fault FROM (" +
      each + ") AS failing ORDER BY next_at_ms DESC LIMIT 1");
  select.bind(static_cast<std::int64_t>(attempts)).bind(since.value);
  KOINON_ASSIGN(const bool any, select.step());
  if (!any) return Failing{};
  return Failing{select.number(0), select.number(1), select.text(2), select.text(3)};
}

Result<std::optional<UnixMillis>> Outbox::next_due(bool mail) {
  auto select = db_.connection().prepare(
      "SELECT min(due) FROM (SELECT min(next_at_ms) AS due FROM delivery WHERE state = 1 UNION ALL SELECT "
      "min(next_at_ms) FROM mail WHERE state = ? UNION ALL SELECT min(next_at_ms) FROM digest) AS each_kind");
  constexpr std::int64_t kNone = 0;
  select.bind(mail ? static_cast<std::int64_t>(SendState::kWaiting) : kNone);
  KOINON_TRY(select.step());
  return select.is_null(0) ? std::nullopt : std::optional(UnixMillis{select.integer(0)});
}

Status Outbox::correct_times(UnixMillis latest, UnixMillis now) {
  auto& db = db_.connection();
  for (const char* sql : {"UPDATE delivery SET next_at_ms = ? WHERE state IN (1, 2, 3) AND next_at_ms > ?",
                          "UPDATE mail SET next_at_ms = ? WHERE state IN (1, 2, 3) AND next_at_ms > ?"}) {
    auto update = db.prepare(sql);
    KOINON_TRY(db_.run_in_turn(update.bind(now.value).bind(latest.value)));
  }
  auto update = db.prepare("UPDATE mail_pace SET began_ms = ?1 WHERE held > 0 AND began_ms > ?1");
  KOINON_TRY(db_.run_in_turn(update.bind(now.value)));
  return {};
}

Status Outbox::forget(UnixMillis before, std::uint64_t kept) {
  auto& db = db_.connection();
  for (const std::string& table : {std::string("delivery"), std::string("mail")}) {
    auto old = db.prepare("DELETE FROM " + table + " WHERE id IN (SELECT id FROM " + table +
                          " WHERE state IN (2, 3) AND next_at_ms < ? LIMIT ?)");
    KOINON_TRY(db_.run_in_turn(old.bind(before.value).bind(kForgottenAtOnce)));
    auto many = db.prepare("DELETE FROM " + table + " WHERE id IN (SELECT id FROM " + table + " INDEXED BY " +
                           table + "_settled WHERE state IN (2, 3) AND id <= (SELECT max(id) FROM " + table +
                           ") - ? LIMIT ?)");
    KOINON_TRY(db_.run_in_turn(many.bind(static_cast<std::int64_t>(kept)).bind(kForgottenAtOnce)));
  }
  return {};
}

}  // namespace koinon
