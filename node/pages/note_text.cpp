#include "node/pages/note_text.h"

#include <cmath>

#include "node/pages/note_content.h"
#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace json = boost::json;
namespace {

using google::protobuf::Message;

void add_section(ApiShared& shared, const Visit& visit, json::array& out, const Message& content,
                 const char* member, unsigned above) {
  const std::string text = text_of(content, member);
  if (text.empty()) return;
  out.push_back(json::object{{"id", member},
                             {"name", visit.say(std::string("section.") + member)},
                             {"text_html", shared.html(text, above)},
                             {"needs", json::array()},
                             {"has_needs", false}});
}

// The form of a call makes its title of the first line of its text. Where that is all of it, plain words
// without a link or a mark, the title says it.
bool is_said_by_title(const Message& content) {
  const auto* call = google::protobuf::DynamicCastToGenerated<v1::Call>(&content);
  return call != nullptr && trimmed(call->text()) == call->title() &&
         title_line(call->title()) == call->title();
}

// As a section of its own: a label and a sentence for each.
void add_needs(const Visit& visit, json::array& out, const v1::Practice& practice) {
  json::array needs;
  for (const v1::Need& need : practice.needs()) {
    if (needs.size() == limits::kNeeds) break;  // another city may sign more
    needs.push_back(
        json::object{{"what", need.what().empty() ? std::string() : visit.named("need", need.what())},
                     {"text", need.text()}});
  }
  if (needs.empty()) return;
  out.push_back(json::object{{"id", "needs"},
                             {"name", visit.say("section.needs")},
                             {"text_html", ""},
                             {"needs", std::move(needs)},
                             {"has_needs", true}});
}

void add_fact(json::array& out, const std::string& name, const std::string& value) {
  if (!value.empty()) out.push_back(json::object{{"name", name}, {"value", value}});
}

std::string cost_text(const Visit& visit, const v1::Cost& cost) {
  std::string out;
  if (std::isfinite(cost.amount()) && cost.amount() > 0)
    out = visit.words->number(cost.amount()) + " " + cost.currency();
  return out + (out.empty() || cost.note().empty() ? "" : ": ") + cost.note();
}

template <typename Items, typename Text>
std::string joined(const Items& items, Text text) {
  std::string out;
  for (const auto& item : items) out += (out.empty() ? "" : "; ") + text(item);
  return out;
}

// What can be said in a line each.
json::array facts_of(const Visit& visit, const std::optional<v1::Body>& body) {
  json::array out;
  const Message& content = content_of(body);
  const v1::Practice& practice = body ? body->practice() : v1::Practice::default_instance();
  for (const char* member : {"stage", "outcome", "status", "urgency"}) {
    if (const std::string value = text_of(content, member); !value.empty())
      add_fact(out, visit.say(std::string("fact.") + member), visit.named(member, value));
  }
  if (practice.evidence() > 0)
    add_fact(out, visit.say("fact.evidence"), visit.named("evidence", std::to_string(practice.evidence())));
  for (const char* member : {"period", "staff", "time_to_launch", "people_reached"})
    add_fact(out, visit.say(std::string("fact.") + member), text_of(content, member));
  add_fact(out, visit.say("fact.cost"), cost_text(visit, practice.cost()));
  add_fact(out, visit.say("fact.sdgs"), joined(practice.sdgs(), [&](std::uint32_t goal) {
             return visit.named("sdg", std::to_string(goal));
           }));
  add_fact(out, visit.say("fact.commitments"), joined(practice.commitments(), [](const v1::Commitment& one) {
             return one.agreement() + " " + one.target();
           }));
  add_fact(out, visit.say("fact.partners"),
           joined(practice.partners(), [](const std::string& partner) { return partner; }));
  add_fact(out, visit.say("fact.contact"), text_of(content, "contact"));
  add_fact(out, visit.say("fact.licence"), text_of(content, "licence"));
  return out;
}

json::object link_of(const std::string& url, const std::string& title) {
  return {{"title", title.empty() ? url : title},
          {"publisher", ""},
          {"date", ""},
          {"url", safe_link(url) ? url : ""}};
}

json::array links_of(const v1::Practice& practice) {
  json::array out;
  for (const v1::Link& link : practice.links()) out.push_back(link_of(link.url(), link.title()));
  return out;
}

json::array source_links(const std::optional<v1::Body>& body) {
  json::array out;
  for (const v1::Source& source : sources_of(body)) {
    json::object one = link_of(source.url(), source.title());
    one["publisher"] = source.publisher();
    one["date"] = source.date();
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

json::array sections_of(ApiShared& shared, const Visit& visit, const Message& content, unsigned above) {
  json::array out;
  if (!is_said_by_title(content)) add_section(shared, visit, out, content, "text", above);
  for (const char* member : {"core", "adaptable"}) add_section(shared, visit, out, content, member, above);
  if (const auto* practice = google::protobuf::DynamicCastToGenerated<v1::Practice>(&content))
    add_needs(visit, out, *practice);
  for (const char* member : {"challenge", "solution", "plan", "changes", "results", "went_wrong", "not_again",
                             "lessons", "conditions", "reason"})
    add_section(shared, visit, out, content, member, above);
  return out;
}

void put_list(json::object& model, const std::string& name, json::array items) {
  model["has_" + name] = !items.empty();
  model[name] = std::move(items);
}

void put_note_text(ApiShared& shared, const Visit& visit, const std::optional<v1::Body>& body,
                   json::object& model) {
  const Message& content = content_of(body);
  model["lead_html"] = shared.html(text_of(content, "summary"), kTitleLevel);
  model["sections"] = sections_of(shared, visit, content, kSectionLevel);
  put_list(model, "facts", facts_of(visit, body));
  put_list(model, "links", links_of(body ? body->practice() : v1::Practice::default_instance()));
  put_list(model, "sources", source_links(body));
}

}  // namespace koinon
