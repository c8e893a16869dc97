#include "node/pages/conversation_pages.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/desk_api.h"
#include "node/api/records_api.h"
#include "node/api/search_api.h"
#include "node/pages/asked_cities.h"
#include "node/pages/conversation_form.h"
#include "node/pages/drafted_form.h"
#include "node/pages/form_faults.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_content.h"
#include "node/pages/note_form.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/text/language.h"
#include "node/text/markdown.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// The levels of the headings below which the texts of questions stand: the page's, and that of one of a list.
constexpr unsigned kPageTitle = 1;
constexpr unsigned kItemTitle = 2;

// The fields of the form of a question.
FormFaults ask_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& field) -> std::optional<FormField> {
            if (field == "title") return FormField{"title", visit.say("ask.field_title")};
            if (field == "text") return FormField{"text", visit.say("ask.field_text")};
            if (field == "topics") return FormField{"topics", visit.say("field.topics")};
            if (field == "to" || field.starts_with("to.")) return FormField{"to", visit.say("ask.to")};
            if (field == "contact") return FormField{"contact", visit.say("ask.contact")};
            return std::nullopt;
          }};
}

// Those of an answer.
FormFaults answer_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& field) -> std::optional<FormField> {
            if (field == "text") return FormField{"text", visit.say("answer.text")};
            if (field == "contact") return FormField{"contact", visit.say("ask.contact")};
            if (is_practice_row(field)) return FormField{field, visit.say("answer.points_to")};
            if (field.starts_with("refs"))
              return FormField{practice_row_id(1), visit.say("answer.points_to")};
            return std::nullopt;
          }};
}

// The topics of what was found, as links that narrow it down.
json::array topics_of(const Visit& visit, const SearchView& found, const std::string& active) {
  json::array out;
  const auto counted = found.facets.find("topic");
  if (counted == found.facets.end()) return out;
  for (const FacetValue& item : counted->second)
    out.push_back(json::object{
        {"slug", item.value}, {"label", topic_label(visit, item.value)}, {"active", item.value == active}});
  return out;
}

}  // namespace

void ConversationPages::add_routes(RouteTable& routes) {
  const auto get = [&](const char* path, Need need, const char* id, const char* summary,
                       asio::awaitable<HttpResponse> (ConversationPages::*handler)(Visit),
                       std::vector<std::string> query = {}) {
    frame_.get(
        routes, path, need, id, summary,
        [this, handler](Visit visit) { return (this->*handler)(std::move(visit)); }, std::move(query));
  };
  const auto post = [&](const char* path, Need need, const char* id, const char* summary,
                        asio::awaitable<HttpResponse> (ConversationPages::*handler)(Visit)) {
    frame_.post(routes, path, need, id, summary,
                [this, handler](Visit visit) { return (this->*handler)(std::move(visit)); });
  };
  get("/questions", Need::kReading, "showQuestions", "Questions that cities ask",
      &ConversationPages::questions, {"topic", "cursor"});
  get("/ask", Need::kPublisher, "showAsk", "The form of a question", &ConversationPages::ask_form,
      {"about", "to", "draft", "title", "topics"});
  post("/ask", Need::kPublisher, "postAsk", "Ask", &ConversationPages::ask);
  get("/answer", Need::kPublisher, "showAnswer", "The form of an answer", &ConversationPages::answer_form,
      {"to", "draft"});
  post("/answer", Need::kPublisher, "postAnswer", "Answer", &ConversationPages::answer);
}

// --- questions ---

asio::awaitable<HttpResponse> ConversationPages::questions(Visit visit) {
  const std::string topic = visit.request.param("topic");
  auto wanted = read_note_search({{"kind", "question"},
                                  {"topic", topic},
                                  {"cursor", visit.request.param("cursor")},
                                  {"order", "newest"}});
  if (!wanted.ok()) co_return frame_.failed(visit, wanted.error());
  const auto found = co_await frame_.call(visit, search_.search, std::move(*wanted));
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  PageView view{"questions", visit.say("questions.title"), {},
                200,         visit.say("questions.title"), "/feeds/search.atom?kind=question"};
  json::array items;
  for (const FoundNote& item : found->items) {
    json::object one = card(visit, item);
    const auto read = co_await frame_.call(visit, records_.get, RecordQuery{item.note.ref, true});
    const RecordView record = read.ok() ? read->record : RecordView();
    const v1::Question& question = record.body ? record.body->question() : v1::Question::default_instance();
    std::int64_t answers = 0;
    for (const ReferringView& other : record.referred_by)
      answers += other.role == v1::REF_ROLE_ANSWERS && !is_gone(other.status) ? 1 : 0;
    one["urgency"] = question.urgency().empty() ? "" : visit.named("urgency", question.urgency());
    one["answered"] = answers > 0;
    one["answers_text"] = visit.say("questions.answers", {{"count", answers}});
    one["text_html"] = frame_.shared().html(question.text(), kItemTitle);
    items.push_back(std::move(one));
  }
  json::array topics = topics_of(visit, *found, topic);
  view.model = {{"items", std::move(items)},
                {"has_all_topics", !topics.empty()},
                {"all_topics", std::move(topics)},
                {"next", ""}};
  if (found->next)
    view.model["next"] =
        "/questions?topic=" + query_escaped(topic) + "&cursor=" + std::to_string(*found->next);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::show_ask(Visit visit, std::optional<Error> failed) {
  PageView view{"ask", visit.say("ask.title"), form_model(visit, failed), status_after(failed), "", ""};
  const std::string about = given(visit, "about");
  view.model["about"] = about;
  view.model["about_title"] = "";
  std::string topics = given(visit, "topics");
  std::string to = given(visit, "to");
  if (!about.empty()) {
    const auto found = co_await frame_.call(visit, records_.get, RecordQuery{about, false});
    const RecordView record = found.ok() ? found->record : RecordView();
    view.model["about_title"] = title_of(record);
    view.model["about_language"] = language_tag(record.language);
    if (visit.request.method == "GET" && visit.field("draft").empty()) {
      to = record.city;
      for (const std::string& topic : record.topics) topics += (topics.empty() ? "" : ", ") + topic;
    }
  }
  std::map<std::string, std::string> typed = visit.form;
  typed["topics"] = topics;
  put_topics(visit, typed, view.model);
  view.model["to"] = to.find('.') == std::string::npos || visit.request.method == "POST"
                         ? to
                         : frame_.city_in_full(visit, to);
  const FormFaults faults = failed ? ask_faults(visit, *failed) : FormFaults();
  faults.put(view.model);
  view.model["required"] = false;
  view.model["error"] = faults.at("topics");
  for (const std::string field : {"title", "text", "to"}) view.model["error_" + field] = faults.at(field);
  view.model["cities"] = co_await cities_to_ask(frame_, cities_, visit);
  view.model["urgencies"] = choices(visit, "urgency", {"days", "weeks", "months"}, given(visit, "urgency"));
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::ask_form(Visit visit) {
  const auto filled = co_await with_draft(frame_, drafts_, visit);
  if (!filled.ok()) co_return frame_.failed(visit, filled.error());
  co_return co_await show_ask(*filled, std::nullopt);
}

asio::awaitable<HttpResponse> ConversationPages::ask(Visit visit) {
  json::object content{{"title", visit.field("title")}, {"text", unix_lines(visit.field("text"))}};
  if (const std::string urgency = visit.field("urgency"); !urgency.empty()) content["urgency"] = urgency;
  if (const std::string contact = visit.field("contact"); !contact.empty()) content["contact"] = contact;
  json::object request{
      {"kind", "question"}, {"language", visit.field("language")}, {"content", std::move(content)}};
  const TypedTopics typed = typed_topics(visit.form);
  if (!typed.slugs.empty()) request["topics"] = json::array(typed.slugs.begin(), typed.slugs.end());
  std::vector<Error> faults = topic_faults(typed);
  const std::vector<Error> unasked = co_await put_asked(frame_, cities_, visit, request);
  faults.insert(faults.end(), unasked.begin(), unasked.end());
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(faults));
  if (!done.ok()) co_return co_await show_ask(visit, done.error());
  co_return go_to_published(*done);
}

asio::awaitable<HttpResponse> ConversationPages::show_answer(Visit visit, std::optional<Error> failed) {
  const std::string to = given(visit, "to");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  PageView view{"answer", visit.say("answer.title"), form_model(visit, failed), status_after(failed), "", ""};
  view.model["to"] = to;
  view.model["question_title"] = title_of(record);
  view.model["question_html"] =
      frame_.shared().html(record.body ? record.body->question().text() : std::string(), kPageTitle);
  view.model["question_language"] = language_tag(record.language);
  view.model["question_dir"] = text_direction(record.language);
  const FormFaults faults = failed ? answer_faults(visit, *failed) : FormFaults();
  faults.put(view.model);
  view.model["error_text"] = faults.at("text");
  const PointedPractices practices = co_await practices_.read(visit);
  json::object rows = co_await practices_.shown(visit, practices, faults, title_of(record));
  for (auto& item : rows) view.model[item.key()] = std::move(item.value());
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::answer_form(Visit visit) {
  const auto filled = co_await with_draft(frame_, drafts_, visit);
  if (!filled.ok()) co_return frame_.failed(visit, filled.error());
  co_return co_await show_answer(*filled, std::nullopt);
}

asio::awaitable<HttpResponse> ConversationPages::answer(Visit visit) {
  json::array refs{json::object{{"role", "answers"}, {"ref", visit.field("to")}}};
  PointedPractices practices = co_await practices_.read(visit);
  for (const std::string& ref : practices.refs)
    refs.push_back(json::object{{"role", "points_to"}, {"ref", ref}});
  json::object content{{"text", unix_lines(visit.field("text"))}};
  if (const std::string contact = visit.field("contact"); !contact.empty()) content["contact"] = contact;
  json::object request{{"kind", "answer"},
                       {"language", visit.field("language")},
                       {"refs", std::move(refs)},
                       {"content", std::move(content)}};
  const auto done =
      co_await publish_form(frame_, desk_, drafts_, visit, std::move(request), std::move(practices.faults));
  if (!done.ok()) co_return co_await show_answer(visit, done.error());
  co_return go_to_published(*done, visit.field("to"));
}

}  // namespace koinon
