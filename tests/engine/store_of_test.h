// The store of a node of a test: on SQLite in memory; where KOINON_TEST_STORE is "postgres", in a database of
// its own on a server of the tests.
#pragma once

#include <memory>

#include "storage/store/store.h"

namespace koinon::test {

std::unique_ptr<Store> store_of_test(const EpochMaker& epochs);

}  // namespace koinon::test
