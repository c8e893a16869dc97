// What is erased goes from the server's files to its last byte.
#include <fstream>

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"
#include "storage/postgres/connection.h"
#include "storage/postgres/postgres_store.h"
#include "tests/postgres/test_server.h"
#include "tests/storage/author.h"

namespace koinon::test::erased_rows_test {

bool server_has(const std::string& words) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(server_data_folder())) {
    std::error_code gone;
    if (!file.is_regular_file(gone)) continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string bytes(file.file_size(), '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (bytes.find(words) != std::string::npos) return true;
  }
  return false;
}

class ErasedRows : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    options.place = fresh_database();
    options.epochs = unkeyed_epochs();
    options.holder = "a test";
    options.erase_grace = std::chrono::milliseconds(0);
    options.erased_rewritten = std::chrono::milliseconds(0);
  }
  void open() {
    auto opened = open_postgres_store(options);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store = std::move(*opened);
  }
  void take(const RunCommit& run) {
    ASSERT_TRUE(store->begin(true).ok());
    const auto row = store->append_run(run);
    ASSERT_TRUE(row.ok()) << row.error().text();
    ASSERT_TRUE(store->commit().ok());
  }
  // What is in memory alone is no matter: all of it is on the disk.
  void checkpoint() {
    const auto db = postgres::Connection::open(options.place, {});
    ASSERT_TRUE(db.ok());
    ASSERT_TRUE((*db)->execute("SELECT pg_switch_wal()").ok());
    ASSERT_TRUE((*db)->execute("CHECKPOINT").ok());
    ASSERT_TRUE((*db)->execute("CHECKPOINT").ok());
  }

  PostgresStoreOptions options;
  std::unique_ptr<Store> store;
  Author author;
};

TEST_F(ErasedRows, AreGone) {
  open();
  author.say(note("one", "an otterword that stays"));
  // VACUUM alone leaves such bytes: the rows that it moves together do not cover all of them.
  author.say(note("two", "a zanzibarword that must go " + std::string(1500, 'y')));
  take(author.run(0, 2, BodyState::kNotHeld, true));
  checkpoint();
  ASSERT_TRUE(server_has("zanzibarword"));
  author.say(erasure_of(author.log.id(), 1));
  take(author.run(2, 3, BodyState::kNotHeld));
  while (!store->fold(std::chrono::milliseconds(0))) {
  }
  checkpoint();
  EXPECT_FALSE(server_has("zanzibarword"));
  EXPECT_TRUE(server_has("otterword"));
}

TEST_F(ErasedRows, AreNotForgottenByAStart) {
  options.erased_rewritten = std::chrono::hours(1);
  open();
  author.say(note("one", "a zanzibarword that must go"));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(1, 2, BodyState::kNotHeld));
  EXPECT_TRUE(store->fold(std::chrono::milliseconds(0))) << "its time has not come";
  store.reset();
  options.erased_rewritten = std::chrono::milliseconds(0);
  open();
  while (!store->fold(std::chrono::milliseconds(0))) {
  }
  checkpoint();
  EXPECT_FALSE(server_has("zanzibarword"));
}

TEST_F(ErasedRows, WaitForWhoReadsThem) {
  open();
  author.say(note("one", "a zanzibarword that must go"));
  take(author.run(0, 1, BodyState::kNotHeld, true));
  const auto reader = postgres::Connection::open(options.place, {});
  ASSERT_TRUE(reader.ok());
  ASSERT_TRUE((*reader)->begin_reading().ok());
  ASSERT_TRUE((*reader)->prepare("SELECT count(*) FROM koinon_store.record").step().ok());
  author.say(erasure_of(author.log.id(), 0));
  take(author.run(1, 2, BodyState::kNotHeld));
  EXPECT_FALSE(store->fold(std::chrono::milliseconds(0))) << "somebody reads the table";
  (*reader)->rollback();
  while (!store->fold(std::chrono::milliseconds(0))) {
  }
  checkpoint();
  EXPECT_FALSE(server_has("zanzibarword"));
}

}  // namespace koinon::test::erased_rows_test
