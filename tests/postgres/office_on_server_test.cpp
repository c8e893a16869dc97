// An office on a PostgreSQL server: as in a file, and several change it at once.
#include <array>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "storage/office/accounts.h"
#include "storage/office/arrival_places.h"
#include "storage/office/desk.h"
#include "storage/office/outbox.h"
#include "storage/office/worksheets.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_office.h"
#include "tests/postgres/hub_fixture.h"
#include "tests/postgres/server_has.h"

namespace koinon::test::office_on_server_test {

const LogId kLog = LogId::from(Bytes(LogId::kSize, 'l'));

class OfficeOnServer : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    place = fresh_database();
    office = open();
    ASSERT_TRUE(office);
  }
  std::unique_ptr<OfficeDb> open(bool may_change_schema = true) {
    auto opened = open_postgres_office(place, may_change_schema);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return opened.ok() ? std::make_unique<OfficeDb>(std::move(*opened)) : nullptr;
  }
  UserId add(const std::string& name, Role role = Role::kPublisher) {
    User user;
    user.name = name;
    user.role = role;
    const auto added = Accounts(*office).add(user);
    EXPECT_TRUE(added.ok()) << added.error().text();
    return added.ok() ? *added : UserId();
  }
  static HeldNote note_of(UserId user) {
    HeldNote note;
    note.user = user;
    note.request = R"({"file":"waits"})";
    note.salt = Bytes(16, 's');
    return note;
  }
  // Each of `threads` has an office of its own.
  void at_once(int threads, const std::function<void(OfficeDb&, int)>& act) {
    std::vector<std::unique_ptr<OfficeDb>> offices;
    for (int i = 0; i < threads; ++i) offices.push_back(open(false));
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i)
      running.emplace_back([&, i] { act(*offices[static_cast<std::size_t>(i)], i); });
    for (auto& thread : running) thread.join();
  }

  PostgresPlace place;
  std::unique_ptr<OfficeDb> office;
};

TEST_F(OfficeOnServer, WhoOnlyReadsMakesNoTables) {
  const PostgresPlace empty = fresh_database();
  const auto refused = open_postgres_office(empty, false);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Code::kRefused);
  ASSERT_TRUE(open_postgres_office(empty, true).ok());
  EXPECT_TRUE(open_postgres_office(empty, false).ok());
}

TEST_F(OfficeOnServer, KnowsAccountsAndTheirSecrets) {
  const UserId kim = add("kim", Role::kOperator);
  User same;
  same.name = "kim";
  EXPECT_EQ(Accounts(*office).add(same).error().code, Code::kConflict);
  const auto other = open(false);
  Accounts accounts(*other);
  EXPECT_EQ((*accounts.find("Kim"))->id, kim);
  Credential session;
  session.kind = CredentialKind::kSession;
  session.user = kim;
  const auto secret = Accounts(*office).issue(session);
  EXPECT_TRUE(accounts.check(*secret, CredentialKind::kSession, {1})->has_value())
      << "a login holds everywhere";
  EXPECT_EQ(accounts.remove(kim).error().code, Code::kRefused) << "it is the last operator";
  add("lee", Role::kOperator);
  ASSERT_TRUE(accounts.remove(kim).ok());
  EXPECT_FALSE(Accounts(*office).check(*secret, CredentialKind::kSession, {1})->has_value());
}

TEST_F(OfficeOnServer, CountsWhatWaits) {
  const UserId kim = add("kim");
  Desk desk(*office);
  const HeldId first = *desk.hold(note_of(kim));
  const HeldId second = *desk.hold(note_of(kim));
  EXPECT_EQ(*desk.count_waiting(kim), 2U);
  EXPECT_EQ((*desk.held(first))->salt, Bytes(16, 's'));
  ASSERT_TRUE(desk.settle(first, HeldState::kWaiting, HeldState::kSigned, "x", {5}).ok());
  EXPECT_EQ(desk.settle(first, HeldState::kWaiting, HeldState::kSigned, "x", {5}).error().code,
            Code::kConflict);
  EXPECT_EQ((*desk.held(first))->salt, Bytes());
  EXPECT_EQ(*desk.count_waiting(kim), 1U);
  ASSERT_TRUE(Accounts(*office).remove(kim).ok());
  EXPECT_EQ((*desk.held(second))->state, HeldState::kCancelled);
  EXPECT_EQ(*desk.count_waiting(std::nullopt), 0U);
}

TEST_F(OfficeOnServer, KeepsWhatItSendsAndSaysWhatFails) {
  Outbox outbox(*office);
  EXPECT_EQ(outbox.failing(1, {0})->waiting, 0U);
  Webhook hook;
  hook.url = "https://x.example";
  hook.secret = Bytes("\0\xFF secret", 9);
  const WebhookId id = *outbox.add_webhook(hook);
  EXPECT_EQ(outbox.webhooks()->front().secret, hook.secret);
  Delivery delivery;
  delivery.message = "msg_1";
  delivery.log = kLog;
  ASSERT_TRUE(outbox.queue_deliveries(id, {delivery, delivery}, ArrivalSeq(3)).ok());
  auto due = *outbox.due_deliveries(id, {1}, 9);
  ASSERT_EQ(due.size(), 2U);
  EXPECT_EQ(due[0].log, kLog);
  due[0].attempts = 3;
  due[0].next_at = {7};
  due[0].outcome = "503";
  ASSERT_TRUE(outbox.settle(due[0]).ok());
  const auto failing = outbox.failing(2, {0});
  EXPECT_EQ(failing->waiting, 1U);
  EXPECT_EQ(failing->last, "503");
  EXPECT_EQ(*outbox.next_due(true), UnixMillis{0});
  const std::vector<EpochRange> epochs{{Epoch::from(Bytes(Epoch::kSize, 'e')), {}, {}}};
  ASSERT_TRUE(ArrivalPlaces(*office).follow(epochs, ArrivalSeq(3), {1}).ok());
  EXPECT_EQ(*ArrivalPlaces(*office).epoch(), epochs.front().epoch);
}

// Each reads before it writes.
TEST_F(OfficeOnServer, NoChangeIsLostWhereSeveralChangeTheSame) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  at_once(kThreads, [](OfficeDb& own, int) {
    for (int i = 0; i < kEach; ++i) {
      const auto changed = Desk(own).change_case(kLog, EntryIndex(1), [](InboxCase& item) -> Status {
        item.remark += "x";
        return {};
      });
      ASSERT_TRUE(changed.ok()) << changed.error().text();
    }
  });
  EXPECT_EQ(Desk(*office).inbox_case(kLog, EntryIndex(1))->remark.size(), std::size_t{kThreads * kEach});
}

// Of two operators that demote each other, one stays.
TEST_F(OfficeOnServer, AnOperatorIsLeftWhereTwoDemoteEachOther) {
  const std::array<UserId, 2> both = {add("kim", Role::kOperator), add("lee", Role::kOperator)};
  std::atomic<int> inside = 0;
  at_once(2, [&](OfficeDb& own, int i) {
    (void)Accounts(own).change(both.at(static_cast<std::size_t>(i)), [&](User& user) -> Status {
      user.role = Role::kReader;
      ++inside;
      Beside beside(place);  // until the other one waits, or is as far as this one
      while (!HasFailure() && inside < 2 &&
             !beside.is_true("SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = "
                             "current_database() AND wait_event_type = 'Lock'")) {
      }
      return {};
    });
  });
  const auto all = *Accounts(*office).all();
  EXPECT_EQ(
      std::count_if(all.begin(), all.end(), [](const User& user) { return user.role == Role::kOperator; }),
      1);
}

TEST_F(OfficeOnServer, NobodyWaitsForEachOtherForEver) {
  const std::array<UserId, 2> users = {add("kim"), add("lee")};
  at_once(4, [&](OfficeDb& own, int i) {
    Desk desk(own);
    for (int turn = 0; turn < 25; ++turn) {
      const auto held = desk.hold(note_of(users.at(static_cast<std::size_t>((i + turn) % 2))));
      ASSERT_TRUE(held.ok()) << held.error().text();
      const Status kept = desk.keep_due({turn});
      ASSERT_TRUE(kept.ok()) << kept.error().text();
      if (turn % 2 != 0) continue;
      const Status settled = desk.settle(*held, HeldState::kWaiting, HeldState::kFailed, "", {1});
      ASSERT_TRUE(settled.ok()) << settled.error().text();
    }
  });
  EXPECT_EQ(*Desk(*office).count_waiting(std::nullopt), 48U);
}

TEST_F(OfficeOnServer, WhatIsErasedLeavesNoText) {
  ASSERT_TRUE(Desk(*office).watch({1}, {kLog, EntryIndex(1), "a zanzibarword", {1}}).ok());
  StoredWorksheet sheet;
  sheet.log = kLog;
  sheet.index = EntryIndex(1);
  sheet.answers = R"({"plan":"a zanzibarword"})";
  ASSERT_TRUE(Worksheets(*office).put(sheet, std::nullopt).ok());
  ASSERT_TRUE(Outbox(*office).forget_remarks({{kLog, EntryIndex(1)}}, ArrivalSeq(1)).ok());
  const auto reader = postgres::Connection::open(place, {});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->begin_reading().ok());
  ASSERT_TRUE((*reader)->prepare("SELECT count(*) FROM koinon_office.watch").step().ok());
  EXPECT_FALSE(*office->connection().fold()) << "somebody reads the table";
  (*reader)->rollback();
  EXPECT_TRUE(*office->connection().fold());
  ASSERT_TRUE(*Desk(*office).is_watched({1}, kLog, EntryIndex(1)));
  ASSERT_TRUE((*reader)->execute("SELECT pg_switch_wal()").ok());
  ASSERT_TRUE((*reader)->execute("CHECKPOINT").ok());
  ASSERT_TRUE((*reader)->execute("CHECKPOINT").ok());
  EXPECT_FALSE(server_has("zanzibarword"));
}

}  // namespace koinon::test::office_on_server_test
