// What a city shows of a log to whoever has its recovery words, and what is made of that.
#include "crypto/recovery_answer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "crypto/proof.h"
#include "proto/base/limits.h"

namespace koinon::test {
namespace {

class RecoveryAnswers : public testing::Test {
 protected:
  static constexpr std::uint64_t kSize = 11;

  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    for (std::uint64_t i = 0; i < kSize; ++i) {
      entries.push_back("entry " + std::to_string(i));
      leaves.push_back(leaf_hash(entries.back()));
    }
  }
  static SigningKey key(char seed) { return SigningKey::from_seed(Bytes(32, seed)); }

  Hash root_at(std::uint64_t size) const {
    CompactRange range;
    for (std::uint64_t i = 0; i < size; ++i) range.append(leaves[i]);
    return range.root();
  }
  NodeReader nodes() const {
    return [this](TreeNode node) -> Result<Hash> {
      CompactRange range;
      const std::uint64_t width = std::uint64_t{1} << node.level;
      for (std::uint64_t i = 0; i < width; ++i) range.append(leaves[node.index * width + i]);
      return range.root();
    };
  }
  Statement statement(const KeyHistory& keys, bool is_recovery, std::uint64_t size, char next) const {
    Statement out = keys.next(is_recovery);
    out.size = TreeSize(size);
    out.root = root_at(size);
    out.key.key = key(next).public_key();
    return out;
  }
  KeyHistory taken_back(KeyHistory keys, std::uint64_t size, char next) const {
    const Statement said = statement(keys, true, size, next);
    EXPECT_TRUE(keys.add(sign_statement(said, keys.vkey().name, key('R'))).ok());
    return keys;
  }
  // As a city that holds all entries shows the first `at` of them.
  v1::RecoveryAnswer answer(const KeyHistory& keys, std::uint64_t at, char signer = 'a',
                            std::uint64_t size = kSize) const {
    v1::RecoveryAnswer out;
    v1::Head& head = *out.mutable_head();
    head.set_log_id(keys.identity().log_id().bytes());
    *head.mutable_identity() = to_message(keys.identity());
    for (const Bytes& note : keys.notes()) head.add_statements(note);
    if (signer != '-')
      head.set_checkpoint(sign_checkpoint({keys.vkey().name, TreeSize(size), root_at(size)}, key(signer)));
    const auto prefix = run_proof(EntryIndex(at), 0, TreeSize(size), nodes());
    out.set_left(pack_hashes(prefix->left));
    out.set_right(pack_hashes(prefix->right));
    const std::uint64_t count = std::min<std::uint64_t>(at, 3);
    for (std::uint64_t i = at; i > at - count; --i) {
      auto& one = *out.add_latest();
      one.set_index(i - 1);
      one.set_entry(entries[i - 1]);
      one.set_title("Title");
    }
    out.set_before(pack_hashes(run_proof(EntryIndex(at - count), count, TreeSize(at), nodes())->left));
    return out;
  }
  Result<ShownLog> read(const v1::RecoveryAnswer& message, std::uint64_t at = 0, char words = 'R') const {
    return read_recovery_answer(message, key(words).public_key(), TreeSize(at));
  }

  std::vector<Bytes> entries;
  std::vector<Hash> leaves;
  KeyHistory first{{"seoul.example", key('a').public_key(), key('R').public_key()}};
};

TEST_F(RecoveryAnswers, ShowTheLogAtAnySize) {
  const auto all = read(answer(first, kSize));
  ASSERT_TRUE(all.ok()) << all.error().text();
  EXPECT_EQ(all->size, TreeSize(kSize));
  EXPECT_EQ(all->root_at, root_at(kSize));
  ASSERT_EQ(all->latest.size(), 3U);
  EXPECT_EQ(all->latest.front().index, EntryIndex(kSize - 1));
  EXPECT_EQ(least_kept(all->keys), TreeSize(1));
  for (std::uint64_t at = 1; at <= kSize; ++at) {
    const auto part = read(answer(first, at), at);
    ASSERT_TRUE(part.ok()) << at << ": " << part.error().text();
    EXPECT_EQ(part->root_at, root_at(at));
    EXPECT_EQ(part->at, TreeSize(at));
  }
}

TEST_F(RecoveryAnswers, AreRefusedWhereAnythingIsNotProven) {
  EXPECT_EQ(read(answer(first, kSize), 0, 'x').error().code, Code::kRefused) << "other words";
  EXPECT_EQ(read(answer(first, kSize, 'b')).error().code, Code::kBadSignature)
      << "another key signed the head";
  EXPECT_EQ(read(answer(first, 5), 6).error().code, Code::kBadProof) << "another size than was asked for";
  EXPECT_EQ(read(answer(first, kSize, '-')).error().code, Code::kMalformed) << "no head";
  v1::RecoveryAnswer other = answer(first, 5);
  other.mutable_head()->mutable_identity()->set_name("busan.example");
  EXPECT_FALSE(read(other, 5).ok());
  other = answer(first, 5);
  other.mutable_latest(1)->set_entry("another entry");
  EXPECT_EQ(read(other, 5).error().code, Code::kBadProof);
  other = answer(first, 5);
  other.mutable_latest(1)->set_index(2);
  EXPECT_EQ(read(other, 5).error().code, Code::kMalformed);
  other = answer(first, 5);
  other.mutable_latest(0)->set_title(std::string(limits::kRecoveryTitleBytes + 1, 'x'));
  EXPECT_EQ(read(other, 5).error().code, Code::kTooLarge);
  other = answer(first, 6);
  other.set_right(Bytes(Hash::kSize, 'x'));
  EXPECT_EQ(read(other, 6).error().code, Code::kBadProof);
}

// Whoever knows that they were replaced shows the statement, and no head.
TEST_F(RecoveryAnswers, OfWordsThatCountNoMoreProveThat) {
  KeyHistory changed = first;
  Statement said = statement(changed, true, 6, 'b');
  said.recovery_key = key('N').public_key();
  ASSERT_TRUE(changed.add(sign_statement(said, changed.vkey().name, key('R'))).ok());
  v1::RecoveryAnswer shown;
  *shown.mutable_head() = answer(changed, 6, '-', 6).head();
  const auto old = read(shown);
  ASSERT_EQ(old.error().code, Code::kConflict) << old.error().text();
  EXPECT_NE(old.error().message.find("seoul.example count no more: statement 1"), std::string::npos)
      << old.error().message;
  EXPECT_EQ(read(answer(changed, 6, '-', 6)).error().code, Code::kConflict) << "whatever is shown beside it";
  EXPECT_TRUE(read(answer(changed, 6, '-', 6), 0, 'N').ok());
  // Nobody but the recovery key says so.
  shown.mutable_head()->clear_statements();
  EXPECT_NE(read(shown).error().code, Code::kConflict);
  shown.mutable_head()->add_statements(sign_statement(said, first.vkey().name, key('a')));
  EXPECT_NE(read(shown).error().code, Code::kConflict);
}

TEST_F(RecoveryAnswers, LeadToTheKeysOfAfter) {
  const auto shown = read(answer(first, 5), 5);
  ASSERT_TRUE(shown.ok());
  const auto keys = take_back(*shown, key('R'), key('n').public_key());
  ASSERT_TRUE(keys.ok()) << keys.error().text();
  EXPECT_EQ(keys->vkey().name, first.identity().origin() + "/1");
  EXPECT_EQ(keys->vkey().key, key('n').public_key());
  EXPECT_EQ(keys->changes().back().statement.size, TreeSize(5));
  EXPECT_EQ(keys->changes().back().statement.root, root_at(5));
  EXPECT_FALSE(take_back(*shown, key('x'), key('n').public_key()).ok()) << "other words";
  EXPECT_FALSE(take_back(*shown, key('R'), key('a').public_key()).ok()) << "a key that it had";
}

TEST_F(RecoveryAnswers, OfALogThatWasTakenBackBefore) {
  const KeyHistory once = taken_back(first, 6, 'b');
  const auto unsigned_yet = read(answer(once, 6, '-', 6));
  ASSERT_TRUE(unsigned_yet.ok()) << unsigned_yet.error().text();
  EXPECT_EQ(unsigned_yet->size, TreeSize(6));
  EXPECT_EQ(least_kept(unsigned_yet->keys), TreeSize(6));
  const auto goes_on = read(answer(once, 8, 'b'), 8);
  ASSERT_TRUE(goes_on.ok()) << goes_on.error().text();
  const auto twice = take_back(*goes_on, key('R'), key('n').public_key());
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(twice->recoveries(), 2U);
  const auto below = read(answer(once, 5, 'b'), 5);
  ASSERT_TRUE(below.ok());
  EXPECT_EQ(take_back(*below, key('R'), key('n').public_key()).error().code, Code::kRefused);
  v1::RecoveryAnswer old = answer(once, 8, 'b');
  old.mutable_head()->set_checkpoint(
      sign_checkpoint({first.identity().origin(), TreeSize(kSize), root_at(kSize)}, key('a')));
  EXPECT_EQ(read(old, 8).error().code, Code::kRefused) << "a head of before";
}

TEST_F(RecoveryAnswers, OfAFrozenLogSayWhetherAnythingThawsIt) {
  v1::RecoveryAnswer shown = answer(first, kSize);
  const auto with = [&](const v1::Evidence& evidence) {
    *shown.mutable_evidence() = evidence;
    return read(shown);
  };
  shown.mutable_head()->set_frozen(true);
  const auto older = read(shown);
  ASSERT_TRUE(older.ok()) << "an older node shows no evidence";
  EXPECT_TRUE(older->frozen);
  EXPECT_FALSE(for_good(*older));
  shown.mutable_head()->set_frozen(false);
  // Two histories, of one size.
  const std::string origin = first.identity().origin();
  const auto heads = with(make_evidence(first, TreeSize(5),
                                        {sign_checkpoint({origin, TreeSize(5), root_at(5)}, key('a')), {}},
                                        {sign_checkpoint({origin, TreeSize(5), root_at(6)}, key('a')), {}}));
  ASSERT_TRUE(heads.ok()) << heads.error().text();
  EXPECT_TRUE(heads->frozen);
  EXPECT_EQ(kind_of(*heads->evidence), ForkKind::kTwoHeads);
  EXPECT_FALSE(for_good(*heads));
  // One key, replaced twice.
  const auto rotated = [&](char next) {
    KeyHistory keys = first;
    EXPECT_TRUE(keys.add(sign_statement(statement(first, false, 5, next), origin, key('a'))).ok());
    return keys;
  };
  const auto replaced = with(*make_evidence(rotated('b'), rotated('c')));
  ASSERT_TRUE(replaced.ok()) << replaced.error().text();
  EXPECT_EQ(kind_of(*replaced->evidence), ForkKind::kTwoKeys);
  EXPECT_FALSE(for_good(*replaced));
  const auto twice = with(*make_evidence(taken_back(first, 4, 'b'), taken_back(first, 3, 'c')));
  ASSERT_TRUE(twice.ok()) << twice.error().text();
  EXPECT_TRUE(for_good(*twice));
  // It must prove something, and of this log.
  const KeyHistory other({"seoul.example", key('z').public_key(), key('R').public_key()});
  EXPECT_EQ(with(*make_evidence(taken_back(other, 4, 'b'), taken_back(other, 3, 'c'))).error().code,
            Code::kRefused);
  v1::Evidence none = *make_evidence(taken_back(first, 4, 'b'), taken_back(first, 3, 'c'));
  none.set_second(none.first());
  EXPECT_FALSE(with(none).ok());
}

TEST_F(RecoveryAnswers, OfSeveralTheOneThatGoesOnIsTaken) {
  const ShownLog small = *read(answer(first, 5, 'a', 5));
  const ShownLog large = *read(answer(first, kSize));
  const KeyHistory once = taken_back(first, 4, 'b');
  const ShownLog back = *read(answer(once, 4, '-', 4));
  const ShownLog other = *read(answer(taken_back(first, 3, 'c'), 3, '-', 3));
  EXPECT_EQ(*shown_best({small, large}), 1U);
  EXPECT_EQ(*shown_best({large, small}), 0U);
  EXPECT_EQ(*shown_best({large, back, small}), 1U);
  EXPECT_EQ(shown_best({back, other}).error().code, Code::kConflict);
}

}  // namespace
}  // namespace koinon::test
