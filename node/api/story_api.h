// What came of a practice: of any, and of the one whose story the first page tells.
//
// On the reading thread of its parts.
#pragma once

#include <optional>

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/story_view.h"

namespace koinon {

// Nothing: the operator wants none, or there is nothing to tell yet.
struct FirstStory {
  std::optional<StoryView> story;
};

class StoryApi {
 public:
  explicit StoryApi(ApiParts& parts);

  // kNotFound: it is no practice, or was taken back.
  const Operation<NamedRecord, StoryView> of_practice;
  const Operation<Nothing, FirstStory> of_first_page;

 private:
  // What was read last for the first page, which everybody asks for.
  struct Kept {
    std::string choice;
    ArrivalSeq position;
    MonoTime at{};
    FirstStory story;
  };

  Result<StoryView> find(const Asker& asker, const NamedRecord& named);
  Result<FirstStory> find_first(const Asker& asker, const Nothing& query);
  Result<FirstStory> read_first(const std::string& choice);

  ApiParts& parts_;
  std::optional<Kept> kept_;
};

}  // namespace koinon
