#include "node/api/fit_api.h"

namespace koinon {

FitApi::FitApi(ApiShared& shared)
    : get({.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}/fit",
           .need = Need::kReading,
           .id = "getFit",
           .tag = "reading",
           .summary = "Whether a practice would work in this node's city: both cities side by side, who "
                      "tried it and how that went, and what it takes",
           .gives = "Fit"},
          this, &FitApi::find),
      parts_(shared.parts) {}

Result<FitView> FitApi::find(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return read_fit(directory, *parts_.store, *parts_.index, parts_.facts.log(), found);
}

}  // namespace koinon
