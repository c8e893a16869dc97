// The witness for other systems, status by status, as C2SP tlog-witness says it.
#include "node/witness/witness.h"

#include <gtest/gtest.h>

#include "tests/temporary_folder.h"
#include "tests/witness/other_log.h"

namespace koinon::test::witness_test {
namespace {

constexpr UnixMillis kNow{1'780'000'000'123};
constexpr const char* kName = "seoul.example/witness/k3j5x2ab";

class WitnessTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    key.emplace(SigningKey::generate());
    log.emplace("log.example/one");
    db.emplace(std::move(*WitnessDb::make(folder.path() / "witness.db", {"vkey", kNow})));
    open();
  }
  void open() {
    WitnessedLogs logs;
    EXPECT_TRUE(logs.add_list("logs/v0\n\nvkey " + log->vkey().text() + "\n" + more).empty());
    witness.emplace(std::move(logs), rate, kName, *key, *db);
  }
  void reopen() {
    witness.reset();
    db.reset();
    db.emplace(std::move(*WitnessDb::open(folder.path() / "witness.db")));
    open();
  }
  WitnessAnswer ask(const std::string& body) { return witness->add_checkpoint(body, kNow, mono); }
  WitnessAnswer head_of(const std::string& origin) {
    return witness->checkpoint(to_hex(sha256(origin).view()));
  }
  VKey vkey() const { return {kName, SignatureType::kCosignatureV1, key->public_key()}; }
  // The cosignature verifies over this note.
  void expect_cosigned(const WitnessAnswer& answer, const std::string& note) {
    ASSERT_EQ(answer.status, 200U) << answer.body;
    const auto parsed = parse_note(note + answer.body);
    ASSERT_TRUE(parsed.ok());
    const auto seconds = verify_cosignature(*parsed, vkey());
    ASSERT_TRUE(seconds.ok()) << seconds.error().text();
    EXPECT_EQ(*seconds, 1'780'000'000U);
  }
  void expect_conflict(const WitnessAnswer& answer, const std::string& size) {
    EXPECT_EQ(answer.status, 409U);
    EXPECT_EQ(answer.body, size + "\n");
    EXPECT_EQ(answer.content_type, "text/x.tlog.size");
  }

  TemporaryFolder folder;
  std::optional<SigningKey> key;
  std::optional<OtherLog> log;
  std::string more;  // of the list
  WitnessRate rate;
  MonoTime mono{std::chrono::seconds(100)};
  std::optional<WitnessDb> db;
  std::optional<Witness> witness;
};

TEST_F(WitnessTest, HeadsThatGrowAreCosignedAfterTheyAreKept) {
  expect_cosigned(ask(log->ask(0, 3)), log->signed_head(3));
  EXPECT_EQ((*db->head(log->origin()))->size, TreeSize(3));
  expect_cosigned(ask(log->ask(3, 8)), log->signed_head(8));
  reopen();
  expect_cosigned(ask(log->ask(8, 9)), log->signed_head(9));
}

TEST_F(WitnessTest, TheSameHeadIsCosignedAgain) {
  expect_cosigned(ask(log->ask(0, 5)), log->signed_head(5));
  expect_cosigned(ask(log->ask(5, 5)), log->signed_head(5));
}

TEST_F(WitnessTest, AnEmptyTreeIsCosignedWithItsRootAlone) {
  expect_cosigned(ask(log->ask(0, 0)), log->signed_head(0));
  expect_cosigned(ask(log->ask(0, 0)), log->signed_head(0));
  Checkpoint wrong = log->head(0);
  wrong.root = log->root(1);
  EXPECT_EQ(ask(OtherLog::body(0, {}, log->signed_head(wrong))).status, 422U);
  expect_cosigned(ask(log->ask(0, 2)), log->signed_head(2));
}

TEST_F(WitnessTest, AnOldSizeThatIsNotTheLastOneIsAConflictThatNamesIt) {
  expect_conflict(ask(log->ask(2, 4)), "0");
  expect_cosigned(ask(log->ask(0, 4)), log->signed_head(4));
  expect_conflict(ask(log->ask(0, 6)), "4");
  expect_conflict(ask(log->ask(3, 6)), "4");
  expect_conflict(ask(log->ask(5, 6)), "4");
  expect_conflict(ask(log->ask(0, 2)), "4");
}

// Two requests of one log: both know of size 4.
TEST_F(WitnessTest, TheSecondOfTwoRequestsSeesWhatTheFirstHasLeft) {
  expect_cosigned(ask(log->ask(0, 4)), log->signed_head(4));
  const std::string one = log->ask(4, 9), other = log->ask(4, 6);
  expect_cosigned(ask(one), log->signed_head(9));
  expect_conflict(ask(other), "9");
}

TEST_F(WitnessTest, AnotherHistoryIsUnprocessable) {
  OtherLog other(log->origin(), 2);
  other.use(*log);
  expect_cosigned(ask(log->ask(0, 4)), log->signed_head(4));
  EXPECT_EQ(ask(other.ask(4, 7)).status, 422U);
  EXPECT_EQ(ask(other.ask(4, 4)).status, 422U) << "the same size with another root";
  EXPECT_EQ(ask(OtherLog::body(4, log->proof(4, 7), other.signed_head(7))).status, 422U);
  EXPECT_EQ(ask(OtherLog::body(4, {}, log->signed_head(7))).status, 422U) << "without a proof";
  EXPECT_EQ(ask(OtherLog::body(4, log->proof(4, 7), log->signed_head(4))).status, 422U);
  expect_cosigned(ask(log->ask(4, 7)), log->signed_head(7));
  reopen();
  EXPECT_EQ(ask(other.ask(7, 8)).status, 422U);
}

TEST_F(WitnessTest, AProofFromNothingIsEmpty) {
  EXPECT_EQ(ask(OtherLog::body(0, log->proof(1, 3), log->signed_head(3))).status, 422U);
}

TEST_F(WitnessTest, AnOldSizeBeyondTheCheckpointIsABadRequest) {
  expect_cosigned(ask(log->ask(0, 4)), log->signed_head(4));
  EXPECT_EQ(ask(log->ask(5, 4)).status, 400U);
  EXPECT_EQ(ask(OtherLog::body(~std::uint64_t{0}, {}, log->signed_head(4))).status, 400U);
}

TEST_F(WitnessTest, AnOriginThatNoListNamesIsNotFound) {
  const OtherLog stranger("log.example/two");
  EXPECT_EQ(ask(stranger.ask(0, 1)).status, 404U);
  EXPECT_EQ(head_of(stranger.origin()).status, 404U);
}

TEST_F(WitnessTest, WhoeverHasNoKeyOfTheLogIsForbidden) {
  const OtherLog impostor(log->origin());
  EXPECT_EQ(ask(impostor.ask(0, 3)).status, 403U) << "another key of the same name";
  SignedNote note{log->head(3).text(), {}};
  NoteSignature wrong = sign_note(note.text, log->origin(), SigningKey::generate());
  wrong.key_id = log->vkey().id();
  note.signatures = {wrong};
  EXPECT_EQ(ask(OtherLog::body(0, {}, note.encode())).status, 403U) << "the right name and key ID";
  note = *parse_note(log->signed_head(3));
  note.signatures.push_back(wrong);
  EXPECT_EQ(ask(OtherLog::body(0, {}, note.encode())).status, 403U) << "one of two does not verify";
  EXPECT_EQ(head_of(log->origin()).status, 404U) << "nothing was kept";
}

TEST_F(WitnessTest, SignaturesOfUnknownKeysAreIgnoredAndNotKept) {
  SignedNote note = *parse_note(log->signed_head(3));
  note.signatures.push_back(sign_note(note.text, "else.example", SigningKey::generate()));
  note.signatures.push_back({"pq.example", 7, Bytes(2428, 'x')});
  const std::string body = OtherLog::body(0, {}, note.encode());
  ASSERT_EQ(ask(body).status, 200U);
  EXPECT_EQ(head_of(log->origin()).body.find("else.example"), std::string::npos);
}

TEST_F(WitnessTest, AnyOfTheKeysOfALogMaySign) {
  OtherLog second(log->origin());
  more = "vkey " + second.vkey().text() + "\n";
  open();
  expect_cosigned(ask(second.ask(0, 2)), second.signed_head(2));
  expect_cosigned(ask(log->ask(2, 3)), log->signed_head(3));
}

TEST_F(WitnessTest, TheCosignatureCoversLinesThatTheLogAdds) {
  SignedNote note{log->head(3).text() + "more of the log\n", {}};
  const SigningKey signer = SigningKey::generate();
  more = "vkey " + VKey{log->origin(), SignatureType::kEd25519, signer.public_key()}.text() + "\n";
  open();
  note.signatures = {sign_note(note.text, log->origin(), signer)};
  expect_cosigned(ask(OtherLog::body(0, {}, note.encode())), note.encode());
}

TEST_F(WitnessTest, TheNewestHeadIsServedWithTheCosignatureThatWasGiven) {
  EXPECT_EQ(head_of(log->origin()).status, 404U);
  const WitnessAnswer given = ask(log->ask(0, 3));
  ASSERT_EQ(given.status, 200U);
  EXPECT_EQ(head_of(log->origin()).body, log->signed_head(3) + given.body);
  reopen();
  EXPECT_EQ(head_of(log->origin()).body, log->signed_head(3) + given.body) << "byte for byte after a restart";
  std::string capitals = to_hex(sha256(log->origin()).view());
  for (char& c : capitals) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const std::string& wrong :
       {capitals, std::string("00"), std::string(), std::string(64, 'x'), log->origin()})
    EXPECT_EQ(witness->checkpoint(wrong).status, 404U) << wrong;
}

TEST_F(WitnessTest, WhatDoesNotParseIsABadRequest) {
  const std::string note = log->signed_head(3);
  const std::string hash = to_base64(log->root(1).view());
  for (const std::string& body : std::vector<std::string>{
           "",
           "old 0",
           "old 0\n" + note,
           "old 0\n\n",
           "old\n\n" + note,
           "old -1\n\n" + note,
           "old 00\n\n" + note,
           "old 01\n\n" + note,
           "old  0\n\n" + note,
           "old 0 \n\n" + note,
           "Old 0\n\n" + note,
           "old 18446744073709551616\n\n" + note,
           "old 0\r\n\r\n" + note,
           "old 1\nAAAA\n\n" + note,
           "old 1\n" + hash + " \n\n" + note,
           "old 1\n" + hash.substr(1) + "\n\n" + note,
           "old 0\n\n" + note.substr(0, note.size() - 1),
           "old 0\n\n" + log->head(3).text(),
           "old 0\n\n" + log->head(3).text() + "\n",
           "old 0\n\nlog.example/one\nthree\n" + hash + "\n\n" + note.substr(note.find("\n\n") + 2),
           "old 0\n\n" + note + "trailing"})
    EXPECT_EQ(ask(body).status, 400U) << body;
}

TEST_F(WitnessTest, AProofHasAtMostSixtyThreeLines) {
  const HashPath most(63, log->root(1));
  EXPECT_EQ(ask(OtherLog::body(0, most, log->signed_head(3))).status, 422U);
  const HashPath more_than_most(64, log->root(1));
  EXPECT_EQ(ask(OtherLog::body(0, more_than_most, log->signed_head(3))).status, 400U);
}

TEST_F(WitnessTest, ALogThatAsksTooOftenWaits) {
  rate = {2, 1};
  open();
  expect_cosigned(ask(log->ask(0, 1)), log->signed_head(1));
  expect_cosigned(ask(log->ask(1, 2)), log->signed_head(2));
  const WitnessAnswer busy = ask(log->ask(2, 3));
  EXPECT_EQ(busy.status, 429U);
  EXPECT_GT(busy.retry_after, 0U);
  expect_conflict(ask(log->ask(0, 3)), "2");
  mono += std::chrono::seconds(1);
  expect_cosigned(ask(log->ask(2, 3)), log->signed_head(3));
}

// Anybody may show a head that is public.
TEST_F(WitnessTest, WhoRepeatsTheNewestHeadDoesNotKeepALogFromGrowing) {
  rate = {2, 0.001};
  open();
  expect_cosigned(ask(log->ask(0, 1)), log->signed_head(1));
  for (int i = 0; i < 10; ++i) (void)ask(log->ask(1, 1));
  EXPECT_EQ(ask(log->ask(1, 1)).status, 429U);
  expect_cosigned(ask(log->ask(1, 2)), log->signed_head(2));
}

TEST_F(WitnessTest, ARateThatAListNamesCountsWhereItIsLess) {
  OtherLog slow("log.example/slow");
  more = "\nvkey " + slow.vkey().text() + "\nqpd 1\n";
  open();
  EXPECT_EQ(ask(slow.ask(0, 1)).status, 200U);
  EXPECT_EQ(ask(slow.ask(1, 2)).status, 429U);
  mono += std::chrono::hours(25);
  EXPECT_EQ(ask(slow.ask(1, 2)).status, 200U);
}

TEST_F(WitnessTest, LogsDoNotHoldEachOtherUp) {
  OtherLog two("log.example/two");
  more = "\nvkey " + two.vkey().text() + "\n";
  open();
  expect_cosigned(ask(log->ask(0, 4)), log->signed_head(4));
  expect_cosigned(ask(two.ask(0, 2)), two.signed_head(2));
  expect_cosigned(ask(log->ask(4, 5)), log->signed_head(5));
  expect_cosigned(ask(two.ask(2, 3)), two.signed_head(3));
}

// The time of a cosignature is never 0.
TEST_F(WitnessTest, WithoutATimeNothingIsCosigned) {
  EXPECT_EQ(witness->add_checkpoint(log->ask(0, 1), {999}, mono).status, 500U);
  EXPECT_EQ(head_of(log->origin()).status, 404U);
}

}  // namespace
}  // namespace koinon::test::witness_test
