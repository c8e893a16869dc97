#include "node/pages/drafted_form.h"

#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/query_params.h"
#include "node/pages/form_values.h"
#include "node/pages/note_form.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

struct FormOfKind {
  const char* kind;
  const char* path;
};
constexpr std::array<FormOfKind, 8> kForms = {{{"practice", "/publish"},
                                               {"question", "/ask"},
                                               {"answer", "/answer"},
                                               {"adoption", "/adopt"},
                                               {"profile", "/profile"},
                                               {"proposal", "/propose"},
                                               {"call", "/call"},
                                               {"call-reply", "/call-reply"}}};

// What a form calls the record that a ref of this role names.
struct FieldOfRole {
  const char* role;
  const char* field;
};
constexpr std::array<FieldOfRole, 5> kRoleFields = {{{"about", "about"},
                                                     {"answers", "to"},
                                                     {"points_to", "points_to"},
                                                     {"adopts", "of"},
                                                     {"proposes_to", "proposes_to"}}};

void add_word(std::string& text, const std::string& word) {
  if (!word.empty()) text += (text.empty() ? "" : ", ") + word;
}

std::string joined(const json::array& words) {
  std::string out;
  for (const auto& word : words) add_word(out, word.is_string() ? std::string(word.get_string()) : "");
  return out;
}

// The time of its draft, which the form carries along.
std::string carried_time(const Visit& visit) {
  return visit.field("draft").empty() ? std::string() : visit.field("at");
}

}  // namespace

std::string form_of_draft(const DraftView& draft) {
  const std::string kind = text_at(draft.note, "kind");
  if (kind.empty()) return "/publish";  // which says what is wrong with it
  for (const FormOfKind& one : kForms) {
    if (kind == one.kind) return one.path;
  }
  return {};
}

Result<DraftQuery> draft_numbered(const std::string& number) {
  KOINON_ASSIGN(const std::int64_t id, read_id(number));
  return DraftQuery{{id}};
}

std::int64_t draft_version(const std::string& version) {
  const auto number = parse_decimal(version);
  return number.ok() && *number <= INT64_MAX ? static_cast<std::int64_t>(*number) : 0;
}

asio::awaitable<Result<DraftView>> named_draft(PageFrame& frame, DraftsApi& drafts, Visit visit) {
  co_return co_await frame.call(visit, drafts.get, draft_numbered(visit.request.param("draft")));
}

asio::awaitable<Result<Visit>> with_draft(PageFrame& frame, DraftsApi& drafts, Visit visit) {
  const std::string number = visit.request.param("draft");
  if (number.empty()) co_return visit;
  const auto draft = co_await named_draft(frame, drafts, visit);
  if (!draft.ok()) co_return draft.error();
  auto& fields = visit.form;
  const json::object& content = object_at(draft->note, "content");
  for (const auto& item : content) fields[item.key()] = text_at(content, item.key());
  for (const auto& item : array_at(draft->note, "refs")) {
    if (!item.is_object()) continue;
    const std::string role = text_at(item.get_object(), "role");
    for (const FieldOfRole& one : kRoleFields) {
      if (role == one.role) add_word(fields[one.field], text_at(item.get_object(), "ref"));
    }
  }
  add_word(fields["to"], joined(array_at(draft->note, "to")));
  fields["topics"] = joined(array_at(draft->note, "topics"));
  fields["language"] = text_at(draft->note, "language");
  fields["at"] = text_at(draft->note, "at");
  fields["draft"] = number;
  fields["version"] = std::to_string(draft->version);
  co_return visit;
}

void put_draft(const Visit& visit, json::object& model) {
  for (const std::string name : {"draft", "version"}) model[name] = visit.field(name);
  const std::string at = carried_time(visit);
  const auto time = parse_time(at, "at");
  model["at"] = at;
  model["at_text"] =
      time.ok() ? visit.say("publish.at_explained", {{"time", visit.words->date_and_time(*time, visit.zone)}})
                : std::string();
}

asio::awaitable<Result<SignedView>> publish_form(PageFrame& frame, DeskApi& desk, DraftsApi& drafts,
                                                 Visit visit, json::object request,
                                                 std::vector<Error> faults) {
  const std::string number = visit.field("draft");
  if (const std::string at = carried_time(visit); !at.empty()) request["at"] = at;
  if (number.empty() || !faults.empty())
    co_return co_await frame.call(visit, desk.publish,
                                  query_with(std::move(faults), read_note_query(std::move(request))));
  const auto named = draft_numbered(number);
  const std::int64_t version = draft_version(visit.field("version"));
  const auto kept = co_await frame.call(
      visit, drafts.change,
      named.ok() ? Result<DraftChange>(DraftChange{named->id, std::move(request), version})
                 : Result<DraftChange>(named.error()),
      number);
  if (!kept.ok()) co_return kept.error();
  co_return co_await frame.call(visit, drafts.publish, DraftPublishing{kept->id, kept->version, {}});
}

}  // namespace koinon
