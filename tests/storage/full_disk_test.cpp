// The store on a disk that runs full or fails at any write (at_every_write.h).
#include "storage/fsck/store_check.h"
#include "storage/sqlite/sqlite.h"
#include "storage/store/epoch_start.h"
#include "tests/storage/at_every_write.h"
#include "tests/storage/author.h"
#include "tests/storage/filed_note.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test::full_disk_test {
namespace {

class StoreAtEveryWrite : public AtEveryWrite {
 protected:
  void SetUp() override {
    AtEveryWrite::SetUp();
    auto opened = open(node());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    store = std::move(*opened);
    auto opened_reader = open_sqlite_reader(node() / "store.db");
    ASSERT_TRUE(opened_reader.ok());
    reader = std::move(*opened_reader);
  }
  void TearDown() override {
    reader.reset();
    store.reset();
  }

  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& at) {
    SqliteStoreOptions options = with_epochs(unkeyed_epochs());
    options.checkpoint_pages = 12;  // so that the write-ahead log is folded back again and again
    return open_sqlite_store(at / "store.db", options);
  }
  // In a durable transaction of its own.
  template <typename Change>
  Status change(Change act) {
    KOINON_TRY(store->begin(true));
    if (const Status done = act(); !done.ok()) {
      store->rollback();
      return done;
    }
    return store->commit();
  }
  // `holds(store, i)`: whether the ith is there.
  using Holds = std::function<bool(StoreReader&, int)>;
  Calls calls(std::function<void(int)> prepare, std::function<Status(int)> act, Holds holds) {
    Calls out;
    out.prepare = std::move(prepare);
    out.act = std::move(act);
    out.is_here = [this, holds](int count) {
      for (int i = newest_of(count); i < count; ++i) ASSERT_TRUE(holds(*reader, i)) << i;
      ASSERT_FALSE(holds(*reader, count)) << "what was not done is not shown";
    };
    out.survives = [holds](int count, const std::filesystem::path& copy) {
      {
        const auto again = open(copy);
        ASSERT_TRUE(again.ok()) << again.error().text();
        for (int i = newest_of(count); i < count; ++i) ASSERT_TRUE(holds(**again, i)) << i;
      }
      const auto report = fsck::check_folder(copy, {});
      ASSERT_TRUE(report.ok()) << report.error().text();
      for (const fsck::Damage& damage : report->damages()) ADD_FAILURE() << damage.text();
    };
    return out;
  }
  static bool has_title(StoreReader& store, const LogId& log, std::uint64_t index, const std::string& title) {
    const auto record = store.record(log, EntryIndex(index));
    v1::Body body;
    return record.ok() && body.ParseFromString(record->body) && body.practice().title() == title;
  }
  static Status of(const Result<EntryIndex>& published) {
    return published.ok() ? Status() : Status(published.error());
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<StoreReader> reader;
  OwnLog log = test_log();
};

std::string named(const std::string& what, int i) { return what + " " + std::to_string(i); }
std::uint64_t place(int i) { return static_cast<std::uint64_t>(i); }

TEST_F(StoreAtEveryWrite, Notes) {
  at_every_write(
      calls([](int) {}, [this](int i) { return of(publish(*store, log, note(named("note", i)))); },
            [this](StoreReader& at, int i) { return has_title(at, log.id(), place(i), named("note", i)); }));
  expect_log_verifies(*reader, log.identity());
}

TEST_F(StoreAtEveryWrite, Files) {
  const auto plan = [](int i) { return file(named("plan", i), 20'000); };
  at_every_write(calls([](int) {},
                       [&](int i) { return change([&] { return store->put_attachment(plan(i), {1}); }); },
                       [&](StoreReader& at, int i) {
                         const AttachmentId id = plan(i).id;
                         const auto kept = at.attachment_named(id.sha256);
                         return kept.ok() && *kept && at.attachment_chunk(id, 0).ok();
                       }));
}

TEST_F(StoreAtEveryWrite, TextsOfAnotherCity) {
  Author milan("milan.example");
  const LogId city = milan.log.id();
  at_every_write(
      calls([&](int i) { milan.say(note(named("note", i))); },
            [&](int i) -> Status {
              const auto held = store->log_state(city);
              if (!held.ok() || held->range.size() == TreeSize(place(i)))
                KOINON_TRY(change([&]() -> Status {
                  const auto row = store->append_run(milan.run(place(i), place(i) + 1, BodyState::kNotHeld));
                  return row.ok() ? Status() : Status(row.error());
                }));
              return change([&] {
                return store->add_bodies(
                    {city, {{EntryIndex(place(i)), milan.body(place(i)), false}}, {5}, {}, {}});
              });
            },
            [&](StoreReader& at, int i) { return has_title(at, city, place(i), named("note", i)); }));
  expect_log_verifies(*reader, milan.log.identity());
}

TEST_F(StoreAtEveryWrite, Cosignatures) {
  const auto next = [this](int i) {
    const TreeSize size(place(i) + 1);
    return LastCosigned{0, size, *store->root_at(log.id(), size)};
  };
  at_every_write(calls([&](int i) { ASSERT_TRUE(publish(*store, log, note(named("note", i))).ok()); },
                       [&](int i) {
                         return change([&]() -> Status {
                           KOINON_TRY(store->note_cosigned(log.id(), next(i)));
                           const StoredHead head = *store->log_state(log.id())->whole;
                           const auto kept = store->keep_cosigned(log.id(), {0, head, {1}, {}}, {2});
                           return kept.ok() ? Status() : Status(kept.error());
                         });
                       },
                       [&](StoreReader& at, int i) {
                         const auto last = at.last_cosigned(log.id());
                         return last.ok() && *last && (*last)->size >= TreeSize(place(i) + 1);
                       }));
  EXPECT_EQ((*reader->last_cosigned(log.id()))->size, reader->log_state(log.id())->range.size());
}

TEST_F(StoreAtEveryWrite, Epochs) {
  const std::uint32_t first = counter_of(**reader->epoch());
  at_every_write(calls([](int) {}, [this](int) { return begin_next_epoch(*store, unkeyed_epochs()); },
                       [&](StoreReader& at, int i) {
                         const auto epoch = at.epoch();
                         return epoch.ok() && *epoch &&
                                counter_of(**epoch) > first + static_cast<std::uint32_t>(i);
                       }));
}

TEST_F(StoreAtEveryWrite, Removals) {
  const auto city = [](int i) { return "city-" + std::to_string(i) + ".example"; };
  const auto is_gone = [&](StoreReader& at, int i) {
    const auto held = at.log_state(test_log(city(i)).id());
    return !held.ok() && held.error().code == Code::kNotFound;
  };
  Calls all = calls(
      [&](int i) {
        Author author(city(i));
        author.say(note("first"));
        author.say(note("second"));
        ASSERT_TRUE(change([&]() -> Status {
                      const auto row = store->append_run(author.run(0, 2, BodyState::kHeld, true));
                      return row.ok() ? Status() : Status(row.error());
                    }).ok());
      },
      [&](int i) -> Status {
        if (!is_gone(*store, i))
          KOINON_TRY(change([&] { return store->remove_log(test_log(city(i)).id(), {9}); }));
        // A piece at a time.
        for (int pieces = 0; pieces < 10; ++pieces) {
          if (store->fold(std::chrono::hours(1))) return {};
        }
        return fail(Code::kUnavailable, "its bytes are not away yet");
      },
      is_gone);
  // The first step may be done and the second not.
  all.is_here = [&](int count) {
    for (int i = newest_of(count); i < count; ++i) ASSERT_TRUE(is_gone(*reader, i)) << i;
  };
  at_every_write(all);
}

TEST_F(StoreAtEveryWrite, Erasures) {
  // The note is twice as far on as its erasure.
  const auto is_erased = [&](StoreReader& at, int i) {
    const auto record = at.record(log.id(), EntryIndex(2 * place(i)));
    return record.ok() && record->state == BodyState::kErased && record->body.empty();
  };
  at_every_write(calls([&](int i) { ASSERT_TRUE(publish(*store, log, note(named("secret", i))).ok()); },
                       [&](int i) { return of(publish(*store, log, erasure_of(log.id(), 2 * place(i)))); },
                       is_erased));
  EXPECT_TRUE(store->fold(std::chrono::hours(1)));
  // And nothing of it is lost that its city may take back: all of it was kept.
  const auto entries = reader->log_state(log.id())->range.size().value;
  ASSERT_TRUE(take_back(*store, log, 1).ok());
  ASSERT_GT(entries, 8U);
  EXPECT_TRUE(has_title(*reader, log.id(), 0, "secret 0"));
}

TEST_F(StoreAtEveryWrite, AStart) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(publish(*store, log, note(named("note", i))).ok());
  TearDown();
  for (const FullDisk::Fault& fault : {FullDisk::Fault{ENOSPC, true}, {ENOSPC, false}, {EIO, true}}) {
    bool failed = true;
    for (std::uint64_t write = 1; failed; ++write) {
      const auto copy = copy_of_files();
      disk.fail_at(write, fault);
      {
        const auto opened = open(copy);
        failed = disk.has_failed();
        EXPECT_TRUE(opened.ok() || passes_with_time(opened.error().code)) << opened.error().text();
        if (opened.ok()) EXPECT_TRUE(has_title(**opened, log.id(), 2, "note 2")) << "it reads";
        disk.make_room();
        if (opened.ok()) EXPECT_TRUE(publish(**opened, log, note(named("after", 1))).ok()) << write;
      }
      const auto again = open(copy);
      ASSERT_TRUE(again.ok()) << again.error().text();
      for (int i = 0; i < 3; ++i) EXPECT_TRUE(has_title(**again, log.id(), place(i), named("note", i)));
    }
  }
}

// Where there is no room for the index of the write-ahead log SQLite says no more than that it failed.
TEST_F(StoreAtEveryWrite, NoRoomForSharedMemoryIsAFullDisk) {
  ASSERT_TRUE(publish(*store, log, note("one")).ok());
  TearDown();
  disk.fail_at(1, {ENOSPC, true, FullDisk::Point::kShared});
  const auto opened = open(node());
  ASSERT_TRUE(disk.has_failed());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kDiskFull) << opened.error().text();
  // Nor is a statement called wrong that could not be prepared for that.
  auto db = sqlite::Connection::open(node() / "store.db", {});
  ASSERT_TRUE(db.ok());
  EXPECT_EQ(db->prepare("SELECT count(*) FROM log").step().error().code, Code::kDiskFull);
  EXPECT_EQ(db->prepare("SELECT no such words").step().error().code, Code::kInternal);
  disk.make_room();
  EXPECT_TRUE(db->prepare("SELECT count(*) FROM log").step().ok());
  EXPECT_TRUE(open(node()).ok());
}

}  // namespace
}  // namespace koinon::test::full_disk_test
