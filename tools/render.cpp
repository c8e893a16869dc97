#include "tools/render.h"

#include <array>
#include <utility>

#include <boost/json.hpp>

#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "tools/render_keys.h"

namespace koinon {
namespace json = boost::json;
namespace {

const json::value* find(const json::value& object, std::string_view key) {
  return object.is_object() ? object.as_object().if_contains(key) : nullptr;
}

}  // namespace

std::string joined(const json::value& object, std::string_view key, std::string_view separator) {
  const auto* list = find(object, key);
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->as_array()) {
    if (!item.is_string()) continue;
    if (!out.empty()) out += separator;
    out += harmless(item.as_string());
  }
  return out;
}

void add_field(std::string& out, std::string_view label, const std::string& value) {
  if (value.empty()) return;
  out += label;
  out.append(label.size() < 14 ? 14 - label.size() : 1, ' ');
  out += value + "\n";
}

namespace {

void add_section(std::string& out, std::string_view label, const std::string& text) {
  if (text.empty()) return;
  if (!label.empty()) out += "\n" + std::string(label) + "\n";
  out += (label.empty() ? "\n" : "") + text + "\n";
}

std::string long_text(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  return value != nullptr && value->is_string() ? harmless(value->as_string(), true) : std::string();
}

void add_sources(std::string& out, const json::value& content) {
  const auto* sources = find(content, "sources");
  if (sources == nullptr || !sources->is_array()) return;
  out += "\nSources\n";
  for (const auto& source : sources->as_array()) {
    std::string line;
    for (const auto* key : {"publisher", "title", "date", "url"}) {
      const std::string part = member(source, key);
      if (!part.empty()) line += (line.empty() ? "" : ", ") + part;
    }
    out += "- " + line + "\n";
  }
}

void add_needs(std::string& out, const json::value& content) {
  const auto* needs = find(content, "needs");
  if (needs == nullptr || !needs->is_array()) return;
  std::string lines;
  for (const auto& need : needs->as_array()) {
    const std::string what = member(need, "what");
    lines += (lines.empty() ? "- " : "\n- ") + what + (what.empty() ? "" : ": ") + member(need, "text");
  }
  add_section(out, "What it needs", lines);
}

void add_content(std::string& out, const json::value& content) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSections = {
      {{"summary", ""},
       {"core", "What must stay"},
       {"adaptable", "What may be changed"},
       {"needs", ""},
       {"challenge", "Challenge"},
       {"solution", "Solution"},
       {"plan", "What the city means to do"},
       {"changes", "What was changed"},
       {"results", "Results"},
       {"went_wrong", "What went wrong"},
       {"not_again", "What the city would not do again"},
       {"lessons", "Lessons"},
       {"conditions", "Conditions"},
       {"text", ""}}};
  for (const auto& [key, label] : kSections) {
    key == "needs" ? add_needs(out, content) : add_section(out, label, long_text(content, key));
  }
  add_section(out, "Reason", long_text(content, "reason"));
  add_sources(out, content);
}

void add_facts(std::string& out, const json::value& content) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kFacts = {
      {{"stage", "stage"},
       {"outcome", "outcome"},
       {"status", "status"},
       {"period", "period"},
       {"staff", "staff"},
       {"time_to_launch", "launch time"},
       {"people_reached", "reached"},
       {"evidence", "evidence"},
       {"urgency", "urgency"},
       {"contact", "contact"},
       {"type", "type"},
       {"country", "country"}}};
  for (const auto& [key, label] : kFacts) add_field(out, label, member(content, key));
  if (const auto* cost = find(content, "cost"); cost != nullptr) {
    add_field(out, "cost",
              member(*cost, "amount") + " " + member(*cost, "currency") + " " + member(*cost, "note"));
  }
}

std::string role_label(const std::string& role) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kLabels = {
      {{"withdraws", "withdrawn by"},
       {"adopts", "adopted by"},
       {"translates", "translation"},
       {"derives-from", "basis of"},
       {"revises", "revised by"},
       {"answers", "answered by"},
       {"about", "asked about"},
       {"points-to", "pointed to"},
       {"proposes-to", "proposal"},
       {"accepts", "taken in"}}};
  for (const auto& [key, label] : kLabels) {
    if (key == role) return std::string(label);
  }
  return role;
}

}  // namespace

std::string harmless(std::string_view text, bool lines) {
  if (is_utf8(text)) return lines ? plain_text(text) : plain_line(text);
  std::string readable;  // of a name that the system gave, say
  for (const char c : text) {
    (c & 0x80) == 0 ? readable.push_back(c) : void(readable.append("\uFFFD"));
  }
  return harmless(readable, lines);
}

std::string attachment_line(const json::value& file) {
  std::string out = member(file, "name") + "  " + member(file, "size") + " bytes, " + member(file, "state") +
                    ", SHA-256 " + member(file, "sha256");
  if (const std::string alt = member(file, "alt"); !alt.empty()) out += "\n    it shows: " + alt;
  return out;
}

std::string counted(TreeSize size) {
  return std::to_string(size.value) + (size.value == 1 ? " entry" : " entries");
}

std::string member(const json::value& object, std::string_view key) {
  const auto* value = find(object, key);
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return harmless(value->as_string());
  if (value->is_bool()) return value->as_bool() ? "yes" : "no";
  if (value->is_double()) {
    const double number = value->as_double();
    if (number == static_cast<double>(static_cast<std::int64_t>(number))) {
      return std::to_string(static_cast<std::int64_t>(number));
    }
  }
  return value->is_number() ? json::serialize(*value) : std::string();
}

std::string render_lines(const json::value& list, std::initializer_list<const char*> members) {
  std::string out;
  for (const auto& item : list.at("items").as_array()) {
    std::string line;
    for (const char* name : members) {
      const std::string text = member(item, name);
      if (!text.empty()) line += (line.empty() ? "" : "  ") + text;
    }
    out += line + "\n";
  }
  return out;
}

// The status of a record. Empty: it is current.
std::string standing_of(const json::value& record) {
  const std::string status = member(record, "status");
  const std::string by = member(record, "status_by");
  if (status == "superseded") return by.empty() ? "superseded" : "superseded by " + by;
  if (status == "void") return "VOID: its city took its log back from whoever had stolen its key";
  if (status != "withdrawn" && status != "erased") return {};
  std::string out = status == "erased" ? "WITHDRAWN AND ERASED" : "WITHDRAWN";
  if (!by.empty()) out += " by " + by;
  if (const std::string at = member(record, "withdrawn_at"); !at.empty()) out += ", " + at;
  if (const std::string why = member(record, "withdrawn_because"); !why.empty()) out += ": " + why;
  return out;
}

std::string render_line(const json::value& record) {
  std::string line = member(record, "ref");
  line.append(line.size() < 24 ? 24 - line.size() : 1, ' ');
  const std::string kind = member(record, "kind");
  line += kind;
  line.append(kind.size() < 12 ? 12 - kind.size() : 1, ' ');
  std::string title = member(record, "title");
  if (title.empty()) title = keys_line(record);
  line += title.empty() ? "-" : title;
  if (const std::string topics = joined(record, "topics", ", "); !topics.empty())
    line += "  [" + topics + "]";
  if (const std::string language = member(record, "language"); !language.empty())
    line += " (" + language + ")";
  if (const std::string standing = standing_of(record); !standing.empty()) line += "  " + standing;
  // What an event is about. Lists do not have it.
  if (const auto* about = find(record, "about"); about != nullptr && about->is_array()) {
    for (const auto& item : about->as_array()) {
      line += "\n    " + member(item, "role") + " " + member(item, "ref") + " " + member(item, "title");
      if (const std::string status = member(item, "status"); status != "current" && !status.empty())
        line += " (" + status + ")";
    }
  }
  return line + "\n";
}

std::string render_list(const json::value& page) {
  std::string out;
  for (const auto& item : page.at("items").as_array()) out += render_line(item);
  return out.empty() ? "nothing found\n" : out;
}

std::string render_record(const json::value& record) {
  json::value content;
  if (const auto* body = find(record, "body"); body != nullptr && body->is_object()) {
    for (const auto& item : body->as_object()) {
      if (item.key() != "author" && item.value().is_object()) content = item.value();
    }
  }
  std::string out;
  std::string title = member(content, "title");
  if (title.empty()) title = member(content, "display_name");
  // Whoever reads no further than the first line must not act on what no longer stands.
  if (const std::string standing = standing_of(record); !standing.empty()) out += standing + "\n\n";
  if (!title.empty()) out += title + "\n\n";
  add_field(out, "record",
            member(record, "ref") + ", " + member(record, "kind") + ", " + member(record, "created_at"));
  add_field(out, "language", member(record, "language"));
  add_field(out, "topics", joined(record, "topics", ", "));
  add_field(out, "to", joined(record, "to", ", "));
  if (const auto* refs = find(record, "refs"); refs != nullptr && refs->is_array()) {
    for (const auto& ref : refs->as_array()) add_field(out, member(ref, "role"), member(ref, "ref"));
  }
  add_facts(out, content);
  if (member(record, "readable") == "no") {
    out += "\nThis entry cannot be read here: " + member(record, "unreadable_because") +
           "\nIt counts in the city's log all the same.\n";
  } else if (content.is_null() && member(record, "body_state") != "held") {
    out += "\nThe note itself is not here (" + member(record, "body_state") + ").\n";
  }
  add_content(out, content);
  if (const auto* files = find(record, "attachments"); files != nullptr && !files->as_array().empty()) {
    out += "\n";
    for (const auto& file : files->as_array()) add_field(out, "attachment", attachment_line(file));
  }
  if (const auto* control = find(record, "control"); control != nullptr) {
    if (const auto* vouch = find(*control, "vouch"); vouch != nullptr) {
      out += "\nWe know " + member(*vouch, "name") + "; this is its log.\n";
    }
  }
  if (const std::string keys = keys_text(record); !keys.empty()) out += "\n" + keys;
  if (const auto* related = find(record, "referred_by"); related != nullptr && !related->as_array().empty()) {
    out += "\n";
    for (const auto& item : related->as_array()) {
      std::string text = member(item, "ref") + "  " + member(item, "title");
      const std::string how =
          member(item, "stage") + (member(item, "outcome").empty() ? "" : ", " + member(item, "outcome"));
      if (!how.empty()) text += " (" + how + ")";
      if (const std::string status = member(item, "status"); status == "withdrawn" || status == "erased")
        text += " (" + status + ")";
      add_field(out, role_label(member(item, "role")), text);
    }
  }
  out += "\nSigned by " + member(record, "city") + ", entry " + member(record, "index") +
         "; proven against its head of " + member(record, "proven_against") + " entries.\n";
  if (member(record, "frozen") == "yes")
    out += "WARNING: this city's log has forked; what it says is in doubt.\n";
  return out;
}

std::string render_cities(const json::value& page) {
  std::string out;
  for (const auto& item : page.at("items").as_array()) {
    std::string line = member(item, "city");
    line.append(line.size() < 28 ? 28 - line.size() : 1, ' ');
    line += member(item, "display_name") + "  " + member(item, "entries") + " entries";
    const std::string path = joined(item, "trust_path", " → ");
    line += path.empty() ? "  (this node)" : "  trusted by: us → " + path;
    if (member(item, "frozen") == "yes") line += "  FORKED, frozen";
    if (member(item, "for_good") == "yes") line += " for good";
    if (member(item, "name_claimed_twice") == "yes") line += "  another log claims this name";
    out += line + "\n";
  }
  return out;
}

namespace {

std::string topic_line(const json::value& item) {
  const std::string topic = member(item, "topic") + ": ";
  if (member(item, "complete") == "yes") return topic + "complete";
  return topic + member(item, "missing") + " notes still to come, of " + joined(item, "waits_for", ", ");
}

}  // namespace

std::string render_clock(const json::value& clock) {
  std::string out;
  add_field(out, "now", member(clock, "now"));
  for (const auto& because : clock.at("because").as_array()) {
    const std::string_view why = because.as_string();
    add_field(out, "doubt",
              why == "own-entry" ? "our newest entry is of a later time"
              : why == "peers"   ? "the connected peers have another time"
                                 : "it jumped just now, and counts once it has stood for ten minutes");
  }
  if (member(clock, "off") == "yes") {
    const std::string behind = member(clock, "behind_seconds");
    const bool ahead = behind.starts_with('-');
    add_field(out, ahead ? "ahead" : "behind", behind.substr(ahead ? 1 : 0) + " s");
  }
  if (member(clock, "signing_waits") == "yes")
    add_field(out, "signing", "waits until the clock is set, or until koinon clock --is-right");
  return out;
}

std::string render_standing(const json::value& standing) {
  std::string out;
  const std::string state = member(standing, "state");
  add_field(out, "signing", state == "signs" ? "this node signs" : member(standing, "reason"));
  if (const auto* waits = find(standing, "waits_for"); waits != nullptr) {
    for (const auto& city : waits->as_array()) add_field(out, "waits for", std::string(city.as_string()));
  }
  if (const std::string fewer = member(standing, "fewer_after"); !fewer.empty())
    add_field(out, "fewer after", fewer);
  return out;
}

std::string render_node_key_wait(const json::value& wait) {
  const std::string awaited = joined(wait, "awaited", ", ");
  std::string out =
      "a new one waits: " + member(wait, "known_by") + " of " + member(wait, "peers") + " peers know it; ";
  if (awaited.empty()) return out + "it is used from the next start on";
  if (member(wait, "now") == "yes")
    return out + "it is used from the next start on all the same, and shuts out " + awaited +
           " unless they hear of it";
  return out + "it is used from the first start on after these do: " + awaited + " (--now does not wait)";
}

namespace {

std::string witness_line(const json::value& witness) {
  std::string out = joined(witness, "names", ", ") + ": " + member(witness, "entries") + " entries cosigned";
  if (member(witness, "works") == "no") out += "; " + member(witness, "told");
  return out;
}

}  // namespace

std::string render_witness(const json::value& witness) {
  std::string out = "for " + member(witness, "logs") + " logs of other systems";
  if (const std::string trouble = member(witness, "trouble"); !trouble.empty())
    return out + "; it cosigns nothing now: " + trouble;
  return out + ", at port " + member(witness, "port") + ", " + member(witness, "cosigned") +
         " heads since the start";
}

// What is on a server alone: a file is where the data folder is.
std::string store_line(const json::value& store) {
  if (member(store, "on_server") != "yes") return {};
  std::string out = harmless(member(store, "place"));
  if (member(store, "standby") == "yes")
    out += ", a copy " +
           std::to_string(static_cast<std::int64_t>(store.at("behind_seconds").to_number<double>())) +
           " s behind";
  if (const std::string times = member(store, "started_over"); times != "0")
    out += "; lost and read anew " + times + " times since koinond began";
  return out;
}

std::string render_status(const json::value& status) {
  std::string out;
  if (const auto* alarms = find(status, "alarms"); alarms != nullptr) {
    for (const auto& alarm : alarms->as_array())
      out += (member(alarm, "severity") == "critical" ? "ALARM  " : "alarm  ") + member(alarm, "text") +
             " (since " + member(alarm, "since") + ")\n";
    if (!out.empty()) out += "\n";
  }
  const bool observer = member(status, "observer") == "yes";
  add_field(out, observer ? "observer" : "city", member(status, "name"));
  add_field(out, "log", member(status, "log_id"));
  if (!observer) add_field(out, "entries", member(status, "entries"));
  std::string signing = member(status, "signing");
  const auto* standing = find(status, "standing");
  const std::string fewer = standing == nullptr ? std::string() : member(*standing, "fewer_after");
  if (!fewer.empty()) signing += "; after " + fewer + " fewer answers suffice";
  add_field(out, "signing", signing);
  if (const auto* wait = find(status, "node_key"); wait != nullptr)
    add_field(out, "node key", render_node_key_wait(*wait));
  if (const auto* witness = find(status, "witness"); witness != nullptr)
    add_field(out, "as a witness", render_witness(*witness));
  add_field(out, "peers",
            member(status, "peers_connected") + " of " + member(status, "peers") + " connected");
  add_field(out, "holds",
            member(status, "records") + " records of " + member(status, "cities") + " " +
                (member(status, "cities") == "1" ? "city" : "cities") + ", " + member(status, "store_bytes") +
                " bytes");
  if (const auto* store = find(status, "store"); store != nullptr)
    add_field(out, "store", store_line(*store));
  if (const auto* witnesses = find(status, "witnesses"); witnesses != nullptr) {
    for (const auto& witness : witnesses->as_array()) add_field(out, "our witness", witness_line(witness));
  }
  std::string label = "topics";
  for (const auto& item : status.at("topics").as_array())
    add_field(out, std::exchange(label, " "), topic_line(item));
  add_field(
      out, "index",
      member(status, "index_lag") == "0" ? "up to date" : member(status, "index_lag") + " records behind");
  add_field(out, "forked", joined(status, "frozen", ", "));
  add_field(out, "for good", joined(status, "for_good", ", "));
  add_field(out, "thawed", joined(status, "thawed", ", "));
  add_field(out, "version", member(status, "version"));
  return out;
}

std::string render_subscriptions(const json::value& subscriptions) {
  std::string out = subscriptions.at("all").as_bool() ? "All topics are wanted.\n" : "";
  const auto& topics = subscriptions.at("states").as_array();
  for (const auto& item : topics) out += topic_line(item) + "\n";
  if (topics.empty()) out += "No topic is subscribed to; notes addressed to this city come all the same.\n";
  return out;
}

std::string render_explanation(const json::value& explanation) {
  std::string out = member(explanation, "subject") + ": " + member(explanation, "verdict") + "\n";
  const auto list = [&](std::string_view key, const std::string& label) {
    const auto* items = find(explanation, key);
    if (items == nullptr || !items->is_array()) return;
    for (const auto& item : items->as_array()) {
      if (item.is_string()) out += label + harmless(item.as_string()) + "\n";
    }
  };
  list("because", "  because ");
  list("change", "  what would change it: ");
  return out;
}

}  // namespace koinon
