// The part of the outbox that remembers about which adoptions the office was asked by mail.
#include "storage/office/outbox.h"
#include "storage/office/rows.h"

namespace koinon {
namespace {

constexpr std::int64_t kKeptDayMs = 24 * 3'600'000;

}  // namespace

Result<bool> Outbox::was_asked(const AskedFollowUp& asked) {
  auto select = db_.connection().prepare(
      "SELECT 1 FROM follow_up WHERE log_id = ? AND entry_index = ? AND due_at_ms = ?");
  select.bind_blob(asked.log.view()).bind(number(asked.first)).bind(asked.due_at.value);
  return select.step();
}

// Clocks go back a little all the time. A day is more than that.
Status Outbox::forget_asked_ahead(UnixMillis now) {
  auto forget = db_.connection().prepare("DELETE FROM follow_up WHERE due_at_ms > ?");
  KOINON_TRY(db_.run_in_turn(forget.bind(now.value + kKeptDayMs)));
  return {};
}

}  // namespace koinon
