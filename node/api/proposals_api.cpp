#include "node/api/proposals_api.h"

namespace koinon {

ProposalsApi::ProposalsApi(ApiParts& parts)
    : list({.method = "GET",
            .pattern = "/api/v1/records/{city}/{index}/proposals",
            .need = Need::kReading,
            .id = "listProposals",
            .tag = "reading",
            .summary = "Proposals to change a note, and what its city has said to them",
            .gives = "ProposalList"},
           this, &ProposalsApi::to_record),
      get({.method = "GET",
           .pattern = "/api/v1/records/{city}/{index}/proposal",
           .need = Need::kReading,
           .id = "getProposal",
           .tag = "reading",
           .summary = "A proposal: what it would change, and what was said to it",
           .gives = "ProposalStanding"},
          this, &ProposalsApi::one),
      parts_(parts) {}

Result<std::vector<ProposalView>> ProposalsApi::to_record(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return read_proposals_to(directory, *parts_.store, *parts_.index, found.log.id, found.index);
}

Result<ProposalView> ProposalsApi::one(const Asker&, const NamedRecord& named) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(named.ref));
  return read_proposal(directory, *parts_.store, *parts_.index, found.log.id, found.index);
}

}  // namespace koinon
