#include "node/pages/note_page.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/attachments_api.h"
#include "node/pages/note_view.h"
#include "node/text/plain_text.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kOthersShown = 30;  // of a kind
constexpr std::array<const char*, 6> kKinds = {"practice", "adoption", "question",
                                               "answer",   "profile",  "node-notice"};

const json::object& content_of(const json::object& record) {
  const json::object& body = object_at(record, "body");
  for (const char* kind : {"practice", "adoption", "question", "answer", "profile"}) {
    if (const json::object& found = object_at(body, kind); !found.empty()) return found;
  }
  return object_at(body, "node_notice");
}

// A whole record has its title within.
json::object card_of(const Visit& visit, const json::object& record, const std::string& title) {
  json::object out = card(visit, record);
  if (!title.empty()) out["title"] = title;
  return out;
}

void add_section(ApiShared& shared, const Visit& visit, json::array& out, const json::object& content,
                 const char* member) {
  const std::string text = text_at(content, member);
  if (text.empty()) return;
  out.push_back(json::object{{"id", member},
                             {"name", visit.say(std::string("section.") + member)},
                             {"text_html", shared.html(text)}});
}

json::array sections_of(ApiShared& shared, const Visit& visit, const json::object& content) {
  json::array out;
  for (const char* member : {"text", "challenge", "solution", "changes", "results", "lessons", "conditions"})
    add_section(shared, visit, out, content, member);
  return out;
}

void add_fact(json::array& out, const std::string& name, const std::string& value) {
  if (!value.empty()) out.push_back(json::object{{"name", name}, {"value", value}});
}

std::string cost_text(const Visit& visit, const json::object& content) {
  const json::object& cost = object_at(content, "cost");
  const auto* amount = cost.if_contains("amount");
  std::string out;
  if (amount != nullptr && amount->is_number() && amount->to_number<double>() > 0)
    out = visit.words->number(amount->to_number<double>()) + " " + text_at(cost, "currency");
  const std::string note = text_at(cost, "note");
  return out + (out.empty() || note.empty() ? "" : ": ") + note;
}

std::string joined(const json::array& items, const std::function<std::string(const json::value&)>& text) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : "; ") + text(item);
  return out;
}

// What can be said in a line each.
json::array facts_of(const Visit& visit, const json::object& content) {
  json::array out;
  const auto plain = [](const json::value& item) {
    return item.is_string() ? std::string(item.as_string()) : json::serialize(item);
  };
  for (const char* member : {"stage", "outcome", "status", "urgency"}) {
    if (const std::string value = text_at(content, member); !value.empty())
      add_fact(out, visit.say(std::string("fact.") + member), visit.say(std::string(member) + "." + value));
  }
  if (const auto evidence = number_at(content, "evidence"); evidence > 0)
    add_fact(out, visit.say("fact.evidence"), visit.say("evidence." + std::to_string(evidence)));
  for (const char* member : {"period", "staff", "time_to_launch", "people_reached"})
    add_fact(out, visit.say(std::string("fact.") + member), text_at(content, member));
  add_fact(out, visit.say("fact.cost"), cost_text(visit, content));
  add_fact(out, visit.say("fact.sdgs"), joined(array_at(content, "sdgs"), [&](const json::value& item) {
             return visit.say("sdg." + json::serialize(item));
           }));
  add_fact(out, visit.say("fact.commitments"),
           joined(array_at(content, "commitments"), [](const json::value& item) {
             return text_at(item.as_object(), "agreement") + " " + text_at(item.as_object(), "target");
           }));
  add_fact(out, visit.say("fact.partners"), joined(array_at(content, "partners"), plain));
  add_fact(out, visit.say("fact.contact"), text_at(content, "contact"));
  add_fact(out, visit.say("fact.licence"), text_at(content, "licence"));
  return out;
}

json::array links_of(const json::array& items) {
  json::array out;
  for (const auto& item : items) {
    const json::object& link = item.as_object();
    const std::string url = text_at(link, "url");
    const std::string title = text_at(link, "title");
    json::object one{{"title", title.empty() ? url : title},
                     {"publisher", text_at(link, "publisher")},
                     {"date", text_at(link, "date")},
                     {"url", safe_link(url) ? url : ""}};
    out.push_back(std::move(one));
  }
  return out;
}

json::array files_of(const Visit& visit, const json::object& record) {
  json::array out;
  for (const auto& item : array_at(record, "attachments")) {
    const json::object& file = item.as_object();
    const std::string path =
        "/api/v1/records/" + text_at(record, "ref") + "/attachments/" + text_at(file, "sha256");
    out.push_back(json::object{
        {"name", text_at(file, "name")},
        {"href", path},
        {"sha256", text_at(file, "sha256")},
        {"here", text_at(file, "state") == "here"},
        {"size", visit.say("file.kilobytes",
                           {{"count", std::max<std::int64_t>(number_at(file, "size") / 1024, 1)}})}});
  }
  return out;
}

void put_list(json::object& model, const std::string& name, json::array items) {
  model["has_" + name] = !items.empty();
  model[name] = std::move(items);
}

// What the note itself says.
void put_text(ApiShared& shared, const Visit& visit, const json::object& record, const json::object& content,
              json::object& model) {
  model["lead_html"] = shared.html(text_at(content, "summary"));
  model["sections"] = sections_of(shared, visit, content);
  put_list(model, "facts", facts_of(visit, content));
  put_list(model, "links", links_of(array_at(content, "links")));
  put_list(model, "sources", links_of(array_at(content, "sources")));
  put_list(model, "files", files_of(visit, record));
}

// Who signed it, under which head, and who has seen it.
void put_proof(const Visit& visit, const json::object& record, const json::array& seen_by,
               json::object& model) {
  model["proof_sentence"] =
      visit.say("proof.sentence",
                {{"city", text_at(record, "city")}, {"entry", std::to_string(number_at(record, "index"))}});
  model["proof_against"] = visit.say("proof.against", {{"count", number_at(record, "proven_against")}});
  model["seen_sentence"] = visit.say("proof.seen", {{"count", static_cast<std::int64_t>(seen_by.size())}});
  put_list(model, "seen", seen_by);
  for (const char* member : {"signed_by", "log_id", "leaf_hash"}) model[member] = text_at(record, member);
  model["frozen"] = record.at("frozen").as_bool();
}

// A clock that was ahead has dated it: the date stands, and beside it when it came. Empty where it is not so.
std::string dated_ahead(const Visit& visit, const json::object& record) {
  const auto created = parse_time(text_at(record, "created_at"), "created_at");
  const auto arrived = parse_time(text_at(record, "arrived_at"), "arrived_at");
  if (!created.ok() || !arrived.ok()) return {};
  const std::chrono::milliseconds ahead(created->value - arrived->value);
  return ahead > limits::kClockOff ? visit.say("note.dated_ahead", {{"date", visit.words->date(*arrived)}})
                                   : "";
}

}  // namespace

void NotePage::add_routes(RouteTable& routes) {
  const std::string one = "/records/{city}/{index}";
  frame_.get(routes, one, Need::kReading, "getNotePage", "A note to be read in a browser",
             [this](Visit visit) { return read(std::move(visit)); });
  frame_.post(routes, one + "/watch", Need::kReader, "postWatch", "Watch a note, or no longer",
              [this](Visit visit) { return watch(std::move(visit)); });
  frame_.post(routes, one + "/files", Need::kReader, "postFiles", "Fetch a file of a note from other cities",
              [this](Visit visit) { return fetch(std::move(visit)); });
  frame_.get(routes, one + "/withdraw", Need::kPublisher, "showWithdraw", "Before a note is taken back",
             [this](Visit visit) { return withdraw_page(std::move(visit)); });
  frame_.post(routes, one + "/withdraw", Need::kPublisher, "postWithdraw", "Take a note back",
              [this](Visit visit) { return withdraw(std::move(visit)); });
}

bool RepliesBudget::takes(const json::array& sections) {
  std::size_t bytes = 0;
  for (const auto& section : sections) bytes += text_at(section.as_object(), "text_html").size();
  const bool fits = bytes <= left_;
  left_ = fits ? left_ - bytes : 0;
  return fits;
}

asio::awaitable<json::object> NotePage::other(Visit visit, std::string ref, bool with_answers,
                                              Budget budget) {
  const OperationResult found =
      co_await frame_.call(visit, "getRecord", {ref_args(ref), {{"texts", "brief"}}, {}});
  if (!found.ok())
    co_return json::object{{"ref", ref},        {"title", ref},
                           {"city_name", ref},  {"sections", json::array()},
                           {"elsewhere", true}, {"answers", json::array()}};
  const json::object& content = content_of(found.body);
  json::object out = card_of(visit, found.body, text_at(content, "title"));
  out["sections"] = json::array();
  out["elsewhere"] = false;
  if (budget) {
    json::array sections = budget->any() ? sections_of(frame_.shared(), visit, content) : json::array();
    const bool here = budget->any() && budget->takes(sections);
    out["elsewhere"] = !here;
    if (here) out["sections"] = std::move(sections);
  }
  for (const char* member : {"stage", "outcome", "urgency"}) {
    const std::string value = text_at(content, member);
    out[member] = value.empty() ? "" : visit.say(std::string(member) + "." + value);
    out[std::string(member) + "_code"] = value;
  }
  out["can_answer"] = with_answers && frame_.may(visit, "publish");
  out["answers"] = json::array();
  if (with_answers)
    out["answers"] = co_await others(visit, array_at(found.body, "referred_by"), "answers", budget);
  co_return out;
}

asio::awaitable<json::array> NotePage::others(Visit visit, json::array referring, std::string role,
                                              Budget budget) {
  json::array out;
  for (const auto& item : referring) {
    if (out.size() == kOthersShown) break;
    if (text_at(item.as_object(), "role") != role) continue;
    json::object made = co_await other(visit, text_at(item.as_object(), "ref"), role == "about", budget);
    out.push_back(std::move(made));
  }
  co_return out;
}

asio::awaitable<json::array> NotePage::seen_by(Visit visit, std::string city, std::int64_t index) {
  json::array out;
  const auto& facts = frame_.shared().parts.facts;
  if (facts.log() && facts.name != city) out.push_back(json::object{{"city", facts.name}});
  const OperationResult standing =
      co_await frame_.call(visit, "getCity", {{{"city", city}}, {{"parts", "holders"}}, {}});
  for (const auto& item : array_at(standing.body, "held_by")) {
    const std::string holder = text_at(item.as_object(), "city");
    if (holder != city && number_at(item.as_object(), "entries") > index)
      out.push_back(json::object{{"city", holder}});
  }
  co_return out;
}

asio::awaitable<HttpResponse> NotePage::read(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getRecord", {visit.request.args, {}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  const json::object& record = found.body;
  const json::object& content = content_of(record);
  const json::object& author = object_at(object_at(record, "body"), "author");
  const std::string ref = text_at(record, "ref");
  const std::string kind = text_at(record, "kind");
  const auto own = frame_.shared().parts.facts.log();
  const bool ours = own && text_at(record, "log_id") == to_text(*own);

  const std::string title = text_at(content, kind == "profile" ? "display_name" : "title");
  PageView view{"note", title, card_of(visit, record, title), 200, "", ""};
  if (view.title.empty()) view.title = ref;
  view.feed_title = visit.say("feed.city", {{"city", text_at(record, "city")}});
  view.feed_path = "/feeds/city/" + text_at(record, "city") + ".atom";
  json::object& model = view.model;
  model["heading"] = view.title;
  put_text(frame_.shared(), visit, record, content, model);
  const std::string status = text_at(record, "status");
  model["is_gone"] = status == "withdrawn" || status == "erased";
  model["dated_ahead"] = dated_ahead(visit, record);
  model["withdrawn_date"] = date_of(visit, text_at(record, "withdrawn_at"));
  const std::string because = text_at(record, "withdrawn_because");
  model["withdrawn_because"] =
      because.empty() ? "" : visit.say("note.withdrawn_because", {{"reason", because}});
  model["office"] = text_at(author, "office");
  model["person"] = text_at(author, "person");
  const std::string state = text_at(record, "body_state");
  model["body_missing"] = state == "held" ? "" : visit.say("body." + state);

  const json::array& referring = array_at(record, "referred_by");
  json::array about;  // what this one refers to
  for (const auto& item : array_at(record, "refs")) {
    json::object one = co_await other(visit, text_at(item.as_object(), "ref"), false, nullptr);
    one["how"] = visit.say("ref." + text_at(item.as_object(), "role"));
    about.push_back(std::move(one));
  }
  put_list(model, "about", std::move(about));
  const auto budget = std::make_shared<RepliesBudget>();  // what is not said to the note is named alone
  for (const auto& [role, member] :
       std::vector<std::pair<std::string, std::string>>{{"adopts", "adoptions"},
                                                        {"about", "questions"},
                                                        {"answers", "answers"},
                                                        {"translates", "translations"},
                                                        {"derives_from", "derived"},
                                                        {"revises", "revisions"},
                                                        {"withdraws", "withdrawals"}}) {
    const bool is_said_to_it = role == "adopts" || role == "about" || role == "answers";
    json::array items = co_await others(visit, referring, role, is_said_to_it ? budget : nullptr);
    model["has_" + member] = !items.empty();
    model["count_" + member] = items.size();
    model[member] = std::move(items);
  }
  model["is_practice"] = kind == "practice";
  model["is_question"] = kind == "question";
  // A newer version that was withdrawn in its turn is none to go to.
  json::array newer;
  for (const auto& item : array_at(model, "revisions")) {
    const std::string code = text_at(item.as_object(), "standing_code");
    if (code != "withdrawn" && code != "erased") newer.push_back(item);
  }
  put_list(model, "revisions", std::move(newer));
  model["ours"] = ours;
  model["may_withdraw"] =
      ours && frame_.may(visit, "withdraw") && std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
  model["may_publish"] = frame_.may(visit, "publish") && own.has_value();
  model["may_fetch"] = frame_.may(visit, attachments_.fetch.facts);
  model["may_watch"] = visit.request.caller.user.value != 0;
  const auto* watched = record.if_contains("watched");
  model["watched"] = watched != nullptr && watched->is_bool() && watched->get_bool();
  const json::array seen = co_await seen_by(visit, text_at(record, "city"), number_at(record, "index"));
  put_proof(visit, record, seen, model);
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> NotePage::fetch(Visit visit) {
  const std::string ref = visit.request.arg("city") + "/" + visit.request.arg("index");
  auto file = read_file_query(ref, visit.field("sha256"));
  if (!file.ok()) co_return frame_.failed(visit, file.error());
  const auto asked = co_await frame_.call(visit, attachments_.fetch, std::move(*file));
  if (!asked.ok()) co_return frame_.failed(visit, asked.error());
  co_return PageFrame::go("/records/" + ref);
}

asio::awaitable<HttpResponse> NotePage::watch(Visit visit) {
  const bool stop = visit.field("stop") == "yes";
  OperationInput input{visit.request.args, {}, {}};
  const OperationResult done = co_await frame_.call(visit, stop ? "unwatch" : "watch", std::move(input));
  if (!done.ok()) co_return frame_.sorry(visit, done);
  co_return PageFrame::go("/records/" + visit.request.arg("city") + "/" + visit.request.arg("index"));
}

asio::awaitable<HttpResponse> NotePage::withdraw_page(Visit visit) {
  const OperationResult found = co_await frame_.call(visit, "getRecord", {visit.request.args, {}, {}});
  if (!found.ok()) co_return frame_.sorry(visit, found);
  PageView view{"withdraw", visit.say("withdraw.title"), {}, 200, "", ""};
  view.model = {{"ref", text_at(found.body, "ref")},
                {"note_title", text_at(content_of(found.body), "title")}};
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> NotePage::withdraw(Visit visit) {
  const std::string ref = visit.request.arg("city") + "/" + visit.request.arg("index");
  OperationInput input;
  input.has_body = true;
  input.body = {{"ref", ref}, {"reason", visit.field("reason")}, {"erase", visit.field("erase") == "yes"}};
  const OperationResult done = co_await frame_.call(visit, "withdraw", std::move(input));
  if (!done.ok()) co_return frame_.sorry(visit, done);
  const bool waits = done.status == 202;
  co_return PageFrame::go(waits ? "/held/" + std::to_string(number_at(done.body, "id")) : "/records/" + ref);
}

}  // namespace koinon
