// By which keys koinon audit-log believes a log: those that were named, and those to which the log's
// statements lead.
#include <gtest/gtest.h>

#include "crypto/evidence.h"
#include "crypto/identity.h"
#include "crypto/key_history_text.h"
#include "proto/base/limits.h"
#include "tests/unit/tile_log.h"

namespace koinon::audit::test::audit_keys_test {
namespace {

TEST_F(Audit, AWrongSignatureIsFound) {
  TileLog log;
  log.grow(5);
  std::string note = log.note();
  note.replace(note.find("\n5\n"), 3, "\n6\n");
  log.instead["checkpoint"] = note;
  EXPECT_EQ(fault_of(log).kind, FaultKind::kSignature);
  TileLog thief("city.example/log", 't');
  thief.grow(5);
  log.instead["checkpoint"] = thief.note();
  const Fault fault = fault_of(log);
  EXPECT_EQ(fault.kind, FaultKind::kSignature);
  EXPECT_NE(fault.sentence.find("--vkey OLD --vkey NEW"), std::string::npos);
}

TEST_F(Audit, TheOriginIsTheKeysNameOrTheOneThatIsNamed) {
  TileLog log("sum.example");
  log.grow(5);
  Checkpoint head = log.head();
  head.origin = "go.sum database tree";
  SignedNote note{head.text(), {sign_note(head.text(), "sum.example", key_of('k'))}};
  log.instead["checkpoint"] = note.encode();
  EXPECT_EQ(fault_of(log).kind, FaultKind::kSignature);
  origin = "go.sum database tree";
  const auto report = pass(log);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->fault);
}

TEST_F(Audit, ANewKeyThatIsNamedBesideTheOldOneIsBelieved) {
  TileLog old;
  old.grow(300);
  expect_well(old);
  TileLog changed("city.example/log", 'n');
  changed.grow(400);
  EXPECT_EQ(follower(changed, {old.vkey()}).pass(1)->fault->kind, FaultKind::kSignature);
  const auto alone = follower(changed, {changed.vkey()}).pass(1);
  ASSERT_FALSE(alone.ok()) << "the state is of the old key";
  EXPECT_EQ(alone.error().code, Code::kRefused);
  const auto both = follower(changed, {old.vkey(), changed.vkey()}).pass(1);
  ASSERT_TRUE(both.ok()) << both.error().text();
  EXPECT_FALSE(both->fault);
}

// A city's log of Koinon: statements lead from its first key to the one that signs.
class KoinonAudit : public Audit {
 protected:
  static LogIdentity identity() {
    return {"seoul.example", key_of('1').public_key(), key_of('r').public_key()};
  }
  static std::string statement(const KeyHistory& keys, const Checkpoint& at, char next, char signer,
                               bool is_recovery) {
    Statement said = keys.next(is_recovery);
    said.size = at.size;
    said.root = at.root;
    said.key.key = key_of(next).public_key();
    return sign_statement(said, keys.vkey().name, key_of(signer));
  }
};

TEST_F(KoinonAudit, ARotationIsFollowedByTheLogsOwnStatements) {
  TileLog first(identity().origin(), '1');
  first.grow(300);
  expect_well(first);
  KeyHistory keys(identity());
  ASSERT_TRUE(keys.add(statement(keys, first.head(), '2', '1', false)).ok());
  TileLog second(identity().origin(), '2');
  second.grow(310);
  second.instead["keys"] = key_history_text(keys);
  auto report = follower(second, {identity().vkey()}).pass(1);
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_FALSE(report->fault) << report->fault->sentence;
  EXPECT_EQ(report->told.size(), 1U);
  // Whoever has the replaced key signs nothing more.
  first.grow(320);
  first.instead["keys"] = key_history_text(keys);
  report = follower(first, {identity().vkey()}).pass(1);
  ASSERT_TRUE(report.ok());
  ASSERT_TRUE(report->fault);
  EXPECT_EQ(report->fault->kind, FaultKind::kSignature);
}

TEST_F(KoinonAudit, AForkIsEvidenceThatAnybodyVerifies) {
  TileLog log(identity().origin(), '1');
  log.grow(300);
  expect_well(log);
  log.entries[7] = "rewritten";
  log.grow(700);
  log.instead["keys"] = key_history_text(KeyHistory(identity()));
  const Fault fault = fault_of(log);
  EXPECT_EQ(fault.kind, FaultKind::kRewritten);
  const auto shown = read_evidence(fault.evidence);
  ASSERT_TRUE(shown.ok()) << shown.error().text();
  EXPECT_EQ(std::get<TwoHeads>(shown->said).at, TreeSize(300));
}

TEST_F(KoinonAudit, ARecoveryIsFollowedToItsNewPlace) {
  TileLog log(identity().origin(), '1');
  log.grow(300);
  const Checkpoint kept = log.head();
  log.grow(350);
  expect_well(log);
  KeyHistory keys(identity());
  ASSERT_TRUE(keys.add(statement(keys, kept, '2', 'r', true)).ok());
  TileLog back(identity().origin() + "/1", '2');
  back.grow(300);
  back.grow(320, "after ");
  TileLog moved(identity().origin(), '1');
  moved.missing = {"checkpoint"};
  moved.instead["keys"] = key_history_text(keys);
  for (const char* path : {"checkpoint", "tile/0/000", "tile/0/001.p/64", "tile/1/000.p/1",
                           "tile/entries/000", "tile/entries/001.p/64"})
    moved.instead["1/" + std::string(path)] = *back.get(path, limits::kMiB);
  auto report = follower(moved, {identity().vkey()}).pass(1);
  ASSERT_TRUE(report.ok()) << report.error().text();
  ASSERT_FALSE(report->fault) << report->fault->sentence;
  EXPECT_EQ(report->head->size, TreeSize(320));
  EXPECT_EQ(saved.read, TreeSize(320));
  report = follower(moved, {identity().vkey()}).pass(1);
  ASSERT_TRUE(report.ok() && !report->fault);
  EXPECT_EQ(report->checked, 0U);
}

TEST_F(KoinonAudit, TwoHistoriesOfTheKeysAreFound) {
  TileLog log(identity().origin(), '2');
  log.grow(300);
  KeyHistory keys(identity());
  KeyHistory other = keys;
  ASSERT_TRUE(keys.add(statement(keys, log.head(), '2', '1', false)).ok());
  ASSERT_TRUE(other.add(statement(other, log.head(), '3', '1', false)).ok());
  log.instead["keys"] = key_history_text(keys);
  ASSERT_TRUE(follower(log, {identity().vkey()}).pass(1).ok());
  TileLog thief(identity().origin(), '3');
  thief.grow(301);
  thief.instead["keys"] = key_history_text(other);
  const auto report = follower(thief, {identity().vkey()}).pass(1);
  ASSERT_TRUE(report.ok() && report->fault);
  EXPECT_EQ(report->fault->kind, FaultKind::kKeys);
  EXPECT_TRUE(read_evidence(report->fault->evidence).ok());
}

}  // namespace
}  // namespace koinon::audit::test::audit_keys_test
