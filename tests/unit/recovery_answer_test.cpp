// What a city shows of a log to whoever has its recovery words, and what is made of that.
#include "crypto/recovery_answer.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "crypto/checkpoint.h"
#include "crypto/hash.h"
#include "crypto/proof.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon::test::recovery_answer_test {
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
  // The entry that states a rotation.
  static Bytes stating(const Bytes& note, v1::Kind kind = v1::KIND_ROTATION) {
    v1::Entry entry;
    entry.set_kind(kind);
    entry.set_created_at_ms(1);
    entry.mutable_control()->set_rotation_statement(note);
    return serialize(entry);
  }
  // `stands`: as the city does it, with its entry in the log.
  KeyHistory rotated(KeyHistory keys, std::uint64_t size, char from, char to, bool stands) {
    const Statement said = statement(keys, false, size, to);
    EXPECT_TRUE(keys.add(sign_statement(said, keys.vkey().name, key(from))).ok());
    if (stands) put(size, stating(keys.notes().back()));
    return keys;
  }
  void put(std::uint64_t index, const Bytes& entry) {
    entries[index] = entry;
    leaves[index] = leaf_hash(entry);
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
    const auto entry_at = [&](EntryIndex index) -> Result<Bytes> {
      add_stating(out, index, at);
      return entries[index.value];
    };
    EXPECT_TRUE(standing_statements(keys, TreeSize(at), entry_at).ok());
    return out;
  }
  void add_stating(v1::RecoveryAnswer& out, EntryIndex index, std::uint64_t at) const {
    const auto run = run_proof(index, 1, TreeSize(at), nodes());
    auto& one = *out.add_stating();
    one.set_entry(entries[index.value]);
    one.set_left(pack_hashes(run->left));
    one.set_right(pack_hashes(run->right));
  }
  Result<ShownLog> read(const v1::RecoveryAnswer& message, std::uint64_t at = 0, char words = 'R') const {
    return read_recovery_answer(message, key(words).public_key(), {std::nullopt, TreeSize(at)});
  }
  // What a recovery follows that keeps what was shown.
  std::size_t followed(const v1::RecoveryAnswer& message, std::uint64_t at) const {
    const auto shown = read(message, at);
    EXPECT_TRUE(shown.ok()) << shown.error().text();
    const auto keys = take_back(*shown, key('R'), key('n').public_key());
    EXPECT_TRUE(keys.ok()) << keys.error().text();
    return keys.ok() ? keys->changes().size() - 1 : 99;
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

TEST_F(RecoveryAnswers, SayWhichRotationsStand) {
  const KeyHistory keys = rotated(rotated(first, 4, 'a', 'b', true), 7, 'b', 'c', true);
  EXPECT_EQ(followed(answer(keys, kSize, 'c'), kSize), 2U);
  EXPECT_EQ(followed(answer(keys, 8, 'c'), 8), 2U);
  EXPECT_EQ(followed(answer(keys, 7, 'c'), 7), 1U) << "its entry is not kept";
  EXPECT_EQ(followed(answer(keys, 4, 'c'), 4), 0U);
  // What is behind one that does not stand does not stand either.
  const KeyHistory parted = rotated(rotated(first, 4, 'a', 'd', false), 7, 'd', 'e', true);
  EXPECT_EQ(followed(answer(parted, kSize, 'e'), kSize), 0U);
  // After a recovery the log has its own.
  const KeyHistory back = rotated(taken_back(parted, 7, 'f'), 8, 'f', 'g', true);
  EXPECT_EQ(followed(answer(back, kSize, 'g'), kSize), 4U) << "all up to the recovery";
}

// A thief signs them all at size 1, and none is an entry.
TEST_F(RecoveryAnswers, WhatAThiefOnlyWroteUsesNoPlaceUp) {
  KeyHistory keys = first;
  char last = 'a';
  while (keys.changes().size() < limits::kStatements) {
    const char next = static_cast<char>(last == 'a' ? 1 : last + 1);
    keys = rotated(keys, 1, last, next, false);
    last = next;
  }
  for (const std::uint64_t at : {std::uint64_t{kSize}, std::uint64_t{4}, std::uint64_t{2}, std::uint64_t{1}})
    EXPECT_EQ(followed(answer(keys, at, last), at), 0U) << at;
  // Entries that only look like it.
  const Bytes note = keys.notes().front();
  const Bytes text = note.substr(0, note.find("\n\n") + 1);
  for (const Bytes& other : {stating(keys.notes()[1]), stating(text), stating(note, v1::KIND_KEYS),
                             stating(note) + Bytes("\x3a\xff\xff\x00", 4), Bytes("x") + stating(note)}) {
    put(1, other);
    EXPECT_EQ(followed(answer(keys, 4, last), 4), 0U);
  }
  // One that has more in it than a statement needs.
  v1::Entry large;
  large.set_kind(v1::KIND_ROTATION);
  large.set_created_at_ms(1);
  large.mutable_control()->set_rotation_statement(note);
  const Bytes room(limits::kStatingEntryBytes, 'x');
  Bytes rest = large.SerializeAsString();
  rest += Bytes("\xc2\x3e", 2);  // field 1000, bytes
  rest += static_cast<char>((room.size() & 0x7f) | 0x80);
  rest += static_cast<char>(room.size() >> 7);
  put(1, rest + room);
  EXPECT_EQ(followed(answer(keys, 4, last), 4), 0U);
  put(1, stating(note));
  EXPECT_EQ(followed(answer(keys, 4, last), 4), 1U) << "this one is in the log";
}

TEST_F(RecoveryAnswers, HideNoRotationAndMakeNoneUp) {
  const KeyHistory keys = rotated(rotated(first, 4, 'a', 'b', true), 7, 'b', 'c', true);
  const auto with = [&](const auto& change, const KeyHistory& of) {
    v1::RecoveryAnswer message = answer(of, 9, 'c');
    change(message);
    return read(message, 9).error().code;
  };
  using Answer = v1::RecoveryAnswer;
  EXPECT_EQ(with([](Answer& out) { out.clear_stating(); }, keys), Code::kMalformed);
  EXPECT_EQ(with([](Answer& out) { out.mutable_stating()->RemoveLast(); }, keys), Code::kMalformed);
  EXPECT_EQ(with([&](Answer& out) { add_stating(out, EntryIndex(7), 9); }, keys), Code::kMalformed);
  EXPECT_EQ(with([](Answer& out) { out.mutable_stating(1)->set_entry("another"); }, keys), Code::kBadProof);
  EXPECT_EQ(with([](Answer& out) { out.mutable_stating(1)->clear_left(); }, keys), Code::kBadProof);
  EXPECT_EQ(with([](Answer& out) { out.mutable_stating()->SwapElements(0, 1); }, keys), Code::kBadProof);
  EXPECT_EQ(
      with([](Answer& out) { out.mutable_stating(0)->set_entry(Bytes(limits::kLeafBytes + 1, 'x')); }, keys),
      Code::kTooLarge);
  const KeyHistory false_one = rotated(first, 5, 'a', 'c', false);
  EXPECT_EQ(with([&](Answer& out) { out.mutable_stating(0)->set_entry(stating(false_one.notes().front())); },
                 false_one),
            Code::kBadProof);
}

// The public half of a recovery key is known to all: anybody may have made a log with it.
TEST_F(RecoveryAnswers, OfSeveralLogsOneMustBeNamed) {
  const LogIdentity decoy{"aa.example", key('z').public_key(), key('R').public_key()};
  v1::RecoveryAnswer several;
  *several.add_logs() = to_message(decoy);
  *several.add_logs() = to_message(first.identity());
  const auto asked = read(several);
  ASSERT_EQ(asked.error().code, Code::kConflict) << asked.error().text();
  for (const LogIdentity& one : {decoy, first.identity()})
    EXPECT_NE(asked.error().message.find(one.name + " (" + to_text(one.log_id()) + ")"), std::string::npos)
        << asked.error().message;
  const auto named = [&](const v1::RecoveryAnswer& message, const LogIdentity& log) {
    return read_recovery_answer(message, key('R').public_key(), {log.log_id(), TreeSize(5)});
  };
  EXPECT_EQ(named(several, decoy).error().code, Code::kMalformed) << "it was named";
  EXPECT_TRUE(named(answer(first, 5), first.identity()).ok());
  EXPECT_EQ(named(answer(first, 5), decoy).error().code, Code::kRefused);
  EXPECT_EQ(named(answer(KeyHistory(decoy), 5, 'z'), first.identity()).error().code, Code::kRefused);
  several.mutable_logs(0)->set_name("no name at all");
  EXPECT_NE(read(several).error().code, Code::kConflict);
  several.clear_logs();
  for (std::size_t i = 0; i <= limits::kRecoveryLogs; ++i) *several.add_logs() = to_message(decoy);
  EXPECT_EQ(read(several).error().code, Code::kTooLarge);
}

// The example of PROTOCOL.md; tests/functional/recovery_reader.py reads it too.
TEST_F(RecoveryAnswers, TheExampleOfTheSpecification) {
  const auto seeded = [](char begin) {
    Bytes seed;
    for (int i = 0; i < 32; ++i) seed += static_cast<char>(begin + i);
    return SigningKey::from_seed(seed);
  };
  const SigningKey signing = seeded('\x00');
  const SigningKey recovery = seeded('\x20');
  const SigningKey second = seeded('\x60');
  entries = {
      *from_hex("08011080d095ffbc3142c3020ac0020a0d73656f756c2e6578616d706c65122003a107bff3ce10be1d70dd18e7"
                "4bc09967e4d6309ba50d5f1ddc8664125531b81a2029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c8"
                "9794bc9322966dd722ea010a20174553b456dddfc6908ecab1c101fe6ab21e2baa0617795b7d43a63482993fd5"
                "12408829ef19c09d6520d03e258a5138076e4a14cb85da320eed4cb7d32117fe77aa1aac7a86c41becda7a2e4c"
                "30639d69964828512e183480c87f0fd1b3b497fd061a2000000000000000000000000000000000000000000000"
                "0000000000000000000022202543b92ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d2a"
                "40b6f71285876ddce1bf65a926b2504bc70d513014b45351a114d466f8da2bb7467c5c7ec7522f6cc178b19e02"
                "606785496516ad52e63ffb036d301ee821ab0502"),
      *from_hex("080510e8d795ffbc311a02656e220c636c696d6174652f686561744a20652dbca4254c1fd3bd3d87be5bf16645"
                "019f0d9de39e3b9689d69383e60b5ecf5020"),
      *from_hex("6e6f20656e7472792c20616e64207374696c6c2061206c656166")};
  leaves.clear();
  for (const Bytes& entry : entries) leaves.push_back(leaf_hash(entry));
  KeyHistory keys({"seoul.example", signing.public_key(), recovery.public_key()});
  Statement said = keys.next(false);
  said.size = TreeSize(3);
  said.root = root_at(3);
  said.key.key = second.public_key();
  ASSERT_TRUE(keys.add(sign_statement(said, keys.vkey().name, signing)).ok());
  v1::Entry entry;
  entry.set_kind(v1::KIND_ROTATION);
  entry.set_created_at_ms(1700000002000);
  entry.mutable_control()->set_rotation_statement(keys.notes().front());
  entries.push_back(serialize(entry));
  leaves.push_back(leaf_hash(entries.back()));
  v1::RecoveryAnswer shown = answer(keys, 4, '-', 4);
  shown.mutable_head()->set_checkpoint(sign_checkpoint({keys.vkey().name, TreeSize(4), root_at(4)}, second));
  shown.mutable_head()->set_stated(1);
  auto& oldest = *shown.add_latest();
  oldest.set_entry(entries[0]);
  shown.clear_before();
  for (auto& one : *shown.mutable_latest()) one.set_title(one.index() == 1 ? "Cool roofs" : "");
  // SHA-256 of `recovery answer`.
  EXPECT_EQ(to_hex(sha256(shown.SerializeAsString()).view()),
            "96581de29a7944896ed48dbf324d3b0880d63c4d93b044ff81c7e9a78422fe2c");
  const auto read =
      read_recovery_answer(shown, recovery.public_key(), {keys.identity().log_id(), TreeSize()});
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->stands, 1U);
  EXPECT_EQ(read->latest.size(), 4U);
  const auto back = take_back(*read, recovery, seeded('\x80').public_key());
  ASSERT_TRUE(back.ok()) << back.error().text();
  // SHA-256 of `taken back`.
  EXPECT_EQ(to_hex(sha256(back->notes().back()).view()),
            "86e5f30b6f2b9bdcd453f1f6e42c48c87fcb63b7c777e2601c4eacb3c96eff46");
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
}  // namespace koinon::test::recovery_answer_test
