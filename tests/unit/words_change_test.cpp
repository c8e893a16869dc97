// New recovery words: what the statement must say, and who may say it.
#include "crypto/words_change.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace koinon::test::words_change_test {
namespace {

class WordsChange : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  static SigningKey key(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }
  static Hash root(char fill = 'r') { return Hash::from(Bytes(Hash::kSize, fill)); }
  static Statement wanted(const KeyHistory& keys, std::uint64_t size, char next) {
    return *words_change(keys, TreeSize(size), root(), key(next).public_key());
  }
  // As whoever has the words of `signer` signs what is wanted.
  static Bytes note(const KeyHistory& keys, Statement statement, char new_words, char signer) {
    statement.recovery_key = key(new_words).public_key();
    return sign_statement(statement, keys.vkey().name, key(signer));
  }
  static KeyHistory changed(const KeyHistory& keys, std::uint64_t size, char next, char from, char to) {
    const Statement statement = wanted(keys, size, next);
    const auto out = change_words(keys, statement, note(keys, statement, to, from));
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? *out : keys;
  }
  static Code refused(const KeyHistory& keys, const Statement& statement, const Bytes& said) {
    const auto out = change_words(keys, statement, said);
    EXPECT_FALSE(out.ok());
    return out.ok() ? Code::kInternal : out.error().code;
  }

  KeyHistory first{{"seoul.example", key('a').public_key(), key('R').public_key()}};
};

TEST_F(WordsChange, TheOldWordsNameTheNewOnes) {
  const KeyHistory now = changed(first, 10, 'b', 'R', 'W');
  EXPECT_EQ(now.recovery_key(), key('W').public_key());
  EXPECT_EQ(now.recoveries(), 1U);
  EXPECT_EQ(now.vkey().key, key('b').public_key());
  EXPECT_EQ(compare(first, now), KeyOrder::kSecondGoesOn);
  using Kind = KeyHistory::Change::Kind;
  EXPECT_EQ(now.changes().back().kind(), Kind::kNewWords);
  EXPECT_EQ(now.changes().back().kind(true), Kind::kRecovery) << "it voids what a thief signed";
  const auto kept = now.before_recovery(TreeSize(9), 1);
  EXPECT_EQ(kept.error().code, Code::kRefused) << "nobody takes back less from then on";
  // And again, with those.
  EXPECT_EQ(changed(now, 12, 'c', 'W', 'V').recovery_key(), key('V').public_key());
}

TEST_F(WordsChange, NobodyElseDoes) {
  const Statement statement = wanted(first, 10, 'b');
  EXPECT_EQ(refused(first, statement, note(first, statement, 'W', 'X')), Code::kBadSignature);
  EXPECT_EQ(refused(first, statement, note(first, statement, 'W', 'W')), Code::kBadSignature)
      << "the new words alone";
  EXPECT_FALSE(change_words(first, statement, note(first, statement, 'W', 'a')).ok())
      << "the key that signs the log";
  EXPECT_FALSE(change_words(first, statement, "no note").ok());
  EXPECT_EQ(refused(first, statement, Bytes(limits::kStatementBytes + 1, 'x')), Code::kTooLarge);
}

TEST_F(WordsChange, SaysWhatTheNodeKnowsToBeAllOfTheLog) {
  const Statement statement = wanted(first, 10, 'b');
  for (auto change : {+[](Statement& other) { other.size = TreeSize(9); },
                      +[](Statement& other) { other.root = root('s'); },
                      +[](Statement& other) { other.key.key = key('t').public_key(); },
                      +[](Statement& other) { other.before = root(); }}) {
    Statement other = statement;
    change(other);
    EXPECT_EQ(refused(first, statement, note(first, other, 'W', 'R')), Code::kConflict);
  }
}

TEST_F(WordsChange, TheWordsAreNew) {
  const Statement statement = wanted(first, 10, 'b');
  const Bytes none = sign_statement(statement, first.vkey().name, key('R'));
  EXPECT_EQ(refused(first, statement, none), Code::kInvalidArgument) << "none at all";
  EXPECT_EQ(refused(first, statement, note(first, statement, 'R', 'R')), Code::kInvalidArgument)
      << "the same";
  const KeyHistory now = changed(first, 10, 'b', 'R', 'W');
  const Statement next = wanted(now, 12, 'c');
  EXPECT_EQ(refused(now, next, note(now, next, 'R', 'W')), Code::kInvalidArgument)
      << "somebody may know those of before";
}

TEST_F(WordsChange, ItIsKnownWhichStatementReplacedWhichWords) {
  KeyHistory keys = changed(first, 10, 'b', 'R', 'W');
  Statement rotation = keys.next(false);
  rotation.size = TreeSize(12);
  rotation.root = root();
  rotation.key.key = key('c').public_key();
  ASSERT_TRUE(keys.add(sign_statement(rotation, keys.vkey().name, key('b'))).ok());
  keys = changed(keys, 14, 'd', 'W', 'V');
  EXPECT_EQ(replaced_by(keys, key('R').public_key()), 1U);
  EXPECT_EQ(replaced_by(keys, key('W').public_key()), 3U);
  EXPECT_EQ(replaced_by(keys, key('V').public_key()), std::nullopt) << "they count";
  EXPECT_EQ(replaced_by(keys, key('X').public_key()), std::nullopt) << "another log's";
  EXPECT_EQ(replaced_by(first, key('R').public_key()), std::nullopt);
  const auto replaced = replaced_words(keys);
  ASSERT_EQ(replaced.size(), 2U) << "in order, without those that count";
  EXPECT_EQ(replaced[0].recovery_key, key('R').public_key());
  EXPECT_EQ(replaced[0].statement, 1U);
  EXPECT_EQ(replaced[1].recovery_key, key('W').public_key());
}

TEST_F(WordsChange, RotationsLeavePlacesForIt) {
  KeyHistory keys = first;
  char next = 0;
  for (std::size_t i = 0; i < limits::kStatements; ++i) {
    Statement statement = keys.next(false);
    statement.size = TreeSize(10 + i);
    statement.root = root();
    statement.key.key = key(static_cast<char>(next + 1)).public_key();
    const SigningKey signer = i == 0 ? key('a') : key(next);
    ASSERT_TRUE(keys.add(sign_statement(statement, keys.vkey().name, signer)).ok());
    ++next;
  }
  const KeyHistory now = changed(keys, 100, 'z', 'R', 'W');
  EXPECT_EQ(now.changes().size(), limits::kRecoveryNumber);
  EXPECT_EQ(now.recovery_key(), key('W').public_key());
  EXPECT_EQ(compare(keys, now), KeyOrder::kSecondGoesOn);
}

TEST_F(WordsChange, ALogTakesSoManyStatements) {
  KeyHistory keys = first;
  char words = 'R';
  for (std::size_t i = 0; i < limits::kStatements; ++i) {
    const char new_words = static_cast<char>(128 + i);
    keys = changed(keys, 10 + i, static_cast<char>(192 + i), words, new_words);
    words = new_words;
  }
  EXPECT_EQ(words_change(keys, TreeSize(100), root(), key('z').public_key()).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace koinon::test::words_change_test
