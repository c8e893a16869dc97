// Commands about accounts, and what concerns them.
#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"
#include "tools/stopped_node.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string account(const std::string& name) { return "/api/v1/accounts/" + encode_segment(name); }

// When it was used last is what says whether anybody would miss it.
std::string credential_line(const json::value& item) {
  std::string out =
      member(item, "id") + "  " + member(item, "scope") + "  made " + member(item, "created_at");
  if (const std::string until = member(item, "expires_at"); !until.empty()) out += ", good until " + until;
  const std::string used = member(item, "used_at");
  out += used.empty() ? ", never used" : ", last used " + used;
  if (const std::string label = member(item, "label"); !label.empty()) out += "  " + label;
  return out + "\n";
}

std::string link_text(const json::value& made) {
  return "Give this link to " + member(made, "name") +
         "; it opens once, within a week, to set a password:\n" + member(made, "link") + "\n";
}

// Of an account that is new.
std::string added_text(const json::value& made) {
  if (!member(made, "link").empty()) return link_text(made);
  const std::string name = member(made, "name");
  return name + " signs in through the city's sign-in page. For a link to set a password all the same: " +
         "koinon user link " + name + "\n";
}

}  // namespace

Status run_user_add(const Common& common, const UserArguments& user) {
  json::object request;
  put_given(request, "name", user.name);
  put_given(request, "role", user.role);
  put_given(request, "office", user.office);
  put_given(request, "person", user.person);
  put_given(request, "email", user.email);
  KOINON_ASSIGN(const auto made, ApiClient(common.data).post_json("/api/v1/accounts", request));
  return show_answer(common, made, added_text(made));
}

Status run_user_change(const Common& common, const UserArguments& user) {
  json::object request;
  put_given(request, "role", user.role);
  put_given(request, "office", user.office);
  put_given(request, "person", user.person);
  put_given(request, "email", user.email);
  KOINON_ASSIGN(const auto changed, ApiClient(common.data).patch_json(account(user.name), request));
  return show_answer(common, changed, member(changed, "name") + " is a " + member(changed, "role") + "\n");
}

Status run_user_list(const Common& common) {
  KOINON_ASSIGN(const auto all, ApiClient(common.data).get_json("/api/v1/accounts"));
  return show_answer(common, all, render_lines(all, {"name", "role", "office", "email"}));
}

Status run_user_remove(const Common& common, const std::string& name) {
  KOINON_ASSIGN(const auto removed, ApiClient(common.data).remove(account(name)));
  return show_answer(common, removed, "Removed " + name + "\n");
}

Status run_user_link(const Common& common, const std::string& name) {
  auto made = ApiClient(common.data).post_json(account(name) + "/link", json::object());
  const bool stopped = !made.ok() && is_not_running(made.error());
  if (stopped) {
    KOINON_ASSIGN(json::object link, stopped_link(common.data, common.config, name));
    made = json::value(std::move(link));
  }
  if (!made.ok()) return made.error();
  if (stopped) std::cerr << "koinon: koinond does not run; the link opens once it does\n";
  return show_answer(common, *made, link_text(*made));
}

Status run_token_add(const Common& common, const TokenArguments& token) {
  json::object request;
  put_given(request, "label", token.label);
  put_given(request, "scope", token.feed ? "" : token.scope);
  if (token.days > 0) request["days"] = token.days;
  const std::string target = account(token.user) + (token.feed ? "/feeds" : "/tokens");
  KOINON_ASSIGN(const auto made, ApiClient(common.data).post_json(target, request));
  return show_answer(common, made, member(made, token.feed ? "url" : "secret") + "\n");
}

Status run_token_list(const Common& common, const TokenArguments& token) {
  KOINON_ASSIGN(const auto all,
                ApiClient(common.data).get_json(account(token.user) + (token.feed ? "/feeds" : "/tokens")));
  std::string text;
  for (const auto& item : all.at("items").as_array()) text += credential_line(item);
  return show_answer(common, all, text);
}

Status run_token_remove(const Common& common, const TokenArguments& token) {
  const std::string target =
      account(token.user) + (token.feed ? "/feeds/" : "/tokens/") + encode_segment(token.id);
  KOINON_ASSIGN(const auto removed, ApiClient(common.data).remove(target));
  return show_answer(common, removed, "Revoked " + token.id + "\n");
}

Status run_audit(const Common& common, const Paging& paging) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto page, read_page(paging, {}, limits::kPageSizeMax, [&](const Params& wanted) {
                  return client.get_json(with_query("/api/v1/audit", wanted));
                }));
  KOINON_TRY(
      show_answer(common, page, render_lines(page, {"at", "who", "from", "action", "target", "outcome"})));
  tell_of_more(page);
  return {};
}

Status run_inbox(const Common& common, const Paging& paging) {
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto page, read_page(paging, {}, limits::kPageSizeMax, [&](const Params& wanted) {
                  return client.get_json(with_query("/api/v1/inbox", wanted));
                }));
  KOINON_TRY(show_answer(common, page, render_lines(page, {"ref", "state", "assignee", "kind", "title"})));
  tell_of_more(page);
  return {};
}

Status run_follow_ups(const Common& common) {
  KOINON_ASSIGN(const auto page, ApiClient(common.data).get_json("/api/v1/follow-ups"));
  return show_answer(common, page,
                     render_lines(page, {"of", "months", "stage", "outcome", "said_at", "title"}));
}

Status run_similar(const Common& common, const std::string& topic) {
  KOINON_ASSIGN(const auto page,
                ApiClient(common.data).get_json(with_query("/api/v1/similar", {{"topic", topic}})));
  std::string text;
  for (const auto& item : page.at("items").as_array()) {
    text += harmless(member(item, "ref")) + "  " + harmless(member(item, "title")) + "\n";
    for (const auto& reason : item.at("reasons").as_array())
      text += "    " + harmless(member(reason, "text")) + "\n";
  }
  return show_answer(common, page, text);
}

}  // namespace koinon
