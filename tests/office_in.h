// An office's database in a folder of a test.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "storage/office/office_db.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

// Made anew, or opened again. Null, and the test has failed: it cannot be opened.
inline std::unique_ptr<OfficeDb> office_in(const TemporaryFolder& folder) {
  auto opened = OfficeDb::open(folder.path() / "office.db");
  if (!opened.ok()) {
    ADD_FAILURE() << opened.error().text();
    return nullptr;
  }
  return std::make_unique<OfficeDb>(std::move(*opened));
}

}  // namespace koinon::test
