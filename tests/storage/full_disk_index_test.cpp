// The search index on a disk that runs full or fails at any write (at_every_write.h).
#include <fstream>
#include <iterator>

#include "storage/search/search_index.h"
#include "tests/storage/at_every_write.h"
#include "tests/storage/store_fixture.h"

namespace koinon::test::full_disk_index_test {
namespace {

const std::string kMark = "zanz";  // in all words that are looked for

class IndexAtEveryWrite : public AtEveryWrite {
 protected:
  void SetUp() override {
    AtEveryWrite::SetUp();
    auto opened = open_sqlite_store(node() / "store.db", with_epochs(unkeyed_epochs()));
    ASSERT_TRUE(opened.ok());
    store = std::move(*opened);
    auto writer = open_writer(node());
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    index = std::move(*writer);
    auto opened_reader = open_index_reader(node() / "index.db");
    ASSERT_TRUE(opened_reader.ok());
    reader = std::move(*opened_reader);
  }
  void TearDown() override {
    reader.reset();
    index.reset();
    store.reset();
  }
  Result<std::unique_ptr<IndexWriter>> open_writer(const std::filesystem::path& at) {
    return open_index_writer(at / "index.db", *store->epochs());
  }
  static Status catch_up(IndexWriter& index, StoreReader& store) {
    while (true) {
      KOINON_ASSIGN(const std::size_t done, index.catch_up(store));
      if (done == 0) return {};
    }
  }
  // Down to the last byte.
  static Status clean(IndexWriter& index) {
    for (bool more = true; more;) {
      KOINON_ASSIGN(more, index.clean());
    }
    return index.fold() ? Status() : Status(fail(Code::kUnavailable, "its bytes are not away yet"));
  }
  // One word, which is the beginning of no other, and has no ending that a language knows.
  static std::string word(int i) {
    std::string digits = std::to_string(10'000 + i).substr(1);
    for (char& digit : digits) digit = "bcdfghjkmn"[digit - '0'];
    return kMark + digits + "ox";
  }
  static std::size_t found(IndexReader& at, const std::string& words) {
    IndexQuery query;
    query.words = words;
    const auto hits = at.find(query);
    EXPECT_TRUE(hits.ok()) << hits.error().text();
    return hits.ok() ? hits->size() : 0;
  }
  EntryIndex say(const Draft& draft) {
    const auto said = publish(*store, log, draft);
    EXPECT_TRUE(said.ok());
    return said.ok() ? *said : EntryIndex(0);
  }
  // As one that is made of the store now. `most`: so many notes.
  void expect_as_made_anew(int most) {
    const auto fresh = folder.path() / "fresh";
    std::filesystem::create_directory(fresh);
    auto writer = open_writer(fresh);
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(catch_up(**writer, *store).ok());
    auto other = open_index_reader(fresh / "index.db");
    ASSERT_TRUE(other.ok());
    EXPECT_EQ(*reader->position(), *(*other)->position());
    for (int i = 0; i < most; ++i) EXPECT_EQ(found(*reader, word(i)), found(**other, word(i))) << i;
    IndexQuery all;
    all.limit = 1000;
    const auto here = reader->find(all);
    const auto there = (*other)->find(all);
    ASSERT_TRUE(here.ok() && there.ok());
    ASSERT_EQ(here->size(), there->size());
    for (std::size_t i = 0; i < here->size(); ++i) {
      EXPECT_EQ((*here)[i].title, (*there)[i].title);
      EXPECT_EQ((*here)[i].status, (*there)[i].status);
    }
  }

  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> index;
  std::unique_ptr<IndexReader> reader;
  OwnLog log = test_log();
};

TEST_F(IndexAtEveryWrite, Notes) {
  int said = 0;
  Calls calls;
  calls.prepare = [&](int i) {
    say(note("Title " + std::to_string(i), word(i)));
    said = i + 1;
  };
  calls.act = [&](int) { return catch_up(*index, *store); };
  calls.is_here = [&](int count) {
    for (int i = newest_of(count); i < count; ++i) ASSERT_EQ(found(*reader, word(i)), 1U) << i;
  };
  calls.survives = [&](int count, const std::filesystem::path& copy) {
    auto writer = open_writer(copy);
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    auto again = open_index_reader(copy / "index.db");
    ASSERT_TRUE(again.ok());
    for (int i = newest_of(count); i < count; ++i) ASSERT_EQ(found(**again, word(i)), 1U) << i;
    ASSERT_TRUE(catch_up(**writer, *store).ok());
    ASSERT_EQ(found(**again, word(said - 1)), 1U) << "it goes on from there";
  };
  at_every_write(calls);
  expect_as_made_anew(said);
}

TEST_F(IndexAtEveryWrite, WordsThatAreErased) {
  int said = 0;
  Calls calls;
  calls.prepare = [&](int i) {
    const EntryIndex secret = say(note("Title " + std::to_string(i), word(i)));
    ASSERT_TRUE(catch_up(*index, *store).ok());
    say(erasure_of(log.id(), secret.value));
    said = i + 1;
  };
  calls.act = [&](int) -> Status {
    KOINON_TRY(catch_up(*index, *store));
    return clean(*index);
  };
  calls.is_here = [&](int count) {
    for (int i = newest_of(count); i < count; ++i) ASSERT_EQ(found(*reader, word(i)), 0U) << i;
  };
  calls.survives = [&](int, const std::filesystem::path& copy) {
    auto writer = open_writer(copy);
    ASSERT_TRUE(writer.ok()) << writer.error().text();
    ASSERT_TRUE(catch_up(**writer, *store).ok());
    ASSERT_TRUE(clean(**writer).ok());
    for (const char* part : {"index.db", "index.db-wal"}) {
      std::ifstream in(copy / part, std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
      ASSERT_EQ(bytes.find(kMark), std::string::npos) << part << ": a start forgets no words";
    }
  };
  at_every_write(calls);
  expect_as_made_anew(said);
}

// An index that cannot be written to now is no useless one: to make a large one anew takes hours.
TEST_F(IndexAtEveryWrite, AStartKeepsIt) {
  for (int i = 0; i < 5; ++i) say(note("Title " + std::to_string(i), word(i)));
  ASSERT_TRUE(catch_up(*index, *store).ok());
  const ArrivalSeq position = *reader->position();
  reader.reset();
  index.reset();
  for (const FullDisk::Fault& fault : {FullDisk::Fault{ENOSPC, true}, {ENOSPC, false}, {EIO, true}}) {
    bool failed = true;
    for (std::uint64_t write = 1; failed; ++write) {
      const auto copy = copy_of_files();
      disk.fail_at(write, fault);
      {
        const auto opened = open_writer(copy);
        failed = disk.has_failed();
        EXPECT_TRUE(opened.ok() || passes_with_time(opened.error().code)) << opened.error().text();
        disk.make_room();
      }
      const auto again = open_writer(copy);
      ASSERT_TRUE(again.ok()) << again.error().text();
      EXPECT_EQ(*(*open_index_reader(copy / "index.db"))->position(), position) << write;
    }
  }
}

}  // namespace
}  // namespace koinon::test::full_disk_index_test
