// Proposals to change a note: what they would change, and what its city has said to them. They are made and
// answered at the desk, as notes are.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/proposal_view.h"

namespace koinon {

class ProposalsApi {
 public:
  explicit ProposalsApi(ApiParts& parts);

  // To change a record. kNotFound: there is no such record.
  const Operation<NamedRecord, std::vector<ProposalView>> list;
  // One proposal, by its own ref.
  const Operation<NamedRecord, ProposalView> get;

 private:
  Result<std::vector<ProposalView>> to_record(const Asker& asker, const NamedRecord& named);
  Result<ProposalView> one(const Asker& asker, const NamedRecord& named);

  ApiParts& parts_;
};

}  // namespace koinon
