#include "crypto/tlog_policy.h"

#include <algorithm>
#include <map>
#include <set>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// Types of C2SP signed-note whose meaning is known, and that are no cosignatures: they say no time.
constexpr unsigned char kPlainTypes[] = {0x01, 0x02, 0x05};
constexpr unsigned char kMlDsaType = 0x06;  // ML-DSA-44, whose key ID is made as that of Ed25519

Error bad_policy(std::string why) { return fail(Code::kMalformed, std::move(why), "policy"); }

Result<AnyVKey> parse_policy_key(std::string_view text) {
  KOINON_ASSIGN(AnyVKey out, parse_any_vkey(text));
  if (out.key.size() > limits::kPolicyKeyBytes)
    return fail(Code::kTooLarge, "a verifier key is too long", "policy");
  if (out.is_ed25519() && out.key.size() != PublicKey::kSize)
    return bad_policy("an Ed25519 verifier key has 32 bytes");
  if ((out.is_ed25519() || out.type == kMlDsaType) && out.id != out.made_id())
    return bad_policy("the ID of a verifier key does not match its name and key");
  return out;
}

// The parts of a line between blanks, which are spaces and tabs alone.
std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t";
  std::vector<std::string_view> out;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    out.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(kBlanks, end);
  }
  return out;
}

// Takes the lines of a policy one after the other.
class PolicyReader {
 public:
  using Words = std::vector<std::string_view>;

  Status take(const Words& words) {
    if (words.front() == "log") return take_log(words);
    if (words.front() == "witness") return take_witness(words);
    if (words.front() == "group") return take_group(words);
    if (words.front() == "quorum") return take_quorum(words);
    return bad_policy("a line begins with log, witness, group or quorum");
  }

  Result<TlogPolicy> done() && {
    if (!has_quorum_) return bad_policy("it has no quorum line");
    return std::move(out_);
  }

 private:
  // Keys that are the same, and keys that note signatures could not tell apart.
  struct Known {
    std::set<Bytes> keys;
    std::set<std::pair<std::string, std::uint32_t>> ids;

    Status add(const AnyVKey& key) {
      if (!keys.insert(key.key).second) return bad_policy("the same key stands in an earlier line");
      if (!ids.emplace(key.name, key.id).second)
        return bad_policy("an earlier line has another key with this name and ID");
      return {};
    }
  };

  static Result<std::string> take_url(const Words& words, std::size_t place) {
    if (words.size() > place + 1) return bad_policy("the line has more than a key and a URL");
    if (words.size() <= place) return std::string();
    if (words[place].size() > limits::kPolicyUrlBytes)
      return fail(Code::kTooLarge, "a URL has at most 2048 bytes", "policy");
    return std::string(words[place]);
  }

  Status take_log(const Words& words) {
    if (words.size() < 2) return bad_policy("a log line reads: log VKEY URL, where the URL may be missing");
    if (out_.logs.size() == limits::kPolicyLogs)
      return fail(Code::kTooLarge, "a policy has at most 256 logs", "policy");
    TlogPolicy::Log log;
    KOINON_ASSIGN(log.key, parse_policy_key(words[1]));
    if (log.key.type == static_cast<unsigned char>(SignatureType::kCosignatureV1))
      return bad_policy("the key of a log is one for cosignatures");
    KOINON_ASSIGN(log.url, take_url(words, 2));
    KOINON_TRY(logs_.add(log.key));
    out_.logs.push_back(std::move(log));
    return {};
  }

  Status take_witness(const Words& words) {
    if (words.size() < 3)
      return bad_policy("a witness line reads: witness NAME VKEY URL, where the URL may be missing");
    if (out_.witnesses.size() == limits::kPolicyWitnesses)
      return fail(Code::kTooLarge, "a policy has at most 256 witnesses", "policy");
    TlogPolicy::Witness witness;
    KOINON_ASSIGN(witness.name, take_name(words[1]));
    KOINON_ASSIGN(witness.key, parse_policy_key(words[2]));
    if (std::ranges::find(kPlainTypes, witness.key.type) != std::end(kPlainTypes))
      return bad_policy("the key of a witness is not one for cosignatures");
    KOINON_ASSIGN(witness.url, take_url(words, 3));
    KOINON_TRY(witnesses_.add(witness.key));
    out_.witnesses.push_back(std::move(witness));
    return {};
  }

  Status take_group(const Words& words) {
    if (words.size() < 4)
      return bad_policy("a group line reads: group NAME THRESHOLD MEMBER, with one member at least");
    if (out_.groups.size() == limits::kPolicyGroups)
      return fail(Code::kTooLarge, "a policy has at most 256 groups", "policy");
    TlogPolicy::Group group;
    for (std::size_t i = 3; i < words.size(); ++i) {
      const auto found = names_.find(words[i]);
      if (found == names_.end()) return bad_policy("a member of a group is not defined on a line before it");
      if (found->second) return bad_policy("a name is a member twice");
      found->second = true;
      group.members.emplace_back(words[i]);
    }
    // After its members: a group is none of its own.
    KOINON_ASSIGN(group.name, take_name(words[1]));
    KOINON_ASSIGN(group.threshold, threshold_of(words[2], group.members.size()));
    out_.groups.push_back(std::move(group));
    return {};
  }

  static Result<std::size_t> threshold_of(std::string_view word, std::size_t members) {
    if (word == "any") return std::size_t{1};
    if (word == "all") return members;
    const auto number = parse_decimal(word);
    if (!number.ok() || *number == 0 || *number > members)
      return bad_policy("the threshold of a group is any, all, or a number from 1 to that of its members");
    return static_cast<std::size_t>(*number);
  }

  Status take_quorum(const Words& words) {
    if (has_quorum_) return bad_policy("it has a second quorum line");
    if (words.size() != 2) return bad_policy("a quorum line reads: quorum NAME");
    if (words[1] != "none" && !names_.contains(words[1]))
      return bad_policy("the quorum names what is not defined on a line before it");
    has_quorum_ = true;
    out_.quorum = words[1];
    return {};
  }

  Result<std::string> take_name(std::string_view name) {
    if (name.size() > limits::kPolicyNameBytes)
      return fail(Code::kTooLarge, "a name in a policy has at most 255 bytes", "policy");
    if (name == "none") return bad_policy("the name none means that no cosignature is asked for");
    if (!names_.emplace(name, false).second) return bad_policy("the name is defined twice");
    return std::string(name);
  }

  TlogPolicy out_;
  bool has_quorum_ = false;
  std::map<std::string, bool, std::less<>> names_;  // and whether it is a member already
  Known logs_;
  Known witnesses_;
};

Status check_octets(BytesView text) {
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (u == '\r')
      return bad_policy(
          "its lines end as on Windows, in carriage return and line feed; a line feed alone "
          "must end them");
    if ((u < 0x20 && u != '\t' && u != '\n') || u == 0x7F)
      return bad_policy("it has a control character other than tabs and line feeds");
  }
  return {};
}

}  // namespace

Result<TlogPolicy> parse_tlog_policy(BytesView text) {
  if (text.size() > limits::kPolicyBytes)
    return fail(Code::kTooLarge, "a policy has at most 512 KiB", "policy");
  KOINON_TRY(check_octets(text));
  PolicyReader reader;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string place = "line " + std::to_string(number) + " of the policy";
    if (number > limits::kPolicyLines)
      return fail(Code::kTooLarge, "a policy has at most 4096 lines", "policy");
    const auto end = text.find('\n');
    if (end == BytesView::npos)
      return fail(Code::kMalformed, "the line does not end in a line feed: the file is cut off", place);
    const auto words = words_of(text.substr(0, end));
    text.remove_prefix(end + 1);
    if (words.empty() || words.front().starts_with('#')) continue;
    if (const Status taken = reader.take(words); !taken.ok())
      return again_as(taken.error().code, taken.error(), place);
  }
  return std::move(reader).done();
}

}  // namespace koinon
