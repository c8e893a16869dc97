#include "node/pages/adoption_press.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 3> kPressedOutcomes = {"worked", "partly", "did-not"};
constexpr std::array<const char*, 5> kFirst = {"trying", "worked", "partly", "did-not", "stopped"};
constexpr std::array<const char*, 5> kAgain = {"going", "worked", "partly", "did-not", "stopped"};

template <typename Names>
bool is_one_of(const Names& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(), [&](const char* one) { return name == one; });
}

}  // namespace

AdoptionWord pressed_word(const std::string& press, const AdoptionWord& before) {
  if (press == "trying") return {"trying", ""};
  if (is_one_of(kPressedOutcomes, press)) {
    // How something went is told of what was put in place; whoever changed it keeps that.
    return {before.stage == "adapted" ? "adapted" : "adopted", press};
  }
  if (press == "stopped") return {"stopped", before.outcome == "too-early" ? "" : before.outcome};
  return {before.stage.empty() ? "trying" : before.stage, before.outcome};
}

bool is_press(const std::string& text) { return is_one_of(kFirst, text) || is_one_of(kAgain, text); }

void put_presses(const Visit& visit, bool again, json::object& model) {
  json::array presses;
  for (const std::string press : again ? kAgain : kFirst)
    presses.push_back(json::object{{"key", press}, {"text", visit.say("press." + press)}});
  model["presses"] = std::move(presses);
  model["press_why"] = visit.field("why");
}

void apply_press(const Visit& visit, json::object& content) {
  const std::string press = visit.field("do");
  if (!is_press(press)) return;
  const AdoptionWord word = pressed_word(press, {text_at(content, "stage"), text_at(content, "outcome")});
  content["stage"] = word.stage;
  content.erase("outcome");
  if (!word.outcome.empty()) content["outcome"] = word.outcome;
  const std::string why = trimmed(unix_lines(visit.field("why")));
  if (why.empty()) return;
  // What was done differently, until there is something to say of how it went.
  const bool goes_on = press == "trying" || press == "going";
  const std::string member = goes_on ? "changes" : "results";
  const std::string more = text_at(content, member);
  content[member] = more.empty() ? why : why + "\n\n" + more;
}

void put_word(const Visit& visit, const AdoptionWord& word, json::object& model) {
  model["stage"] = word.stage.empty() ? "" : visit.named("stage", word.stage);
  model["outcome"] = word.outcome.empty() ? "" : visit.named("outcome", word.outcome);
  model["stage_code"] = word.stage;
  model["outcome_code"] = word.outcome;
}

}  // namespace koinon
