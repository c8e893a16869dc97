// What our city said of the practices that it adopts, and of which it is asked how they go.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/follow_up_view.h"

namespace koinon {

class FollowUpsApi {
 public:
  explicit FollowUpsApi(ApiParts& parts);

  const Operation<Nothing, std::vector<FollowUpView>> list;
  // What our city said last of a practice, in whatever version. kNotFound: nothing that stands.
  const Operation<NamedRecord, FollowUpView> our_word;

 private:
  Result<std::vector<FollowUpView>> due_now(const Asker& asker, const Nothing& query);
  Result<FollowUpView> word_on(const Asker& asker, const NamedRecord& named);

  ApiParts& parts_;
};

}  // namespace koinon
