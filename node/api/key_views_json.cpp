#include "node/api/key_views_json.h"

#include "node/text/spoken_key.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;

namespace {

const char* kind_text(KeyChange::Kind kind) {
  switch (kind) {
    case KeyChange::Kind::kRotation:
      return "rotation";
    case KeyChange::Kind::kRecovery:
      return "recovery";
    case KeyChange::Kind::kNewWords:
      return "new_words";
    case KeyChange::Kind::kNode:
      return "node";
    case KeyChange::Kind::kCosigner:
      break;
  }
  return "cosigner";
}

}  // namespace

json::object key_change_json(const KeyChange& change) {
  json::object out{{"entry", change.entry.value}, {"kind", kind_text(change.kind)}};
  if (change.is_statement()) {
    out["number"] = change.number;
    out["vkey"] = change.vkey;
  }
  if (change.voided > 0) out["voided"] = change.voided;
  if (change.at) out["at"] = time_text(*change.at);
  return out;
}

json::object stated_keys_json(const StatedKeys& stated) {
  return {{"cosigner", spoken(stated.keys.cosigner.view())},
          {"sealing", spoken(stated.keys.sealing.view())},
          {"node", spoken(stated.keys.node)},
          {"proven", stated.are_proven}};
}

}  // namespace koinon
