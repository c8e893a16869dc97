#include "node/pages/worksheet_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/worksheets_api.h"
#include "node/api/worksheets_json.h"
#include "node/pages/conversation_form.h"
#include "node/pages/drafted_form.h"
#include "node/pages/worksheet_form.h"
#include "node/pages/worksheet_markdown.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

HttpResponse saved_page(const json::object& body, unsigned status = 200) {
  HttpResponse out{status, "application/json", json::serialize(body), {}};
  out.headers["Cache-Control"] = "no-store";
  return out;
}

// How many needs the form asked about: the node checks the number against the practice.
std::size_t needs_of_form(const Visit& visit) {
  std::size_t out = 0;
  while (out < limits::kNeeds && visit.form.contains("remark_" + std::to_string(out))) ++out;
  return out;
}

Result<WorksheetChange> change_of_form(const Visit& visit, bool overwrite) {
  KOINON_ASSIGN(WorksheetAnswers answers, read_answers(answers_of_form(visit, needs_of_form(visit))));
  WorksheetChange out{visit.field("of"), std::move(answers), std::nullopt};
  if (!overwrite) out.version = draft_version(visit.field("version"));
  return out;
}

}  // namespace

void WorksheetPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/worksheet", Need::kPublisher, "showWorksheet", "Would a practice work here?",
             [this](Visit visit) { return form(std::move(visit)); }, {"of", "saved"});
  frame_.get(routes, "/worksheet/print", Need::kPublisher, "printWorksheet", "A worksheet for print",
             [this](Visit visit) { return print(std::move(visit)); }, {"of"});
  frame_.get(routes, "/worksheet/markdown", Need::kPublisher, "getWorksheetMarkdown",
             "A worksheet as a Markdown file", [this](Visit visit) { return markdown(std::move(visit)); },
             {"of"});
  frame_.post(routes, "/worksheet", Need::kPublisher, "postWorksheet",
              "Keep what the worksheet says, throw it away, or begin the adoption",
              [this](Visit visit) { return submit(std::move(visit)); });
}

asio::awaitable<HttpResponse> WorksheetPages::show(Visit visit, std::string ref,
                                                   std::optional<Error> failed) {
  auto found = co_await frame_.call(visit, worksheets_.get, NamedRecord{ref});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const bool conflict = failed && failed->id == "worksheet.changed";
  const bool typed = visit.request.method == "POST";
  if (typed) {
    const std::size_t questions = found->questions.needs.size();
    const auto answers = read_answers(answers_of_form(visit, questions));
    if (answers.ok()) found->answers = *answers;
    found->proposed = propose_verdict(found->answers);
  }
  const FormFaults faults = failed && !conflict ? worksheet_faults(visit, *failed) : FormFaults();
  PageView view{"worksheet", visit.say("worksheet.title"), {}, status_after(failed), "", ""};
  view.model = worksheet_model(frame_.shared(), visit, *found, faults);
  if (typed) view.model["version"] = visit.field("version");
  view.model["problem"] = failed && !conflict ? visit.fault(*failed) : "";
  view.model["conflict"] = conflict;
  view.model["unsaved"] = typed;
  view.model["saved"] = !typed && visit.request.param("saved") == "yes";
  view.model["may_adopt"] = frame_.shared().parts.facts.log().has_value();
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> WorksheetPages::form(Visit visit) {
  const std::string ref = visit.request.param("of");
  return show(std::move(visit), ref, std::nullopt);
}

asio::awaitable<HttpResponse> WorksheetPages::print(Visit visit) {
  const auto found = co_await frame_.call(visit, worksheets_.get, NamedRecord{visit.request.param("of")});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  PageView view{"worksheet_print",
                visit.say("worksheet.title"),
                worksheet_model(frame_.shared(), visit, *found, {}),
                200,
                "",
                ""};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> WorksheetPages::markdown(Visit visit) {
  const auto found = co_await frame_.call(visit, worksheets_.get, NamedRecord{visit.request.param("of")});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const std::string they = frame_.city_in_full(visit, found->city);
  const std::string we = frame_.city_in_full(visit, frame_.shared().parts.facts.name);
  HttpResponse out{200, "text/markdown; charset=utf-8", worksheet_markdown(visit, *found, they, we), {}};
  out.headers["Content-Disposition"] = "attachment; filename=\"worksheet.md\"";
  out.headers["Content-Language"] = visit.words->tag();
  out.headers["Cache-Control"] = "no-store";
  co_return out;
}

asio::awaitable<Result<WorksheetView>> WorksheetPages::keep(Visit visit, bool overwrite) {
  return frame_.call(visit, worksheets_.put, change_of_form(visit, overwrite), visit.field("of"));
}

asio::awaitable<HttpResponse> WorksheetPages::autosave(Visit visit, Result<WorksheetView> kept) {
  if (!kept.ok()) {
    const bool conflict = kept.error().id == "worksheet.changed";
    const std::string problem = conflict ? visit.say("worksheet.conflict") : visit.fault(kept.error());
    co_return saved_page({{"problem", problem}}, status_of(kept.error().code));
  }
  json::object model;
  put_verdict(visit, *kept, model);
  const auto html = frame_.part(visit, "worksheet_verdict", model);
  co_return saved_page(
      {{"version", std::to_string(kept->version)}, {"verdict_html", html.ok() ? *html : std::string()}});
}

asio::awaitable<HttpResponse> WorksheetPages::remove(Visit visit) {
  const std::string ref = visit.field("of");
  const auto done = co_await frame_.call(visit, worksheets_.remove,
                                         WorksheetRemoval{ref, draft_version(visit.field("version"))});
  if (!done.ok()) co_return co_await show(visit, ref, done.error());
  co_return PageFrame::go("/desk");
}

asio::awaitable<HttpResponse> WorksheetPages::submit(Visit visit) {
  const std::string wish = visit.field("do");
  if (wish == "remove") co_return co_await remove(visit);
  const auto kept = co_await keep(visit, wish == "overwrite");
  if (wish == "autosave") co_return co_await autosave(visit, kept);
  if (!kept.ok()) co_return co_await show(visit, visit.field("of"), kept.error());
  const std::string of = "?of=" + query_escaped(kept->ref);
  co_return PageFrame::go(wish == "adopt" ? "/adopt" + of + "&worksheet=yes"
                                          : "/worksheet" + of + "&saved=yes");
}

}  // namespace koinon
