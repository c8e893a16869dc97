// Invites that are over: each is used once, whatever the clock says, and is remembered for a while.
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/store/invite_rules.h"
#include "tests/storage/all_stores.h"

namespace koinon::test::invites_test {
namespace {

constexpr UnixMillis kNow{1'700'000'000'000};
constexpr UnixMillis kExpires{1'700'000'100'000};

class Invites : public AllStores {
 protected:
  void SetUp() override {
    open({}, "store.db");
    change([&] { ASSERT_TRUE(store->put_invite({invite, "la.example", kExpires}).ok()); });
  }
  Status end(UnixMillis now) {
    Status out;
    change([&] { out = end_invite(*store, invite, now); });
    return out;
  }
  InviteRecord kept() {
    const auto all = store->invites();
    EXPECT_EQ(all->size(), 1U);
    return all->empty() ? InviteRecord() : all->front();
  }

  const NodeKey invite = NodeKey::from(Bytes(NodeKey::kSize, 'i'));
};
INSTANTIATE_TEST_SUITE_P(Stores, Invites, all_stores(), store_name);

TEST_P(Invites, OneIsUsedOnceAndStaysKnown) {
  EXPECT_FALSE(kept().was_ended());
  ASSERT_TRUE(end(kNow).ok());
  EXPECT_TRUE(kept().was_ended());
  EXPECT_EQ(kept().key, invite);
  EXPECT_EQ(end(kNow).error().code, Code::kNotFound);
  EXPECT_LT(kept().expires_at.value, 0) << "no clock that is set back opens it again";
}

TEST_P(Invites, OneThatEndsAtTheBeginningOfTimeHasEnded) {
  ASSERT_TRUE(end(UnixMillis{0}).ok());
  EXPECT_TRUE(kept().was_ended());
}

TEST_P(Invites, ItIsForgottenWhenNobodyTriesItAnyMore) {
  const auto after = [](UnixMillis from, std::chrono::milliseconds time) {
    return UnixMillis{from.value + time.count()};
  };
  EXPECT_FALSE(is_forgotten(kept(), kExpires));
  EXPECT_TRUE(is_forgotten(kept(), after(kExpires, limits::kInviteRemembered + std::chrono::hours(1))));
  ASSERT_TRUE(end(kNow).ok());
  EXPECT_FALSE(is_forgotten(kept(), after(kNow, limits::kInviteRemembered)));
  EXPECT_TRUE(is_forgotten(kept(), after(kNow, limits::kInviteRemembered + std::chrono::hours(1))));
}

TEST_P(Invites, OneThatWasNeverGivenDoesNotEnd) {
  change([&] {
    EXPECT_EQ(end_invite(*store, NodeKey::from(Bytes(NodeKey::kSize, 'x')), kNow).error().code,
              Code::kNotFound);
  });
  EXPECT_FALSE(kept().was_ended());
}

}  // namespace
}  // namespace koinon::test::invites_test
