// C2SP tlog-policy: what the specification allows and refuses, and which notes a policy is content with. The
// policies that we write for cities: unit/city_policy_test.cpp.
#include "crypto/tlog_policy.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tests/tlog_policies.h"

namespace koinon::test::tlog_policy_test {
namespace {

constexpr std::uint64_t kTime = 1'700'000'000;
const std::string kOrigin = "log.example/one";

SigningKey key_of(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }

VKey log_vkey(char seed = 'L') { return {kOrigin, SignatureType::kEd25519, key_of(seed).public_key()}; }

std::string name_of(char seed) { return std::string("witness.example/") + seed; }

VKey witness_vkey(char seed) {
  return {name_of(seed), SignatureType::kCosignatureV1, key_of(seed).public_key()};
}

std::string log_line(char seed = 'L') { return "log " + log_vkey(seed).text() + "\n"; }

std::string witness_line(const std::string& name, char seed) {
  return "witness " + name + " " + witness_vkey(seed).text() + "\n";
}

// A key that Koinon cannot check, with the ID that its specification gives it.
std::string ml_dsa_vkey(const std::string& name) {
  const Bytes key(1312, 'm');
  const Bytes id(sha256({name, BytesView("\n\x06", 2), key}).view().substr(0, 4));
  return name + "+" + to_hex(id) + "+" + to_base64("\x06" + key);
}

Checkpoint head(std::uint64_t size = 7) {
  return {kOrigin, TreeSize(size), Hash::from(Bytes(32, static_cast<char>(size)))};
}

// The note of a head, cosigned by these.
SignedNote note_by(const std::string& witnesses, const Checkpoint& checkpoint = head()) {
  SignedNote note = *parse_note(sign_checkpoint(checkpoint, key_of('L')));
  for (const char seed : witnesses)
    note.signatures.push_back(cosign(note.text, name_of(seed), key_of(seed), kTime));
  return note;
}

class Policy : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  static TlogPolicy parsed(const std::string& text) {
    const auto policy = parse_tlog_policy(text);
    EXPECT_TRUE(policy.ok()) << policy.error().text() << "\n" << text;
    return policy.ok() ? *policy : TlogPolicy{};
  }

  // One that counts the witnesses a to f and asks for four.
  static TlogPolicy four_of_six() {
    std::string text = log_line();
    for (const char seed : std::string("abcdef")) text += witness_line(std::string(1, seed), seed);
    return parsed(text + "group all-six 4 a b c d e f\nquorum all-six\n");
  }
};

// The example of the specification, with keys, for each set of its six witnesses.
TEST_F(Policy, TheExampleOfC2spAsksForTwoOfXAndOneOfY) {
  const TlogPolicy policy =
      parsed(log_line() + "\n" + witness_line("X1", 'a') + witness_line("X2", 'b') + witness_line("X3", 'c') +
             "group X-witnesses 2 X1 X2 X3\n\n" + witness_line("Y1", 'd') + witness_line("Y2", 'e') +
             witness_line("Y3", 'f') +
             "group Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n");
  const std::string all = "abcdef";
  for (unsigned set = 0; set < 64; ++set) {
    std::string who;
    for (unsigned i = 0; i < 6; ++i) {
      if ((set >> i & 1) != 0) who += all[i];
    }
    const unsigned of_x = (set & 1) + (set >> 1 & 1) + (set >> 2 & 1);
    const bool expected = of_x >= 2 && set >> 3 != 0;
    const auto outcome = weigh_cosignatures(note_by(who), policy);
    ASSERT_TRUE(outcome.ok()) << outcome.error().text();
    EXPECT_EQ(outcome->shortfall.empty(), expected) << who << ": " << outcome->shortfall;
    EXPECT_EQ(check_policy(note_by(who), policy).ok(), expected) << who;
    EXPECT_EQ(outcome->cosigned.size(), who.size());
    EXPECT_EQ(outcome->missing.size(), 6 - who.size());
  }
}

TEST_F(Policy, SaysWhoSignedWhenAndWhichLog) {
  const SignedNote note = note_by("abde");
  const auto outcome = check_policy(note, four_of_six());
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
  const auto log = find_policy_log(note, four_of_six());
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ(*log, log_vkey());
  EXPECT_EQ(outcome->checkpoint, head());
  ASSERT_EQ(outcome->cosigned.size(), 4U);
  EXPECT_EQ(outcome->cosigned[2].witness, "d");
  EXPECT_EQ(outcome->cosigned[2].key, witness_vkey('d'));
  EXPECT_EQ(outcome->cosigned[2].seconds, kTime);
  EXPECT_EQ(outcome->missing, (std::vector<std::string>{"c", "f"}));
}

TEST_F(Policy, OneTooFewIsRefusedAndSaysWhoIsMissing) {
  const auto outcome = check_policy(note_by("abd"), four_of_six());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, Code::kRefused);
  EXPECT_EQ(
      outcome.error().text(),
      "the policy's quorum is not met: all-six needs 4 of its 6 members, and 3 have signed; missing: c, "
      "e, f");
}

TEST_F(Policy, AChangedCosignatureMakesTheNoteBadHoweverManyOthersThereAre) {
  const SignedNote good = note_by("abcdef");
  ASSERT_TRUE(check_policy(good, four_of_six()).ok());
  for (std::size_t line = 0; line < good.signatures.size(); ++line) {
    SignedNote changed = good;
    changed.signatures[line].signature.back() ^= 1;
    const auto outcome = check_policy(changed, four_of_six());
    ASSERT_FALSE(outcome.ok()) << line;
    EXPECT_EQ(outcome.error().code, Code::kBadSignature) << line;
  }
  // Its time is signed as well.
  SignedNote later = good;
  later.signatures[1].signature[7] ^= 1;
  EXPECT_FALSE(check_policy(later, four_of_six()).ok());
  later.signatures[1].signature.resize(8);
  EXPECT_FALSE(check_policy(later, four_of_six()).ok());
}

TEST_F(Policy, ACosignatureOfAnotherHeadDoesNotCount) {
  SignedNote note = note_by("abc");
  note.signatures.push_back(note_by("d", head(8)).signatures.back());
  const auto outcome = check_policy(note, four_of_six());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, Code::kBadSignature);
}

TEST_F(Policy, SignersOutsideItAndLinesOfUnknownKindsSayNothing) {
  SignedNote note = note_by("abcxyz");
  note.signatures.push_back({name_of('d'), 0x01020304, Bytes(2428, 'm')});  // as ML-DSA-44 has it
  note.signatures.push_back({"somebody", 0x01020304, Bytes(3, 'm')});
  // The name of a witness over another key, and its key under another name.
  note.signatures.push_back(cosign(note.text, name_of('d'), key_of('x'), kTime));
  note.signatures.push_back(cosign(note.text, "else.example", key_of('d'), kTime));
  // A plain signature by the witness' key is no cosignature.
  note.signatures.push_back(sign_note(note.text, name_of('d'), key_of('d')));
  const auto outcome = weigh_cosignatures(note, four_of_six());
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
  EXPECT_EQ(outcome->cosigned.size(), 3U);
  EXPECT_FALSE(outcome->shortfall.empty());
  note.signatures.push_back(cosign(note.text, name_of('d'), key_of('d'), kTime));
  EXPECT_TRUE(check_policy(note, four_of_six()).ok());
}

TEST_F(Policy, TwoCosignaturesOfOneWitnessCountOnce) {
  SignedNote note = note_by("abc");
  note.signatures.push_back(cosign(note.text, name_of('a'), key_of('a'), kTime - 60));
  const auto outcome = weigh_cosignatures(note, four_of_six());
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->cosigned.size(), 3U);
  EXPECT_EQ(outcome->cosigned[0].seconds, kTime - 60);
  EXPECT_FALSE(outcome->shortfall.empty());
}

TEST_F(Policy, OneOfItsLogsMustHaveSigned) {
  EXPECT_TRUE(check_policy(note_by(""), parsed(log_line() + "quorum none\n")).ok());
  EXPECT_TRUE(check_policy(note_by(""), parsed(log_line('M') + log_line() + "quorum none\n")).ok());
  // A key of that name that did not sign; another log; no log at all.
  const VKey other{"log.example/two", SignatureType::kEd25519, key_of('L').public_key()};
  for (const std::string& logs : {log_line('M'), "log " + other.text() + "\n", std::string()}) {
    const auto outcome = check_policy(note_by("abcdef"), parsed(logs + "quorum none\n"));
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, Code::kBadSignature);
  }
  // Which log it is may be known otherwise.
  EXPECT_TRUE(check_quorum(note_by(""), parsed("quorum none\n")).ok());
}

TEST_F(Policy, AQuorumMayBeOneWitness) {
  const TlogPolicy policy = parsed(log_line() + witness_line("a", 'a') + "quorum a\n");
  EXPECT_TRUE(check_policy(note_by("a"), policy).ok());
  const auto outcome = check_policy(note_by("b"), policy);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().text(), "the policy's quorum is not met: it needs the cosignature of a");
}

TEST_F(Policy, WhatIsMissingInAGroupOfGroupsIsSaid) {
  const TlogPolicy policy =
      parsed(log_line() + witness_line("a", 'a') + witness_line("b", 'b') + witness_line("c", 'c') +
             "group two all a b\ngroup top all two c\nquorum top\n");
  const auto outcome = check_policy(note_by("ac"), policy);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(
      outcome.error().text(),
      "the policy's quorum is not met: top needs 2 of its 2 members, and 1 has signed; missing: two; two "
      "needs 2 of its 2 members, and 1 has signed; missing: b");
}

TEST_F(Policy, WitnessesOfTypesThatAreNotKnownMayStandInIt) {
  const TlogPolicy policy =
      parsed(log_line() + witness_line("a", 'a') + "witness quantum " + ml_dsa_vkey("pq.example") +
             "\nwitness later later.example+01020304+" +
             to_base64("\x77"
                       "a key of some length") +
             " https://later.example/\ngroup any-two 2 a quantum later\nquorum any-two\n");
  EXPECT_EQ(policy, parsed(text_of(policy)));
  SignedNote note = note_by("a");
  note.signatures.push_back({"later.example", 0x01020304, Bytes(100, 'x')});
  const auto outcome = check_policy(note, policy);
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().text().find("cannot check the keys of 2 of the policy's witnesses"),
            std::string::npos)
      << outcome.error().text();
}

TEST_F(Policy, BlanksCommentsUrlsAndAnyOctetsAreTaken) {
  const TlogPolicy policy =
      parsed("# comment\n\t # another\n \t\n\twitness  a\t" + witness_vkey('a').text() +
             "   https://a.example/\xE6\x9D\xB1 \nwitness \xFF\x80 " + witness_vkey('b').text() +
             "\ngroup #g 1 a \xFF\x80\nquorum #g\nlog " + log_vkey().text() + " https://log.example/\n" +
             witness_line("unused", 'c'));
  EXPECT_EQ(policy.witnesses.size(), 3U);
  EXPECT_EQ(policy.witnesses[0].url, "https://a.example/\xE6\x9D\xB1");
  EXPECT_EQ(policy.logs[0].url, "https://log.example/");
  EXPECT_EQ(policy.quorum, "#g");
  EXPECT_TRUE(check_policy(note_by("b"), policy).ok());
  // Names are octets: what looks alike may differ.
  EXPECT_TRUE(
      parse_tlog_policy(witness_line("K", 'a') + witness_line("\xE2\x84\xAA", 'b') + "quorum K\n").ok());
}

TEST_F(Policy, RefusesWhatTheSpecificationDoesNotAllow) {
  const std::string a = witness_line("a", 'a');
  const std::string b = witness_line("b", 'b');
  const VKey renamed{"else.example", SignatureType::kCosignatureV1, key_of('a').public_key()};
  const std::string wrong_id = witness_vkey('c').name + "+00000000" + witness_vkey('c').text().substr(26);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no quorum"},
      {a + "group g any a\n", "no quorum"},
      {"quorum none\nquorum none\n", "two quorums"},
      {"quorum a\n" + a, "a quorum before its witness"},
      {"quorum all-of-them\n", "a quorum of nobody"},
      {a + "quorum a a\n", "a quorum of two"},
      {"quorum\n", "a quorum without a name"},
      {a + "group g any a b\n" + b + "quorum g\n", "a member on a later line"},
      {"group g any g\nquorum g\n", "a group of its own"},
      {a + "group g any a a\nquorum g\n", "a member twice"},
      {a + b + "group g any a\ngroup h any a b\nquorum h\n", "a member of two groups"},
      {a + "group g any none\nquorum g\n", "none as a member"},
      {a + "group none any a\nquorum none\n", "none as a group"},
      {witness_line("none", 'a') + "quorum none\n", "none as a witness"},
      {a + witness_line("a", 'b') + "quorum a\n", "a name twice"},
      {a + "group a any a\nquorum a\n", "a group with the name of a witness"},
      {a + "group g 0 a\nquorum g\n", "a threshold of 0"},
      {a + "group g 2 a\nquorum g\n", "a threshold of more than there are"},
      {a + "group g 01 a\nquorum g\n", "a threshold with a zero before it"},
      {a + "group g -1 a\nquorum g\n", "a threshold below 0"},
      {a + "group g most a\nquorum g\n", "a threshold that is a word"},
      {a + "group g 99999999999999999999 a\nquorum g\n", "a threshold beyond all numbers"},
      {a + "group g any\nquorum g\n", "a group without members"},
      {a + "witness c " + renamed.text() + "\nquorum a\n", "a key twice, under another name"},
      {log_line() + log_line() + "quorum none\n", "a log twice"},
      {"witness c " + wrong_id + "\nquorum c\n", "an ID that does not match"},
      {"witness c " + log_vkey().text() + "\nquorum c\n", "a witness with the key of a log"},
      {"log " + witness_vkey('a').text() + "\nquorum none\n", "a log with the key of a witness"},
      {"log " + log_vkey().text() + " https://a/ b\nquorum none\n", "a log with two URLs"},
      {"witness a " + witness_vkey('a').text() + " u v\nquorum a\n", "a witness with two URLs"},
      {"log\nquorum none\n", "a log without a key"},
      {"witness a\nquorum a\n", "a witness without a key"},
      {"log key\nquorum none\n", "a key that is none"},
      {"log name+0+\nquorum none\n", "a key of no bytes"},
      {"Quorum none\n", "a capital letter"},
      {"quorum none\nmirror x\n", "a line of a kind that is not known"},
      {"quorum none", "a last line without its end"},
      {"quorum none\r\n", "a carriage return"},
      {"quorum none\n\x7F", "a delete"},
      {std::string("#\0\nquorum none\n", 15), "a zero byte"},
      {"quorum\v none\n", "a vertical tab"},
  };
  for (const auto& [text, what] : cases) EXPECT_FALSE(parse_tlog_policy(text).ok()) << what;
  const auto where = parse_tlog_policy("# one\n" + a + "group g any b\nquorum g\n");
  ASSERT_FALSE(where.ok());
  EXPECT_EQ(where.error().field, "line 3 of the policy");
}

// A key of a number; nobody has its secret.
VKey made_vkey(std::size_t number, SignatureType type) {
  Bytes key(24, 'k');
  put_u64(key, number);
  return {"n" + std::to_string(number), type, PublicKey::from(key)};
}

// So many logs, witnesses and groups, each group of one witness and the group before it.
std::string large(std::size_t logs, std::size_t witnesses, std::size_t groups) {
  std::string out;
  for (std::size_t i = 0; i < logs; ++i) out += "log " + made_vkey(i, SignatureType::kEd25519).text() + "\n";
  for (std::size_t i = 0; i < witnesses; ++i) {
    const std::string number = std::to_string(i);
    out += "witness w" + number + " " + made_vkey(i, SignatureType::kCosignatureV1).text() + "\n";
    if (i >= groups) continue;
    out += "group g" + number + " all w" + number;
    out += (i == 0 ? "" : " g" + std::to_string(i - 1)) + "\n";
  }
  return out + "quorum none\n";
}

TEST_F(Policy, HasLimitsAndTakesWhatTheSpecificationRecommends) {
  EXPECT_TRUE(parse_tlog_policy(large(32, 32, 32)).ok());
  EXPECT_TRUE(
      parse_tlog_policy(large(limits::kPolicyLogs, limits::kPolicyWitnesses, limits::kPolicyGroups)).ok());
  const std::vector<std::string> beyond = {
      large(limits::kPolicyLogs + 1, 0, 0),
      large(0, limits::kPolicyWitnesses + 1, 0),
      std::string(limits::kPolicyLines, '\n') + "quorum none\n",
      "#" + std::string(limits::kPolicyBytes, 'x') + "\nquorum none\n",
      witness_line(std::string(limits::kPolicyNameBytes + 1, 'n'), 'a') + "quorum none\n",
      "log " + log_vkey().text() + " " + std::string(limits::kPolicyUrlBytes + 1, 'u') + "\nquorum none\n",
      "log n+01020304+" + to_base64(Bytes(2 * limits::kPolicyKeyBytes, '\x77')) + "\nquorum none\n",
  };
  for (const std::string& text : beyond) {
    const auto policy = parse_tlog_policy(text);
    ASSERT_FALSE(policy.ok()) << text.substr(0, 80);
    EXPECT_EQ(policy.error().code, Code::kTooLarge) << policy.error().text();
  }
}

TEST_F(Policy, GroupsMayStandDeepWithinEachOther) {
  std::string text = log_line() + witness_line("deep", 'a');
  std::string inner = "deep";
  for (std::size_t i = 0; i < limits::kPolicyGroups; ++i) {
    const std::string group = "g" + std::to_string(i);
    text += "group " + group + " any " + inner + "\n";
    inner = group;
  }
  const TlogPolicy policy = parsed(text + "quorum " + inner + "\n");
  EXPECT_TRUE(check_policy(note_by("a"), policy).ok());
  EXPECT_FALSE(check_policy(note_by("b"), policy).ok());
}

// Any policy that the format can say.
TlogPolicy any_policy() {
  const std::string letters = "aZ09#+:/.~\x80\xFF\xE6";
  const auto word = [&](const std::string& end) {
    return *rc::gen::container<std::string>(rc::gen::elementOf(letters)) + end;
  };
  TlogPolicy out;
  const auto logs = *rc::gen::inRange<std::size_t>(0, 5);
  for (std::size_t i = 0; i < logs; ++i)
    out.logs.push_back({AnyVKey(made_vkey(i, SignatureType::kEd25519)),
                        *rc::gen::arbitrary<bool>() ? word("u") : std::string()});
  std::vector<std::string> free;
  const auto witnesses = *rc::gen::inRange<std::size_t>(0, 12);
  for (std::size_t i = 0; i < witnesses; ++i) {
    free.push_back(word("w" + std::to_string(i)));
    out.witnesses.push_back({free.back(), AnyVKey(made_vkey(i, SignatureType::kCosignatureV1)),
                             *rc::gen::arbitrary<bool>() ? word("u") : std::string()});
  }
  std::vector<std::string> names = free;
  for (std::size_t i = 0; !free.empty() && i < 6; ++i) {
    TlogPolicy::Group group;
    const auto members = *rc::gen::inRange<std::size_t>(1, free.size() + 1);
    for (std::size_t member = 0; member < members; ++member) {
      const auto at = static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, free.size()));
      group.members.push_back(free[static_cast<std::size_t>(at)]);
      free.erase(free.begin() + at);
    }
    group.name = word("g" + std::to_string(i));
    group.threshold = *rc::gen::inRange<std::size_t>(1, members + 1);
    free.push_back(group.name);
    names.push_back(group.name);
    out.groups.push_back(std::move(group));
  }
  if (!names.empty()) out.quorum = *rc::gen::elementOf(names);
  return out;
}

RC_GTEST_PROP(PolicyFile, WhatIsWrittenIsReadBack, ()) {
  const TlogPolicy policy = any_policy();
  const auto read = parse_tlog_policy(text_of(policy));
  RC_ASSERT(read.ok());
  RC_ASSERT(*read == policy);
  RC_ASSERT(text_of(*read) == text_of(policy));
}

}  // namespace
}  // namespace koinon::test::tlog_policy_test
