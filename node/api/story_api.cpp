#include "node/api/story_api.h"

namespace koinon {
namespace {

// What trust changes, such as the names of cities, no arrival says.
constexpr std::chrono::seconds kKept{10};

}  // namespace

StoryApi::StoryApi(ApiParts& parts)
    : of_practice(
          {.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}/story",
           .need = Need::kReading,
           .id = "getStory",
           .tag = "reading",
           .summary = "What came of a practice: who took it up, who wrote their own from it, who asked "
                      "and who answered, in the order in which it arrived here",
           .gives = "Story"},
          this, &StoryApi::find),
      of_first_page({.method = "GET",
                     .pattern = "/api/v1/story",
                     .need = Need::kReading,
                     .id = "getFirstStory",
                     .tag = "reading",
                     .summary = "The story that the first page tells to visitors, if there is one to tell",
                     .gives = "FirstStory"},
                    this, &StoryApi::find_first),
      parts_(parts) {}

Result<StoryView> StoryApi::find(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return read_story(directory, *parts_.store, *parts_.index, found.log.id, found.index);
}

Result<FirstStory> StoryApi::find_first(const Asker&, const Nothing&) {
  const std::string choice = parts_.commons.story.get();
  KOINON_ASSIGN(const ArrivalSeq position, parts_.index->position());
  const MonoTime now = parts_.clock.mono();
  const bool stands =
      kept_ && kept_->choice == choice && kept_->position == position && now - kept_->at < kKept;
  if (!stands) {
    kept_.reset();
    KOINON_ASSIGN(FirstStory story, read_first(choice));
    kept_ = Kept{choice, position, now, std::move(story)};
  }
  return kept_->story;
}

Result<FirstStory> StoryApi::read_first(const std::string& choice) {
  if (choice == StoryChoice::kNone) return FirstStory{};
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  std::optional<StoryPlace> place;
  if (choice.empty()) {
    KOINON_ASSIGN(place, most_told_practice(*parts_.store, *parts_.index));
  } else if (const auto found = directory.find_ref(choice); found.ok()) {
    place = StoryPlace{found->log.id, found->index};
  }
  if (!place) return FirstStory{};
  auto story = read_story(directory, *parts_.store, *parts_.index, place->log, place->index);
  // What was chosen may have been taken back, or not have come yet. Then the page does without.
  if (!story.ok() && story.error().code == Code::kNotFound) return FirstStory{};
  if (!story.ok()) return story.error();
  if (story->steps.empty()) return FirstStory{};
  return FirstStory{std::move(*story)};
}

}  // namespace koinon
