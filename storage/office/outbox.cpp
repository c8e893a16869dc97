#include "storage/office/outbox.h"

#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::string_view kAtOnce = "mail_at_once_cursor";
constexpr std::string_view kErased = "erased_cursor";
constexpr std::string_view kDeliveryColumns =
    "SELECT id, webhook, message, payload, attempts, next_at_ms, state, outcome, log_id, entry_index, kind, "
    "at_ms "
    "FROM delivery ";
constexpr std::string_view kMailColumns =
    "SELECT id, recipient, message, attempts, next_at_ms, state, outcome, about FROM mail ";

Webhook read_webhook(const sqlite::Statement& row) {
  return {{row.integer(0)},         row.text(1), row.text(2), row.text(3), row.text(4), {row.integer(5)},
          ArrivalSeq(row.number(6))};
}

Delivery read_delivery(const sqlite::Statement& row) {
  return {row.integer(0),
          {row.integer(1)},
          row.text(2),
          row.text(3),
          static_cast<unsigned>(row.integer(4)),
          {row.integer(5)},
          static_cast<SendState>(row.integer(6)),
          row.text(7),
          row.blob(8).size() == LogId::kSize ? std::optional(LogId::from(row.blob(8))) : std::nullopt,
          EntryIndex(row.number(9)),
          static_cast<ArrivalKind>(row.integer(10)),
          {row.integer(11)}};
}

Digest read_digest(const sqlite::Statement& row) {
  return {{row.integer(0)},
          row.text(1),
          static_cast<unsigned>(row.integer(2)),
          {row.integer(3)},
          ArrivalSeq(row.number(4))};
}

Mail read_mail(const sqlite::Statement& row) {
  return {{row.integer(0)}, row.text(1),
          row.text(2),      static_cast<unsigned>(row.integer(3)),
          {row.integer(4)}, static_cast<SendState>(row.integer(5)),
          row.text(6),      row.text(7)};
}

std::int64_t number(ArrivalSeq seq) { return static_cast<std::int64_t>(seq.value); }

Status insert_mail(sqlite::Connection& db, const Mail& mail) {
  auto insert = db.prepare(
      "INSERT INTO mail (recipient, message, attempts, next_at_ms, state, outcome, about) VALUES (?, x'', 0, "
      "?, 1, "
      "'', ?)");
  return insert.bind_text(mail.recipient).bind(mail.next_at.value).bind_text(mail.about).run();
}

}  // namespace

Result<WebhookId> Outbox::add_webhook(const Webhook& webhook) {
  auto& db = db_.connection();
  auto insert = db.prepare(
      "INSERT INTO webhook (url, topic, secret, made_by, created_at_ms, cursor) VALUES (?, ?, ?, ?, ?, ?)");
  KOINON_TRY(insert.bind_text(webhook.url)
                 .bind_text(webhook.topic)
                 .bind_blob(webhook.secret)
                 .bind_text(webhook.made_by)
                 .bind(webhook.created_at.value)
                 .bind(number(webhook.cursor))
                 .run());
  return WebhookId{sqlite3_last_insert_rowid(db.handle())};
}

Status Outbox::remove_webhook(WebhookId id) {
  auto remove = db_.connection().prepare("DELETE FROM webhook WHERE id = ?");
  KOINON_TRY(remove.bind(id.value).run());
  if (db_.connection().changes() == 0) return fail(Code::kNotFound, "there is no such webhook", "id");
  return {};
}

Result<std::vector<Webhook>> Outbox::webhooks() {
  auto select = db_.connection().prepare(
      "SELECT id, url, topic, secret, made_by, created_at_ms, cursor FROM webhook ORDER BY id");
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
          "entry_index, kind, at_ms) VALUES (?, ?, '', 0, ?, 1, '', ?, ?, ?, ?)");
      KOINON_TRY(insert.bind(id.value)
                     .bind_text(delivery.message)
                     .bind(delivery.next_at.value)
                     .bind_blob(delivery.log ? delivery.log->view() : BytesView())
                     .bind(static_cast<std::int64_t>(delivery.index.value))
                     .bind(static_cast<std::int64_t>(delivery.kind))
                     .bind(delivery.at.value)
                     .run());
    }
    auto update = db.prepare("UPDATE webhook SET cursor = ? WHERE id = ?");
    return update.bind(number(cursor)).bind(id.value).run();
  });
}

Result<std::vector<Delivery>> Outbox::due_deliveries(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      std::string(kDeliveryColumns) + "WHERE state = 1 AND next_at_ms <= ? ORDER BY next_at_ms, id LIMIT ?");
  select.bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_delivery);
}

Status Outbox::settle_delivery(const Delivery& delivery) {
  auto update = db_.connection().prepare(
      "UPDATE delivery SET attempts = ?1, next_at_ms = ?2, state = ?3, outcome = ?4, payload = CASE ?3 WHEN "
      "1 THEN "
      "payload ELSE '' END WHERE id = ?5");
  return update.bind(static_cast<std::int64_t>(delivery.attempts))
      .bind(delivery.next_at.value)
      .bind(static_cast<std::int64_t>(delivery.state))
      .bind_text(delivery.outcome)
      .bind(delivery.id)
      .run();
}

Result<std::vector<Digest>> Outbox::digests(UserId user) {
  auto select = db_.connection().prepare(
      "SELECT user, topic, days, next_at_ms, cursor FROM digest WHERE user = ? ORDER BY topic");
  select.bind(user.value);
  return read_all(select, read_digest);
}

Result<std::vector<Digest>> Outbox::due_digests(UnixMillis now, std::size_t limit) {
  auto select = db_.connection().prepare(
      "SELECT user, topic, days, next_at_ms, cursor FROM digest WHERE next_at_ms <= ? ORDER BY next_at_ms "
      "LIMIT ?");
  select.bind(now.value).bind(static_cast<std::int64_t>(limit));
  return read_all(select, read_digest);
}

Status Outbox::put_digest(const Digest& digest) {
  auto put = db_.connection().prepare(
      "INSERT OR REPLACE INTO digest (user, topic, days, next_at_ms, cursor) VALUES (?, ?, ?, ?, ?)");
  return put.bind(digest.user.value)
      .bind_text(digest.topic)
      .bind(static_cast<std::int64_t>(digest.days))
      .bind(digest.next_at.value)
      .bind(number(digest.cursor))
      .run();
}

Status Outbox::remove_digest(UserId user, std::string_view topic) {
  auto remove = db_.connection().prepare("DELETE FROM digest WHERE user = ? AND topic = ?");
  return remove.bind(user.value).bind_text(topic).run();
}

Status Outbox::queue_mail(const std::vector<Mail>& mails, const std::optional<Digest>& digest,
                          const std::optional<ArrivalSeq>& at_once_cursor) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const Mail& mail : mails) KOINON_TRY(insert_mail(db, mail));
    if (digest) {
      auto update = db.prepare("UPDATE digest SET next_at_ms = ?, cursor = ? WHERE user = ? AND topic = ?");
      KOINON_TRY(update.bind(digest->next_at.value)
                     .bind(number(digest->cursor))
                     .bind(digest->user.value)
                     .bind_text(digest->topic)
                     .run());
    }
    if (!at_once_cursor) return {};
    auto put = db.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)");
    return put.bind_text(kAtOnce).bind(number(*at_once_cursor)).run();
  });
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

Status Outbox::settle_mail(const Mail& mail) {
  auto update = db_.connection().prepare(
      "UPDATE mail SET attempts = ?1, next_at_ms = ?2, state = ?3, outcome = ?4, message = CASE ?3 WHEN 1 "
      "THEN "
      "message ELSE x'' END, about = CASE ?3 WHEN 1 THEN about ELSE '' END WHERE id = ?5");
  return update.bind(static_cast<std::int64_t>(mail.attempts))
      .bind(mail.next_at.value)
      .bind(static_cast<std::int64_t>(mail.state))
      .bind_text(mail.outcome)
      .bind(mail.id.value)
      .run();
}

namespace {

Result<std::optional<ArrivalSeq>> cursor_named(sqlite::Connection& db, std::string_view name) {
  auto select = db.prepare("SELECT value FROM setting WHERE key = ?");
  select.bind_text(name);
  KOINON_ASSIGN(const bool found, select.step());
  return found ? std::optional(ArrivalSeq(select.number(0))) : std::nullopt;
}

}  // namespace

Result<std::optional<ArrivalSeq>> Outbox::at_once_cursor() { return cursor_named(db_.connection(), kAtOnce); }

Result<std::optional<ArrivalSeq>> Outbox::erased_cursor() { return cursor_named(db_.connection(), kErased); }

Status Outbox::forget_remarks(const std::vector<RecordAt>& erased, ArrivalSeq cursor) {
  return db_.transact([&]() -> Status {
    auto& db = db_.connection();
    for (const auto& [log, index] : erased) {
      for (const char* sql : {"UPDATE inbox SET remark = '' WHERE log_id = ? AND entry_index = ?",
                              "UPDATE watch SET remark = '' WHERE log_id = ? AND entry_index = ?"}) {
        auto forget = db.prepare(sql);
        KOINON_TRY(forget.bind_blob(log.view()).bind(static_cast<std::int64_t>(index.value)).run());
      }
    }
    auto put = db.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)");
    return put.bind_text(kErased).bind(number(cursor)).run();
  });
}

Result<Failing> Outbox::failing(unsigned attempts, UnixMillis since) {
  // What was given up because it no longer stands has nothing to arrive.
  auto select = db_.connection().prepare(
      "SELECT count(*) FILTER (WHERE state = 1), count(*) FILTER (WHERE state = 3), (SELECT outcome FROM ("
      "SELECT outcome, next_at_ms FROM delivery WHERE (state = 1 AND attempts >= ?1) OR (state = 3 AND "
      "attempts > 0 AND "
      "next_at_ms > ?2) UNION ALL SELECT outcome, next_at_ms FROM mail WHERE (state = 1 AND attempts >= ?1) "
      "OR (state = "
      "3 AND attempts > 0 AND next_at_ms > ?2)) ORDER BY next_at_ms DESC LIMIT 1) FROM (SELECT state FROM "
      "delivery "
      "WHERE (state = 1 AND attempts >= ?1) OR (state = 3 AND attempts > 0 AND next_at_ms > ?2) UNION ALL "
      "SELECT state "
      "FROM mail WHERE (state = 1 AND attempts >= ?1) OR (state = 3 AND attempts > 0 AND next_at_ms > ?2))");
  select.bind(static_cast<std::int64_t>(attempts)).bind(since.value);
  KOINON_TRY(select.step());
  return Failing{select.number(0), select.number(1), select.text(2)};
}

Result<std::optional<UnixMillis>> Outbox::next_due(bool mail) {
  auto select = db_.connection().prepare(
      "SELECT min(at) FROM (SELECT min(next_at_ms) AS at FROM delivery WHERE state = 1 UNION ALL SELECT "
      "min(next_at_ms) "
      "FROM mail WHERE state = 1 AND ? UNION ALL SELECT min(next_at_ms) FROM digest)");
  select.bind(mail ? 1 : 0);
  KOINON_TRY(select.step());
  return select.is_null(0) ? std::nullopt : std::optional(UnixMillis{select.integer(0)});
}

Status Outbox::forget(UnixMillis before) {
  for (const char* sql : {"DELETE FROM delivery WHERE state IN (2, 3) AND next_at_ms < ?",
                          "DELETE FROM mail WHERE state IN (2, 3) AND next_at_ms < ?"}) {
    auto remove = db_.connection().prepare(sql);
    KOINON_TRY(remove.bind(before.value).run());
  }
  return {};
}

}  // namespace koinon
