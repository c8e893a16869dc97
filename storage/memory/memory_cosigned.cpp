#include "storage/memory/memory_cosigned.h"

#include <utility>

#include "storage/store/cosigned_rules.h"

namespace koinon {

std::vector<CosignedHead> MemoryCosigned::heads(const LogId& log) const {
  const auto known = heads_.find(log);
  return known == heads_.end() ? std::vector<CosignedHead>() : known->second;
}

std::optional<LastCosigned> MemoryCosigned::last(const LogId& log) const {
  const auto known = last_.find(log);
  return known == last_.end() ? std::nullopt : std::optional(known->second);
}

std::vector<LogCosigned> MemoryCosigned::all() const {
  std::map<LogId, LogCosigned> logs;
  for (const auto& [log, last] : last_) logs[log].last = last;
  for (const auto& [log, heads] : heads_) logs[log].heads = briefs_of(heads);
  std::vector<LogCosigned> out;
  for (auto& [log, cosigned] : logs) {
    cosigned.log = log;
    out.push_back(std::move(cosigned));
  }
  return out;
}

Result<std::vector<CosignedBrief>> MemoryCosigned::keep(const LogId& log, const CosignedHead& head,
                                                        UnixMillis now) {
  KOINON_ASSIGN(const MemoryLog* held, logs_.find(log));
  KOINON_TRY(check_cosigned(held->state, head, [&](TreeSize size) { return logs_.root_at(log, size); }));
  auto after = with_head(heads(log), head, now);
  auto briefs = briefs_of(after);
  set_heads(log, std::move(after));
  return briefs;
}

void MemoryCosigned::set_heads(const LogId& log, std::vector<CosignedHead> heads) {
  const auto put = [this, log](std::vector<CosignedHead> now) {
    if (now.empty()) {
      heads_.erase(log);
    } else {
      heads_.insert_or_assign(log, std::move(now));
    }
  };
  undo_.remember([put, old = this->heads(log)] { put(old); });
  put(std::move(heads));
}

void MemoryCosigned::forget_heads(const LogId& log) {
  if (heads_.contains(log)) set_heads(log, {});
}

Status MemoryCosigned::note(const LogId& log, const LastCosigned& next) {
  const MemoryLog* held = logs_.held(log);
  const auto before = last(log);
  KOINON_TRY(check_cosigning(held == nullptr ? nullptr : &held->state, before, next,
                             [&](TreeSize size) { return logs_.root_at(log, size); }));
  if (before == next) return {};
  undo_.remember([this, log, before, made = made_] {
    made_ = made;
    if (before) {
      last_.insert_or_assign(log, *before);
    } else {
      last_.erase(log);
    }
  });
  last_.insert_or_assign(log, next);
  ++made_;
  return {};
}

}  // namespace koinon
