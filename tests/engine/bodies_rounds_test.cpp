// Bodies that are missing, without a network: who is asked for them in which order, and when again.
#include "crypto/hash.h"
#include "proto/codec/entry.h"
#include "tests/engine/alone.h"

namespace koinon::engine::test::bodies_rounds_test {
namespace {

const EntryIndex kIndex(1);

// Of Milan's log three entries are held; the body of entry 1 is missing. Two peers hold the log.
class BodiesAlone : public Alone {
 protected:
  BodiesAlone() : Alone(pinned({kMilan, kOslo}, {state_of(kMilan, 3, 1)})) {
    for (Link* link : {&one, &other}) parts.holdings.note(*link, log.id(), TreeSize(3));
  }
  void TearDown() override { EXPECT_EQ(parts.bodies.wrong_list(), ""); }

  // The store says what is missing.
  void read_store() {
    parts.bodies.look_for(log);
    look();
    const auto reads = asked<ReadUnheld>();
    ASSERT_EQ(reads.size(), 1U);
    v1::Entry entry;
    entry.set_kind(v1::KIND_PRACTICE);
    entry.set_body_digest(sha256("body").bytes());
    entry.set_body_size(4);
    answer(reads[0].id,
           Answer(std::vector<StoredRecord>{{kIndex, serialize(entry), {}, BodyState::kNotHeld, {}}}));
  }
  // The GetBodies that was said to the link last; a number of 0: none.
  v1::GetBodies asked_of(const Link& link) {
    return last_said(link, &v1::Frame::has_get_bodies, &v1::Frame::get_bodies);
  }
  void say(Link& link, std::uint64_t request_id, const std::string& body) {
    v1::Bodies frame;
    frame.set_request_id(request_id);
    frame.set_log_id(log.id().bytes());
    frame.set_last(true);
    auto* next = frame.add_bodies();
    next->set_index(kIndex.value);
    next->set_body(body);
    if (body.empty()) next->set_mark(v1::BODY_MARK_NOT_HELD);
    parts.bodies.on_bodies(link, std::move(frame), 100);
    look();
  }
  // Whoever is asked has it not, until nobody is asked any more. Returns how far each was let look.
  std::vector<std::pair<SessionId, std::uint32_t>> ask_in_vain() {
    std::vector<std::pair<SessionId, std::uint32_t>> out;
    while (true) {
      Link* link = asked_of(one).request_id() != 0 ? &one : &other;
      const v1::GetBodies request = asked_of(*link);
      if (request.request_id() == 0) return out;
      out.emplace_back(link->id, request.hops_left());
      say(*link, request.request_id(), "");
    }
  }

  void have(Link& link, EntryIndex index) {
    v1::Have frame;
    frame.set_log_id(log.id().bytes());
    frame.add_indexes(index.value);
    parts.bodies.on_have(link, frame);
    look();
  }

  Log& log = parts.logs.at(kMilan.log_id());
  Link& one = connect('\1');
  Link& other = connect('\2');
};

TEST_F(BodiesAlone, EachIsAskedForWhatItHoldsThenLetLookFurtherThenTriedAgainLater) {
  read_store();
  const std::vector<std::pair<SessionId, std::uint32_t>> rounds = {
      {one.id, 0}, {other.id, 0}, {one.id, 1}, {other.id, 1}};
  EXPECT_EQ(ask_in_vain(), rounds);
  EXPECT_EQ(parts.bodies.next_retry(), MonoTime(limits::kBodyRetry));
  begin(MonoTime(limits::kBodyRetry) - MonoTime(1));
  parts.bodies.retry();
  look();
  EXPECT_TRUE(ask_in_vain().empty()) << "it is not time";
  begin(limits::kBodyRetry);
  parts.bodies.retry();
  look();
  EXPECT_EQ(ask_in_vain(), rounds);
  EXPECT_EQ(parts.bodies.next_retry(), 3 * MonoTime(limits::kBodyRetry)) << "twice as long";
}

TEST_F(BodiesAlone, OnePeerIsAskedAtATimeAndOneThatRefusesIsPassedOver) {
  read_store();
  const std::uint64_t request = asked_of(one).request_id();
  ASSERT_NE(request, 0U);
  EXPECT_EQ(asked_of(other).request_id(), 0U);
  parts.bodies.look_for(log);
  look();
  EXPECT_EQ(asked_of(other).request_id(), 0U);
  parts.bodies.on_refused(one, request);
  look();
  EXPECT_NE(asked_of(other).request_id(), 0U);
}

TEST_F(BodiesAlone, WhenAPeerGoesAnotherIsAsked) {
  read_store();
  cut(one);
  EXPECT_NE(asked_of(other).request_id(), 0U);
}

TEST_F(BodiesAlone, AHaveIsAskedForAtOnceUnlessItIsNoNewsOrWasUntrueTooOften) {
  using Rounds = std::vector<std::pair<SessionId, std::uint32_t>>;
  read_store();
  (void)ask_in_vain();
  Link& third = connect('\3');
  have(other, EntryIndex(2));
  EXPECT_TRUE(said_to(third).empty()) << "that is not missing: no cause to look";
  have(third, kIndex);
  EXPECT_TRUE(said_to(third).empty()) << "it was not asked yet, and will be in its turn";
  cut(third);
  for (unsigned i = 1; i < limits::kFalseHaves; ++i) {
    have(other, kIndex);
    EXPECT_EQ(ask_in_vain(), (Rounds{{other.id, 0}, {other.id, 1}}));
  }
  have(other, kIndex);
  EXPECT_EQ(ask_in_vain(), (Rounds{{other.id, 0}}));
  have(other, kIndex);
  EXPECT_TRUE(ask_in_vain().empty()) << "it is believed no longer";
}

TEST_F(BodiesAlone, ABodyIsGivenToTheStoreOnceItIsChecked) {
  read_store();
  say(one, asked_of(one).request_id(), "body");
  const auto check = asked<VerifyBodies>();
  ASSERT_EQ(check.size(), 1U);
  EXPECT_EQ(check[0].intent.bodies.at(0).digest, sha256("body"));
  EXPECT_TRUE(asked<CommitBodies>().empty());
  answer(check[0].id, Answer(BodiesVerified{}));
  const auto commit = asked<CommitBodies>();
  ASSERT_EQ(commit.size(), 1U);
  answer(commit[0].id, Answer(RunStored{}));
  EXPECT_EQ(parts.bodies.looked_for(log), 0U);
}

TEST_F(BodiesAlone, WhoseBodyDoesNotVerifyIsALiar) {
  read_store();
  say(one, asked_of(one).request_id(), "another");
  const auto check = asked<VerifyBodies>();
  ASSERT_EQ(check.size(), 1U);
  answer(check[0].id, fail(Code::kBadProof, "it is another body", "body"));
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
  EXPECT_EQ(parts.bodies.looked_for(log), 1U);
}

TEST_F(BodiesAlone, ABodyThatNobodyAskedForIsALie) {
  read_store();
  say(one, 99, "body");
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(lies_of(one), 1U);
}

}  // namespace
}  // namespace koinon::engine::test::bodies_rounds_test
