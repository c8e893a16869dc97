// A data folder in which a node has been made.
#pragma once

#include <gtest/gtest.h>

#include "node/daemon/folder_in_use.h"
#include "node/daemon/init.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class NodeFolder : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    ASSERT_TRUE(
        init_node(DataFolder(place.path()),
                  {"seoul.example", "Seoul", "en", "city", "", false, {place.path().string(), {}}, ""},
                  {1'780'000'000'000}, [](const InitResult&) { return Status(); })
            .ok());
  }
  Result<FolderInUse> open() const { return FolderInUse::open(place.path(), ""); }

  TemporaryFolder place;
};

}  // namespace koinon::test
