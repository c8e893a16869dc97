#include "storage/store/sql_policy.h"

#include "storage/store/recovery_rules.h"
#include "storage/store/thaw_rules.h"
#include "storage/store/trust_rules.h"

namespace koinon {
namespace {

constexpr std::string_view kVouchColumns =
    "SELECT voucher, entry_index, target, name, vkey, expires_at_ms FROM vouch ";

Result<VouchFact> read_vouch(const sql::Statement& row) {
  if (row.blob(0).size() != LogId::kSize || row.blob(2).size() != LogId::kSize)
    return fail(Code::kIo, "a vouch's row is damaged; restore the store", "vouch");
  return VouchFact{LogId::from(row.blob(0)),
                   EntryIndex(row.number(1)),
                   LogId::from(row.blob(2)),
                   row.text(3),
                   row.text(4),
                   UnixMillis{row.integer(5)},
                   false};
}

Result<std::vector<VouchFact>> read_vouches(sql::Statement& select) {
  std::vector<VouchFact> out;
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KOINON_ASSIGN(VouchFact fact, read_vouch(select));
    // Vouches that an older version took may still be here, if the disk was full at the start.
    if (names_one_log(fact.target, fact.name, fact.vkey)) out.push_back(std::move(fact));
  }
}

}  // namespace

Result<std::vector<VouchFact>> SqlPolicy::vouches() {
  auto select = db_.prepare(kVouchColumns);
  return read_vouches(select);
}

Result<std::vector<VouchFact>> SqlPolicy::vouches_by(const LogId& voucher) {
  auto select = db_.prepare(std::string(kVouchColumns) + "WHERE voucher = ? ORDER BY entry_index");
  select.bind_blob(voucher.view());
  return read_vouches(select);
}

Result<std::optional<LogId>> SqlPolicy::vouched_as(std::string_view name) {
  auto select = db_.prepare("SELECT target FROM vouch WHERE name = ? LIMIT 1");
  select.bind_text(name);
  KOINON_ASSIGN(const bool found, select.step());
  if (!found || select.blob(0).size() != LogId::kSize) return std::optional<LogId>();
  return std::optional<LogId>(LogId::from(select.blob(0)));
}

Result<std::optional<VouchFact>> SqlPolicy::vouch(const LogId& voucher, const LogId& target) {
  auto select = db_.prepare(std::string(kVouchColumns) + "WHERE voucher = ? AND target = ?");
  select.bind_blob(voucher.view()).bind_blob(target.view());
  KOINON_ASSIGN(const bool found, select.step());
  if (!found) return std::optional<VouchFact>();
  KOINON_ASSIGN(VouchFact fact, read_vouch(select));
  return std::optional(std::move(fact));
}

Result<std::vector<LogId>> SqlPolicy::blocked() {
  std::vector<LogId> out;
  auto select = db_.prepare("SELECT log_id FROM blocked");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == LogId::kSize) out.push_back(LogId::from(select.blob(0)));
  }
}

Result<std::vector<LogId>> SqlPolicy::forked() {
  std::vector<LogId> out;
  auto select = db_.prepare("SELECT DISTINCT log_id FROM evidence WHERE thawed IS NULL");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == LogId::kSize) out.push_back(LogId::from(select.blob(0)));
  }
}

Result<std::vector<ThawedEvidence>> SqlPolicy::thawed() {
  std::vector<ThawedEvidence> out;
  auto select = db_.prepare("SELECT log_id, evidence FROM evidence WHERE thawed IS NOT NULL");
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(0).size() == LogId::kSize)
      out.push_back({LogId::from(select.blob(0)), mark_of(select.blob(1))});
  }
}

Result<std::vector<KeptEvidence>> SqlPolicy::evidence(const LogId& log) {
  std::vector<KeptEvidence> out;
  auto select = db_.prepare(
      "SELECT evidence, thawed, thawed_by, thawed_at_ms FROM evidence WHERE log_id = ? ORDER BY id");
  select.bind_blob(log.view());
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    KeptEvidence kept{Bytes(select.blob(0)), std::nullopt};
    if (select.blob(1).size() == Hash::kSize)
      kept.thawed = Thaw{Hash::from(select.blob(1)), select.text(2), UnixMillis{select.integer(3)}};
    out.push_back(std::move(kept));
  }
}

Status SqlPolicy::prepare() {
  std::vector<VouchFact> unclear;
  {
    auto select = db_.prepare(kVouchColumns);
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      KOINON_ASSIGN(VouchFact fact, read_vouch(select));
      if (!names_one_log(fact.target, fact.name, fact.vkey)) unclear.push_back(std::move(fact));
    }
  }
  for (const VouchFact& vouch : unclear) {
    auto remove = db_.prepare("DELETE FROM vouch WHERE voucher = ? AND target = ?");
    KOINON_TRY(remove.bind_blob(vouch.voucher.view()).bind_blob(vouch.target.view()).run());
  }
  return {};
}

Status SqlPolicy::write_vouches(const std::vector<VouchFact>& vouches) {
  if (vouches.empty()) return {};
  std::int64_t standing = 0;
  {
    auto count = db_.prepare("SELECT count(*) FROM vouch WHERE voucher = ?");
    KOINON_TRY(count.bind_blob(vouches.front().voucher.view()).step());
    standing = count.integer(0);
  }
  for (const VouchFact& vouch : vouches) {
    auto remove = db_.prepare("DELETE FROM vouch WHERE voucher = ? AND target = ?");
    KOINON_TRY(remove.bind_blob(vouch.voucher.view()).bind_blob(vouch.target.view()).run());
    KOINON_ASSIGN(const std::int64_t replaced, db_.changes());
    standing -= replaced;
    if (!vouch_counts(vouch, static_cast<std::size_t>(standing))) continue;
    KOINON_TRY(write_vouch(vouch));
    ++standing;
  }
  return {};
}

Status SqlPolicy::write_vouch(const VouchFact& vouch) {
  auto put = db_.prepare(
      "INSERT INTO vouch (voucher, target, entry_index, name, vkey, expires_at_ms, withdrawn) VALUES (?, ?, "
      "?, ?, ?, ?, 0) ON CONFLICT (voucher, target) DO UPDATE SET entry_index = excluded.entry_index, name = "
      "excluded.name, vkey = excluded.vkey, expires_at_ms = excluded.expires_at_ms, withdrawn = 0");
  return put.bind_blob(vouch.voucher.view())
      .bind_blob(vouch.target.view())
      .bind(static_cast<std::int64_t>(vouch.index.value))
      .bind_text(vouch.name)
      .bind_text(vouch.vkey)
      .bind(vouch.expires_at.value)
      .run();
}

Status SqlPolicy::forget_vouches_by(const LogId& voucher) {
  auto forget = db_.prepare("DELETE FROM vouch WHERE voucher = ?");
  return forget.bind_blob(voucher.view()).run();
}

Status SqlPolicy::set_blocked(const LogId& log, bool blocked) {
  auto change =
      db_.prepare(blocked ? "INSERT INTO blocked (log_id) VALUES (?) ON CONFLICT (log_id) DO NOTHING"
                          : "DELETE FROM blocked WHERE log_id = ?");
  return change.bind_blob(log.view()).run();
}

Result<bool> SqlPolicy::forget_evidence(const LogId& log, std::uint64_t recoveries) {
  std::vector<std::int64_t> earlier;
  bool freezes = false;
  {
    auto select = db_.prepare("SELECT id, evidence, thawed IS NULL FROM evidence WHERE log_id = ?");
    select.bind_blob(log.view());
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      if (is_against_earlier(select.blob(1), recoveries)) {
        earlier.push_back(select.integer(0));
      } else {
        freezes = freezes || select.integer(2) != 0;
      }
    }
  }
  for (const std::int64_t id : earlier) {
    auto forget = db_.prepare("DELETE FROM evidence WHERE id = ?");
    KOINON_TRY(forget.bind(id).run());
  }
  return freezes;
}

Result<bool> SqlPolicy::add_evidence(const EvidenceCommit& evidence) {
  KOINON_ASSIGN(const std::vector<KeptEvidence> kept, this->evidence(evidence.log));
  if (is_kept(kept, evidence.evidence)) return false;
  auto insert = db_.prepare(
      "INSERT INTO evidence (id, log_id, evidence, at_ms) SELECT coalesce(max(id), 0) + 1, ?, ?, ? FROM "
      "evidence");
  KOINON_TRY(
      insert.bind_blob(evidence.log.view()).bind_blob(evidence.evidence).bind(evidence.at.value).run());
  return true;
}

Status SqlPolicy::thaw(const ThawCommit& thaw, const std::optional<LogId>& own) {
  KOINON_ASSIGN(const std::vector<KeptEvidence> kept, evidence(thaw.log));
  KOINON_TRY(check_thaw(kept, own == thaw.log));
  std::vector<std::pair<std::int64_t, Hash>> frozen_by;
  {
    auto select = db_.prepare("SELECT id, evidence FROM evidence WHERE log_id = ? AND thawed IS NULL");
    select.bind_blob(thaw.log.view());
    while (true) {
      KOINON_ASSIGN(const bool row, select.step());
      if (!row) break;
      frozen_by.emplace_back(select.integer(0), mark_of(select.blob(1)).digest);
    }
  }
  for (const auto& [id, digest] : frozen_by) {
    auto update = db_.prepare("UPDATE evidence SET thawed = ?, thawed_by = ?, thawed_at_ms = ? WHERE id = ?");
    KOINON_TRY(update.bind_blob(digest.view()).bind_text(thaw.by).bind(thaw.at.value).bind(id).run());
  }
  return {};
}

}  // namespace koinon
