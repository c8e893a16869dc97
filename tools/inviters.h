// What the cities that invite show of a log that is to be taken back, one beside the other. Each question
// goes over the network to the inviter and has a deadline (see node/transport/at_inviter.h).
//
// For a thread that may wait.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/invite.h"
#include "crypto/recovery_answer.h"

namespace koinon {

struct Inviter {
  InviteLine invite;
  ShownLog shown;
};

// Who invites, by name.
std::string name_of(const InviteLine& invite);

// One question to one of them. kConflict, with its name in the field: these words count no more, or of
// several logs one must be named. Other codes: it cannot be reached, or what it shows is not as it should be.
Result<ShownLog> ask_inviter(const InviteLine& invite, const SigningKey& recovery,
                             const RecoveryQuestion& question);

// Those that show it. The others are only told, as long as there is one and nothing is stated (`only_looks`):
// one that is silent may be the one that knows of another statement. kConflict: one of them proves that the
// words count no more, and who does not know that yet says nothing against it; or knows several logs.
Result<std::vector<Inviter>> ask_inviters(const std::vector<InviteLine>& invites, const SigningKey& recovery,
                                          const std::optional<LogId>& log, bool only_looks);

// Says on standard error what is no reason to stop.
void warn(const Error& error);

// kConflict: two recoveries contradict each other, and nothing thaws the log.
Status check_for_good(const ShownLog& shown);

struct Beside {
  enum class How : unsigned char {
    kSame,     // so many first entries are the same
    kBehind,   // they are the same, and it has no more
    kEarlier,  // so is that, and it has not heard of the last recovery
    kOther,    // another log
  };
  How how = How::kOther;
  TreeSize same;
};

// `at`: compared up to there.
Result<Beside> compared(const Inviter& chosen, const Inviter& other, const SigningKey& recovery, TreeSize at);

// What the best of them shows at that size. kConflict: another shows another log there, or the log's keys
// were changed meanwhile.
Result<ShownLog> shown_at(const std::vector<Inviter>& inviters, std::size_t best, const SigningKey& recovery,
                          TreeSize at);

}  // namespace koinon
