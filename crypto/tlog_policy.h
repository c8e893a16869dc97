// Whose signatures make a checkpoint good: C2SP tlog-policy. To read such a file, to write one for the cities
// that a node trusts, and to hold a signed note against one.
//
// Pure functions over bytes, for any thread. A policy is a file that a person chose, yet it may come from
// anybody: every part of it has a limit (limits::kPolicy…), and each is looked at once. A group can only name
// what stands before it, and each name is a member once, so that a policy is weighed in one pass, however
// deep its groups stand.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/checkpoint.h"

namespace koinon {

// Witnesses whose keys Koinon cannot check count as ones that did not sign.
struct TlogPolicy {
  struct Log {
    AnyVKey key;
    std::string url;  // may be empty
    bool operator==(const Log&) const = default;
  };
  struct Witness {
    std::string name;  // any bytes but blanks and control characters; so are those of groups, and URLs
    AnyVKey key;
    std::string url;
    bool operator==(const Witness&) const = default;
  };
  // It has signed if so many of its members have.
  struct Group {
    std::string name;
    std::size_t threshold = 1;
    std::vector<std::string> members;  // witnesses and groups that stand before it
    bool operator==(const Group&) const = default;
  };

  std::vector<Log> logs;
  std::vector<Witness> witnesses;
  std::vector<Group> groups;
  std::string quorum = "none";  // a witness or a group; none: no cosignature is asked for

  bool operator==(const TlogPolicy&) const = default;
};

// kMalformed, with the number of the line as the field; kTooLarge. Takes what the specification allows and
// nothing else: a line of a kind that is not known could be the one that asks for more.
Result<TlogPolicy> parse_tlog_policy(BytesView text);

// What a note has of what a policy asks for.
struct PolicyOutcome {
  struct Cosigned {
    std::string witness;  // its name in the policy
    VKey key;
    std::uint64_t seconds = 0;  // Unix time; of several cosignatures the earliest
  };
  Checkpoint checkpoint;
  std::vector<Cosigned> cosigned;
  std::vector<std::string> missing;  // the other witnesses, in the order of the policy
  std::string shortfall;             // a sentence that says who is missing; empty: the quorum is met
};

// Of the logs that the policy lists the one that signed this note. kBadSignature: none did, or a signature
// with a listed key's name and ID does not verify.
Result<VKey> find_policy_log(const SignedNote& note, const TlogPolicy& policy);

// Looks at cosignatures alone; whether the log signed the note is the caller's question. Fails for what makes
// the note bad, whatever else it has: kMalformed, a note that is no checkpoint; kBadSignature, a line with
// the name and ID of one of the policy's witnesses that does not verify, as signed-note asks for. Lines of
// others, and of types that are not known, say nothing.
Result<PolicyOutcome> weigh_cosignatures(const SignedNote& note, const TlogPolicy& policy);

// The same, and kRefused with `shortfall` where the quorum is not met.
Result<PolicyOutcome> check_quorum(const SignedNote& note, const TlogPolicy& policy);

// A city whose cosignatures count.
struct PolicyCosigner {
  VKey newest;                // of type cosignature/v1, as all of these
  std::vector<VKey> retired;  // newest first; never one that was stolen, or replaced after a rollback
  std::string country;        // as an ISO 3166 code; empty: it is not known
  std::string label;          // what the file calls it: the city's name
};

// What a quorum counts. The format lets a name be a member once, so a policy can count all cosigners, or
// those of each country and then the countries, and not both.
enum class PolicyCounts : unsigned char {
  // The default. All cosigners stand in one group, written country by country: "4 of 6" is what it says,
  // whatever countries they are of, and holds while any two are away.
  kCosigners,
  // A group for each country, which has signed if more than half of its cosigners have; who has no country
  // stands alone. For whoever fears that the cities of one country could be made to sign together: many of
  // them weigh no more than one of another country. Fewer than half of all cosigners may then suffice.
  kCountries,
};

// The file, with comments that say what the quorum is. `logs` (type Ed25519) and `cosigners`: nearest first.
// At most limits::kPolicyCosigners of each are written, then retired keys as far as that number has room,
// nearest first; a retired key stands with the new one in a group of which `any` suffices. Comments say how
// many were left out. What has the same key as one before it is left out silently.
// `quorum`: how many of what `counts` names; nothing: more than half, but no more than limits::kCosignatures,
// which a proof bears. Without cosigners none is asked for. kInvalidArgument: a key of another type or
// without a proper name, or a quorum of 0, or one that cannot be met.
Result<std::string> make_city_policy(const std::vector<VKey>& logs,
                                     const std::vector<PolicyCosigner>& cosigners,
                                     std::optional<std::size_t> quorum = std::nullopt,
                                     PolicyCounts counts = PolicyCounts::kCosigners);

}  // namespace koinon
