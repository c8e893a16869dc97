// Commands about evidence of a fork: to get it from a node, and to verify it without a node.
#include <iostream>

#include <boost/json.hpp>

#include "crypto/evidence.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/input_file.h"
#include "tools/output_file.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string head_in_words(const Checkpoint& head) {
  return "  " + counted(head.size) + ", root " + to_base64(head.root.view()) + "\n";
}

std::string in_words(const KeyHistory& keys, const TwoHeads& shown) {
  const LogIdentity& identity = keys.identity();
  const std::string begin =
      shown.at.value == 1 ? "The first entry is" : "The first " + counted(shown.at) + " are";
  return "Verified: " + identity.name + " signed two histories of its log " + to_text(identity.log_id()) +
         ".\nThe log's keys signed both of these heads:\n" + head_in_words(shown.first) +
         head_in_words(shown.second) + begin + " not the same in the two; their roots are\n  " +
         to_base64(shown.first_root.view()) + "\n  " + to_base64(shown.second_root.view()) +
         "\nSo the two heads cannot both be true. Which of them the city stands by the file does not say: "
         "call the city.\n";
}

std::string statement_in_words(const Statement& statement) {
  return "  " + statement.key.text() + ", from " + counted(statement.size) + " on\n";
}

// Two recoveries may follow different rotations. Then each has a number of its own.
std::string signed_in_words(const TwoStatements& shown) {
  const std::string first = std::to_string(shown.first.sequence);
  if (shown.first.sequence == shown.second.sequence)
    return "Statement " + first + " of the log was signed twice, and says something else each time:\n";
  return "The recovery key signed statement " + first + " after one history and statement " +
         std::to_string(shown.second.sequence) + " after another:\n";
}

std::string in_words(const KeyHistory& keys, const TwoStatements& shown) {
  const LogIdentity& identity = keys.identity();
  const std::string begin = "Verified: " + identity.name + " said two things about the keys of its log " +
                            to_text(identity.log_id()) + " that cannot both be true.\n" +
                            signed_in_words(shown) + statement_in_words(shown.first) +
                            statement_in_words(shown.second);
  if (shown.by_recovery_key)
    return begin +
           "The recovery key signed both, so nobody can ever say which key is the city's: nothing thaws this "
           "log. The city begins a new one: call it.\n";
  return begin +
         "So nobody can say which key is the city's. Which of them it stands by the file does not say: call "
         "the city.\n";
}

json::object head_json(const Checkpoint& head, const Hash& root_at) {
  return {{"size", head.size.value},
          {"root", to_base64(head.root.view())},
          {"root_at", to_base64(root_at.view())}};
}

void put_said(json::object& out, const TwoHeads& shown) {
  out["at"] = shown.at.value;
  out["first"] = head_json(shown.first, shown.first_root);
  out["second"] = head_json(shown.second, shown.second_root);
}

json::object statement_json(const Statement& statement) {
  return {{"statement", statement.sequence}, {"vkey", statement.key.text()}, {"size", statement.size.value}};
}

void put_said(json::object& out, const TwoStatements& shown) {
  out["first"] = statement_json(shown.first);
  out["second"] = statement_json(shown.second);
  out["for_good"] = shown.by_recovery_key;
}

json::object contradiction_json(const Contradiction& shown) {
  json::object out{{"verified", true},
                   {"name", shown.keys.identity().name},
                   {"log_id", to_text(shown.keys.identity().log_id())},
                   {"vkey", shown.keys.vkey().text()}};
  std::visit([&out](const auto& said) { put_said(out, said); }, shown.said);
  return out;
}

std::string in_words(const Contradiction& shown) {
  return std::visit([&shown](const auto& said) { return in_words(shown.keys, said); }, shown.said);
}

}  // namespace

Status run_evidence(const Common& common, const std::string& city, const std::string& file) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const std::string bytes, client.get("/api/v1/cities/" + encode_segment(city) + "/evidence"));
  KOINON_TRY(write_output(file, bytes));
  return show_answer(
      common, json::object{{"evidence", file}},
      "Wrote " + file + ". Anyone can check it, without a node:\nkoinon verify-evidence " + file + "\n");
}

Status run_thaw(const Common& common, const std::string& city) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto done,
                client.post_json("/api/v1/cities/" + encode_segment(city) + "/thaw", json::object()));
  const std::string name = member(done, "city");
  return show_answer(common, done,
                     "This node takes the log of " + name +
                         " again, on the branch that it holds. Other nodes decide for themselves.\n"
                         "The evidence stays: koinon evidence " +
                         name + " -o FILE\nAnother contradiction freezes the log again.\n");
}

Status run_verify_evidence(const Common& common, const std::string& file) {
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(const Bytes bytes, read_input(file, limits::kEvidenceBytes));
  const auto shown = read_evidence(bytes);
  if (!shown.ok()) return fail(shown.error().code, "it proves no fork: " + shown.error().text(), file);
  return show_answer(common, contradiction_json(*shown), in_words(*shown));
}

}  // namespace koinon
