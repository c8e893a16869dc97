#include "node/pages/conversation_pages.h"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/cities_api.h"
#include "node/api/desk_api.h"
#include "node/api/records_api.h"
#include "node/api/search_api.h"
#include "node/pages/form_values.h"
#include "node/pages/note_content.h"
#include "node/pages/note_form.h"
#include "node/pages/note_view.h"
#include "node/pages/publish_pages.h"
#include "node/text/language.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kCitiesOffered = 100;  // to ask
// The levels of the headings below which the texts of questions stand: the page's, and that of one of a list.
constexpr unsigned kPageTitle = 1;
constexpr unsigned kItemTitle = 2;

// A value of the form, or of the address where the form comes first.
std::string given(const Visit& visit, const std::string& name) {
  return visit.request.method == "POST" ? visit.field(name) : visit.request.param(name);
}

json::array choices(const Visit& visit, const std::string& name, std::initializer_list<const char*> keys,
                    const std::string& chosen) {
  json::array out;
  for (const std::string key : keys)
    out.push_back(json::object{{"key", key},
                               {"text", visit.say(std::string(name).append(".").append(key))},
                               {"chosen", key == chosen}});
  return out;
}

json::array words_of(const std::string& text) {
  json::array out;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != ',' && c != '\n' && c != '\r' && c != '\t') {
      word += c;
      continue;
    }
    // People paste the address of a note's page.
    if (const auto at = word.find("/records/"); at != std::string::npos) word = word.substr(at + 9);
    if (!word.empty()) out.emplace_back(std::exchange(word, {}));
  }
  return out;
}

json::object base_model(const Visit& visit, const std::optional<Error>& failed) {
  return {
      {"problem", failed ? visit.fault(*failed) : ""},
      {"language", given(visit, "language").empty() ? visit.words->tag() : given(visit, "language")},
      {"note_languages", note_languages(visit, given(visit, "language").empty() ? visit.words->tag()
                                                                                : given(visit, "language"))},
      {"text", given(visit, "text")},
      {"note_title", given(visit, "title")},
      {"contact", given(visit, "contact")}};
}

unsigned status_after(const std::optional<Error>& failed) { return failed ? status_of(failed->code) : 200; }

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
      {"about", "to"});
  post("/ask", Need::kPublisher, "postAsk", "Ask", &ConversationPages::ask);
  get("/answer", Need::kPublisher, "showAnswer", "The form of an answer", &ConversationPages::answer_form,
      {"to"});
  post("/answer", Need::kPublisher, "postAnswer", "Answer", &ConversationPages::answer);
  get("/adopt", Need::kPublisher, "showAdopt", "The form of an adoption", &ConversationPages::adopt_form,
      {"of", "again"});
  post("/adopt", Need::kPublisher, "postAdopt", "Say that we try or adopted a practice, and how it went",
       &ConversationPages::adopt);
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
      answers += other.role == v1::REF_ROLE_ANSWERS ? 1 : 0;
    one["urgency"] = question.urgency().empty() ? "" : visit.say("urgency." + question.urgency());
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
  PageView view{"ask", visit.say("ask.title"), base_model(visit, failed), status_after(failed), "", ""};
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
    if (visit.request.method == "GET") {
      to = record.city;
      for (const std::string& topic : record.topics) topics += (topics.empty() ? "" : ", ") + topic;
    }
  }
  view.model["topics_text"] = topics;
  json::array known;
  for (const Topic& topic : Vocabulary::builtin().topics())
    known.push_back(json::object{{"key", topic.slug}, {"text", topic_label(visit, topic.slug)}});
  view.model["known_topics"] = std::move(known);
  view.model["to"] = to;
  json::array cities;
  const auto all = co_await frame_.call(visit, cities_.list, CityListQuery{"", kCitiesOffered, {}});
  if (all.ok()) {
    for (const CityView& one : all->items) {
      if (one.city != frame_.shared().parts.facts.name)
        cities.push_back(json::object{{"city", one.city}, {"name", one.display_name}});
    }
  }
  view.model["cities"] = std::move(cities);
  view.model["urgencies"] = choices(visit, "urgency", {"days", "weeks", "months"}, given(visit, "urgency"));
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::ask_form(Visit visit) {
  co_return co_await show_ask(visit, std::nullopt);
}

asio::awaitable<HttpResponse> ConversationPages::ask(Visit visit) {
  json::object content{{"title", visit.field("title")}, {"text", unix_lines(visit.field("text"))}};
  if (const std::string urgency = visit.field("urgency"); !urgency.empty()) content["urgency"] = urgency;
  if (const std::string contact = visit.field("contact"); !contact.empty()) content["contact"] = contact;
  json::object request{
      {"kind", "question"}, {"language", visit.field("language")}, {"content", std::move(content)}};
  if (json::array topics = words_of(visit.field("topics")); !topics.empty())
    request["topics"] = std::move(topics);
  if (json::array to = words_of(visit.field("to")); !to.empty()) request["to"] = std::move(to);
  if (const std::string about = visit.field("about"); !about.empty())
    request["refs"] = json::array{json::object{{"role", "about"}, {"ref", about}}};
  const auto done = co_await frame_.call(visit, desk_.publish, read_note_query(std::move(request)));
  if (!done.ok()) co_return co_await show_ask(visit, done.error());
  co_return go_to_published(*done);
}

asio::awaitable<HttpResponse> ConversationPages::show_answer(Visit visit, std::optional<Error> failed) {
  const std::string to = given(visit, "to");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{to, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  PageView view{"answer", visit.say("answer.title"), base_model(visit, failed), status_after(failed), "", ""};
  view.model["to"] = to;
  view.model["question_title"] = title_of(record);
  view.model["question_html"] =
      frame_.shared().html(record.body ? record.body->question().text() : std::string(), kPageTitle);
  view.model["question_language"] = language_tag(record.language);
  view.model["question_dir"] = text_direction(record.language);
  view.model["points_to"] = given(visit, "points_to");
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::answer_form(Visit visit) {
  co_return co_await show_answer(visit, std::nullopt);
}

asio::awaitable<HttpResponse> ConversationPages::answer(Visit visit) {
  json::array refs{json::object{{"role", "answers"}, {"ref", visit.field("to")}}};
  for (const auto& ref : words_of(visit.field("points_to")))
    refs.push_back(json::object{{"role", "points_to"}, {"ref", ref}});
  json::object content{{"text", unix_lines(visit.field("text"))}};
  if (const std::string contact = visit.field("contact"); !contact.empty()) content["contact"] = contact;
  json::object request{{"kind", "answer"},
                       {"language", visit.field("language")},
                       {"refs", std::move(refs)},
                       {"content", std::move(content)}};
  const auto done = co_await frame_.call(visit, desk_.publish, read_note_query(std::move(request)));
  if (!done.ok()) co_return co_await show_answer(visit, done.error());
  co_return done->held ? go_to_published(*done) : PageFrame::go("/records/" + visit.field("to"));
}

// --- adoptions ---

asio::awaitable<HttpResponse> ConversationPages::show_adopt(Visit visit, std::optional<Error> failed) {
  const std::string of = given(visit, "of");
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{of, false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const bool again = !visit.request.param("again").empty();
  PageView view{"adopt",
                visit.say(again ? "adopt.again" : "adopt.title"),
                base_model(visit, failed),
                status_after(failed),
                "",
                ""};
  const std::string stage =
      given(visit, "stage").empty() ? (again ? "adopted" : "trying") : given(visit, "stage");
  view.model["heading"] = view.title;
  view.model["of"] = of;
  view.model["of_title"] = title_of(found->record);
  view.model["of_language"] = language_tag(found->record.language);
  view.model["again"] = again;
  view.model["stages"] = choices(visit, "stage", {"trying", "adopted", "adapted", "stopped"}, stage);
  view.model["outcomes"] =
      choices(visit, "outcome", {"too-early", "worked", "partly", "did-not"}, given(visit, "outcome"));
  view.model["changes"] = given(visit, "changes");
  view.model["results"] = given(visit, "results");
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> ConversationPages::adopt_form(Visit visit) {
  co_return co_await show_adopt(visit, std::nullopt);
}

asio::awaitable<HttpResponse> ConversationPages::adopt(Visit visit) {
  json::object content{{"stage", visit.field("stage")}};
  for (const char* member : {"title", "outcome", "changes", "results", "contact"}) {
    if (const std::string text = unix_lines(visit.field(member)); !text.empty()) content[member] = text;
  }
  const std::string language = visit.field("language").empty() ? visit.words->tag() : visit.field("language");
  json::object request{{"kind", "adoption"},
                       {"language", language},
                       {"refs", json::array{json::object{{"role", "adopts"}, {"ref", visit.field("of")}}}},
                       {"content", std::move(content)}};
  const auto done = co_await frame_.call(visit, desk_.publish, read_note_query(std::move(request)));
  if (!done.ok()) co_return co_await show_adopt(visit, done.error());
  co_return done->held ? go_to_published(*done) : PageFrame::go("/records/" + visit.field("of"));
}

}  // namespace koinon
