// What a witness is sent, what each of its answers says, and which witnesses a configuration may name: by
// C2SP tlog-witness, tlog-cosignature and signed-note.
#include "node/delivery/witness_message.h"

#include <gtest/gtest.h>

#include "node/delivery/witness_list.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::test::witness_message_test {
namespace {

constexpr std::uint64_t kTime = 1'679'315'147;

SigningKey key_of(char seed) { return SigningKey::from_seed(std::string(32, seed)); }

VKey witness_key(const std::string& name, char seed) {
  return {name, SignatureType::kCosignatureV1, key_of(seed).public_key()};
}

class WitnessAnswers : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    Checkpoint checkpoint{"seoul.example/koinon/x", TreeSize(5), {}};
    head_ = *witnessable(sign_checkpoint(checkpoint, key_of('l')));
    keys_ = {witness_key("witness.example/w1", 'w')};
  }
  WitnessReply read(long status, const std::string& answer, bool cut = false) {
    Transfers::Outcome outcome;
    outcome.status = status;
    outcome.answer = answer;
    outcome.cut = cut;
    outcome.told = Sentence{"send.too_slow", "the receiver did not answer in time"};
    return read_witness_answer(outcome, head_, keys_);
  }
  std::string line(const std::string& name, char seed, std::uint64_t time = kTime) {
    return cosign(head_.note.text, name, key_of(seed), time).line();
  }

  WitnessableHead head_;
  std::vector<VKey> keys_;
};

TEST_F(WitnessAnswers, TheRequestHasTheOldSizeTheProofAndTheNoteOfTheLogAlone) {
  SignedNote note = *parse_note(head_.note.encode());
  note.signatures.push_back(cosign(note.text, "milan.example", key_of('m'), kTime));
  const WitnessableHead head = *witnessable(note.encode());
  Hash hash;
  hash.data.fill(1);
  EXPECT_EQ(
      witness_request(TreeSize(3), {hash, hash}, head),
      "old 3\n" + to_base64(hash.view()) + "\n" + to_base64(hash.view()) + "\n\n" + head_.note.encode());
  EXPECT_EQ(witness_request(TreeSize(0), {}, head), "old 0\n\n" + head_.note.encode());
}

TEST_F(WitnessAnswers, A200IsACosignatureOfOurHead) {
  const WitnessReply answer = read(200, line("witness.example/w1", 'w'));
  ASSERT_EQ(answer.said, WitnessSaid::kCosigned);
  ASSERT_EQ(answer.lines.size(), 1U);
  EXPECT_EQ(answer.lines.front().line(), line("witness.example/w1", 'w'));
}

TEST_F(WitnessAnswers, LinesOfUnknownKeysAndKindsArePassedOver) {
  const std::string unknown = "\u2014 witness.example/w1 " + to_base64(std::string(2432, 'q')) + "\n";
  const WitnessReply answer =
      read(200, unknown + line("witness.example/w1", 'w') + line("witness.example/w2", 'v'));
  ASSERT_EQ(answer.said, WitnessSaid::kCosigned) << answer.told;
  EXPECT_EQ(answer.lines.size(), 1U);
}

TEST_F(WitnessAnswers, SeveralKeysOfOneAddressMayAllSign) {
  keys_.push_back(witness_key("witness.example/w2", 'v'));
  EXPECT_EQ(read(200, line("witness.example/w1", 'w') + line("witness.example/w2", 'v')).lines.size(), 2U);
  EXPECT_EQ(read(200, line("witness.example/w2", 'v')).lines.size(), 1U);
}

TEST_F(WitnessAnswers, A200WithoutARightLineIsAFailure) {
  const std::string right = line("witness.example/w1", 'w');
  const SignedNote other{"another text\n", {}};
  std::string changed = right;
  changed[changed.size() - 10] = changed[changed.size() - 10] == 'A' ? 'B' : 'A';
  for (const std::string& wrong :
       {std::string(), std::string("\n"), std::string("<html>no</html>\n"), line("witness.example/w2", 'w'),
        line("witness.example/w1", 'v'), line("witness.example/w1", 'w', 0), changed, right + changed,
        right.substr(0, right.size() - 1), "\n" + right, head_.note.encode() + right,
        cosign(other.text, "witness.example/w1", key_of('w'), kTime).line(), std::string("\xff\n")}) {
    const WitnessReply answer = read(200, wrong);
    EXPECT_EQ(answer.said, WitnessSaid::kFailed) << wrong;
    EXPECT_TRUE(answer.lines.empty()) << wrong;
    EXPECT_FALSE(answer.told.empty());
  }
  EXPECT_EQ(read(200, right, true).said, WitnessSaid::kFailed) << "it did not come to its end";
  std::string many;
  for (std::size_t i = 0; i < limits::kWitnessAnswerLines; ++i) many += line("witness.example/w2", 'v');
  EXPECT_EQ(read(200, many + right).said, WitnessSaid::kFailed) << "too many lines";
}

TEST_F(WitnessAnswers, A409SaysTheSizeThatTheWitnessCosignedLast) {
  const WitnessReply answer = read(409, "20852014\n");
  EXPECT_EQ(answer.said, WitnessSaid::kOtherOld);
  EXPECT_EQ(answer.size, TreeSize(20852014));
  EXPECT_EQ(read(409, "0\n").said, WitnessSaid::kOtherOld);
  for (const char* wrong : {"", "\n", "-1\n", "01\n", "5\n\n", " 5\n", "five\n", "5 \n", "<p>conflict</p>",
                            "18446744073709551616\n", "18446744073709551615\n", "1099511627777\n"})
    EXPECT_EQ(read(409, wrong).said, WitnessSaid::kFailed) << wrong;
  EXPECT_EQ(read(409, "12", true).said, WitnessSaid::kFailed) << "more may follow";
}

TEST_F(WitnessAnswers, EachOtherStatusSaysWhatItIs) {
  EXPECT_EQ(read(400, "").said, WitnessSaid::kRefused);
  EXPECT_EQ(read(422, "").said, WitnessSaid::kRefused);
  EXPECT_EQ(read(403, "").said, WitnessSaid::kUnknown);
  EXPECT_EQ(read(404, std::string(70'000, 'x'), true).said, WitnessSaid::kUnknown);
  for (const long status : {100L, 201L, 204L, 301L, 302L, 401L, 405L, 410L, 429L, 500L, 502L, 503L, 999L}) {
    const WitnessReply answer = read(status, line("witness.example/w1", 'w'));
    EXPECT_EQ(answer.said, WitnessSaid::kFailed) << status;
    EXPECT_NE(answer.told.find(std::to_string(status)), std::string::npos) << answer.told;
  }
  const WitnessReply none = read(0, "");
  EXPECT_EQ(none.said, WitnessSaid::kFailed);
  EXPECT_EQ(none.told, "the receiver did not answer in time");
}

TEST_F(WitnessAnswers, ThePauseThatItAsksForHasAnEnd) {
  Transfers::Outcome outcome;
  outcome.status = 429;
  outcome.retry_after = std::chrono::seconds(7);
  EXPECT_EQ(read_witness_answer(outcome, head_, keys_).not_before, std::chrono::seconds(7));
  outcome.retry_after = std::chrono::seconds::max();
  EXPECT_EQ(read_witness_answer(outcome, head_, keys_).not_before, limits::kWitnessBackoffMax);
}

TEST_F(WitnessAnswers, AConfigurationNamesThemByKeyAndAddress) {
  const std::string first = witness_key("witness.example/w1", 'w').text();
  const std::string second = witness_key("witness.example/w2", 'v').text();
  const auto read_list = parse_witnesses({first + " https://a.example/add/", second + " http://10.0.0.1:80"});
  ASSERT_TRUE(read_list.ok()) << read_list.error().text();
  ASSERT_EQ(read_list->size(), 2U);
  EXPECT_EQ(read_list->front().url, "https://a.example/add");
  EXPECT_EQ(read_list->front().keys, std::vector<VKey>{witness_key("witness.example/w1", 'w')});
  const auto together = parse_witnesses({first + " https://a.example", second + " https://a.example/"});
  ASSERT_TRUE(together.ok());
  ASSERT_EQ(together->size(), 1U) << "one request to one address";
  EXPECT_EQ(together->front().keys.size(), 2U);
}

TEST_F(WitnessAnswers, AWrongEntryOfAConfigurationIsRefusedWithWhatIsWrong) {
  const std::string key = witness_key("witness.example/w1", 'w').text();
  const std::string log = VKey{"seoul.example", SignatureType::kEd25519, key_of('l').public_key()}.text();
  const auto refused = [](const std::vector<std::string>& entries) {
    const auto result = parse_witnesses(entries);
    EXPECT_FALSE(result.ok()) << entries.front();
    if (result.ok()) return std::string();
    EXPECT_EQ(result.error().code, Code::kInvalidArgument);
    EXPECT_EQ(result.error().field, "witness.urls");
    return result.error().message;
  };
  EXPECT_NE(refused({"https://a.example"}).find("VKEY URL"), std::string::npos);
  EXPECT_NE(refused({"x+00000000+AAAA https://a.example"}).find("verifier key"), std::string::npos);
  EXPECT_NE(refused({log + " https://a.example"}).find("0x04"), std::string::npos);
  for (const char* url :
       {"", "a.example", "ftp://a.example", "https://", "https:///x", "https://u:p@a.example",
        "https://a.example/?x=1", "https://a.example/#x", "https://a.example/ x", "https://:80"})
    EXPECT_NE(refused({key + " " + url}).find("address"), std::string::npos) << url;
  EXPECT_NE(refused({key + " https://" + std::string(limits::kWitnessUrlBytes, 'a')}).find("address"),
            std::string::npos);
  EXPECT_NE(refused({key + " https://a.example", key + " https://b.example"}).find("twice"),
            std::string::npos);
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= limits::kWitnesses; ++i)
    many.push_back(witness_key("w" + std::to_string(i), 'w').text() + " https://a.example");
  EXPECT_NE(refused(many).find("at most 8"), std::string::npos);
}

}  // namespace
}  // namespace koinon::test::witness_message_test
