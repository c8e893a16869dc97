#include "storage/office/arrival_places.h"

#include "storage/office/rows.h"

namespace koinon {

Result<std::optional<Epoch>> ArrivalPlaces::epoch() {
  auto select = db_.connection().prepare("SELECT epoch FROM places_epoch WHERE one = 1");
  KOINON_ASSIGN(const bool found, select.step());
  if (!found || select.blob(0).size() != Epoch::kSize) return std::optional<Epoch>();
  return std::optional(Epoch::from(select.blob(0)));
}

Status ArrivalPlaces::follow(const std::vector<EpochRange>& epochs, ArrivalSeq newest, UnixMillis now) {
  if (epochs.empty()) return {};
  KOINON_TRY(db_.transact([&]() -> Status {
    const Epoch& current = epochs.back().epoch;
    KOINON_ASSIGN(const auto counts_in, epoch());
    if (counts_in == current) return {};
    // An office of a version before epochs: its store numbered arrivals as it does now.
    const auto end = counts_in ? resumed(epochs, *counts_in, ArrivalSeq(INT64_MAX), newest) : newest;
    KOINON_TRY(end ? shorten(*end) : begin_anew(newest, now));
    auto put = db_.connection().prepare(
        "INSERT INTO places_epoch (one, epoch) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET epoch = "
        "excluded.epoch");
    return put.bind_blob(current.view()).run();
  }));
  known_ = epochs.back().epoch;
  return {};
}

// A crash took back what lies beyond.
Status ArrivalPlaces::shorten(ArrivalSeq end) {
  for (const char* sql :
       {"UPDATE webhook SET cursor = ?1 WHERE cursor > ?1", "UPDATE digest SET cursor = ?1 WHERE cursor > ?1",
        "UPDATE setting SET value = ?1 WHERE key IN ('mail_at_once_cursor', 'erased_cursor', 'hub_cursor') "
        "AND value > ?1",
        "UPDATE mail_pace SET held_from = ?1 WHERE held_from > ?1",
        "DELETE FROM addressed WHERE arrival > ?1"}) {
    auto update = db_.connection().prepare(sql);
    KOINON_TRY(update.bind(number(end)).run());
  }
  return {};
}

Status ArrivalPlaces::begin_anew(ArrivalSeq newest, UnixMillis now) {
  auto& db = db_.connection();
  auto webhooks = db.prepare("UPDATE webhook SET cursor = ?, began_anew_ms = ?");
  KOINON_TRY(webhooks.bind(number(newest)).bind(now.value).run());
  for (const char* sql :
       {"UPDATE digest SET cursor = ?",
        "UPDATE setting SET value = ? WHERE key IN ('mail_at_once_cursor', 'hub_cursor')"}) {
    auto update = db.prepare(sql);
    KOINON_TRY(update.bind(number(newest)).run());
  }
  KOINON_TRY(db.execute("DELETE FROM setting WHERE key = 'erased_cursor'"));
  KOINON_TRY(db.execute("DELETE FROM addressed"));
  return db.execute("UPDATE mail_pace SET held = 0, held_from = 0");
}

}  // namespace koinon
