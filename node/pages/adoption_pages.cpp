#include "node/pages/adoption_pages.h"

#include <array>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/follow_ups_api.h"
#include "node/api/records_api.h"
#include "node/api/worksheets_api.h"
#include "node/pages/adoption_press.h"
#include "node/pages/conversation_form.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_faults.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_content.h"
#include "node/text/language.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// What the form asks beside the stage, by the fields of record.proto.
constexpr std::array<const char*, 7> kMembers = {"outcome", "plan",           "changes", "results",
                                                 "period",  "people_reached", "contact"};

FormFaults adoption_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& field) -> std::optional<FormField> {
            if (field == "plan" || field == "changes" || field == "results")
              return FormField{field, visit.say("section." + field)};
            if (field == "period" || field == "people_reached")
              return FormField{field, visit.say("fact." + field)};
            if (field == "stage") return FormField{"stage", visit.say("adopt.stage")};
            if (field == "outcome") return FormField{"outcome", visit.say("adopt.outcome")};
            if (field == "contact") return FormField{"contact", visit.say("ask.contact")};
            return std::nullopt;
          }};
}

}  // namespace

void AdoptionPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/adopt", Need::kPublisher, "showAdopt", "The form of an adoption",
             [this](Visit visit) { return form(std::move(visit)); }, {"of", "again", "draft", "worksheet"});
  frame_.post(routes, "/adopt", Need::kPublisher, "postAdopt",
              "Say that we try or adopted a practice, and how it went",
              [this](Visit visit) { return submit(std::move(visit)); });
}

asio::awaitable<AdoptionPages::Values> AdoptionPages::said_before(Visit visit, std::string practice) {
  Values out;
  const auto said = co_await frame_.call(visit, follow_ups_.our_word, NamedRecord{std::move(practice)});
  if (!said.ok()) co_return out;
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{said->last, false});
  if (!found.ok() || is_gone(found->record.status) || !found->record.body) co_return out;
  const auto& content = content_of(found->record.body);
  out["stage"] = text_of(content, "stage");
  for (const char* member : kMembers) out[member] = text_of(content, member);
  co_return out;
}

// What our city has said already stays as it is: the worksheet is what it meant to do before.
asio::awaitable<AdoptionPages::Values> AdoptionPages::begins_with(Visit visit, std::string practice) {
  Values out = co_await said_before(visit, practice);
  if (visit.request.param("worksheet").empty()) co_return out;
  const auto worksheet = co_await frame_.call(visit, worksheets_.get, NamedRecord{std::move(practice)});
  if (!worksheet.ok()) co_return out;
  if (out["stage"].empty()) out["stage"] = "trying";
  if (out["plan"].empty()) out["plan"] = worksheet->answers.plan;
  if (out["changes"].empty()) out["changes"] = worksheet->answers.changes;
  co_return out;
}

asio::awaitable<HttpResponse> AdoptionPages::show(Visit visit, std::optional<Error> failed) {
  const std::string of = given(visit, "of");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{of, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  Values begun;
  if (visit.request.method == "GET" && visit.field("draft").empty())
    begun = co_await begins_with(visit, found->record.ref);
  const auto said = [&](const std::string& name) {
    const auto it = begun.find(name);
    return it == begun.end() ? given(visit, name) : it->second;
  };
  const bool of_worksheet = !visit.request.param("worksheet").empty();
  const bool again = !given(visit, "again").empty() || (!begun.empty() && !of_worksheet);
  PageView view{"adopt",
                visit.say(again ? "adopt.again" : "adopt.title"),
                form_model(visit, failed),
                status_after(failed),
                "",
                ""};
  const std::string stage = said("stage").empty() ? (again ? "adopted" : "trying") : said("stage");
  view.model["heading"] = view.title;
  put_presses(visit, again, view.model);
  const FormFaults faults = failed ? adoption_faults(visit, *failed) : FormFaults();
  faults.put(view.model);
  for (const std::string field : {"stage", "outcome"}) view.model["error_" + field] = faults.at(field);
  view.model["again"] = again ? "yes" : "";
  view.model["of"] = of;
  view.model["of_title"] = title_of(found->record);
  view.model["of_language"] = language_tag(found->record.language);
  // What was filled in for them is shown before it is published.
  view.model["open"] = again || of_worksheet || failed.has_value();
  view.model["stages"] = choices(visit, "stage", {"trying", "adopted", "adapted", "stopped"}, stage);
  view.model["outcomes"] =
      choices(visit, "outcome", {"too-early", "worked", "partly", "did-not"}, said("outcome"));
  for (const std::string member : kMembers) view.model[member] = said(member);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> AdoptionPages::form(Visit visit) {
  const auto filled = co_await with_draft(frame_, drafts_, visit);
  if (!filled.ok()) co_return frame_.failed(visit, filled.error());
  co_return co_await show(*filled, std::nullopt);
}

asio::awaitable<HttpResponse> AdoptionPages::submit(Visit visit) {
  json::object content{{"stage", visit.field("stage")}};
  if (const std::string title = visit.field("title"); !title.empty()) content["title"] = title;
  for (const char* member : kMembers) {
    if (const std::string text = unix_lines(visit.field(member)); !text.empty()) content[member] = text;
  }
  apply_press(visit, content);
  const std::string language = visit.field("language").empty() ? visit.words->tag() : visit.field("language");
  json::object request{{"kind", "adoption"},
                       {"language", language},
                       {"refs", json::array{json::object{{"role", "adopts"}, {"ref", visit.field("of")}}}},
                       {"content", std::move(content)}};
  const auto done = co_await publish_form(frame_, desk_, drafts_, visit, std::move(request));
  if (!done.ok()) co_return co_await show(visit, done.error());
  co_return go_to_published(*done, visit.field("of"));
}

}  // namespace koinon
