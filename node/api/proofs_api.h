// Proofs that anybody can check without a node: that a record is in its city's log, which cities have signed
// that they hold that log, which witnesses have cosigned it, and whose signatures this node counts.
//
// On the reading thread of its parts.
#pragma once

#include "node/api/api.h"
#include "node/api/named_record.h"
#include "node/api/operation.h"
#include "node/reading/cosigned_view.h"
#include "node/text/params.h"

namespace koinon {

struct PolicyQuery {
  std::string city;  // its name on this node, or its log id; empty: for the logs of all trusted cities
  std::optional<std::size_t> quorum;  // nothing: more than half
  PolicyCounts counts = PolicyCounts::kCosigners;
};
// Reads city, quorum and counts.
Result<PolicyQuery> read_policy_query(const Params& params);

// Who has signed the head that proves a record.
struct SignersView {
  std::string ref;
  TreeSize entries;  // of that head
  VKey key;          // of the log, that signed it
  std::vector<CosignerView> cosigners;
  std::vector<WitnessSigner> witnesses;  // these are no cities
};

class ProofsApi {
 public:
  explicit ProofsApi(ApiShared& shared);

  // A file of the tlog-proof standard. kUnavailable: the log is still being fetched.
  const Operation<NamedRecord, std::string> proof;
  const Operation<NamedRecord, SignersView> signers;
  // A file of the tlog-policy standard.
  const Operation<PolicyQuery, std::string> policy;

 private:
  struct Proven {
    LogId log;
    EntryIndex index;
    std::string ref;
    ProvingHead head;
  };
  Result<Proven> find(const NamedRecord& named);
  Result<std::string> prove(const Asker& asker, const NamedRecord& named);
  Result<SignersView> list_signers(const Asker& asker, const NamedRecord& named);
  Result<std::string> make_policy(const Asker& asker, const PolicyQuery& query);

  ApiParts& parts_;
};

}  // namespace koinon
