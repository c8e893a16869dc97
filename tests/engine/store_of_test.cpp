#include "tests/engine/store_of_test.h"

#include <cstdlib>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "storage/postgres/postgres_store.h"
#include "storage/store/sqlite_store.h"
#include "tests/postgres/test_server.h"

namespace koinon::test {
namespace {

bool is_on_server() {
  const char* kind = std::getenv("KOINON_TEST_STORE");
  return kind != nullptr && std::string_view(kind) == "postgres";
}

// With the schema, to be copied: that takes less than to make it.
const std::string& empty_store() {
  static const std::string name = [] {
    PostgresStoreOptions options;
    options.place = fresh_database();
    EXPECT_TRUE(open_postgres_store(options).ok()) << "no schema could be made";
    return options.place.url.substr(options.place.url.rfind('=') + 1);
  }();
  return name;
}

// Of a test that has ended: thousands of them would fill the disk.
class Databases : public testing::EmptyTestEventListener {
 public:
  PostgresPlace make() {
    made_.push_back(test_server().fresh_database("TEMPLATE " + empty_store()));
    return made_.back();
  }
  void OnTestEnd(const testing::TestInfo&) override {
    for (const PostgresPlace& place : made_) test_server().drop_database(place);
    made_.clear();
  }

 private:
  std::vector<PostgresPlace> made_;
};

Databases& databases() {
  static Databases* const one = [] {
    auto* made = new Databases();  // GoogleTest owns it
    testing::UnitTest::GetInstance()->listeners().Append(made);
    return made;
  }();
  return *one;
}

}  // namespace

std::unique_ptr<Store> store_of_test(const EpochMaker& epochs) {
  if (!is_on_server()) {
    auto opened = open_sqlite_store(":memory:", with_epochs(epochs));
    EXPECT_TRUE(opened.ok());
    return opened.ok() ? std::move(*opened) : nullptr;
  }
  PostgresStoreOptions options;
  options.epochs = epochs;
  options.place = databases().make();
  options.holder = "a test";
  auto opened = open_postgres_store(options);
  EXPECT_TRUE(opened.ok()) << opened.error().text();
  return opened.ok() ? std::move(*opened) : nullptr;
}

}  // namespace koinon::test
