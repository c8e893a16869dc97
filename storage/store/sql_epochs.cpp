#include "storage/store/sql_epochs.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "storage/store/epoch_rules.h"

namespace koinon {
namespace {

constexpr std::string_view kLastRow = "journal_last";
constexpr std::string_view kHandled = "epoch_handled";

std::uint64_t number_of(const std::optional<Bytes>& text) {
  return text ? std::strtoull(text->c_str(), nullptr, 10) : 0;
}

Error damaged() { return fail(Code::kIo, "a row of the epochs is damaged; restore the store", "epoch"); }

}  // namespace

Result<std::vector<EpochRange>> SqlEpochs::all() {
  std::vector<EpochRange> out;
  auto select = db_.prepare("SELECT bytes, last_row, last_arrival FROM epoch ORDER BY counter");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() != Epoch::kSize) return damaged();
    out.push_back({Epoch::from(select.blob(0)), JournalSeq(select.number(1)), ArrivalSeq(select.number(2))});
  }
}

Result<std::optional<Epoch>> SqlEpochs::current() {
  auto select = db_.prepare("SELECT bytes FROM epoch ORDER BY counter DESC LIMIT 1");
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<Epoch>();
  if (select.blob(0).size() != Epoch::kSize) return damaged();
  return std::optional(Epoch::from(select.blob(0)));
}

Result<std::uint32_t> SqlEpochs::handled() {
  KOINON_ASSIGN(const auto value, settings_.meta(kHandled));
  return static_cast<std::uint32_t>(number_of(value));
}

Result<JournalSeq> SqlEpochs::last_row() {
  KOINON_ASSIGN(const auto value, settings_.meta(kLastRow));
  return JournalSeq(number_of(value));
}

Result<ArrivalSeq> SqlEpochs::last_arrival() {
  auto select = db_.prepare("SELECT last FROM arrival ORDER BY first DESC LIMIT 1");
  KOINON_ASSIGN(const bool found, select.step());
  return ArrivalSeq(found ? select.number(0) : 0);
}

Status SqlEpochs::begin(const Epoch& epoch) {
  KOINON_ASSIGN(const auto before, current());
  KOINON_ASSIGN(const std::uint32_t shown, handled());
  KOINON_TRY(check_epoch(epoch, before ? counter_of(*before) : 0, shown));
  if (before) {
    KOINON_ASSIGN(const JournalSeq row, last_row());
    KOINON_ASSIGN(const ArrivalSeq arrival, last_arrival());
    auto end = db_.prepare("UPDATE epoch SET last_row = ?, last_arrival = ? WHERE bytes = ?");
    KOINON_TRY(end.bind(static_cast<std::int64_t>(row.value))
                   .bind(static_cast<std::int64_t>(arrival.value))
                   .bind_blob(before->view())
                   .run());
  }
  auto insert = db_.prepare("INSERT INTO epoch (bytes, counter, last_row, last_arrival) VALUES (?, ?, 0, 0)");
  KOINON_TRY(insert.bind_blob(epoch.view()).bind(static_cast<std::int64_t>(counter_of(epoch))).run());
  auto forget = db_.prepare(
      "DELETE FROM epoch WHERE counter <= (SELECT counter FROM epoch ORDER BY counter DESC LIMIT 1 OFFSET "
      "?)");
  KOINON_TRY(forget.bind(static_cast<std::int64_t>(limits::kEpochs)).run());
  begun_from_ = std::min(begun_from_.value_or(counter_of(epoch)), counter_of(epoch));
  return {};
}

Status SqlEpochs::set_handled(std::uint32_t counter) {
  KOINON_ASSIGN(const std::uint32_t before, handled());
  return settings_.put_meta(kHandled, std::to_string(std::max(before, counter)));
}

Result<bool> SqlEpochs::has_begun() {
  KOINON_ASSIGN(const auto epoch, current());
  return epoch && begun_from_ && counter_of(*epoch) >= *begun_from_;
}

Result<JournalSeq> SqlEpochs::next_row() {
  KOINON_ASSIGN(const bool begun, has_begun());
  if (!begun) return no_epoch();
  KOINON_ASSIGN(const JournalSeq last, last_row());
  const JournalSeq next(last.value + 1);
  KOINON_TRY(settings_.put_meta(kLastRow, std::to_string(next.value)));
  return next;
}

}  // namespace koinon
