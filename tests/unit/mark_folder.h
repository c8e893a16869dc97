// A folder in memory, as a mark wants it, and nothing else that says where marks lie.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "node/daemon/mark_file.h"
#include "proto/base/encoding.h"

namespace koinon::test {

class MarkFolder : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    std::string pattern = "/dev/shm/koinon-test-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    top = pattern;
    folder = top / "mark";
    runtime = top / "runtime";
    std::filesystem::create_directories(runtime);
    if (const char* set = std::getenv("XDG_RUNTIME_DIR"); set != nullptr) runtime_before = set;
    ::setenv("XDG_RUNTIME_DIR", runtime.c_str(), 1);
    log = LogId::from(random_bytes(LogId::kSize));
  }
  void TearDown() override {
    if (runtime_before) {
      ::setenv("XDG_RUNTIME_DIR", runtime_before->c_str(), 1);
    } else {
      ::unsetenv("XDG_RUNTIME_DIR");
    }
    std::error_code ignored;
    std::filesystem::remove_all(top, ignored);
  }
  // Where an earlier run may have left a mark: $XDG_RUNTIME_DIR/koinon/LOGID.
  std::filesystem::path elsewhere() const { return runtime / "koinon" / to_text(log); }
  std::filesystem::path in_folder() const { return folder / to_text(log); }
  static void make_private(const std::filesystem::path& path) {
    std::filesystem::create_directories(path);
    ASSERT_EQ(::chmod(path.c_str(), 0700), 0);
  }
  // Where the mark should be there is something that can be neither replaced nor removed.
  static void block(const std::filesystem::path& path) {
    std::filesystem::remove(path);
    std::filesystem::create_directories(path / "something");
  }
  static Mark mark(std::uint64_t size) {
    Mark out;
    out.before.size = TreeSize(size);
    out.after.size = TreeSize(size + 1);
    return out;
  }

  std::filesystem::path top;
  std::filesystem::path folder;   // configured
  std::filesystem::path runtime;  // $XDG_RUNTIME_DIR
  std::optional<std::string> runtime_before;
  LogId log;
};

}  // namespace koinon::test
