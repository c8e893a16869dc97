// Changes of an office wait for each other: on SQLite by its lock, on a server by a row that each locks
// first.
#include <stdexcept>

#include "storage/office/desk.h"
#include "tests/storage/office_fixture.h"

namespace koinon::test::office_turns_test {
namespace {

using Texts = std::vector<std::string>;

// A server that notes what it is told, and has one row of everything, or none.
struct Told {
  Texts texts;
  bool has_rows = true;
  bool in_transaction = false;
};

class ToldStatement : public sql::Prepared {
 public:
  ToldStatement(Told& told, std::string_view sql) : told_(told), sql_(sql) {}
  void bind(int, std::int64_t) override {}
  void bind_real(int, double) override {}
  void bind_blob(int, BytesView) override {}
  void bind_text(int, std::string_view) override {}
  void bind_null(int) override {}
  Result<bool> step() override {
    if (steps_++ == 0) told_.texts.push_back(sql_);
    return steps_ == 1 && told_.has_rows;
  }
  Status run() override {
    told_.texts.push_back(sql_);
    return {};
  }
  std::int64_t integer(int) const override { return 1; }
  double real(int) const override { return 1; }
  bool is_null(int) const override { return false; }
  BytesView blob(int) const override { return {}; }

 private:
  Told& told_;
  std::string sql_;
  int steps_ = 0;
};

class ToldServer : public sql::Connection {
 public:
  explicit ToldServer(Told& told) : told_(told) {}
  Status execute(const std::string& sql) override {
    told_.texts.push_back(sql);
    return {};
  }
  sql::Statement prepare(std::string_view sql) override {
    return sql::Statement(std::make_unique<ToldStatement>(told_, sql));
  }
  sql::Statement walk(std::string_view sql) override { return prepare(sql); }
  Result<std::unique_ptr<sql::BulkInsert>> bulk(const sql::BulkTable&, std::size_t) override {
    return fail(Code::kInternal, "an office adds nothing in bulk");
  }
  Result<std::int64_t> changes() override { return std::int64_t{1}; }
  Status begin(bool durable) override {
    told_.texts.emplace_back(durable ? "begin" : "begin without the disk");
    told_.in_transaction = true;
    return {};
  }
  Status commit() override {
    told_.texts.emplace_back("commit");
    told_.in_transaction = false;
    return {};
  }
  void rollback() override {
    told_.texts.emplace_back("rollback");
    told_.in_transaction = false;
  }
  bool in_transaction() const override { return told_.in_transaction; }
  Result<bool> fold() override { return true; }
  Result<std::uint64_t> bytes() override { return std::uint64_t{0}; }

 private:
  Told& told_;
};

class OfficeOnAServer : public testing::Test {
 protected:
  static constexpr const char* kLock =
      "SELECT one, set_config('idle_in_transaction_session_timeout', '30s', true) FROM office_lock WHERE one "
      "= "
      "1 FOR UPDATE";
  Status say(const std::string& text) { return office.connection().execute(text); }

  Told told;
  OfficeDb office = OfficeDb::on_server(std::make_unique<ToldServer>(told));
};

TEST_F(OfficeOnAServer, AChangeLocksTheRowBeforeItReads) {
  ASSERT_TRUE(office.transact([&] { return say("a change"); }).ok());
  EXPECT_EQ(told.texts, (Texts{"begin", kLock, "a change", "commit"}));
}

TEST_F(OfficeOnAServer, AChangeInsideAnotherIsAPartOfIt) {
  const Status done = office.transact([&]() -> Status {
    KOINON_TRY(office.transact([&] { return say("one"); }));
    KOINON_TRY(office.transact([&] { return say("two"); }));
    return fail(Code::kConflict, "no");
  });
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(told.texts, (Texts{"begin", kLock, "one", "two", "rollback"}));
}

TEST_F(OfficeOnAServer, NothingIsChangedWhereTheRowIsGone) {
  told.has_rows = false;
  EXPECT_FALSE(office.transact([&] { return say("a change"); }).ok());
  EXPECT_EQ(told.texts, (Texts{"begin", kLock, "rollback"}));
}

TEST_F(OfficeOnAServer, AChangeThatThrowsIsUndoneAndTheNextOneIsAnother) {
  EXPECT_THROW((void)office.transact([&]() -> Status { throw std::runtime_error("no"); }),
               std::runtime_error);
  ASSERT_TRUE(office.transact([&] { return say("a change"); }).ok());
  EXPECT_EQ(told.texts, (Texts{"begin", kLock, "rollback", "begin", kLock, "a change", "commit"}));
}

// Each changes how many wait, and may meet a change of many notes.
TEST_F(OfficeOnAServer, WhatChangesHeldNotesWaitsForItsTurn) {
  Desk desk(office);
  HeldNote note;
  EXPECT_TRUE(desk.hold(note).ok());
  EXPECT_TRUE(desk.approve({1}, "kim", {1}).ok());
  EXPECT_TRUE(desk.settle({1}, HeldState::kWaiting, HeldState::kSigned, "", {1}).ok());
  EXPECT_TRUE(desk.keep_due({1}).ok());
  EXPECT_TRUE(desk.correct_times({1}).ok());
  EXPECT_TRUE(desk.unclaim_all().ok());
  EXPECT_TRUE(desk.forget_settled({1}, 1).ok());
  ASSERT_EQ(told.texts.size(), 7U * 4);
  for (std::size_t i = 0; i < told.texts.size(); i += 4) {
    EXPECT_EQ(told.texts[i], "begin");
    EXPECT_EQ(told.texts[i + 1], kLock) << told.texts[i + 2];
    EXPECT_EQ(told.texts[i + 3], "commit");
  }
}

class OfficeInAFile : public Office {};

TEST_F(OfficeInAFile, WhatAChangeInsideAnotherDidGoesWithThatOne) {
  Desk desk(*db);
  const Status done = db->transact([&]() -> Status {
    HeldNote note;
    note.request = "{}";
    KOINON_TRY(desk.hold(note));
    KOINON_TRY(desk.hold(note));
    return fail(Code::kConflict, "no");
  });
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(*desk.count_waiting(std::nullopt), 0U);
  EXPECT_TRUE(desk.held_of(std::nullopt, 0, 9)->items.empty());
}

}  // namespace
}  // namespace koinon::test::office_turns_test
