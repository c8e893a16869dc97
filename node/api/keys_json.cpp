#include "node/api/keys_json.h"

#include <boost/json.hpp>

#include "crypto/words_change.h"
#include "node/api/change_request.h"
#include "node/api/json_response.h"
#include "node/api/keys_api.h"
#include "node/api/operation_route.h"
#include "node/api/query_params.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

HttpResponse rotate_answer(const ApiRequest&, const KeyChangeView& view) {
  return json_response({{"vkey", view.vkey.text()}, {"ref", view.ref}}, 201);
}

Result<NodeKeyQuery> read_node_key_query(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"now"}));
  return NodeKeyQuery{flag_member(object, "now", false)};
}

HttpResponse node_key_answer(const ApiRequest&, const WaitingNodeKey& view) {
  return json_response(node_key_wait_json(view), 201);
}

HttpResponse cosigner_answer(const ApiRequest&, const CosignerKeyView& view) {
  return json_response({{"vkey", view.vkey.text()}, {"ref", view.ref}}, 201);
}

// All that the statement says, and what whoever signs it must know: under which name it signs, and which
// words are the ones of now.
HttpResponse statement_answer(const ApiRequest&, const WordsWanted& view) {
  const Statement& statement = view.statement;
  const LogIdentity& identity = view.keys.identity();
  json::array replaced;
  for (const ReplacedWords& words : replaced_words(view.keys))
    replaced.push_back(
        json::object{{"recovery_key", to_base64(words.recovery_key.view())}, {"statement", words.statement}});
  return json_response({{"name", identity.name},
                        {"log_id", to_text(statement.log)},
                        {"sequence", statement.sequence},
                        {"before", to_base64(statement.before.view())},
                        {"size", statement.size.value},
                        {"root", to_base64(statement.root.view())},
                        {"vkey", statement.key.text()},
                        {"signer", view.keys.vkey().name},
                        {"recovery_key", to_base64(view.keys.recovery_key().view())},
                        {"replaced", std::move(replaced)}});
}

// {"statement": "koinon/v1 rotation\n…"}
Result<RecoveryStatement> read_statement(const ApiRequest& request) {
  KOINON_ASSIGN(const json::object object, parse_request(request.body));
  KOINON_TRY(check_members(object, {"statement"}));
  RecoveryStatement out{text_member(object, "statement")};
  if (!out.note.empty()) return out;
  return fail(Code::kInvalidArgument, "it is the signed statement", "statement");
}

HttpResponse change_answer(const ApiRequest&, const KeyHistory& keys) {
  const Statement& last = keys.changes().back().statement;
  return json_response({{"statement", last.sequence},
                        {"size", last.size.value},
                        {"vkey", last.key.text()},
                        {"recovery_key", to_base64(keys.recovery_key().view())}});
}

}  // namespace

json::object node_key_wait_json(const WaitingNodeKey& view) {
  const NodeKeyWaitView& wait = view.wait;
  return {{"node_key", to_text(wait.next)},
          {"ref", view.ref},
          {"peers", wait.peers},
          {"known_by", wait.peers - wait.awaited.size()},
          {"awaited", json::array(wait.awaited.begin(), wait.awaited.end())},
          {"now", wait.now}};
}

void add_keys_routes(RouteTable& routes, CallGate& gate, const KeysApi& keys) {
  add_route(routes, gate, keys.rotate, read_nothing, rotate_answer);
  add_route(routes, gate, keys.rotate_node, read_node_key_query, node_key_answer);
  add_route(routes, gate, keys.rotate_cosigner, read_nothing, cosigner_answer);
  add_route(routes, gate, keys.prepare_words, read_nothing, statement_answer);
  add_route(routes, gate, keys.change_words, read_statement, change_answer);
}

}  // namespace koinon
