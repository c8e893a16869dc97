#include "tools/render_recovery.h"

#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

using ChangeKind = KeyHistory::Change::Kind;

std::string_view word_for(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kRotation:
      return "rotation";
    case ChangeKind::kNewWords:
      return "new_words";
    case ChangeKind::kRecovery:
      break;
  }
  return "recovery";
}

std::string_view phrase_for(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::kRotation:
      return "a rotation";
    case ChangeKind::kNewWords:
      return "new recovery words";
    case ChangeKind::kRecovery:
      break;
  }
  return "a recovery";
}

json::object entry_json(const ShownLog::Entry& one) {
  json::object out{{"index", one.index.value}, {"time", ""}, {"kind", "unreadable"}, {"title", one.title}};
  const auto entry = parse_entry(one.entry);
  if (!entry.ok()) return out;
  out["time"] = time_text(UnixMillis{entry->created_at_ms()});
  out["kind"] = std::string(kind_name(entry->kind()));
  if (entry->control().has_vouch()) {
    out["city"] = entry->control().vouch().name();
    out["taken_back"] = entry->control().vouch().withdrawn();
  }
  if (entry->control().has_withdrawal()) {
    out["withdraws"] = entry->control().withdrawal().index();
    out["erases"] = entry->control().withdrawal().erase();
  }
  return out;
}

// What it is about, where it has no title: a thief's vouches and withdrawals have none.
std::string subject_of(const json::object& entry) {
  if (entry.contains("city"))
    return "of " + member(entry, "city") + (member(entry, "taken_back") == "yes" ? ", taken back" : "");
  if (entry.contains("withdraws"))
    return "of entry " + member(entry, "withdraws") +
           (member(entry, "erases") == "yes" ? ", its text erased" : "");
  return member(entry, "title");
}

std::string entry_text(const ShownLog::Entry& one) {
  const json::object line = entry_json(one);
  return std::to_string(one.index.value) + "  " + member(line, "time") + "  " + member(line, "kind") + "  " +
         subject_of(line);
}

// In case it was taken back before, or has new words: by whom, the operator must know.
std::string warning_of(const ShownLog& shown) {
  const KeyHistory::Change* last = shown.keys.last_recovery();
  if (last == nullptr) return {};
  const std::string statement = std::to_string(last->statement.sequence);
  const std::string size = counted(last->statement.size);
  if (last->kind() == ChangeKind::kNewWords)
    return "Its recovery words were changed by statement " + statement + ", which keeps " + size +
           "; these are the new ones. It cannot keep fewer.\n";
  return "Warning: it was taken back already by statement " + statement + ", which keeps " + size +
         "; keeping fewer than the " + std::to_string(shown.size.value) + " shown voids the rest.\n";
}

// Empty: it is not frozen there.
std::string frozen_text(const ShownLog& shown) {
  if (!shown.frozen) return {};
  if (!shown.evidence) return "It is frozen there: somebody signed two histories of it.\n";
  switch (kind_of(*shown.evidence)) {
    case ForkKind::kTwoHeads:
      return "It is frozen there: its signing key signed two histories of it. A recovery thaws it.\n";
    case ForkKind::kTwoKeys:
      return "It is frozen there: its signing key was replaced twice, in different ways. A recovery thaws "
             "it.\n";
    case ForkKind::kTwoRecoveries:
      return "It is frozen for good: its recovery words were used twice, in different ways, and nobody can "
             "say by whom. Nothing thaws it: begin a new log, see RUNBOOK, \"The paper is lost\".\n";
  }
  return {};
}

std::string_view word_for(Beside::How how) {
  switch (how) {
    case Beside::How::kSame:
      return "same";
    case Beside::How::kBehind:
      return "behind";
    case Beside::How::kEarlier:
      return "earlier";
    case Beside::How::kOther:
      break;
  }
  return "other";
}

}  // namespace

json::object shown_json(const Inviter& inviter) {
  const ShownLog& shown = inviter.shown;
  json::array statements, latest;
  for (const KeyHistory::Change& change : shown.keys.changes())
    statements.push_back(json::object{{"number", change.statement.sequence},
                                      {"kind", std::string(word_for(change.kind()))},
                                      {"size", change.statement.size.value}});
  for (const ShownLog::Entry& one : shown.latest) latest.push_back(entry_json(one));
  return {{"name", shown.keys.identity().name},
          {"log_id", to_text(shown.keys.identity().log_id())},
          {"shown_by", name_of(inviter.invite)},
          {"size", shown.size.value},
          {"until", shown.at.value},
          {"least_size", least_kept(shown.keys).value},
          {"vkey", shown.keys.vkey().text()},
          {"frozen", shown.frozen},
          {"for_good", for_good(shown)},
          {"statements", std::move(statements)},
          {"latest", std::move(latest)}};
}

std::string shown_text(const Inviter& inviter) {
  const ShownLog& shown = inviter.shown;
  std::string out = "The log of " + harmless(shown.keys.identity().name) + " (" +
                    to_text(shown.keys.identity().log_id()) + "), as " + harmless(name_of(inviter.invite)) +
                    " shows it:\n  entries     " + std::to_string(shown.size.value) + "\n  signed by   " +
                    harmless(shown.keys.vkey().text()) + "\n  statements  ";
  if (shown.keys.changes().empty()) out += "none";
  for (const KeyHistory::Change& change : shown.keys.changes()) {
    if (change.statement.sequence > 1) out += "; ";
    out += std::to_string(change.statement.sequence) + ": " + std::string(phrase_for(change.kind())) +
           " at " + counted(change.statement.size);
  }
  out += "\n";
  out += frozen_text(shown);
  out += warning_of(shown);
  out += shown.at == shown.size ? std::string("The latest entries:\n")
                                : "The last of the first " + counted(shown.at) + ":\n";
  for (const ShownLog::Entry& one : shown.latest) out += "  " + entry_text(one) + "\n";
  return out;
}

json::object beside_json(const Inviter& other, const Beside& beside) {
  return {{"name", name_of(other.invite)},
          {"shows", std::string(word_for(beside.how))},
          {"size", other.shown.size.value},
          {"same", beside.same.value},
          {"frozen", other.shown.frozen}};
}

std::string beside_text(const Inviter& other, const Beside& beside) {
  const std::string name = harmless(name_of(other.invite));
  const std::string frozen = other.shown.frozen ? " It is frozen there." : "";
  switch (beside.how) {
    case Beside::How::kSame:
      return name + " shows the same first " + counted(beside.same) + "." + frozen;
    case Beside::How::kBehind:
      return name + " is behind: " + counted(beside.same) + ", and these are the same." + frozen;
    case Beside::How::kEarlier:
      return name + " has not heard of the last recovery; the first " + counted(beside.same) +
             " are the same there." + frozen;
    case Beside::How::kOther:
      break;
  }
  return name + " shows another log: look at it with its invite alone." + frozen;
}

std::string kept_text(const ShownLog& shown, TreeSize all) {
  std::string out = "the last entry that you keep: ";
  out += shown.latest.empty() ? std::to_string(shown.at.value - 1) : entry_text(shown.latest.front());
  return out + "; void: " + (all == shown.at ? "nothing" : counted(TreeSize(all.value - shown.at.value)));
}

}  // namespace koinon
