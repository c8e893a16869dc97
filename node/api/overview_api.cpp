#include "node/api/overview_api.h"

namespace koinon {

OverviewApi::OverviewApi(ApiParts& parts)
    : impact({.method = "GET",
              .pattern = "/api/v1/impact",
              .need = Need::kReading,
              .id = "getImpact",
              .tag = "reading",
              .summary =
                  "What others took from us and what we took, with the outcomes; questions answered; by goal "
                  "and commitment",
              .gives = "Impact"},
             this, &OverviewApi::our_impact),
      follow_ups(
          {.method = "GET",
           .pattern = "/api/v1/follow-ups",
           .need = Need::kPublisher,
           .id = "listFollowUps",
           .tag = "inbox",
           .summary = "Adoptions of ours that were said to be tried 3, 6 or 12 months ago, and of which "
                      "nothing was said since",
           .gives = "FollowUpList"},
          this, &OverviewApi::due_now),
      map({.method = "GET",
           .pattern = "/api/v1/map",
           .need = Need::kReading,
           .id = "getMap",
           .tag = "reading",
           .summary = "Where cities are, and who adopted what from whom",
           .gives = "AdoptionMap"},
          this, &OverviewApi::whole_map),
      parts_(parts) {}

Result<ImpactView> OverviewApi::our_impact(const Asker&, const Nothing&) {
  const auto own = parts_.facts.log();
  if (!own)
    return fail(Code::kNotFound, Sentence{"impact.of_observer", "an observer publishes nothing"}, "impact");
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_impact(directory, *parts_.store, *parts_.index, *own);
}

Result<std::vector<FollowUpView>> OverviewApi::due_now(const Asker&, const Nothing&) {
  const auto own = parts_.facts.log();
  if (!own) return std::vector<FollowUpView>();
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_follow_ups(directory, *parts_.store, *parts_.index, *own, parts_.clock.wall());
}

Result<MapView> OverviewApi::whole_map(const Asker&, const Nothing&) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  return read_map(directory, *parts_.store, *parts_.index);
}

}  // namespace koinon
