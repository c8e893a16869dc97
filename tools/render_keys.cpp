#include "tools/render_keys.h"

#include <boost/json.hpp>

#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

const json::value* object_in(const json::value& record, std::string_view key) {
  const auto* found = record.is_object() ? record.as_object().if_contains(key) : nullptr;
  return found != nullptr && found->is_object() ? found : nullptr;
}

std::string entries_before(const std::string& entry) {
  return entry == "1" ? "its first entry stands" : "its first " + entry + " entries stand";
}

std::string change_text(const json::value& change) {
  const std::string entry = member(change, "entry");
  const std::string number = "(statement " + member(change, "number") + " of this log)";
  std::string out =
      "From entry " + entry + " on another key signs this log:\n  " + member(change, "vkey") + "\n";
  if (member(change, "kind") == "rotation")
    return out + "The old key says so " + number +
           ". What it signed before stands; what it signs from here on counts nowhere.\n";
  const bool has_new_words = member(change, "kind") == "new_words";
  out += (has_new_words ? "The city has new recovery words since; the old ones say so "
                        : "The city took its log back with its recovery key ") +
         number + ": " + entries_before(entry) + ", and whatever the old keys signed from entry " + entry +
         " on is void.\n";
  if (has_new_words) out += "The old words are worth nothing.\n";
  return out;
}

std::string stated_text(const json::value& stated, bool is_first) {
  std::string out = std::string(is_first ? "The first keys of this log" : "New keys of this log") +
                    ", as they are read out on the phone:\n  cosigner  " + member(stated, "cosigner") +
                    "\n  sealing   " + member(stated, "sealing") + "\n  node      " + member(stated, "node") +
                    "\n";
  if (member(stated, "proven") != "yes")
    out += "They have not signed that they are of this log, so they do not count.\n";
  return out;
}

}  // namespace

std::string keys_line(const json::value& summary) {
  const std::string kind = member(summary, "kind");
  if (kind == "keys") return "new cosigner, sealing and node keys";
  if (kind != "rotation") return {};
  const auto* change = object_in(summary, "key_change");
  if (change == nullptr) return "about the signing key";
  const std::string entry = member(*change, "entry");
  if (member(*change, "kind") == "rotation")
    return "new signing key from entry " + entry + " on, by the old key";
  const std::string what =
      member(*change, "kind") == "new_words" ? "new recovery words and a new signing key" : "new signing key";
  return what + " from entry " + entry + " on, by the recovery key: " + entries_before(entry) +
         ", all else of before is void";
}

std::string keys_text(const json::value& record) {
  if (const auto* change = object_in(record, "key_change")) return change_text(*change);
  if (const auto* stated = object_in(record, "stated_keys"))
    return stated_text(*stated, member(record, "kind") == "genesis");
  // Anybody may write what they like into an entry of their own log.
  if (member(record, "kind") == "rotation" && member(record, "status") != "void")
    return "It has a statement about the signing key that is none of this log's. It changes nothing.\n";
  return {};
}

}  // namespace koinon
