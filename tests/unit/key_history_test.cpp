// Which keys a log had, by what its statements say: rotations by the old key, recoveries by the recovery key;
// and what is evidence under them.
#include "crypto/key_history.h"

#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "crypto/hash.h"
#include "crypto/key_history_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::test::key_history_test {
namespace {

class KeyHistories : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  static SigningKey key(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }
  static Hash root(char fill) { return Hash::from(Bytes(Hash::kSize, fill)); }

  // The statement that replaces the current key at a size, signed by `signer`.
  static std::string statement(const KeyHistory& history, bool is_recovery, std::uint64_t size, char new_key,
                               const SigningKey& signer, std::optional<PublicKey> words = {}) {
    Statement out = draft(history, is_recovery, size, new_key);
    out.recovery_key = words;
    return sign_statement(out, history.vkey().name, signer);
  }
  static Statement draft(const KeyHistory& history, bool is_recovery, std::uint64_t size, char new_key) {
    Statement out = history.next(is_recovery);
    out.size = TreeSize(size);
    out.root = root('r');
    out.key.key = key(new_key).public_key();
    return out;
  }
  static KeyHistory rotated(KeyHistory history, std::uint64_t size, char from, char to) {
    EXPECT_TRUE(history.add(statement(history, false, size, to, key(from))).ok());
    return history;
  }
  static KeyHistory recovered(KeyHistory history, std::uint64_t size, char to, char words = 'R') {
    EXPECT_TRUE(history.add(statement(history, true, size, to, key(words))).ok());
    return history;
  }
  static std::string head(const std::string& origin, std::uint64_t size, char signer) {
    return sign_checkpoint({origin, TreeSize(size), root('h')}, key(signer));
  }
  static void expect_refused(KeyHistory history, const std::string& note, Code code) {
    const std::size_t before = history.changes().size();
    const Status added = history.add(note);
    ASSERT_FALSE(added.ok());
    EXPECT_EQ(added.error().code, code) << added.error().text();
    EXPECT_EQ(history.changes().size(), before);
  }

  KeyHistory first{{"seoul.example", key('a').public_key(), key('R').public_key()}};
  std::string origin = first.identity().origin();
};

TEST_F(KeyHistories, WithoutStatementsTheFirstKeySigns) {
  EXPECT_EQ(first.vkey(), first.identity().vkey());
  EXPECT_EQ(first.recoveries(), 0U);
  const auto opened = first.open_head(head(origin, 7, 'a'));
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  EXPECT_EQ(opened->checkpoint.size, TreeSize(7));
  EXPECT_EQ(first.open_head(head(origin, 7, 'b')).error().code, Code::kBadSignature);
}

TEST_F(KeyHistories, ARotationGivesTheWordToTheNextKeyAndLeavesTheOriginAndTheWords) {
  const KeyHistory history = rotated(first, 10, 'a', 'b');
  EXPECT_EQ(history.vkey().key, key('b').public_key());
  EXPECT_EQ(history.vkey().name, origin);
  EXPECT_EQ(history.recovery_key(), key('R').public_key());
  EXPECT_TRUE(history.open_head(head(origin, 10, 'a')).ok()) << "what it signed before is good";
  EXPECT_TRUE(history.open_head(head(origin, 10, 'b')).ok());
  EXPECT_TRUE(history.open_head(head(origin, 11, 'b')).ok());
  EXPECT_EQ(history.open_head(head(origin, 11, 'a')).error().code, Code::kRefused)
      << "the old key is refused";
  EXPECT_EQ(history.open_head(head(origin, 9, 'b')).error().code, Code::kRefused);
}

TEST_F(KeyHistories, ARecoveryBeginsAnOriginAndNamesNewWords) {
  KeyHistory history = rotated(first, 10, 'a', 'b');
  const std::string note = statement(history, true, 12, 'c', key('R'), key('W').public_key());
  ASSERT_TRUE(history.add(note).ok());
  EXPECT_EQ(history.recoveries(), 1U);
  EXPECT_EQ(history.vkey().name, origin + "/1");
  EXPECT_EQ(history.recovery_key(), key('W').public_key());
  EXPECT_EQ(history.open_head(head(origin + "/1", 13, 'c'))->recoveries, 1U);
  EXPECT_EQ(history.open_any_head(head(origin, 30, 'b'))->recoveries, 0U)
      << "its key signed it; whether it is void, the size that is kept says";
  EXPECT_FALSE(history.open_head(head(origin, 13, 'c')).ok()) << "the new key has no word in the old origin";
  EXPECT_FALSE(history.open_head(head(origin + "/1", 13, 'b')).ok());
  expect_refused(history, statement(history, true, 13, 'd', key('R')), Code::kBadSignature);
  history = recovered(history, 13, 'd', 'W');
  EXPECT_EQ(history.vkey().name, origin + "/2");
}

TEST_F(KeyHistories, WhatDoesNotFollowIsRefused) {
  const KeyHistory history = rotated(first, 10, 'a', 'b');
  expect_refused(history, statement(history, false, 11, 'c', key('a')), Code::kBadSignature);
  expect_refused(history, statement(first, false, 11, 'c', key('b')), Code::kRefused);
  expect_refused(history, statement(history, false, 9, 'c', key('b')), Code::kRefused);
  expect_refused(history, statement(history, false, 11, 'b', key('b')), Code::kRefused);
  expect_refused(history, statement(history, false, 11, 'c', key('b'), key('W').public_key()),
                 Code::kRefused);
  const auto expect_refused_with = [&](const auto& change) {
    Statement changed = draft(history, false, 11, 'c');
    change(changed);
    expect_refused(history, sign_statement(changed, origin, key('b')), Code::kRefused);
  };
  expect_refused_with([](Statement& changed) { changed.before = root('x'); });
  expect_refused_with([](Statement& changed) { changed.log = LogId::from(Bytes(LogId::kSize, 'x')); });
  expect_refused_with([](Statement& changed) { changed.sequence += 1; });
  expect_refused_with([](Statement& changed) { changed.key.name = "milan.example"; });
}

TEST_F(KeyHistories, ARecoveryThatNamesTheOldOriginIsRefused) {
  Statement wrong = draft(first, true, 3, 'c');
  wrong.key.name = origin;
  expect_refused(first, sign_statement(wrong, origin, key('R')), Code::kRefused);
}

TEST_F(KeyHistories, AStatementHasOneText) {
  const std::string good = statement(first, false, 10, 'b', key('a'));
  const std::string text = good.substr(0, good.find("\n\n") + 1);
  const auto parsed = parse_statement_text(text);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->text(), text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto other = parse_statement_text(changed);
    EXPECT_TRUE(!other.ok() || other->text() == changed) << "byte " << i;
  }
  EXPECT_FALSE(parse_statement_text(text + "one more line\n").ok());
  EXPECT_FALSE(parse_statement_text(text.substr(0, text.size() - 1)).ok());
  std::string zero = text;
  zero.replace(zero.find("\n1\n"), 3, "\n01\n");
  EXPECT_FALSE(parse_statement_text(zero).ok());
}

TEST_F(KeyHistories, SixtyFourStatementsAreTheMost) {
  KeyHistory history = first;
  for (std::size_t i = 0; i < limits::kStatements; ++i)
    history = rotated(std::move(history), 10 + i, static_cast<char>('a' + i), static_cast<char>('b' + i));
  expect_refused(history, statement(history, false, 100, 'z', key(static_cast<char>('a' + 64))),
                 Code::kTooLarge);
}

TEST_F(KeyHistories, OfTwoTheLongerGoesOnAndTheRecoveryOutweighsWhateverItVoids) {
  const KeyHistory one = rotated(first, 10, 'a', 'b');
  const KeyHistory two = rotated(one, 12, 'b', 'c');
  EXPECT_EQ(compare(one, one), KeyOrder::kSame);
  EXPECT_EQ(compare(two, one), KeyOrder::kFirstGoesOn);
  EXPECT_EQ(compare(one, two), KeyOrder::kSecondGoesOn);
  const KeyHistory thief = rotated(rotated(one, 11, 'b', 'x'), 40, 'x', 'y');
  EXPECT_EQ(compare(two, thief), KeyOrder::kContradict) << "the old key has two followers";
  const KeyHistory owner = recovered(first, 9, 'k');
  for (const KeyHistory& other : {first, one, two, thief}) {
    EXPECT_EQ(compare(owner, other), KeyOrder::kFirstGoesOn);
    EXPECT_EQ(compare(other, owner), KeyOrder::kSecondGoesOn);
  }
  EXPECT_EQ(compare(owner, recovered(one, 10, 'l')), KeyOrder::kContradictForGood);
  EXPECT_EQ(compare(recovered(owner, 12, 'm'), rotated(owner, 15, 'k', 'n')), KeyOrder::kFirstGoesOn);
}

TEST_F(KeyHistories, WhatIsKeptIsWhatWasAdded) {
  const KeyHistory history = recovered(rotated(first, 10, 'a', 'b'), 12, 'c');
  const auto kept = KeyHistory::kept(history.identity(), history.notes());
  ASSERT_TRUE(kept.ok()) << kept.error().text();
  EXPECT_EQ(compare(*kept, history), KeyOrder::kSame);
  EXPECT_EQ(kept->notes(), history.notes());
  EXPECT_EQ(kept->changes()[1].is_recovery, true);
  auto swapped = history.notes();
  std::swap(swapped[0], swapped[1]);
  EXPECT_FALSE(KeyHistory::kept(history.identity(), swapped).ok());
}

// Whoever passes a statement on may add what he likes: it is not kept.
TEST_F(KeyHistories, OfAStatementTheOneSignatureThatCountsIsKept) {
  const std::string good = statement(first, false, 10, 'b', key('a'));
  const auto parsed = parse_note(good);
  ASSERT_TRUE(parsed.ok());
  const std::string longer = good + sign_note(parsed->text, "somebody.example", key('x')).line();
  KeyHistory history = first;
  ASSERT_TRUE(history.add(longer).ok());
  EXPECT_EQ(history.notes().front(), good);
}

TEST_F(KeyHistories, WhatAReplacedKeyHasSignedIsTold) {
  const KeyHistory history = rotated(first, 10, 'a', 'b');
  const std::string late = head(origin, 11, 'a');
  EXPECT_FALSE(history.open_any_head(late)->had_word) << "a fork by it is evidence all the same";
  EXPECT_FALSE(history.open_any_head(head(origin, 11, 'x')).ok());
  EXPECT_EQ(history.open_head(head(origin, 11, 'b'))->key, history.vkey());
  EXPECT_EQ(history.good_until(0), TreeSize(10)) << "what was verified under the first key";
  EXPECT_EQ(history.good_until(1), std::nullopt);
  EXPECT_EQ(recovered(history, 12, 'c').good_until(1), TreeSize(0)) << "a recovery leaves nothing good";
  std::string forged = late;
  forged[forged.size() - 9] = static_cast<char>(forged[forged.size() - 9] ^ 1);
  EXPECT_EQ(history.open_head(forged).error().code, Code::kBadSignature)
      << "a lie, and no head of an old key";
}

// Anybody may write another line onto a note.
TEST_F(KeyHistories, ALineThatDoesNotVerifySaysNothing) {
  const KeyHistory history = rotated(first, 10, 'a', 'b');
  const auto with_junk = [&](const std::string& note, const VKey& key) {
    NoteSignature junk{key.name, key.id(), Bytes(64, 'j')};
    return note + junk.line();
  };
  const VKey old_key = first.vkey();
  EXPECT_TRUE(history.open_head(with_junk(head(origin, 10, 'a'), history.vkey())).ok());
  EXPECT_TRUE(history.open_head(with_junk(head(origin, 12, 'b'), old_key)).ok());
  EXPECT_EQ(history.open_head(with_junk(head(origin, 12, 'a'), history.vkey())).error().code, Code::kRefused)
      << "the old key does not get the word by it";
  EXPECT_EQ(history.open_head(with_junk(head(origin, 12, 'x'), old_key)).error().code, Code::kBadSignature);
}

TEST_F(KeyHistories, ARecoveryFollowsWhatStandsInWhatItKeeps) {
  const KeyHistory stolen = rotated(rotated(rotated(first, 10, 'a', 'b'), 20, 'b', 't'), 30, 't', 'u');
  EXPECT_EQ(stolen.before_recovery(TreeSize(20), 3)->changes().size(), 1U) << "the entry 20 is not kept";
  EXPECT_EQ(stolen.before_recovery(TreeSize(21), 3)->changes().size(), 2U);
  EXPECT_EQ(stolen.before_recovery(TreeSize(5), 3)->changes().size(), 0U);
  EXPECT_EQ(stolen.before_recovery(TreeSize(40), 2)->changes().size(), 2U) << "the third stands nowhere";
  EXPECT_EQ(stolen.before_recovery(TreeSize(40), 0)->changes().size(), 0U);
  const KeyHistory taken_back = recovered(*stolen.before_recovery(TreeSize(20), 3), 20, 'c');
  EXPECT_EQ(compare(stolen, taken_back), KeyOrder::kSecondGoesOn);
  const KeyHistory again = rotated(taken_back, 25, 'c', 'v');
  EXPECT_EQ(again.before_recovery(TreeSize(20), 3)->changes().size(), 2U) << "the recovery stays";
  EXPECT_EQ(again.before_recovery(TreeSize(26), 3)->changes().size(), 3U);
  EXPECT_EQ(again.before_recovery(TreeSize(26), 0)->changes().size(), 2U) << "whatever else stands";
  EXPECT_EQ(again.before_recovery(TreeSize(19), 3).error().code, Code::kRefused);
}

// Whoever has the signing key writes real entries, too.
TEST_F(KeyHistories, ARecoveryLeavesPlacesForLaterOnes) {
  KeyHistory history = first;
  char last = 'a';
  const auto rotate_until = [&](std::size_t count, std::uint64_t size) {
    while (history.changes().size() < count) {
      const char next = static_cast<char>(last == 'a' ? 1 : last + 1);
      history = rotated(history, size, last, next);
      last = next;
    }
  };
  rotate_until(limits::kStatements, 10);
  history = *history.before_recovery(TreeSize(20), history.changes().size());
  EXPECT_EQ(history.changes().size(), limits::kRecoveryNumber - 1);
  history = recovered(history, 20, static_cast<char>(120));
  EXPECT_EQ(history.changes().back().statement.sequence, limits::kRecoveryNumber);
  // And again: no place is lost but that of the recovery.
  last = static_cast<char>(120);
  rotate_until(limits::kRecoveryNumber + 5, 25);
  history = *history.before_recovery(TreeSize(30), history.changes().size());
  EXPECT_EQ(history.changes().size(), limits::kRecoveryNumber);
  EXPECT_TRUE(history.changes().back().is_recovery);
}

TEST_F(KeyHistories, AHeadOfAnEarlierOriginIsRefusedAndStillEvidence) {
  const KeyHistory taken_back = recovered(first, 10, 'b');
  for (const std::uint64_t size : {9U, 10U, 11U}) {
    EXPECT_EQ(taken_back.open_head(head(origin, size, 'a')).error().code, Code::kRefused);
    const auto any = taken_back.open_any_head(head(origin, size, 'a'));
    ASSERT_TRUE(any.ok());
    EXPECT_EQ(any->recoveries, 0U);
  }
  EXPECT_EQ(taken_back.good_until(0), TreeSize(0)) << "what was verified before counts no more";
  EXPECT_FALSE(taken_back.good_until(1).has_value());
}

TEST_F(KeyHistories, NoKeyComesBackAndNoneHasTheIdOfAnother) {
  const KeyHistory history = rotated(first, 10, 'a', 'b');
  expect_refused(history, statement(history, false, 11, 'a', key('b')), Code::kRefused);
  expect_refused(history, statement(history, false, 11, 'R', key('b')), Code::kRefused);
  expect_refused(history, statement(history, true, 11, 'a', key('R')), Code::kRefused);
}

TEST_F(KeyHistories, TheTextOfItProvesItself) {
  const KeyHistory history = recovered(rotated(first, 10, 'a', 'b'), 12, 'c');
  const std::string text = key_history_text(history);
  const auto parsed = parse_key_history(text);
  ASSERT_TRUE(parsed.ok()) << parsed.error().text();
  EXPECT_EQ(parsed->notes(), history.notes());
  EXPECT_EQ(parsed->identity(), history.identity());
  EXPECT_LT(text.size(), limits::kKeyHistoryBytes);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto other = parse_key_history(changed);
    EXPECT_TRUE(!other.ok() || key_history_text(*other) == changed) << "byte " << i;
    EXPECT_FALSE(other.ok() && other->notes() == history.notes()) << "byte " << i;
  }
  EXPECT_FALSE(parse_key_history(text.substr(0, text.size() - 1)).ok());
  EXPECT_FALSE(parse_key_history(text + "more\n").ok());
  EXPECT_EQ(parse_key_history(std::string(limits::kKeyHistoryBytes + 1, 'x')).error().code, Code::kTooLarge);
}

class KeyEvidence : public KeyHistories {
 protected:
  static SignedTree tree(const std::string& origin, std::uint64_t size, char fill, char signer) {
    return {sign_checkpoint({origin, TreeSize(size), root(fill)}, key(signer)), {}};
  }
  KeyHistory history = rotated(first, 10, 'a', 'b');
};

TEST_F(KeyEvidence, IsVerifiedUnderWhicheverKeySigned) {
  const auto verify = [&](char one, char other) {
    return verify_evidence(
        make_evidence(history, TreeSize(20), tree(origin, 20, 'x', one), tree(origin, 20, 'y', other)));
  };
  EXPECT_TRUE(verify('b', 'b').ok());
  EXPECT_TRUE(verify('a', 'b').ok()) << "one of a replaced key";
  EXPECT_TRUE(verify('a', 'a').ok());
  EXPECT_EQ(verify('b', 'x').error().code, Code::kBadSignature);
  EXPECT_EQ(verify('b', 'b')->keys.notes(), history.notes());
  v1::Evidence without =
      make_evidence(history, TreeSize(20), tree(origin, 20, 'x', 'b'), tree(origin, 20, 'y', 'b'));
  without.clear_statements();
  EXPECT_EQ(verify_evidence(without).error().code, Code::kBadSignature) << "nobody knows that key";
}

TEST_F(KeyEvidence, OfBeforeARecoveryIsVoidAfterIt) {
  const KeyHistory after = recovered(history, 12, 'c');
  const auto old = tree(origin, 20, 'x', 'b');
  EXPECT_FALSE(verify_evidence(make_evidence(after, TreeSize(20), old, tree(origin, 20, 'y', 'b'))).ok());
  EXPECT_FALSE(
      verify_evidence(make_evidence(after, TreeSize(20), old, tree(origin + "/1", 20, 'y', 'c'))).ok());
  EXPECT_TRUE(verify_evidence(make_evidence(after, TreeSize(20), tree(origin + "/1", 20, 'x', 'c'),
                                            tree(origin + "/1", 20, 'y', 'c')))
                  .ok());
}

TEST_F(KeyEvidence, AreTwoStatementsOfOneNumber) {
  const KeyHistory other = rotated(first, 11, 'a', 'x');
  const auto evidence = make_evidence(rotated(history, 12, 'b', 'c'), other);
  ASSERT_TRUE(evidence);
  EXPECT_TRUE(verify_evidence(*evidence).ok());
  EXPECT_EQ(evidence->statements_size(), 0);
  const auto later = make_evidence(rotated(history, 12, 'b', 'c'), rotated(history, 13, 'b', 'd'));
  ASSERT_TRUE(later);
  EXPECT_EQ(later->statements_size(), 1);
  EXPECT_TRUE(verify_evidence(*later).ok());
  EXPECT_FALSE(make_evidence(history, rotated(history, 12, 'b', 'c'))) << "one goes on";
  v1::Evidence same = *evidence;
  same.set_second(same.first());
  EXPECT_EQ(verify_evidence(same).error().code, Code::kBadProof);
  v1::Evidence forged = *evidence;
  forged.set_second(statement(first, false, 12, 'z', key('z')));
  EXPECT_EQ(verify_evidence(forged).error().code, Code::kBadSignature);
}

// One knew of a rotation that the other leaves out: it stands beyond the other's size.
TEST_F(KeyEvidence, AreTwoRecoveriesThatFollowDifferentRotations) {
  const KeyHistory after_rotation = recovered(rotated(first, 10, 'a', 'b'), 20, 'c');
  const KeyHistory without = recovered(first, 5, 'd');
  ASSERT_EQ(compare(after_rotation, without), KeyOrder::kContradictForGood);
  for (const auto& [one, other] : {std::pair(after_rotation, without), std::pair(without, after_rotation)}) {
    const auto evidence = make_evidence(one, other);
    ASSERT_TRUE(evidence);
    const auto read = verify_evidence(*evidence);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_TRUE(std::get<TwoStatements>(read->said).by_recovery_key);
  }
  v1::Evidence without_base = *make_evidence(without, after_rotation);
  without_base.clear_second_before();
  EXPECT_FALSE(verify_evidence(without_base).ok()) << "the second follows a rotation";
  v1::Evidence same = *make_evidence(without, after_rotation);
  same.set_second(same.first());
  same.mutable_second_before()->clear_statements();
  EXPECT_EQ(verify_evidence(same).error().code, Code::kBadProof);
}

// The example of PROTOCOL.md; tests/functional/wire.py computes it too.
TEST_F(KeyHistories, TheExampleOfTheSpecification) {
  const auto seeded = [](char first) {
    Bytes seed;
    for (int i = 0; i < 32; ++i) seed += static_cast<char>(first + i);
    return SigningKey::from_seed(seed);
  };
  const SigningKey signing = seeded('\x00');
  const SigningKey recovery = seeded('\x20');
  KeyHistory history({"seoul.example", signing.public_key(), recovery.public_key()});
  const KeyHistory first_keys = history;
  const auto add = [&](bool is_recovery, const SigningKey& key, const SigningKey& signer,
                       std::optional<PublicKey> words) {
    Statement statement = history.next(is_recovery);
    statement.size = TreeSize(3);
    statement.root =
        Hash::from(*from_hex("6eb5d0247a1209401b416c643524fae812f390206401b0b3985361d397634571"));
    statement.key.key = key.public_key();
    statement.recovery_key = words;
    EXPECT_TRUE(history.add(sign_statement(statement, history.vkey().name, signer)).ok());
    return to_hex(statement.digest().view());
  };
  KeyHistory other = history;
  EXPECT_EQ(add(false, seeded('\x60'), signing, {}),
            "d90ac6ecf08f71cbbbde74f8c970abcdff656a50c56289441b9e61dd5d8f3198");
  std::swap(history, other);
  add(false, seeded('\x80'), signing, {});
  std::swap(history, other);
  // SHA-256 of `statement evidence`.
  EXPECT_EQ(to_hex(sha256(make_evidence(history, other)->SerializeAsString()).view()),
            "0aad5b1bc68176e7ba0412c9cab3b7dfd68f8474e161a18dc86580421cc1de80");
  EXPECT_EQ(add(true, seeded('\x80'), recovery, seeded('\xa0').public_key()),
            "c7f144e72222f6d774f855c0aeb5983da77d23e6f60b6a5661cf0e2e9a2701a8");
  other = first_keys;
  std::swap(history, other);
  add(true, seeded('\x60'), recovery, {});
  std::swap(history, other);
  // SHA-256 of `recovery evidence`.
  EXPECT_EQ(to_hex(sha256(make_evidence(history, other)->SerializeAsString()).view()),
            "8e06068f1d6791be6343f918a4609d95bd23e1b0c0ef592efb4853394f383cbf");
}

}  // namespace
}  // namespace koinon::test::key_history_test
