#include "tools/site/touched.h"

#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon::site_export {
namespace {

// Of what refers to a record, so much is made anew when it changes. Pages show fewer.
constexpr std::size_t kReferring = 1000;

bool takes_standing(v1::RefRole role) {
  return role == v1::REF_ROLE_WITHDRAWS || role == v1::REF_ROLE_REVISES;
}

std::optional<LogId> log_of(const std::string& bytes) {
  if (bytes.size() != LogId::kSize) return std::nullopt;
  return LogId::from(bytes);
}

}  // namespace

std::vector<std::pair<LogId, EntryIndex>> Touched::targets(const LogId& log, EntryIndex index) {
  std::vector<std::pair<LogId, EntryIndex>> out;
  const auto leaf = store_.entry(log, index);
  if (!leaf.ok()) return out;
  const auto entry = parse_entry(*leaf);
  if (!entry.ok()) return out;
  for (const auto& ref : entry->refs()) {
    if (const auto named = log_of(ref.log_id())) out.emplace_back(*named, EntryIndex(ref.index()));
  }
  if (entry->control().has_withdrawal())
    out.emplace_back(log, EntryIndex(entry->control().withdrawal().index()));
  return out;
}

Status Touched::add_referring(const LogId& log, EntryIndex index, bool only_versions) {
  KOINON_ASSIGN(const auto referring, index_.referring(log, index, kReferring));
  for (const RelatedRecord& one : referring) {
    if (!only_versions || one.role == v1::REF_ROLE_REVISES) records_.emplace(one.log, one.index);
  }
  return {};
}

// What stands on the page of what it refers to, and one step further: an answer stands with its question on
// the page of the practice. What was said to a version stands on the pages of the later ones.
Status Touched::add_shown_by(const LogId& log, EntryIndex index) {
  for (const auto& [of, target] : targets(log, index)) {
    records_.emplace(of, target);
    KOINON_TRY(add_referring(of, target, true));
    if (const auto newest = index_.newer_version(of, target); newest.ok() && *newest)
      records_.emplace(of, **newest);
    for (const auto& further : targets(of, target)) {
      records_.insert(further);
      KOINON_TRY(add_referring(further.first, further.second, true));
    }
  }
  return {};
}

Status Touched::add_card(const LogId& log, EntryIndex index) {
  cities_.insert(log);
  KOINON_ASSIGN(const auto record, index_.get(log, index));
  if (!record) return {};
  const auto in = [&](const std::string& by, const std::string& value) {
    lists_.push_back({{by, value}, record->arrival});
  };
  in("", "");
  in("city", to_text(log));
  if (record->kind == v1::KIND_QUESTION) in("kind", "question");
  for (std::string topic : record->topics) {
    while (!topic.empty()) {
      topics_.insert(topic);
      in("topic", topic);
      const auto slash = topic.rfind('/');
      topic.resize(slash == std::string::npos ? 0 : slash);
    }
  }
  return {};
}

Status Touched::add(const LogId& log, EntryIndex index, bool alone) {
  records_.emplace(log, index);
  KOINON_TRY(add_card(log, index));
  if (alone) return {};
  KOINON_TRY(add_referring(log, index, false));
  KOINON_TRY(add_shown_by(log, index));
  const auto leaf = store_.entry(log, index);
  if (!leaf.ok()) return leaf.error().code == Code::kNotFound ? Status() : Status(leaf.error());
  const auto entry = parse_entry(*leaf);
  if (!entry.ok()) return {};
  if (entry->kind() == v1::KIND_PROFILE) {
    everything_ = everything_ || log == own_;
    return add_log(log);
  }
  if (entry->control().has_vouch()) {
    if (const auto named = log_of(entry->control().vouch().log_id())) cities_.insert(*named);
  }
  // What was taken back or revised stands otherwise from now on, wherever it is shown.
  const auto changes = [&](const LogId& of, EntryIndex target) -> Status {
    KOINON_TRY(add_card(of, target));
    KOINON_TRY(add_referring(of, target, false));
    return add_shown_by(of, target);
  };
  for (const auto& ref : entry->refs()) {
    const auto named = log_of(ref.log_id());
    if (named && takes_standing(ref.role())) KOINON_TRY(changes(*named, EntryIndex(ref.index())));
  }
  if (entry->control().has_withdrawal())
    KOINON_TRY(changes(log, EntryIndex(entry->control().withdrawal().index())));
  return {};
}

Status Touched::add_log(const LogId& log) {
  const auto state = store_.log_state(log);
  if (!state.ok()) return state.error().code == Code::kNotFound ? Status() : Status(state.error());
  for (std::uint64_t i = 0; i < state->range.size().value; ++i) {
    records_.emplace(log, EntryIndex(i));
    KOINON_TRY(add_card(log, EntryIndex(i)));
    KOINON_TRY(add_shown_by(log, EntryIndex(i)));
  }
  return {};
}

}  // namespace koinon::site_export
