// What came of one practice: who took it up, who wrote a practice of their own from it, who asked and who
// answered, in the order in which all this arrived here.
//
// A view belongs to one request, on the thread of its readers. Of what refers to a practice at most
// limits::kStoryRecords records are looked at, and of their texts limits::kReferringBytes are read.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/reading/summary_view.h"

namespace koinon {

enum class StoryPart : unsigned char { kAdopted, kDerived, kAsked, kAnswered };
// "adopted", "derived", "asked", "answered".
std::string_view story_part_text(StoryPart part);

struct StoryStep {
  StoryPart part = StoryPart::kAdopted;
  SummaryView note;  // what says so
  std::string of;    // the ref of what it refers to: a practice, an adoption, a question
  std::string of_city;
  // Which practice it belongs to, in whatever version and language: 0 is that of the story, those derived
  // from it have the next numbers.
  std::size_t practice = 0;
  // Of an adoption, in the words of the protocol; empty: not said, or its text is not here.
  std::string stage;
  std::string outcome;
  std::string period;  // when it happened, in the author's words
  // Of an adoption: the same city says more of the same practice in a later step.
  bool said_again = false;
  // Of a question: who was asked; none: all.
  std::vector<std::string> to;
  // Of an answer: how long after the question it was signed, by the two authors' clocks.
  std::optional<std::chrono::milliseconds> after;
};

struct StoryView {
  SummaryView practice;
  std::string period;                  // when it happened, in the author's words
  std::vector<SummaryView> languages;  // its current versions in other languages, by its own city
  std::vector<StoryStep> steps;        // in the order in which they arrived
  // What counts of it: other cities, and the last word of each on a practice.
  std::int64_t cities = 0;
  std::map<std::string, std::int64_t> outcomes;
  bool more = false;  // there is more than was looked at
};

// kNotFound: it is no practice, or was taken back.
Result<StoryView> read_story(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log,
                             EntryIndex entry);

struct StoryPlace {
  LogId log;
  EntryIndex index;
};
// The practice of which most other cities have said how it went, then that which most have taken up, then
// that which arrived first; of the newest limits::kStoryChoice adoptions. Nothing: no city has said.
Result<std::optional<StoryPlace>> most_told_practice(StoreReader& store, IndexReader& index);

}  // namespace koinon
