#include "node/engine/holdings.h"

namespace koinon::engine {

std::optional<TreeSize> Holdings::of(const Link& link, const LogId& log) const {
  const auto logs = known_.find(link.id);
  if (logs == known_.end()) return std::nullopt;
  const auto known = logs->second.find(log);
  return known == logs->second.end() ? std::nullopt : std::optional(known->second);
}

bool Holdings::holds(const Link& link, const LogId& log, EntryIndex index) const {
  const auto known = of(link, log);
  return known && known->value > index.value;
}

void Holdings::note(const Link& link, const LogId& log, TreeSize size) {
  auto& known = known_[link.id][log];
  known = std::max(known, size);
}

void Holdings::set(const Link& link, const LogId& log, TreeSize size) { known_[link.id][log] = size; }

void Holdings::forget(const LogId& log) {
  for (auto& [link, logs] : known_) logs.erase(log);
}

std::vector<std::pair<NodeKey, TreeSize>> Holdings::of_log(const LogId& log) const {
  std::vector<std::pair<NodeKey, TreeSize>> out;
  for (const auto& [id, link] : links_.all()) {
    if (const auto known = of(*link, log); known && known->value > 0) out.emplace_back(link->peer, *known);
  }
  return out;
}

void put_statements(v1::Head& head, const KeyHistory& keys) {
  head.clear_statements();
  for (const KeyHistory::Change& change : keys.changes()) head.add_statements(change.note);
  head.set_stated(static_cast<std::uint32_t>(keys.changes().size()));
}

v1::Head Holdings::head_message(const Link& link, const Log& log) const {
  v1::Head head;
  head.set_log_id(log.id().bytes());
  head.set_checkpoint(log.state().whole->note);
  head.set_journal_seq(log.state().journal_seq.value);
  const auto known = of(link, log.id());
  const KeyHistory& keys = log.state().keys;
  if (!known || known->value == 0) *head.mutable_identity() = to_message(keys.identity());
  // A rotation stands in the log as the entry behind its size: whoever follows the city and holds that has
  // the statement. Who holds another branch asks for it.
  const auto& changes = keys.changes();
  if (!changes.empty() && (!known || *known <= changes.back().statement.size)) put_statements(head, keys);
  head.set_stated(static_cast<std::uint32_t>(changes.size()));
  head.set_frozen(log.state().frozen);
  return head;
}

}  // namespace koinon::engine
