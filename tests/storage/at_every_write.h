// What everybody is owed of a node whose disk runs full, or fails, at any write of a call: the call fails
// with an error that passes, or is done; who reads goes on; nothing that was acknowledged is missing, neither
// here nor after a start; and once all is well the same object takes the same call.
#pragma once

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/publishing/passing_errors.h"
#include "tests/full_disk.h"
#include "tests/temporary_folder.h"

namespace koinon::test {

class AtEveryWrite : public testing::Test {
 protected:
  // Of one kind of call. The `i`th is made until it succeeds; then there are i + 1.
  struct Calls {
    std::function<void(int i)> prepare = [](int) {};  // on a disk that is well
    std::function<Status(int i)> act;
    std::function<void(int count)> is_here;  // who reads finds so many
    // A node that starts with this copy finds so many, or one more: the last one may have got through.
    std::function<void(int count, const std::filesystem::path& copy)> survives;
  };

  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    std::filesystem::create_directory(node());
  }
  std::filesystem::path node() const { return folder.path() / "node"; }

  // The node's files as they are at this moment, as a process leaves them that is killed.
  std::filesystem::path copy_of_files() const {
    const auto copy = folder.path() / "copy";
    std::filesystem::remove_all(copy);
    std::filesystem::create_directory(copy);
    for (const auto& file : std::filesystem::directory_iterator(node())) {
      if (file.path().extension() != ".db-shm")
        std::filesystem::copy_file(file.path(), copy / file.path().filename());
    }
    return copy;
  }

  void at_every_write(const Calls& calls) {
    int count = 0;
    for (const FullDisk::Fault& fault :
         {FullDisk::Fault{ENOSPC, true}, {ENOSPC, false}, {EIO, true}, {EIO, false}}) {
      bool failed = true;
      for (std::uint64_t write = 1; failed; ++write) {
        SCOPED_TRACE("write " + std::to_string(write) + (fault.lasts ? " and all after it" : "") +
                     ", errno " + std::to_string(fault.why));
        calls.prepare(count);
        disk.fail_at(write, fault);
        const Status done = calls.act(count);
        failed = disk.has_failed();
        ASSERT_NO_FATAL_FAILURE(see(calls, done, fault, count));
        ++count;
      }
      EXPECT_GE(count, 4) << "the call has written";
    }
  }

  FullDisk disk;  // goes after what uses it
  TemporaryFolder folder;

 private:
  void see(const Calls& calls, const Status& done, const FullDisk::Fault& fault, int count) {
    const int acknowledged = done.ok() ? count + 1 : count;
    if (!done.ok()) {
      ASSERT_TRUE(disk.has_failed()) << done.error().text();
      EXPECT_TRUE(passes_with_time(done.error().code)) << done.error().text();
    }
    ASSERT_NO_FATAL_FAILURE(calls.is_here(acknowledged));
    disk.make_room();
    // The copy is made once for each place: what fails alone leaves no less than what goes on failing.
    if (fault.lasts) ASSERT_NO_FATAL_FAILURE(calls.survives(acknowledged, copy_of_files()));
    if (done.ok()) return;
    const Status again = calls.act(count);
    ASSERT_TRUE(again.ok()) << again.error().text();
    ASSERT_NO_FATAL_FAILURE(calls.is_here(count + 1));
  }
};

// Each of many is not looked at again and again.
inline int newest_of(int count) { return count > 6 ? count - 6 : 0; }

}  // namespace koinon::test
