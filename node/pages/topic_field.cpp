#include "node/pages/topic_field.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/pages/note_view.h"
#include "node/text/topic_names.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kTopicsMeant = 5;  // topics that are offered for one name
constexpr std::size_t kQuestions = 8;    // at once: a note has as many topics
constexpr std::string_view kTopicFor = "topic-for:";
constexpr std::string_view kTick = "topic:";
constexpr std::string_view kKeep = "keep";
constexpr std::string_view kAll = "all";  // topics to follow, as the API says it

using Form = std::map<std::string, std::string>;

std::string answer_about(const Form& form, const std::string& name) {
  const auto it = form.find(std::string(kTopicFor) + name);
  return it == form.end() ? std::string() : it->second;
}

void add_once(std::vector<std::string>& list, std::string item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
}

bool is_listed(std::string_view slug) { return Vocabulary::builtin().find(slug) != nullptr; }

// The question about a name that no listed topic has.
json::object question(const Visit& visit, const Form& form, const std::string& name, std::size_t number) {
  const std::string answer = answer_about(form, name);
  json::array meant;
  for (const std::string& slug : topics_like(name, kTopicsMeant))
    meant.push_back(
        json::object{{"id", "meant-" + std::to_string(number) + "-" + std::to_string(meant.size())},
                     {"slug", slug},
                     {"label", topic_label(visit, slug)},
                     {"chosen", answer == slug}});
  const auto own = own_topic(name);
  return {
      {"radio", std::string(kTopicFor) + name},
      {"question", visit.say(meant.empty() ? "topic.none_like" : "topic.did_you_mean", {{"typed", name}})},
      {"meant", std::move(meant)},
      {"own_id", own ? "own-" + std::to_string(number) : std::string()},
      {"own_text", own ? visit.say("topic.keep", {{"typed", *own}}) : std::string()},
      {"own_chosen", answer == kKeep}};
}

}  // namespace

TypedTopics typed_topics(const Form& form) {
  TypedTopics out;
  const auto typed = form.find("topics");
  for (const std::string& name : names_of_list(typed == form.end() ? std::string() : typed->second)) {
    if (const auto slug = topic_named(name)) {
      add_once(out.slugs, *slug);
      continue;
    }
    add_once(out.asked, name);
    const std::string answer = answer_about(form, name);
    const auto own = answer == kKeep ? own_topic(name) : std::nullopt;
    if (own || is_listed(answer)) {
      add_once(out.slugs, own ? *own : answer);
    } else {
      add_once(out.unknown, name);
    }
  }
  for (auto it = form.lower_bound(std::string(kTick)); it != form.end() && it->first.starts_with(kTick);
       ++it) {
    if (const std::string slug = it->first.substr(kTick.size()); is_listed(slug)) add_once(out.slugs, slug);
  }
  return out;
}

std::vector<Error> topic_faults(const TypedTopics& typed) {
  std::vector<Error> out;
  for (const std::string& name : typed.unknown)
    out.push_back(fail(Code::kInvalidArgument,
                       Sentence{"topic.unlisted",
                                "“{typed}” is no topic that cities share: choose which one you mean",
                                {{"typed", name}}},
                       "topics"));
  return out;
}

Result<std::string> followed_topic(const Visit& visit, const std::string& name, const std::string& field) {
  const std::string folded = folded_name(name);
  if (folded == kAll || folded == folded_name(visit.say("mail.all_topics"))) return std::string(kAll);
  auto slug = topic_named(name);
  const bool is_path = name.find('/') != std::string::npos;
  if (!slug && (is_path || topics_like(name, 1).empty())) slug = own_topic(name);
  if (slug) return *slug;
  std::string near;
  for (const std::string& one : topics_like(name, kTopicsMeant))
    near += (near.empty() ? "" : ", ") + topic_label(visit, one);
  return fail(Code::kInvalidArgument,
              Sentence{"topic.not_found",
                       "“{typed}” is no topic; near are: {near}",
                       {{"typed", name}, {"near", near.empty() ? std::string("–") : near}}},
              field);
}

json::array topic_names(const Visit& visit) {
  json::array out;
  for (const Topic& topic : Vocabulary::builtin().topics())
    out.push_back(json::object{{"label", topic_label(visit, topic.slug)}});
  return out;
}

void put_topics(const Visit& visit, const Form& form, json::object& model) {
  const TypedTopics typed = typed_topics(form);
  std::string value;
  json::array questions;
  for (const std::string& slug : typed.slugs) {
    // An answered question stands as it was typed, so that its answer holds.
    const bool answered = std::any_of(typed.asked.begin(), typed.asked.end(), [&](const std::string& name) {
      const std::string answer = answer_about(form, name);
      return answer == kKeep && own_topic(name) == slug;
    });
    if (!answered) value += (value.empty() ? "" : ", ") + topic_label(visit, slug);
  }
  for (const std::string& name : typed.asked) {
    const std::string answer = answer_about(form, name);
    if (is_listed(answer)) continue;  // it stands under its own name now
    value += (value.empty() ? "" : ", ") + name;
    if (questions.size() < kQuestions) questions.push_back(question(visit, form, name, questions.size()));
  }
  json::array known;
  for (const Topic& topic : Vocabulary::builtin().topics())
    known.push_back(json::object{{"slug", topic.slug}, {"label", topic_label(visit, topic.slug)}});
  model["topics_value"] = value;
  model["has_questions"] = !questions.empty();
  model["questions"] = std::move(questions);
  model["known_topics"] = std::move(known);
}

}  // namespace koinon
