// The node that `koinon recover` makes of a log that is taken back, and how its inviters come to know it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/invite.h"
#include "crypto/recovery_answer.h"
#include "node/daemon/data_folder.h"
#include "tools/keeping.h"

namespace koinon {

struct RecoveredNode {
  KeyHistory keys;
  NodeKeys node;
  std::string first_operator;        // the link; empty: an earlier run made the node
  std::vector<std::string> vouched;  // the cities that its log vouches for, as far as was shown

  const Statement& statement() const { return keys.changes().back().statement; }
};

// Makes new keys, states the recovery with them, and puts the node into a missing or empty folder, with the
// inviters as its peers. Nothing leaves the machine.
Result<RecoveredNode> make_recovered_node(const Common& common, const ShownLog& shown,
                                          const SigningKey& recovery, const std::vector<InviteLine>& inviters,
                                          const std::string& passphrase);
// The node of this log that an earlier run has made there, taken back by these words. Nothing: there is none.
Result<std::optional<RecoveredNode>> recovered_before(const std::string& data, const SigningKey& recovery,
                                                      const std::string& passphrase);

// Says what was made, has the inviters pin it, and says what is to be done then. Fails where one has not.
Status use_invites(const Common& common, const RecoverArguments& arguments, const RecoveredNode& made,
                   const std::vector<InviteLine>& invites);
// The same for a node that an earlier run has made, once its store knows these inviters too. kConflict:
// another size than the one that was stated is wanted. kRefused: koinond runs there.
Status use_invites_again(const Common& common, const RecoverArguments& arguments, const RecoveredNode& made,
                         const std::vector<InviteLine>& invites);

}  // namespace koinon
