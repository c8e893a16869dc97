#include "storage/move/moved_tables.h"

#include "storage/store/settings.h"

namespace koinon::move {
namespace {

Column number(std::string_view name) { return {name, Kind::kNumber}; }
Column bytes(std::string_view name) { return {name, Kind::kBytes}; }
Column text(std::string_view name) { return {name, Kind::kText}; }

std::vector<Table> growing_tables() {
  Table record{"record",
               1,
               {number("id"), bytes("entry"), bytes("body"), number("state"), number("erased_by")},
               "length(entry) + coalesce(length(body), 0)"};
  Table tile{"tile", 1, {number("id"), bytes("hashes")}, "length(hashes)"};
  Table chunk{
      "attachment_chunk", 1, {number("id"), bytes("bytes"), bytes("proof")}, "length(bytes) + length(proof)"};
  Table arrival{"arrival",
                1,
                {number("first"), number("last"), number("log"), number("from_index"), number("kind"),
                 number("at_ms"), bytes("source")}};
  std::vector<Table> out{std::move(record), std::move(tile), std::move(chunk), std::move(arrival)};
  for (Table& table : out) table.grows = true;
  out[0].log_bits = 40;
  out[1].log_bits = 36;
  return out;
}

std::vector<Table> tables_of_logs() {
  return {
      {"transit", 1, {number("id"), bytes("body"), number("at_ms")}, "length(body)"},
      {"attachment",
       1,
       {number("number"), bytes("sha256"), number("size"), bytes("chunk_root"), number("chunks"),
        number("state"), number("wish"), number("at_ms"), number("log")}},
      {"attachment_use", 2, {number("record"), bytes("sha256"), number("size"), bytes("chunk_root")}},
      {"grace", 1, {number("id"), number("bytes"), number("at_ms")}},
      {"grace_use", 2, {number("record"), bytes("sha256"), number("size"), bytes("chunk_root")}},
      {"hidden", 1, {number("id")}},
      {"gone", 1, {number("number")}},
      {"own_content", 1, {bytes("digest"), number("entry_index"), number("sealed")}},
      {"log_keys",
       3,
       {bytes("log_id"), number("entry_index"), bytes("node"), bytes("cosigner"), bytes("sealing"),
        number("voided"), number("node_since"), number("cosigner_since"), bytes("node_before"),
        number("before_at"), number("cosigner_lost")}},
      {"rotation", 2, {bytes("log_id"), number("sequence"), bytes("statement")}},
  };
}

std::vector<Table> tables_of_knowledge() {
  return {
      {"vouch",
       2,
       {bytes("voucher"), bytes("target"), number("entry_index"), text("name"), text("vkey"),
        number("expires_at_ms"), number("withdrawn")}},
      {"evidence",
       1,
       {number("id"), bytes("log_id"), bytes("evidence"), number("at_ms"), bytes("thawed"), text("thawed_by"),
        number("thawed_at_ms")},
       "length(evidence)"},
      {"seen_head",
       1,
       {bytes("log_id"), number("recoveries"), number("size"), bytes("root"), bytes("note")},
       "length(note)"},
      {"last_cosigned", 1, {bytes("log_id"), number("recoveries"), number("size"), bytes("root")}},
      {"cosigned_head",
       1,
       {number("number"), bytes("log_id"), number("recoveries"), number("size"), bytes("root"), bytes("note"),
        number("since_ms")},
       "length(note)"},
      {"cosignature",
       3,
       {number("head"), bytes("city"), number("key_id"), text("name"), bytes("signature"), number("seconds"),
        number("rank")}},
      {"peer",
       1,
       {bytes("node_key"), bytes("log_id"), text("vkey"), text("name"), text("address"), number("vouch"),
        number("added_at_ms"), bytes("epoch"), number("cursor"), number("paused")}},
      {"invite", 1, {bytes("node_key"), text("expects"), number("expires_at_ms")}},
      {"head_ask", 2, {bytes("node_key"), bytes("log_id")}},
      {"held_ours", 1, {bytes("node_key")}},
      {"blocked", 1, {bytes("log_id")}},
      {"epoch", 1, {bytes("bytes"), number("counter"), number("last_row"), number("last_arrival")}},
      {"journal", 1, {number("seq"), number("log")}},
  };
}

// What triggers add up: last.
std::vector<Table> tables_of_sums() {
  return {
      {"log",
       1,
       {number("number"),       bytes("log_id"),     text("name"),        bytes("signing_key"),
        bytes("recovery_key"),  number("size"),      bytes("range"),      number("whole_size"),
        bytes("whole_root"),    bytes("whole_note"), number("seen_size"), bytes("seen_root"),
        bytes("seen_note"),     bytes("seen_right"), number("frozen"),    number("out_since_ms"),
        number("out_lived_ms"), number("bytes"),     number("transit"),   number("files"),
        number("grace"),        number("held_under")},
       "coalesce(length(whole_note), 0) + coalesce(length(seen_note), 0) + coalesce(length(seen_right), 0)"},
      {"total",
       1,
       {number("one"), number("logs"), number("records"), number("transit"), number("files"),
        number("grace")}},
      {"meta", 1, {text("key"), bytes("value")}, {}, false, 0, false, {kMoving, kMovedTo}},
  };
}

Table numbered(Table table) {
  table.numbered = true;
  return table;
}

std::vector<Table> accounts_and_desk() {
  return {
      numbered({"user",
                1,
                {number("id"), text("name"), number("role"), text("office"), text("person"), text("email"),
                 number("mail_at_once"), text("password"), number("created_at_ms")}}),
      {"credential",
       1,
       {bytes("digest"), text("id"), number("kind"), number("user"), number("scope"), text("label"),
        text("csrf"), number("created_at_ms"), number("expires_at_ms"), number("used_at_ms"),
        number("paused_at_ms")}},
      numbered({"audit",
                1,
                {number("id"), number("at_ms"), text("who"), text("action"), text("target"), text("outcome"),
                 text("sender")}}),
      numbered({"draft",
                1,
                {number("id"), number("user"), number("version"), number("updated_at_ms"), text("note"),
                 bytes("meant")},
                "length(note)"}),
      numbered(
          {"held",
           1,
           {number("id"), text("who"), number("made_at_ms"), number("due_at_ms"), number("state"),
            text("outcome"), text("request"), number("user"), text("approved_by"), number("settled_at_ms"),
            number("hold_ms"), text("fault"), bytes("salt"), number("kept"), number("hides"), bytes("meant")},
           "length(request)"}),
      {"inbox",
       2,
       {bytes("log_id"), number("entry_index"), number("state"), text("assignee"), text("remark"),
        number("updated_at_ms")}},
      {"watch",
       3,
       {number("user"), bytes("log_id"), number("entry_index"), text("remark"), number("added_at_ms")}},
      numbered({"worksheet",
                1,
                {number("id"), bytes("log_id"), number("entry_index"), bytes("leaf"), text("office"),
                 text("answers"), number("version"), number("updated_at_ms"), number("user")},
                "length(answers)"}),
      {"follow_up", 3, {bytes("log_id"), number("entry_index"), number("due_at_ms")}},
      {"places_epoch", 1, {number("one"), bytes("epoch")}},
  };
}

std::vector<Table> what_is_sent() {
  return {
      numbered({"webhook",
                1,
                {number("id"), text("url"), text("topic"), bytes("secret"), text("made_by"),
                 number("created_at_ms"), number("cursor"), number("began_anew_ms")}}),
      numbered(
          {"delivery",
           1,
           {number("id"), number("webhook"), text("message"), text("payload"), number("attempts"),
            number("next_at_ms"), number("state"), text("outcome"), bytes("log_id"), number("entry_index"),
            number("kind"), number("at_ms"), text("fault"), number("arrival"), number("recoveries")},
           "length(payload)"}),
      {"digest", 2, {number("user"), text("topic"), number("days"), number("next_at_ms"), number("cursor")}},
      numbered({"mail",
                1,
                {number("id"), text("recipient"), bytes("message"), number("attempts"), number("next_at_ms"),
                 number("state"), text("outcome"), text("about"), text("fault")},
                "length(message)"}),
      {"mail_pace",
       1,
       {number("user"), number("began_ms"), number("mails"), number("held"), number("held_from")}},
      {"addressed", 1, {number("arrival"), bytes("log_id"), number("entry_index")}},
      // What triggers count of notes that wait.
      {"waiting", 1, {number("user"), number("count")}},
      {"setting", 1, {text("key"), number("value")}},
  };
}

std::vector<Table> joined(std::vector<std::vector<Table>> groups) {
  std::vector<Table> out;
  for (auto& group : groups)
    for (Table& table : group) out.push_back(std::move(table));
  return out;
}

}  // namespace

const std::vector<Table>& store_tables() {
  static const std::vector<Table> kTables =
      joined({growing_tables(), tables_of_logs(), tables_of_knowledge(), tables_of_sums()});
  return kTables;
}

const std::vector<Table>& office_tables() {
  static const std::vector<Table> kTables = joined({accounts_and_desk(), what_is_sent()});
  return kTables;
}

const Table& grace_table() {
  static const Table kTable{"body", 1, {number("record"), bytes("body")}, "length(body)"};
  return kTable;
}

std::string quoted(std::string_view name) { return name == "user" ? "\"user\"" : std::string(name); }

std::string column_list(const Table& table, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : ", ") + quoted(table.columns[i].name);
  return out;
}

bool has_text_key(const Table& table) {
  for (std::size_t i = 0; i < table.keys; ++i)
    if (table.columns[i].kind == Kind::kText) return true;
  return false;
}

}  // namespace koinon::move
