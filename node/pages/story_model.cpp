#include "node/pages/story_model.h"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "node/pages/note_view.h"
#include "node/pages/story_picture.h"
#include "node/text/language.h"
#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kAdoptionsTold = 2;
constexpr std::size_t kCitiesDrawn = 16;
constexpr std::array<const char*, 4> kOutcomes = {"worked", "partly", "did-not", "too-early"};

std::string primary(const std::string& language) { return language.substr(0, language.find('-')); }

// What this page tells in the reader's words.
class Teller {
 public:
  Teller(const PageFrame& frame, const Visit& visit, const StoryView& story)
      : frame_(frame), visit_(visit), story_(story) {}

  json::object tell(const std::vector<StoryStep>& steps) {
    json::array lines;
    lines.push_back(first_line());
    for (const StoryStep& step : steps) lines.push_back(line(step));
    return {{"story_ref", story_.practice.ref},
            {"lines", std::move(lines)},
            {"counted", counted()},
            {"picture", picture(steps)},
            {"described", described_}};
  }
  // The version in the reader's language, if there is one.
  const SummaryView& practice() const {
    if (primary(story_.practice.language) == visit_.words->tag()) return story_.practice;
    for (const SummaryView& one : story_.languages) {
      if (primary(one.language) == visit_.words->tag()) return one;
    }
    return story_.practice;
  }

 private:
  const std::string& name(const std::string& city) {
    auto [at, is_new] = names_.try_emplace(city);
    if (is_new) at->second = frame_.city_name(visit_, city);
    return at->second;
  }

  // A sentence, and the note that it leads to.
  json::object line(std::string text, const SummaryView& note, const std::string& period) const {
    return {{"text", std::move(text)},
            {"ref", note.ref},
            {"title", note.title.empty() ? visit_.say("kind." + std::string(note.kind_text())) : note.title},
            {"language", note.title.empty() ? "" : language_tag(note.language)},
            {"summary", note.summary},
            {"text_dir", text_direction(note.language)},
            {"created_at", time_text(note.created_at)},
            {"date", date_of(visit_, note.created_at)},
            {"period", period}};
  }
  json::object first_line() {
    json::object out =
        line(visit_.say("story.wrote", {{"city", name(story_.practice.city)}}), practice(), story_.period);
    if (practice().ref != story_.practice.ref) out["period"] = "";  // it is in another language
    return out;
  }
  json::object line(const StoryStep& step) { return line(sentence(step), step.note, step.period); }

  std::string sentence(const StoryStep& step) {
    const std::string city = name(step.note.city);
    switch (step.part) {
      case StoryPart::kAdopted: {
        const std::string took = took_up(step.stage, city);
        const bool tells = is_outcome(step.outcome);
        return tells ? took + " " + visit_.say("story.says." + step.outcome) : took;
      }
      case StoryPart::kDerived:
        return visit_.say("story.derived", {{"city", city}});
      case StoryPart::kAsked:
        return step.to.size() == 1
                   ? visit_.say("story.asked", {{"city", city}, {"of", name(step.to.front())}})
                   : visit_.say(step.to.empty() ? "story.asked_all" : "story.asked_some", {{"city", city}});
      case StoryPart::kAnswered:
        return answered(step, city);
    }
    return city;
  }
  std::string took_up(const std::string& stage, const std::string& city) const {
    for (const char* known : {"trying", "adopted", "adapted", "stopped"}) {
      if (stage == known) return visit_.say("story.took." + stage, {{"city", city}});
    }
    return visit_.say("story.took.other", {{"city", city}});
  }
  // Two clocks may disagree: before the question nobody has answered.
  std::string answered(const StoryStep& step, const std::string& city) const {
    if (!step.after || step.after->count() < 0) return visit_.say("story.answered", {{"city", city}});
    const std::int64_t days = std::chrono::duration_cast<std::chrono::hours>(*step.after).count() / 24;
    return visit_.say("story.answered_after", {{"city", city}, {"count", days}});
  }
  static bool is_outcome(const std::string& outcome) {
    return std::find(kOutcomes.begin(), kOutcomes.end(), outcome) != kOutcomes.end();
  }

  // "3 cities took it up. Worked: 2 · Did not work: 1"
  std::string counted() const {
    if (story_.cities == 0) return {};
    std::string out = visit_.say("story.cities", {{"count", story_.cities}});
    std::string told;
    for (const std::string outcome : kOutcomes) {
      const auto found = story_.outcomes.find(outcome);
      if (found == story_.outcomes.end()) continue;
      told += (told.empty() ? " " : " · ") + visit_.say("outcome." + outcome) + ": " +
              visit_.words->number(static_cast<double>(found->second));
    }
    return out + told;
  }

  std::size_t stop_of(const std::string& city) const {
    const auto found = places_.find(city);
    return found == places_.end() ? 0 : found->second;
  }
  // Whoever learned stands behind whom they learned from. Who stands there already keeps their place.
  void put_stop(const StoryStep& step) {
    const bool is_talk = step.part == StoryPart::kAsked || step.part == StoryPart::kAnswered;
    const std::string& learner = step.part == StoryPart::kAnswered ? step.of_city : step.note.city;
    std::string teacher = step.of_city;
    if (step.part == StoryPart::kAsked && step.to.size() == 1) teacher = step.to.front();
    if (step.part == StoryPart::kAnswered) teacher = step.note.city;
    const std::string how =
        is_talk || step.part == StoryPart::kDerived ? std::string(story_part_text(step.part)) : step.outcome;
    const auto found = places_.find(learner);
    if (found == places_.end()) {
      if (stops_.size() == kCitiesDrawn) return;
      places_[learner] = stops_.size();
      stops_.push_back({name(learner), how, stop_of(teacher)});
      return;
    }
    StoryStop& stop = stops_[found->second];
    if (!stop.from) return;
    if (step.part == StoryPart::kAdopted || stop.how == "asked") stop.how = how;
  }
  json::object picture(const std::vector<StoryStep>& steps) {
    places_[story_.practice.city] = 0;
    stops_.push_back({name(story_.practice.city), "", {}});
    for (const StoryStep& step : steps) put_stop(step);
    for (const StoryStop& stop : stops_) {
      if (!stop.from) continue;
      if (!described_.empty()) described_ += " ";
      described_ += visit_.say("story.learned", {{"city", stop.name}, {"from", stops_[*stop.from].name}});
    }
    return story_picture(stops_, visit_.words->right_to_left());
  }

  const PageFrame& frame_;
  const Visit& visit_;
  const StoryView& story_;
  std::map<std::string, std::string> names_;
  std::map<std::string, std::size_t> places_;  // of cities in stops_
  std::vector<StoryStop> stops_;
  std::string described_;  // the picture, in words
};

}  // namespace

std::vector<StoryStep> told_steps(const StoryView& story) {
  std::set<std::size_t> told;
  const auto tell = [&](auto&& wanted) {
    for (std::size_t i = 0; i < story.steps.size() && told.size() < kAdoptionsTold; ++i) {
      const StoryStep& step = story.steps[i];
      const bool counts = step.part == StoryPart::kAdopted && !step.said_again &&
                          step.note.log != story.practice.log && wanted(step);
      if (counts) told.insert(i);
    }
  };
  tell([](const StoryStep& step) { return !step.outcome.empty() && step.outcome != "too-early"; });
  tell([](const StoryStep&) { return true; });
  for (std::size_t answer = 0; answer < story.steps.size(); ++answer) {
    if (story.steps[answer].part != StoryPart::kAnswered) continue;
    const auto asked = std::find_if(story.steps.begin(), story.steps.end(), [&](const StoryStep& step) {
      return step.part == StoryPart::kAsked && step.note.ref == story.steps[answer].of;
    });
    if (asked == story.steps.end()) continue;
    told.insert(static_cast<std::size_t>(asked - story.steps.begin()));
    told.insert(answer);
    break;
  }
  // A city that has said more than once is told where it first came in.
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (const std::size_t i : told) {
    const StoryStep& step = story.steps[i];
    const auto first = std::find_if(story.steps.begin(), story.steps.end(), [&](const StoryStep& one) {
      return one.part == step.part && one.note.city == step.note.city && one.practice == step.practice;
    });
    const bool is_word = step.part == StoryPart::kAdopted;
    order.emplace_back(is_word ? static_cast<std::size_t>(first - story.steps.begin()) : i, i);
  }
  std::sort(order.begin(), order.end());
  std::vector<StoryStep> out;
  for (const auto& [at, i] : order) out.push_back(story.steps[i]);
  return out;
}

json::object story_strip(const PageFrame& frame, const Visit& visit, const StoryView& story) {
  return Teller(frame, visit, story).tell(told_steps(story));
}

json::object whole_story(const PageFrame& frame, const Visit& visit, const StoryView& story) {
  json::object out = Teller(frame, visit, story).tell(story.steps);
  out["more"] = story.more;
  out["none"] = story.steps.empty();
  return out;
}

}  // namespace koinon
