// What cities have signed of a log's heads, read for showing it and for proofs, and whose signatures a policy
// is to count. A view belongs to one request.
//
// A cosignature counts where its city is trusted now, has not signed two histories, and names the key, now or
// before, without having lost track of what it signed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "crypto/cosigned.h"
#include "crypto/tlog_policy.h"
#include "node/reading/directory.h"
#include "node/reading/nearness.h"

namespace koinon {

struct CosignerView {
  LogId log;
  std::string city;           // the name of its log on this node
  std::string display_name;   // empty: the city has not stated one
  std::uint64_t seconds = 0;  // Unix time, as the city states it
  VKey vkey;
};
// As a time; one beyond the year 9999 is cut there.
UnixMillis signed_at(const CosignerView& cosigner);

// A witness (C2SP tlog-witness) says that it saw a head, and no other history of the log. It is no city.
struct WitnessSigner {
  std::string name;           // of its key
  std::uint64_t seconds = 0;  // Unix time, as the witness states it
};
UnixMillis signed_at(const WitnessSigner& witness);

// The head that proves an entry.
struct ProvingHead {
  CosignedHead head;  // with the lines that count, and no others
  VKey key;           // of the log, that signed it
  std::vector<CosignerView> cosigners;
  std::vector<NoteSignature> witnesses;  // lines of the witnesses that the operator of its log named

  Bytes note() const;  // the head with all of these lines
  // In the order of their lines. A line whose time cannot be read is left out.
  std::vector<WitnessSigner> witness_signers() const;
};

// Which cosigner keys of which cities count, as one request sees them.
class CosignerKeys {
 public:
  CosignerKeys(StoreReader& store, const Nearness& nearness) : store_(store), nearness_(nearness) {}

  // The newest first. Empty: none of this city counts.
  const std::vector<VKey>& of(const LogId& city);
  // Of the city that the line bears; null: it does not count.
  const VKey* of(const CosignatureLine& line);

 private:
  StoreReader& store_;
  const Nearness& nearness_;
  std::map<LogId, std::vector<VKey>> known_;
};

// The head that most cities and witnesses have signed, of those that have the entry; where nobody has signed
// any, the newest. kUnavailable: the log is still being fetched.
Result<ProvingHead> read_proving_head(Directory& directory, StoreReader& store, const Nearness& nearness,
                                      const LogState& log, EntryIndex index);

// What a policy of this node is made of: make_city_policy in crypto/tlog_policy.h.
struct PolicyCities {
  std::vector<VKey> logs;
  std::vector<PolicyCosigner> cosigners;
};
// Of the trusted cities, the nearest first; of frozen logs none. `only`: a policy for the log of one city,
// which does not cosign itself. It looks at limits::kPolicyCities.
Result<PolicyCities> read_policy_cities(Directory& directory, StoreReader& store, IndexReader& index,
                                        const Nearness& nearness, const std::optional<LogState>& only);

}  // namespace koinon
