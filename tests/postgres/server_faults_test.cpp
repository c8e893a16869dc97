// The server itself is killed at any step of a commit, and has no room on its disk.
#include <random>
#include <thread>

#include <pwd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/postgres/hub_fixture.h"

namespace koinon::test::server_faults_test {
namespace {

class KilledServer : public HubBefore {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(make(one));
    place = copy();
  }
  void come_back() {
    one.start();
    ASSERT_TRUE(one.is_ready());
    Beside(place).let_lease_pass();
  }
  // Killed behind so many steps. What comes behind that must fail.
  void kill_behind(std::size_t step) {
    const std::vector<HubLife::Step> all = life.steps();
    {
      const auto store = open_hub(place);
      ASSERT_TRUE(store.ok()) << store.error().text();
      for (std::size_t i = 0; i <= step; ++i) {
        const Status done = all[i](**store);
        ASSERT_TRUE(done.ok()) << done.error().text();
      }
      ASSERT_NO_FATAL_FAILURE(one.kill_at_once());
      if (step + 1 < all.size()) {
        const Status done = all.back()(**store);
        ASSERT_FALSE(done.ok()) << "it cannot have been committed";
        EXPECT_EQ(done.error().id, "database.away") << done.error().text();
      }
      EXPECT_EQ((*store)->keep_lease().error().id, "database.away");
      EXPECT_EQ((*store)->begin(true).error().id, "database.away");
    }
    ASSERT_NO_FATAL_FAILURE(come_back());
    const bool acknowledged = step + 1 == all.size();
    ASSERT_NO_FATAL_FAILURE(see(place, acknowledged));
    EXPECT_EQ(was_made, acknowledged);
  }

  ServerProcess one{{"fsync=on"}};
  PostgresPlace place;
};

// Each start takes most of a second.
TEST_F(KilledServer, HasWhatWasAcknowledgedAndNothingByHalf) {
  const std::size_t last = life.steps().size() - 1;
  const std::size_t apart = std::getenv("KOINON_ALL") == nullptr ? 3 : 1;
  for (std::size_t step = 0; step < last; step += apart) {
    SCOPED_TRACE("killed behind step " + std::to_string(step));
    ASSERT_NO_FATAL_FAILURE(kill_behind(step));
  }
  ASSERT_NO_FATAL_FAILURE(kill_behind(last));
}

TEST_F(KilledServer, WhileItCommitsHasAllOfItOrNothing) {
  bool acknowledged = false;
  {
    const auto store = open_hub(place);
    ASSERT_TRUE(store.ok()) << store.error().text();
    const std::vector<HubLife::Step> all = life.steps();
    for (std::size_t i = 0; i + 1 < all.size(); ++i) ASSERT_TRUE(all[i](**store).ok());
    std::thread killer([this] { one.kill_at_once(); });
    acknowledged = all.back()(**store).ok();
    killer.join();
  }
  ASSERT_NO_FATAL_FAILURE(come_back());
  see(place, acknowledged);
}

// A reader that was connected is connected anew by what it is asked next.
TEST_F(KilledServer, IsReadAgainOnceItIsBack) {
  const auto reader = open_postgres_reader(place);
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  const LogId city = life.milan.log.id();
  ASSERT_TRUE((*reader)->log_state(city).ok());
  ASSERT_NO_FATAL_FAILURE(one.kill_at_once());
  EXPECT_EQ((*reader)->log_state(city).error().id, "database.away");
  ASSERT_NO_FATAL_FAILURE(come_back());
  const auto run = (*reader)->read_run(city, EntryIndex(0), EntryIndex(3), TreeSize(3), 10'000);
  ASSERT_TRUE(run.ok()) << run.error().text();
  EXPECT_TRUE((*reader)->log_state(city).ok());
}

// A disk of a few MiB, in memory. It needs root.
class SmallDisk {
 public:
  SmallDisk() {
    const passwd* nobody = ::getpwnam("nobody");
    if (::geteuid() != 0 || nobody == nullptr) return;
    options_ = ",mode=0700,uid=" + std::to_string(nobody->pw_uid) + ",gid=" + std::to_string(nobody->pw_gid);
    ::chmod(folder_.path().c_str(), 0755);
    std::filesystem::create_directory(path());
    is_there_ = ::mount("koinon-test", path().c_str(), "tmpfs", 0, ("size=24m" + options_).c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_there_) ::umount2(path().c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_there() const { return is_there_; }
  std::string path() const { return folder_.path().string() + "/disk"; }
  bool grow() const {
    return ::mount("koinon-test", path().c_str(), "tmpfs", MS_REMOUNT, ("size=96m" + options_).c_str()) == 0;
  }

 private:
  TemporaryFolder folder_;
  std::string options_;
  bool is_there_ = false;
};

// A text that the server cannot make much shorter.
std::string noise(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(bytes, ' ');
  for (char& c : out) c = static_cast<char>('0' + random() % 64);
  return out;
}

TEST(FullServerDisk, IsSaidToBeFullAndWritingGoesOnOnceThereIsRoom) {
  const SmallDisk disk;  // goes after the server
  if (!disk.is_there()) GTEST_SKIP() << "only root makes a disk that is small";
  ASSERT_TRUE(init_crypto().ok());
  ServerProcess server;
  ASSERT_TRUE(server.is_ready());
  ASSERT_TRUE(server.run("CREATE TABLESPACE small LOCATION '" + disk.path() + "'"));
  const PostgresPlace place = server.fresh_database("TABLESPACE small");
  const auto store = open_hub(place);
  ASSERT_TRUE(store.ok()) << store.error().text();
  Author milan("milan.example");
  const LogId city = milan.log.id();
  const auto take = [&](std::uint64_t index) -> Status {
    KOINON_TRY((*store)->begin(true));
    const auto row = (*store)->append_run(milan.run(index, index + 1, BodyState::kNotHeld, true));
    if (!row.ok()) {
      (*store)->rollback();
      return row.error();
    }
    return (*store)->commit();
  };
  std::uint64_t taken = 0;
  Status done;
  for (; done.ok() && taken < 400; taken += done.ok() ? 1 : 0) {
    milan.say(note("note " + std::to_string(taken), noise(200'000, static_cast<unsigned>(taken))));
    done = take(taken);
  }
  ASSERT_FALSE(done.ok()) << "the disk was not full";
  ASSERT_GT(taken, 3U);
  EXPECT_EQ(done.error().code, Code::kDiskFull) << done.error().text();
  EXPECT_EQ(done.error().id, "disk.full");
  EXPECT_EQ(take(taken).error().code, Code::kDiskFull) << "and it is still full";
  // Who reads goes on, here and elsewhere.
  EXPECT_EQ((*store)->log_state(city)->range.size(), TreeSize(taken));
  const auto reader = open_postgres_reader(place);
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  EXPECT_EQ((*reader)->record(city, EntryIndex(taken - 1))->body, milan.body(taken - 1));
  EXPECT_EQ((*reader)->counts()->records, taken);
  ASSERT_TRUE(disk.grow());
  const Status resumed = take(taken);
  ASSERT_TRUE(resumed.ok()) << resumed.error().text();
  EXPECT_TRUE((*store)->keep_lease().ok());
  EXPECT_EQ((*reader)->counts()->records, taken + 1);
  expect_log_verifies(**reader, milan.log.identity());
}

}  // namespace
}  // namespace koinon::test::server_faults_test
