// Live gossip: each body about once a node, a broken link healed by the next announcement.
#include <gtest/gtest.h>

#include "proto/codec/frame.h"
#include "tests/engine/network.h"
#include "tests/engine/seeds.h"

namespace koinon::test::gossip_test {
namespace {

class Gossip : public testing::TestWithParam<unsigned> {
 protected:
  // All vouch for the author, so that it is trusted everywhere.
  void mesh(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      nodes.push_back(&network.add("city" + std::to_string(i) + ".example"));
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i + 1; j < count; ++j) {
        network.peer(*nodes[i], *nodes[j]);
        links[{i, j}] = network.connect(*nodes[i], *nodes[j]);
      }
    }
    network.drive();
  }
  std::uint64_t copies() const {
    std::uint64_t sum = 0;
    for (const TestNode* node : nodes) {
      for (const SessionInfo& session : node->engine->sessions()) sum += session.counts.copies_in;
    }
    return sum;
  }
  std::uint64_t duplicates() const {
    std::uint64_t sum = 0;
    for (const TestNode* node : nodes) {
      for (const SessionInfo& session : node->engine->sessions()) sum += session.counts.duplicates_in;
    }
    return sum;
  }
  Network network{GetParam()};
  std::vector<TestNode*> nodes;
  std::map<std::pair<std::size_t, std::size_t>, SessionId> links;
};
INSTANTIATE_TEST_SUITE_P(Seeds, Gossip, seeds(8));

TEST_P(Gossip, InAMeshEachRecordComesOnceToEachOnceTheTreeHasSettled) {
  mesh(8);
  for (int i = 0; i < 5; ++i) {
    nodes[0]->publish(1);
    network.drive();
  }
  const std::uint64_t before = copies();
  for (int i = 0; i < 10; ++i) {
    nodes[0]->publish(1);
    network.drive();
  }
  for (TestNode* node : nodes) EXPECT_EQ(node->holds(*nodes[0]), 16U);
  EXPECT_LE(static_cast<double>(copies() - before) / 70.0, 1.1);
}

TEST_P(Gossip, ADuplicatePushIsCountedAndPrunesItsLink) {
  mesh(3);
  nodes[0]->publish(1);
  network.drive();
  // The third has the log from the author and asks the second for nothing: make it ask, so that both push.
  const LogState* state = nodes[2]->engine->log(nodes[0]->id());
  v1::Frame get;
  auto* ask = get.mutable_get();
  ask->set_request_id(9999);
  ask->set_log_id(nodes[0]->id().bytes());
  ask->set_from(0);
  ask->set_to(state->whole->size.value);
  ask->set_size(state->whole->size.value);
  ask->set_root(state->whole->root.bytes());
  bool swallow = true;
  const SessionId link = links.at({1, 2});
  network.tamper_frames(link, *nodes[1], [&](v1::Frame& frame) { return !(frame.has_chunk() && swallow); });
  network.inject(link, *nodes[1], *encode_frame(get));
  network.drive();
  swallow = false;
  for (int i = 0; i < 4; ++i) {
    nodes[0]->publish(1);
    network.drive();
  }
  EXPECT_EQ(nodes[2]->holds(*nodes[0]), 6U);
  const std::uint64_t pruned_after = duplicates();
  EXPECT_GE(pruned_after, 1U);
  nodes[0]->publish(1);
  network.drive();
  EXPECT_EQ(duplicates(), pruned_after) << "pruned: it does not come twice again";
}

TEST_P(Gossip, ABrokenLinkIsHealedByTheNextAnnouncement) {
  mesh(3);
  nodes[0]->publish(1);
  network.drive();
  // The second pushes nothing to the third: between those two an announcement is all there is.
  v1::Frame prune;
  prune.mutable_prune()->set_log_id(nodes[0]->id().bytes());
  network.inject(links.at({1, 2}), *nodes[1], *encode_frame(prune));
  // What the author pushes or tells to the third gets lost.
  network.tamper_frames(links.at({0, 2}), *nodes[0],
                        [](v1::Frame& frame) { return !frame.has_push() && !frame.has_heads(); });
  nodes[0]->publish(1);
  network.drive();
  EXPECT_EQ(nodes[2]->holds(*nodes[0]), 3U);
}

TEST_P(Gossip, AStalledParentDoesNotHoldUpWhatAnotherPushes) {
  mesh(3);
  nodes[0]->publish(1);
  network.drive();
  // The author answers the third no more; what it pushes to the second goes on.
  network.tamper_frames(links.at({0, 2}), *nodes[0],
                        [](v1::Frame& frame) { return !frame.has_chunk() && !frame.has_push(); });
  nodes[0]->publish(1);
  network.drive();
  network.advance(std::chrono::seconds(70));
  EXPECT_EQ(nodes[2]->holds(*nodes[0]), 3U);
}

// The head of a push is not verified before its run is, and a push that fits nowhere has no run.
TEST_P(Gossip, APushThatDoesNotFitStopsNoGetElsewhere) {
  mesh(2);
  TestNode& la = *nodes[0];
  TestNode& milan = *nodes[1];
  TestNode& author = network.add("author.example");
  TestNode& seoul = network.add("seoul.example");
  network.peer(author, milan);
  network.peer(seoul, la);
  milan.vouch(author);
  network.connect(author, milan);
  const SessionId hostile = network.connect(la, seoul);
  network.drive();
  std::size_t cancels = 0;
  Bytes answers;
  network.tamper_frames(links.at({0, 1}), la, [&](v1::Frame& frame) {
    cancels += frame.has_cancel() ? 1 : 0;
    return true;
  });
  network.tamper_frames(links.at({0, 1}), milan, [&](v1::Frame& frame) {
    const bool of_author = frame.has_chunk() && frame.chunk().from() == 1;
    if (of_author) answers += *encode_frame(frame);
    return !of_author;
  });
  ASSERT_EQ(la.holds(author), 1U);
  v1::Frame prune;  // it is told to LA, and not pushed
  prune.mutable_prune()->set_log_id(author.id().bytes());
  network.inject(links.at({0, 1}), milan, *encode_frame(prune));
  author.publish(10);
  network.drive();
  ASSERT_FALSE(answers.empty()) << "LA has asked Milan for it";
  v1::Frame push;
  auto* head = push.mutable_push()->mutable_head();
  head->set_log_id(author.id().bytes());
  std::string note = author.engine->log(author.id())->whole->note;
  char& c = note[note.size() - 10];
  c = c == 'A' ? 'B' : 'A';
  head->set_checkpoint(note);
  push.mutable_push()->mutable_chunk()->set_from(5);
  network.inject(hostile, la, *encode_frame(push));
  network.drive();
  EXPECT_FALSE(network.is_open(hostile));
  EXPECT_EQ(cancels, 0U);
  network.inject(links.at({0, 1}), la, answers);
  network.drive();
  EXPECT_EQ(la.holds(author), 11U);
}

}  // namespace
}  // namespace koinon::test::gossip_test
