#include "node/api/follow_ups_api.h"

namespace koinon {

FollowUpsApi::FollowUpsApi(ApiParts& parts)
    : list({.method = "GET",
            .pattern = "/api/v1/follow-ups",
            .need = Need::kPublisher,
            .id = "listFollowUps",
            .tag = "inbox",
            .summary = "Adoptions of ours that were said to be tried 3, 6 or 12 months ago, and of which "
                       "nothing was said since",
            .gives = "FollowUpList"},
           this, &FollowUpsApi::due_now),
      our_word({.method = "GET",
                .pattern = "/api/v1/records/{city}/{index}/our-word",
                .need = Need::kReading,
                .id = "getOurWord",
                .tag = "reading",
                .summary = "What this node's own city said last of a practice that it adopts",
                .gives = "FollowUp"},
               this, &FollowUpsApi::word_on),
      parts_(parts) {}

Result<std::vector<FollowUpView>> FollowUpsApi::due_now(const Asker&, const Nothing&) {
  const auto own = parts_.facts.log();
  if (!own) return std::vector<FollowUpView>();
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_follow_ups(directory, *parts_.store, *parts_.index, *own, parts_.clock.wall());
}

Result<FollowUpView> FollowUpsApi::word_on(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  std::optional<FollowUpView> said;
  if (const auto own = parts_.facts.log()) {
    KOINON_ASSIGN(said, read_our_word(directory, *parts_.store, *parts_.index, *own,
                                      {found.log.id, found.index}, parts_.clock.wall()));
  }
  if (said) return std::move(*said);
  return fail(Code::kNotFound,
              Sentence{"follow_up.nothing_said", "this city has said nothing of this practice"}, "ref");
}

}  // namespace koinon
