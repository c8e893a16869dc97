// Evidence of a fork as a file: what it proves to anybody, and what proves nothing.
#include "crypto/evidence.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "crypto/evidence_mark.h"
#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon::test::evidence_test {
namespace {

SigningKey seeded(char first) {
  Bytes seed;
  for (int i = 0; i < 32; ++i) seed += static_cast<char>(first + i);
  return SigningKey::from_seed(seed);
}

// One history of the log, by the hashes of its leaves.
struct History {
  std::vector<Hash> leaves;

  TreeSize size() const { return TreeSize(leaves.size()); }
  Hash root(std::uint64_t begin, std::uint64_t end) const {
    CompactRange range;
    for (std::uint64_t i = begin; i < end; ++i) range.append(leaves.at(i));
    return range.root();
  }
  Hash root() const { return root(0, leaves.size()); }
  RunProof prefix(TreeSize at) const {
    return *run_proof(EntryIndex(at.value), 0, size(), [this](TreeNode node) -> Result<Hash> {
      return root(node.index << node.level, (node.index + 1) << node.level);
    });
  }
};

History history(std::initializer_list<BytesView> entries) {
  History out;
  for (const BytesView entry : entries) out.leaves.push_back(leaf_hash(entry));
  return out;
}

class EvidenceFile : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  std::string head(const History& of) const { return head(of, identity.origin(), key); }
  static std::string head(const History& of, const std::string& origin, const SigningKey& signer) {
    return sign_checkpoint({origin, of.size(), of.root()}, signer);
  }
  SignedTree tree(const History& of, TreeSize at) const {
    return {head(of), of.size() == at ? RunProof() : of.prefix(at)};
  }
  v1::Evidence evidence(const History& one, const History& two, std::uint64_t at) const {
    return make_evidence(KeyHistory(identity), TreeSize(at), tree(one, TreeSize(at)),
                         tree(two, TreeSize(at)));
  }
  v1::Evidence same_size() const { return evidence(here, there, 3); }
  v1::Evidence different_sizes() const { return evidence(here, longer, 3); }

  static TwoHeads heads(const Contradiction& read) { return std::get<TwoHeads>(read.said); }
  static Code refusal(const Bytes& file) {
    const auto read = read_evidence(file);
    EXPECT_FALSE(read.ok());
    return read.ok() ? Code::kInternal : read.error().code;
  }
  // A peer's evidence is judged as a file is.
  static Code refusal(const v1::Evidence& message) {
    const auto verified = verify_evidence(message);
    EXPECT_FALSE(verified.ok());
    const Code code = refusal(message.SerializeAsString());
    EXPECT_EQ(verified.ok() ? Code::kInternal : verified.error().code, code);
    return code;
  }
  static Code refusal(v1::Evidence message, const std::function<void(v1::Evidence&)>& change) {
    change(message);
    return refusal(message);
  }

  SigningKey key = seeded('\x00');
  SigningKey other = seeded('\x60');
  LogIdentity identity{"seoul.example", key.public_key(), seeded('\x20').public_key()};
  History here = history({"genesis", "practice", "here"});
  History there = history({"genesis", "practice", "there"});
  History longer = history({"genesis", "practice", "there", "and on"});
};

TEST_F(EvidenceFile, OfTheSameSizeSaysWhoSignedWhat) {
  const auto read = read_evidence(same_size().SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->keys.identity(), identity);
  EXPECT_EQ(heads(*read).at, TreeSize(3));
  EXPECT_EQ(heads(*read).first, (Checkpoint{identity.origin(), TreeSize(3), here.root()}));
  EXPECT_EQ(heads(*read).second, (Checkpoint{identity.origin(), TreeSize(3), there.root()}));
  EXPECT_EQ(heads(*read).first_root, here.root());
  EXPECT_EQ(heads(*read).second_root, there.root());
  EXPECT_TRUE(verify_evidence(same_size()).ok());
}

TEST_F(EvidenceFile, OfTheSameTwoHeadsHasOneMark) {
  const EvidenceMark mark = mark_of(different_sizes());
  EXPECT_EQ(mark.heads, (std::vector<HeadPoint>{{TreeSize(3), here.root()}, {TreeSize(4), longer.root()}}));
  EXPECT_EQ(mark_of(evidence(longer, here, 3)).digest, mark.digest) << "the other way round";
  EXPECT_EQ(mark_of(different_sizes().SerializeAsString()).digest, mark.digest);
  v1::Evidence dressed = different_sizes();
  dressed.set_second(dressed.second() +
                     cosign(parse_note(dressed.second())->text, "witness.example", other, 5).line());
  EXPECT_EQ(mark_of(dressed).digest, mark.digest) << "with a cosignature";
  dressed.clear_second_left();
  dressed.add_statements("more");
  EXPECT_EQ(mark_of(dressed).digest, mark.digest);
  EXPECT_NE(mark_of(same_size()).digest, mark.digest);
  EXPECT_EQ(mark_of(Bytes("no evidence")).digest, sha256(Bytes("no evidence")));
  EXPECT_TRUE(mark_of(Bytes("no evidence")).heads.empty());
}

TEST_F(EvidenceFile, IsKeptWithoutWhatProvesNothing) {
  for (const v1::Evidence& message : {same_size(), different_sizes()}) {
    v1::Evidence dressed = message;
    const std::string text = parse_note(message.second())->text;
    for (int i = 0; i < 50; ++i)
      dressed.set_second(dressed.second() + cosign(text, "witness.example", other, 5).line());
    dressed.GetReflection()->MutableUnknownFields(&dressed)->AddLengthDelimited(1000, Bytes(1000, 'x'));
    const auto read = verify_evidence(dressed);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read->normal.SerializeAsString(), message.SerializeAsString());
    EXPECT_EQ(mark_of(read->normal).digest, mark_of(dressed).digest);
    const auto again = verify_evidence(read->normal);
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(again->normal.SerializeAsString(), read->normal.SerializeAsString());
  }
}

TEST_F(EvidenceFile, NeedsNoHeadThatNobodyTakes) {
  v1::Evidence message = same_size();
  const auto note = parse_note(message.first());
  const std::string text = note->text + std::string(limits::kHeadNoteBytes, 'x') + "\n";
  message.set_first(SignedNote{text, {sign_note(text, identity.origin(), key)}}.encode());
  EXPECT_EQ(refusal(message), Code::kTooLarge) << "what its key adds to a head has a limit";
}

TEST_F(EvidenceFile, OfDifferentSizesSaysWhereTheyDiffer) {
  for (const auto& message : {different_sizes(), evidence(longer, here, 3)}) {
    const auto read = read_evidence(message.SerializeAsString());
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_NE(heads(*read).first.size, heads(*read).second.size);
    EXPECT_EQ(heads(*read).at, TreeSize(3));
    const bool here_first = heads(*read).first.size == TreeSize(3);
    EXPECT_EQ(here_first ? heads(*read).first_root : heads(*read).second_root, here.root());
    EXPECT_EQ(here_first ? heads(*read).second_root : heads(*read).first_root, there.root());
  }
}

TEST_F(EvidenceFile, MayDifferBeforeTheEndOfBoth) {
  const History third = history({"genesis", "another practice", "there", "and on", "and on"});
  const auto read = read_evidence(evidence(here, third, 2).SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(heads(*read).first_root, here.root(0, 2));
  EXPECT_EQ(heads(*read).second_root, third.root(0, 2));
}

TEST_F(EvidenceFile, FieldsOfALaterVersionAreNoFault) {
  const Bytes later("\xc0\x3e\x01", 3);  // field 1000 is 1
  EXPECT_TRUE(read_evidence(same_size().SerializeAsString() + later).ok());
}

TEST_F(EvidenceFile, HasALimit) {
  const Bytes good = same_size().SerializeAsString();
  const std::size_t most = limits::kEvidenceBytes;
  const auto filled = [&](std::size_t size) {
    const std::size_t length = size - good.size() - 5;
    Bytes field("\xc2\x3e", 2);  // field 1000, of so many bytes
    field += static_cast<char>((length & 0x7f) | 0x80);
    field += static_cast<char>(((length >> 7) & 0x7f) | 0x80);
    field += static_cast<char>(length >> 14);
    return good + field + Bytes(length, 'x');
  };
  ASSERT_EQ(filled(most).size(), most);
  EXPECT_TRUE(read_evidence(filled(most)).ok());
  EXPECT_EQ(refusal(filled(most + 1)), Code::kTooLarge);
  v1::Evidence message;
  ASSERT_TRUE(message.ParseFromString(filled(most + 1)));
  EXPECT_EQ(refusal(message), Code::kTooLarge);
}

TEST_F(EvidenceFile, ThatIsNoMessageIsRefused) {
  EXPECT_EQ(refusal(Bytes()), Code::kMalformed);
  EXPECT_EQ(refusal(Bytes("no evidence")), Code::kMalformed);
  const Bytes good = same_size().SerializeAsString();
  EXPECT_EQ(refusal(good.substr(0, good.size() - 1)), Code::kMalformed);
}

TEST_F(EvidenceFile, NamesALogByItsFirstKeys) {
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.set_log_id(Bytes(31, 'x')); }),
            Code::kMalformed);
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.set_log_id(Bytes(32, 'x')); }),
            Code::kBadSignature);
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.clear_identity(); }), Code::kInvalidArgument);
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.mutable_identity()->set_name("Seoul"); }),
            Code::kInvalidArgument);
  EXPECT_EQ(
      refusal(same_size(), [](auto& changed) { changed.mutable_identity()->set_name("milan.example"); }),
      Code::kBadSignature);
  const auto with_keys = [](const Bytes& signing, const Bytes& recovery) {
    return [=](v1::Evidence& changed) {
      changed.mutable_identity()->set_signing_key(signing);
      changed.mutable_identity()->set_recovery_key(recovery);
    };
  };
  const Bytes mine = identity.signing_key.bytes();
  const Bytes words = identity.recovery_key.bytes();
  EXPECT_EQ(refusal(same_size(), with_keys(mine.substr(1), words)), Code::kMalformed);
  EXPECT_EQ(refusal(same_size(), with_keys(mine, words.substr(1))), Code::kMalformed);
  EXPECT_EQ(refusal(same_size(), with_keys(other.public_key().bytes(), words)), Code::kBadSignature);
}

TEST_F(EvidenceFile, TakesNoHeadThatAnotherKeySigned) {
  const std::string forged = head(there, identity.origin(), other);
  EXPECT_EQ(refusal(same_size(), [&](auto& changed) { changed.set_first(forged); }), Code::kBadSignature);
  EXPECT_EQ(refusal(same_size(), [&](auto& changed) { changed.set_second(forged); }), Code::kBadSignature);
  const LogIdentity milan{"milan.example", key.public_key(), identity.recovery_key};
  const std::string elsewhere = head(there, milan.origin(), key);
  EXPECT_EQ(refusal(same_size(), [&](auto& changed) { changed.set_second(elsewhere); }), Code::kBadSignature)
      << "the same key signed it, for another log";
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.clear_first(); }), Code::kMalformed);
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.clear_second(); }), Code::kMalformed);
}

TEST_F(EvidenceFile, ShowsThatTheTreesDiffer) {
  EXPECT_EQ(refusal(evidence(here, here, 3)), Code::kBadProof);
  const History grown = history({"genesis", "practice", "here", "and on"});
  EXPECT_EQ(refusal(evidence(here, grown, 3)), Code::kBadProof) << "a log that grows is no fork";
  EXPECT_EQ(refusal(evidence(here, there, 2)), Code::kBadProof) << "so far they are the same";
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.set_at(0); }), Code::kBadProof);
  EXPECT_EQ(refusal(same_size(), [](auto& changed) { changed.set_at(4); }), Code::kBadProof);
}

TEST_F(EvidenceFile, ProvesEachPrefixByTheHashesOfItsTree) {
  const Bytes hash = here.root().bytes();
  EXPECT_EQ(refusal(same_size(), [&](auto& changed) { changed.set_first_left(hash); }), Code::kBadProof);
  EXPECT_EQ(refusal(same_size(), [&](auto& changed) { changed.set_second_right(hash); }), Code::kBadProof);
  EXPECT_EQ(refusal(different_sizes(), [](auto& changed) { changed.clear_second_left(); }), Code::kBadProof);
  EXPECT_EQ(refusal(different_sizes(), [](auto& changed) { changed.clear_second_right(); }), Code::kBadProof);
  EXPECT_EQ(refusal(different_sizes(), [&](auto& changed) { changed.set_second_right(hash); }),
            Code::kBadProof);
  EXPECT_EQ(refusal(different_sizes(), [&](auto& changed) { changed.mutable_second_left()->append(hash); }),
            Code::kBadProof);
  EXPECT_EQ(refusal(different_sizes(), [](auto& changed) { changed.mutable_second_left()->pop_back(); }),
            Code::kMalformed);
  EXPECT_EQ(
      refusal(different_sizes(),
              [](auto& changed) { changed.set_first_left(Bytes((limits::kProofHashes + 1) * 32, 'x')); }),
      Code::kMalformed);
}

TEST_F(EvidenceFile, WithAnyByteChangedProvesNothing) {
  for (const auto& message : {same_size(), different_sizes()}) {
    const Bytes good = message.SerializeAsString();
    ASSERT_TRUE(read_evidence(good).ok());
    for (std::size_t i = 0; i < good.size(); ++i) {
      for (const int flip : {0x01, 0x20, 0x80}) {
        Bytes changed = good;
        changed[i] = static_cast<char>(changed[i] ^ flip);
        EXPECT_FALSE(read_evidence(changed).ok()) << "byte " << i << " by " << flip;
      }
    }
  }
}

// The example of PROTOCOL.md; tests/functional/wire.py computes it too.
TEST_F(EvidenceFile, TheExampleOfTheSpecification) {
  History agreed;
  for (const char* leaf : {"6a3a80c716fbe92090e14e206862d447f25fd26b1492720284035edc92c6b0d4",
                           "4c902d4411b2282738e7c22d02b955a15d23c5915cd25b0cfec677aa97774181"})
    agreed.leaves.push_back(Hash::from(*from_hex(leaf)));
  History first = agreed;
  first.leaves.push_back(leaf_hash("no entry, and still a leaf"));
  History second = agreed;
  second.leaves.push_back(leaf_hash("another history"));
  History third = second;
  third.leaves.push_back(leaf_hash("and what follows in it"));
  EXPECT_EQ(to_hex(first.root().view()), "6eb5d0247a1209401b416c643524fae812f390206401b0b3985361d397634571");
  EXPECT_EQ(to_hex(second.root().view()), "ecf267d9cee72512819596ee95a5b8fc84cb104f672f81c941f408be734ad276");
  EXPECT_EQ(to_hex(third.root().view()), "d9b0422b724db68c7affb2fb6fb1eb7ca1f0a0ffe86e1ac21ec0ffa53bc096b9");
  // SHA-256 of `evidence` and of `longer evidence`, and their contradiction digests.
  for (const auto& [message, digest, mark] :
       {std::tuple(evidence(first, second, 3),
                   "f21dca206b6d129bfe26fd753146c4fc89806b9d58fc8246bba30b96177acf7d",
                   "f761df5132166309bc235d0513ed7f824cea9b3a1f45e13e35b9a8efaae1b9a5"),
        std::tuple(evidence(first, third, 3),
                   "1c56c95ca0be7403d88928fcd409c22c6a0f5483f2cddb04506041814921b577",
                   "f6d7291226bf4fefec443fbc8c9a7d0932b39235507227478e8fd95c4e636568")}) {
    const Bytes file = message.SerializeAsString();
    EXPECT_EQ(to_hex(sha256(file).view()), digest);
    EXPECT_EQ(to_hex(mark_of(file).digest.view()), mark);
    const auto read = read_evidence(file);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(heads(*read).first_root, first.root());
    EXPECT_EQ(heads(*read).second_root, second.root());
  }
}

// The same log's statements, in the example of PROTOCOL.md "Statements".
TEST_F(EvidenceFile, TheExamplesOfStatementsHaveTheirMarks) {
  const KeyHistory before{identity};
  const auto stated = [&](const KeyHistory& after, bool is_recovery, char next,
                          std::optional<PublicKey> words = {}) {
    KeyHistory out = after;
    Statement statement = out.next(is_recovery);
    statement.size = TreeSize(3);
    statement.root =
        Hash::from(*from_hex("6eb5d0247a1209401b416c643524fae812f390206401b0b3985361d397634571"));
    statement.key.key = seeded(next).public_key();
    statement.recovery_key = words;
    const SigningKey signer = is_recovery ? seeded('\x20') : key;
    EXPECT_TRUE(out.add(sign_statement(statement, out.vkey().name, signer)).ok());
    return out;
  };
  const KeyHistory rotated = stated(before, false, '\x60');
  const auto mark = [](const KeyHistory& one, const KeyHistory& two) {
    const auto made = make_evidence(one, two);
    EXPECT_TRUE(made.has_value());
    if (!made) return std::string();
    EXPECT_TRUE(mark_of(*made).heads.empty());
    EXPECT_EQ(mark_of(*make_evidence(two, one)).digest, mark_of(*made).digest);
    return to_hex(mark_of(*made).digest.view());
  };
  EXPECT_EQ(mark(rotated, stated(before, false, '\x80')),
            "b94dd7b9179c7bf794e9c3b960d5e51d672f687e043d21923ba0fd5777b575f8");
  // Each has a number of its own: 2 and 1.
  const KeyHistory recovered = stated(rotated, true, '\x80', seeded('\xa0').public_key());
  const KeyHistory recovered_apart = stated(before, true, '\x60');
  EXPECT_EQ(mark(recovered, recovered_apart),
            "b8d290506b91f51e449a8565e2cdddf8071f8971bcfb252ef8ef74c9a65cc865");
  const auto read = read_evidence(make_evidence(recovered, recovered_apart)->SerializeAsString());
  ASSERT_TRUE(read.ok()) << read.error().text();
  const auto& said = std::get<TwoStatements>(read->said);
  EXPECT_TRUE(said.by_recovery_key);
  EXPECT_EQ(said.first.sequence, 2U);
  EXPECT_EQ(said.second.sequence, 1U);
}

}  // namespace
}  // namespace koinon::test::evidence_test
