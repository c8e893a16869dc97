// An office of its own for each test.
#pragma once

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "tests/office_in.h"

namespace koinon::test {

class Office : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    reopen();
  }
  void reopen() {
    db.reset();
    db = office_in(folder);
    ASSERT_TRUE(db);
  }
  TemporaryFolder folder;
  std::unique_ptr<OfficeDb> db;
};

}  // namespace koinon::test
