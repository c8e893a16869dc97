#include "node/reading/city_view.h"

#include <variant>

#include "storage/store/recovery_rules.h"

namespace koinon {

CityView read_city(Directory& directory, const LogState& state, const TrustPath& path) {
  CityView out;
  out.log = state.id;
  out.city = directory.city(state.id);
  out.vkey = state.keys.vkey().text();
  out.entries = state.range.size().value;
  out.frozen = state.frozen;
  out.name_claimed_twice = directory.shares_name(state);
  out.display_name = directory.display_name(state.id);
  for (const LogId& hop : path) out.trust_path.push_back(directory.city(hop));
  return out;
}

std::optional<ContradictionView> read_contradiction(BytesView evidence) {
  const auto shown = read_evidence(evidence);
  if (!shown.ok()) return std::nullopt;
  ContradictionView out;
  out.kind = kind_of(*shown);
  if (const auto* heads = std::get_if<TwoHeads>(&shown->said); heads != nullptr) out.at = heads->at.value;
  if (const auto* said = std::get_if<TwoStatements>(&shown->said); said != nullptr) {
    out.number = said->first.sequence;
    out.first = said->first.key.text();
    out.second = said->second.key.text();
  }
  return out;
}

std::string contradiction_text(const ContradictionView& shown) {
  if (shown.kind == ForkKind::kTwoHeads) {
    const std::string begin =
        shown.at == 1 ? "the first entry is" : "the first " + std::to_string(shown.at) + " entries are";
    return begin + " not the same in the two histories that its key signed";
  }
  const std::string by = shown.kind == ForkKind::kTwoKeys ? "its signing key" : "its recovery words";
  return "two statements number " + std::to_string(shown.number) + ", signed by " + by +
         ", name two different keys";
}

const KeptEvidence* shown_evidence(const std::vector<KeptEvidence>& kept) {
  const KeptEvidence* freezes = freezing(kept);
  if (freezes != nullptr) return freezes;
  return kept.empty() ? nullptr : &kept.back();
}

}  // namespace koinon
