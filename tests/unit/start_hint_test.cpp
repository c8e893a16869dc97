// What people are told of how to start koinond starts the node of that folder, and no other.
#include "tools/start_hint.h"

#include <gtest/gtest.h>

namespace koinon::test::start_hint_test {
namespace {

TEST(StartHints, AFolderOfThePackageHasItsOwnService) {
  EXPECT_EQ(service_of("/var/lib/koinon"), "koinond");
  EXPECT_EQ(service_of("/var/lib/./koinon/"), "koinond");
  EXPECT_EQ(service_of("/var/lib/koinon-busan"), "koinond@busan");
  EXPECT_EQ(service_of("/var/lib/koinon-new-york-2/"), "koinond@new-york-2");
}

TEST(StartHints, ItsServiceRunsAsAUserOfItsOwn) {
  EXPECT_EQ(user_of_service("/var/lib/koinon"), "koinon");
  EXPECT_EQ(user_of_service("/var/lib/koinon-busan/"), "koinon-busan");
  EXPECT_EQ(user_of_service("/srv/koinon"), "");
}

TEST(StartHints, AnyOtherFolderHasNone) {
  for (const char* folder :
       {"koinon", "/srv/koinon", "/var/lib/koinon/busan", "/var/lib/koinon-", "/var/lib/koinonx",
        "/var/lib/koinon-Busan", "/var/lib/koinon-proxy", "/var/lib/koinon-busan-proxy",
        "/var/lib/koinon-a-name-of-25-letters-long", "/var/lib/koinon-busan/old"}) {
    EXPECT_EQ(service_of(folder), "") << folder;
    EXPECT_EQ(start_hint(folder).command, "koinond --data " + std::string(folder));
    EXPECT_EQ(start_hint(folder).log, "");
  }
}

}  // namespace
}  // namespace koinon::test::start_hint_test
