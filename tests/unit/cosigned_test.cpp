// Which cosignatures of a log's heads are kept, and how they are read from a note and written into one.
#include "crypto/cosigned.h"

#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/hash.h"
#include "crypto/key_history.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon::cosigned_test {
namespace {

constexpr std::uint64_t kSeconds = 1'800'000'000;
constexpr std::int64_t kOpenMillis = std::chrono::milliseconds(limits::kOpenFor).count();
constexpr std::size_t kMlDsa44 = 2420;  // bytes of its signature, FIPS 204

SigningKey key_of(const std::string& seed) { return SigningKey::from_seed(sha256(seed).view()); }

LogIdentity city(const std::string& name) {
  return {name, key_of(name).public_key(), key_of(name + " recovery").public_key()};
}
KnownCosigner cosigner_of(const LogIdentity& one, unsigned rank = 0) {
  const PublicKey key = key_of(one.name + " cosigner").public_key();
  return {one.log_id(), {one.origin(), SignatureType::kCosignatureV1, key}, rank};
}
std::vector<LogIdentity> cities(std::size_t count) {
  std::vector<LogIdentity> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(city("city-" + std::to_string(i) + ".example"));
  return out;
}

// A line as if it had been verified.
CosignatureLine line(unsigned of, std::uint32_t key_id, unsigned rank = 0) {
  return {LogId::from(sha256("city " + std::to_string(of)).view()),
          {"city-" + std::to_string(of), key_id, Bytes(72, 's')},
          kSeconds,
          rank};
}
CosignatureLine unknown(unsigned of, std::uint32_t key_id, unsigned rank = 0, std::size_t bytes = kMlDsa44) {
  CosignatureLine out = line(of, key_id, rank);
  out.signature.signature = Bytes(bytes, 'u');
  out.seconds.reset();
  return out;
}
std::vector<CosignatureLine> lines(unsigned count) {
  std::vector<CosignatureLine> out;
  for (unsigned i = 0; i < count; ++i) out.push_back(line(i, 100 + i));
  return out;
}

CosignedHead head(std::uint64_t size, unsigned signed_by = 0, UnixMillis since = {0},
                  std::uint64_t recoveries = 0) {
  CosignedHead out{recoveries, {TreeSize(size), sha256(std::to_string(size)), {}}, since, lines(signed_by)};
  out.head.note = "note " + std::to_string(size);
  return out;
}
std::vector<std::uint64_t> sizes(const std::vector<CosignedHead>& heads) {
  std::vector<std::uint64_t> out;
  for (const CosignedHead& one : heads) out.push_back(one.head.size.value);
  return out;
}
std::vector<CosignedHead> kept(const std::vector<CosignedHead>& heads, UnixMillis now = {1}) {
  std::vector<CosignedHead> out;
  for (const CosignedHead& one : heads) out = with_head(std::move(out), one, now);
  return out;
}
using Sizes = std::vector<std::uint64_t>;

// --- lines ---

TEST(CosignatureLines, TheNearestFifteenStay) {
  std::vector<CosignatureLine> more;
  for (unsigned i = 0; i < 20; ++i) more.push_back(line(i, i, 20 - i));
  const auto out = merged_lines({}, more);
  ASSERT_EQ(out.size(), limits::kCosignatures);
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_EQ(out[i].rank, i + 1);
  EXPECT_EQ(merged_lines(out, more), out);
}

TEST(CosignatureLines, UnknownOnesAreFewStandBehindAndYield) {
  const std::vector<CosignatureLine> strange = {unknown(1, 7), unknown(2, 7), unknown(3, 7)};
  auto out = merged_lines({}, strange);
  ASSERT_EQ(out.size(), limits::kUnknownLines);
  out = merged_lines(out, {line(9, 9, 5)});
  ASSERT_EQ(out.size(), 3U);
  EXPECT_TRUE(out[0].seconds.has_value()) << "however far it is";
  out = merged_lines(out, lines(15));
  ASSERT_EQ(out.size(), limits::kCosignatures);
  EXPECT_EQ(std::count_if(out.begin(), out.end(), [](const auto& one) { return !one.seconds; }), 0)
      << "fifteen cities have signed";
  EXPECT_EQ(merged_lines(lines(15), strange), merged_lines({}, lines(15)));
}

TEST(CosignatureLines, AnUnknownOneThatIsTooLongIsNotCarried) {
  EXPECT_TRUE(merged_lines({}, {unknown(1, 7, 0, limits::kUnknownLineBytes + 1)}).empty());
  EXPECT_EQ(merged_lines({}, {unknown(1, 7, 0, limits::kUnknownLineBytes)}).size(), 1U);
}

TEST(CosignatureLines, OfACityTheLatestKeyCounts) {
  const auto first = merged_lines({}, {line(1, 10)});
  CosignatureLine again = line(1, 10, 3);
  again.seconds = kSeconds + 60;
  const auto same = merged_lines(first, {again});
  ASSERT_EQ(same.size(), 1U);
  EXPECT_EQ(same[0].seconds, kSeconds) << "the same key says nothing new";
  EXPECT_EQ(same[0].rank, 3U);
  const auto other = merged_lines(first, {line(1, 11)});
  ASSERT_EQ(other.size(), 1U);
  EXPECT_EQ(other[0].signature.key_id, 11U);
}

// Its entry that names a new key may come here before its signature, or behind it.
TEST(CosignatureLines, OfAKeyThereIsOneLine) {
  const auto early = merged_lines({}, {unknown(1, 10, 0, 72)});
  const auto known = merged_lines(early, {line(1, 10)});
  ASSERT_EQ(known.size(), 1U);
  EXPECT_TRUE(known[0].seconds.has_value());
  EXPECT_EQ(merged_lines(known, {unknown(1, 10, 0, 72)}), known) << "it was verified when it was its key";
  const auto both = merged_lines({line(1, 9), unknown(1, 10, 0, 72)}, {line(1, 10)});
  ASSERT_EQ(both.size(), 1U);
  EXPECT_EQ(both[0].signature.key_id, 10U);
}

// --- heads ---

TEST(CosignedHeads, TheNewestFourAndTheBestStay) {
  auto out = kept({head(1, 3), head(2), head(3), head(4), head(5), head(6)});
  EXPECT_EQ(sizes(out), (Sizes{6, 5, 4, 3, 1}));
  ASSERT_NE(best_witnessed(out), nullptr);
  EXPECT_EQ(best_witnessed(out)->head.size, TreeSize(1));
  EXPECT_LE(out.size(), limits::kCosignedHeads);
  out = with_head(out, head(4, 3), {1});
  EXPECT_EQ(sizes(out), (Sizes{6, 5, 4, 3})) << "of several that as many cities signed, the largest";
}

TEST(CosignedHeads, WhatWasOpenForFiveMinutesGoesUnlessItIsTheNewestOrTheBest) {
  const auto before = kept({head(1, 2), head(2), head(3)});
  EXPECT_EQ(sizes(with_head(before, head(4, 0, {kOpenMillis - 1}), {kOpenMillis - 1})), (Sizes{4, 3, 2, 1}));
  EXPECT_EQ(sizes(with_head(before, head(4, 0, {kOpenMillis}), {kOpenMillis})), (Sizes{4, 1}));
  EXPECT_EQ(sizes(with_head({}, head(4), {kOpenMillis * 9})), (Sizes{4})) << "the newest stays";
}

TEST(CosignedHeads, AKnownHeadGetsMoreLinesAndStaysAsOldAsItIs) {
  auto out = kept({head(1, 2)});
  CosignedHead more = head(1, 0, {7});
  more.lines = {line(5, 5), line(1, 101)};
  out = with_head(out, more, {7});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].cities(), 3U);
  EXPECT_EQ(out[0].since, UnixMillis{0});
}

TEST(CosignedHeads, ANewOriginTakesThoseOfEarlierOnesAway) {
  auto out = kept({head(8, 3), head(9, 3)});
  out = with_head(out, head(2, 0, {1}, 1), {1});
  EXPECT_EQ(sizes(out), (Sizes{2}));
  EXPECT_EQ(sizes(with_head(out, head(10, 5), {1})), (Sizes{2})) << "and none comes back";
}

TEST(CosignedHeads, OfOneSizeOneRootStays) {
  CosignedHead other = head(1, 1);
  other.head.root = sha256("another tree");
  const auto out = kept({head(1, 4), other});
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(out[0].head.root, other.head.root);
}

TEST(CosignedHeads, TheBestIsOneThatSomebodyHasSigned) {
  EXPECT_EQ(best_witnessed({}), nullptr);
  EXPECT_EQ(best_witnessed(kept({head(1), head(2)})), nullptr);
  EXPECT_EQ(best_witnessed(kept({head(1, 1), head(2)}))->head.size, TreeSize(1));
}

TEST(CosignedHeads, ABriefHasTheKeysAlone) {
  CosignedHead one = head(3, 2, {9}, 1);
  one.lines.push_back(unknown(7, 77));
  EXPECT_EQ(brief_of(one), (CosignedBrief{1, TreeSize(3), one.head.root, {9}, {100, 101}, {77}}));
}

RC_GTEST_PROP(CosignedHeads, AreFewWhateverComes, ()) {
  std::vector<CosignedHead> out;
  UnixMillis now{0};
  for (const int step : *rc::gen::container<std::vector<int>>(30, rc::gen::inRange(0, 1'000'000))) {
    now.value += step % 90'000;
    const auto size = static_cast<std::uint64_t>(step % 12 + 1);
    out = with_head(std::move(out), head(size, static_cast<unsigned>(step % 17), now), now);
    RC_ASSERT(!out.empty() && out.size() <= limits::kCosignedHeads);
    for (std::size_t i = 1; i < out.size(); ++i) RC_ASSERT(out[i].head.size < out[i - 1].head.size);
    for (const CosignedHead& one : out) RC_ASSERT(one.lines.size() <= limits::kCosignatures);
  }
}

// --- what our own cosigner may state ---

LastCosigned stated(std::uint64_t recoveries, std::uint64_t size, char root = 'r') {
  return {recoveries, TreeSize(size), Hash::from(Bytes(Hash::kSize, root))};
}

TEST(LastCosignedCheckpoint, IsFollowedByLargerOnesAndNewOrigins) {
  EXPECT_TRUE(may_follow({}, stated(0, 0)));
  const LastCosigned last = stated(1, 5);
  EXPECT_TRUE(may_follow(last, last));
  EXPECT_TRUE(may_follow(last, stated(1, 6, 'x')));
  EXPECT_TRUE(may_follow(last, stated(2, 1, 'x'))) << "the log was taken back: another origin";
  EXPECT_FALSE(may_follow(last, stated(1, 4)));
  EXPECT_FALSE(may_follow(last, stated(1, 5, 'x')));
  EXPECT_FALSE(may_follow(last, stated(0, 9)));
}

RC_GTEST_PROP(LastCosignedCheckpoint, NeverGoesBackOrSaysTwoThings, ()) {
  std::optional<LastCosigned> last;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Hash> signed_roots;
  const auto number = [](int below) { return static_cast<std::uint64_t>(*rc::gen::inRange(0, below)); };
  for (int i = 0; i < 40; ++i) {
    const LastCosigned next = stated(number(3), number(6), *rc::gen::element('a', 'b'));
    if (!may_follow(last, next)) continue;
    const auto [known, is_new] = signed_roots.emplace(std::pair(next.recoveries, next.size.value), next.root);
    RC_ASSERT(is_new || known->second == next.root);
    RC_ASSERT(signed_roots.rbegin()->first == std::pair(next.recoveries, next.size.value));
    last = next;
  }
}

// --- notes ---

class CosignedNotes : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  // The log's head with these lines behind its own.
  Bytes note(const std::vector<NoteSignature>& more = {}) const {
    Bytes out = sign_checkpoint(checkpoint, key_of(log.name));
    for (const NoteSignature& one : more) out += one.line();
    return out;
  }
  NoteSignature by(const LogIdentity& one, std::uint64_t seconds = kSeconds) const {
    return cosign(checkpoint.text(), one.origin(), key_of(one.name + " cosigner"), seconds);
  }
  static NoteSignature strange(const std::string& name, std::uint32_t key_id) {
    return {name, key_id, Bytes(kMlDsa44 + 8, 'q')};
  }
  Result<CosignedHead> open(BytesView bytes, const std::vector<KnownCosigner>& cosigners) const {
    return open_cosigned(keys, bytes, cosigners);
  }

  LogIdentity log = city("seoul.example");
  KeyHistory keys{log};
  Checkpoint checkpoint{log.origin(), TreeSize(7), sha256("tree")};
  LogIdentity la = city("la.example");
  LogIdentity milan = city("milan.example");
};

TEST_F(CosignedNotes, LinesOfKnownCosignersCountAndOthersAreLeftOut) {
  const auto out = open(note({by(milan), by(la, kSeconds + 5)}), {cosigner_of(la, 2)});
  ASSERT_TRUE(out.ok()) << out.error().text();
  EXPECT_EQ(out->recoveries, 0U);
  EXPECT_EQ(out->head, (StoredHead{TreeSize(7), checkpoint.root, note()}));
  EXPECT_EQ(out->lines, (std::vector<CosignatureLine>{{la.log_id(), by(la, kSeconds + 5), kSeconds + 5, 2}}));
}

TEST_F(CosignedNotes, AWrongSignatureIsLeftOutAndTheRightOneBesideItCounts) {
  NoteSignature wrong = by(la);
  wrong.signature[20] = static_cast<char>(wrong.signature[20] ^ 1);
  auto out = open(note({wrong}), {cosigner_of(la)});
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->lines.empty()) << "it is of a known key, and not of an unknown kind";
  out = open(note({wrong, by(la)}), {cosigner_of(la)});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->cities(), 1U);
  Checkpoint other = checkpoint;
  other.root = sha256("another tree");
  const NoteSignature elsewhere = cosign(other.text(), la.origin(), key_of(la.name + " cosigner"), kSeconds);
  out = open(note({elsewhere}), {cosigner_of(la)});
  ASSERT_TRUE(out.ok());
  EXPECT_TRUE(out->lines.empty()) << "of another tree";
}

TEST_F(CosignedNotes, UnknownKindsAreCarriedUnderTheNameOfTheLogOrOfACosigner) {
  const auto out = open(note({strange("nobody.example", 1), strange(milan.origin(), 2),
                              strange(la.origin(), 3), strange(log.origin(), 4), by(la)}),
                        {cosigner_of(la)});
  ASSERT_TRUE(out.ok()) << out.error().text();
  ASSERT_EQ(out->lines.size(), 3U);
  EXPECT_EQ(out->cities(), 1U);
  EXPECT_EQ(out->lines[0].city, la.log_id());
  std::set<std::pair<LogId, std::uint32_t>> carried;
  for (std::size_t i = 1; i < 3; ++i) carried.emplace(out->lines[i].city, out->lines[i].signature.key_id);
  EXPECT_EQ(carried, (std::set<std::pair<LogId, std::uint32_t>>{{la.log_id(), 3}, {log.log_id(), 4}}));
  EXPECT_EQ(out->head.note, note()) << "what proves the head has the log's line alone";
}

// The holder of a log would witness itself.
TEST_F(CosignedNotes, TheLogsOwnCosignerDoesNotCountForIt) {
  const auto out = open(note({by(log)}), {cosigner_of(log), cosigner_of(la)});
  ASSERT_TRUE(out.ok());
  EXPECT_EQ(out->cities(), 0U);
}

TEST_F(CosignedNotes, OneThatTheLogHasNotSignedIsRefused) {
  EXPECT_EQ(open("no note", {}).error().code, Code::kMalformed);
  Bytes other = sign_checkpoint(checkpoint, key_of("somebody else"));
  EXPECT_EQ(open(other + by(la).line(), {cosigner_of(la)}).error().code, Code::kBadSignature);
}

TEST_F(CosignedNotes, SixteenLinesAnd32KiBAreTheMost) {
  std::vector<NoteSignature> more;
  for (std::uint32_t i = 0; i < limits::kHeadNoteLines - 1; ++i) more.push_back(strange("x.example", i));
  for (NoteSignature& one : more) one.signature.resize(72);
  EXPECT_TRUE(open(note(more), {}).ok());
  more.push_back(more.front());
  EXPECT_EQ(open(note(more), {}).error().code, Code::kTooLarge);
  NoteSignature large = strange("x.example", 1);
  large.signature.resize(limits::kHeadNoteBytes);
  EXPECT_EQ(open(note({large}), {}).error().code, Code::kTooLarge);
}

TEST_F(CosignedNotes, ANoteWithAllLinesIsReadAgainAsItWas) {
  const auto others = cities(limits::kCosignatures - limits::kUnknownLines);
  std::vector<KnownCosigner> known;
  std::vector<NoteSignature> more;
  for (const LogIdentity& one : others) {
    known.push_back(cosigner_of(one, static_cast<unsigned>(known.size() % 3)));
    more.push_back(by(one));
  }
  more.push_back(strange(log.origin(), 1));
  more.push_back(strange(others[0].origin(), 2));
  const auto first = open(note(more), known);
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(first->lines.size(), limits::kCosignatures);
  const Bytes written = cosigned_note(*first);
  EXPECT_LE(written.size(), limits::kHeadNoteBytes);
  const auto second = open(written, known);
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_EQ(*second, *first);
}

TEST_F(CosignedNotes, WhatDoesNotFitIsLeftOutTheFarthestFirst) {
  CosignedHead one{0, {TreeSize(7), checkpoint.root, note({strange(log.origin(), 1)})}, {}, lines(15)};
  const auto written = parse_note(cosigned_note(one));
  ASSERT_TRUE(written.ok());
  ASSERT_EQ(written->signatures.size(), limits::kHeadNoteLines);
  EXPECT_EQ(written->signatures.back().key_id, 113U) << "of the fifteenth there is no room";
  one.head.note = "damaged";
  EXPECT_EQ(cosigned_note(one), "damaged");
}

TEST_F(CosignedNotes, TheCitiesThatItNamesAreToldOnce) {
  const Bytes bytes = note({by(la), strange(la.origin(), 1), strange(milan.origin() + "/2", 2),
                            strange("no-city", 3), strange(log.origin(), 4)});
  const auto out = cities_in(bytes, log.log_id());
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out.at(la.log_id()).size(), 2U) << "with the key IDs of all its lines";
  EXPECT_TRUE(out.at(la.log_id()).contains(1));
  EXPECT_EQ(out.at(milan.log_id()), std::set<std::uint32_t>{2});
  EXPECT_TRUE(cities_in("no note", log.log_id()).empty());
}

}  // namespace
}  // namespace koinon::cosigned_test
