// Commands about what waits to be signed, and about what waits for a look after a rollback.
#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string held_address(const std::string& id) { return "/api/v1/held/" + encode_segment(id); }

std::string title_of(const json::value& held) {
  if (const std::string title = member(held, "title"); !title.empty()) return title;
  const auto* note = held.as_object().if_contains("note");
  if (note != nullptr && note->is_object()) {
    const auto* content = note->as_object().if_contains("content");
    if (content != nullptr && content->is_object()) return member(*content, "title");
  }
  const auto* vouch = held.as_object().if_contains("vouch");
  return vouch == nullptr ? std::string() : "vouch for " + member(*vouch, "city");
}

// Of a list, which ends where it has no next page.
Result<json::array> all_held(const ApiClient& client) {
  json::array out;
  std::string next;
  do {
    KOINON_ASSIGN(const auto page, client.get_json(with_query("/api/v1/held", {{"cursor", next}})));
    const json::array& items = page.at("items").as_array();
    out.insert(out.end(), items.begin(), items.end());
    next = member(page, "next");
  } while (!next.empty());
  return out;
}

bool is_settled(const std::string& state) {
  return state == "signed" || state == "cancelled" || state == "failed";
}

}  // namespace

std::string render_kept(const json::value& held) {
  std::string out = "Kept as " + member(held, "id") + ": ";
  const std::string state = member(held, "state");
  if (state == "for-review") return out + "it waits for a reviewer\n";
  if (state == "waiting") return out + "it is signed after " + member(held, "due_at") + "\n";
  out += "it is signed as soon as this node may sign";
  if (const auto* waits = held.as_object().if_contains("signing_waits"); waits != nullptr)
    out += render_signing_waits(*waits);
  return out + "\n";
}

std::string render_signing_waits(const json::value& waits) {
  std::string out = "; now it may not: " + harmless(member(waits, "reason"));
  if (const std::string after = member(waits, "fewer_after"); !after.empty())
    out += "; after " + after + " fewer answers suffice";
  return out;
}

Status run_held(const Common& common) {
  KOINON_ASSIGN(const json::array held, all_held(ApiClient(common.data)));
  std::string text;
  json::array waiting;
  for (const json::value& one : held) {
    const std::string state = member(one, "state");
    if (is_settled(state)) continue;
    waiting.push_back(one);
    text += member(one, "id") + "  " + state + "  " + harmless(member(one, "who")) + "  " +
            harmless(title_of(one)) + "\n";
    if (const auto* waits = one.as_object().if_contains("signing_waits"); waits != nullptr)
      text += "    waits to be signed" + render_signing_waits(*waits) + "\n";
    if (state == "set-aside")
      text +=
          "    this node was put back to an earlier state, and this may be published already: look, then say "
          "koinon held release " +
          member(one, "id") + " or koinon held drop " + member(one, "id") + "\n";
  }
  return show_answer(common, json::object{{"items", waiting}}, text.empty() ? "Nothing waits.\n" : text);
}

Status run_held_release(const Common& common, const std::string& id) {
  KOINON_ASSIGN(const auto done,
                ApiClient(common.data).post_json(held_address(id) + "/release", json::object()));
  const std::string ref = member(done, "ref");
  return show_answer(common, done, ref.empty() ? render_kept(done) : ref + "\n");
}

Status run_held_drop(const Common& common, const std::string& id) {
  KOINON_ASSIGN(const auto done, ApiClient(common.data).remove(held_address(id)));
  return show_answer(common, done, "Dropped " + id + "; nothing is published\n");
}

Status run_paused(const Common& common) {
  KOINON_ASSIGN(const auto paused, ApiClient(common.data).get_json("/api/v1/paused-credentials"));
  std::string text;
  for (const json::value& one : paused.at("items").as_array())
    text += member(one, "id") + "  " + member(one, "kind") + "  " + harmless(member(one, "account")) + "  " +
            member(one, "scope") + "  " + harmless(member(one, "label")) + "\n";
  return show_answer(common, paused, text.empty() ? "Nothing is paused.\n" : text);
}

Status run_paused_release(const Common& common, const std::string& id, bool all) {
  if (id.empty() != all) return fail(Code::kInvalidArgument, "give an ID, or --all", "id");
  const json::object request = all ? json::object{{"all", true}} : json::object{{"id", id}};
  KOINON_ASSIGN(const auto done, ApiClient(common.data).post_json("/api/v1/paused-credentials", request));
  return show_answer(common, done, all ? "All count again\n" : id + " counts again\n");
}

}  // namespace koinon
