// Which records of a log are versions of one another.
#include "node/reading/versions.h"

#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "proto/base/limits.h"
#include "tests/storage/store_fixture.h"
#include "tests/temporary_folder.h"

namespace koinon::test::versions_test {
namespace {

class VersionsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    store = std::move(*open_sqlite_store(folder.path() / "store.db", with_epochs(unkeyed_epochs())));
    writer = std::move(*open_index_writer(folder.path() / "index.db", *store->epochs()));
    index = std::move(*open_index_reader(folder.path() / "index.db"));
  }
  void refer(Draft& draft, v1::RefRole role, EntryIndex to) {
    auto* ref = draft.entry.add_refs();
    ref->set_role(role);
    ref->set_log_id(la.id().bytes());
    ref->set_index(to.value);
    ref->set_leaf_hash(leaf_hash(store->record(la.id(), to)->entry).bytes());
  }
  EntryIndex say(const Draft& draft) {
    const auto said = publish(*store, la, draft);
    EXPECT_TRUE(said.ok());
    while (*writer->catch_up(*store) > 0) {
    }
    return said.ok() ? *said : EntryIndex(0);
  }
  EntryIndex say(const std::string& title, v1::RefRole role, EntryIndex to) {
    Draft draft = note(title);
    refer(draft, role, to);
    return say(draft);
  }
  void erase(EntryIndex gone) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_WITHDRAWAL);
    refer(draft, v1::REF_ROLE_WITHDRAWS, gone);
    draft.entry.mutable_control()->mutable_withdrawal()->set_index(gone.value);
    draft.entry.mutable_control()->mutable_withdrawal()->set_erase(true);
    (void)say(draft);
  }
  std::vector<EntryIndex> versions(EntryIndex of) {
    const auto read = read_versions(*store, *index, la.id(), of);
    EXPECT_TRUE(read.ok());
    return read.ok() ? *read : std::vector<EntryIndex>();
  }

  TemporaryFolder folder;
  OwnLog la = test_log("la.example");
  std::unique_ptr<Store> store;
  std::unique_ptr<IndexWriter> writer;
  std::unique_ptr<IndexReader> index;
};

using Versions = std::vector<EntryIndex>;

TEST_F(VersionsTest, RevisionsAndTranslationsAreFoundFromEachOfThem) {
  const EntryIndex first = say(note("First"));
  const EntryIndex second = say("Second", v1::REF_ROLE_REVISES, first);
  const EntryIndex translated = say("Segunda", v1::REF_ROLE_TRANSLATES, second);
  EXPECT_EQ(versions(first), (Versions{second, translated}));
  EXPECT_EQ(versions(translated), (Versions{first, second}));
}

TEST_F(VersionsTest, WhatIsDerivedIsANoteOfItsOwn) {
  const EntryIndex first = say(note("First"));
  (void)say("Another", v1::REF_ROLE_DERIVES_FROM, first);
  EXPECT_EQ(versions(first), Versions());
}

TEST_F(VersionsTest, WhatIsErasedAlreadyIsLeftOut) {
  const EntryIndex first = say(note("First"));
  const EntryIndex second = say("Second", v1::REF_ROLE_REVISES, first);
  const EntryIndex third = say("Third", v1::REF_ROLE_REVISES, second);
  erase(second);
  EXPECT_EQ(versions(first), Versions{third}) << "and leads on to others";
}

TEST_F(VersionsTest, ThirdCitiesCannotHideALaterOne) {
  const EntryIndex first = say(note("First"));
  OwnLog lima = test_log("lima.example");
  for (std::size_t i = 0; i < limits::kReferring; ++i) {
    Draft draft = note(std::to_string(i));
    refer(draft, i % 2 == 0 ? v1::REF_ROLE_REVISES : v1::REF_ROLE_ABOUT, first);
    ASSERT_TRUE(publish(*store, lima, draft).ok());
  }
  const EntryIndex second = say("Second", v1::REF_ROLE_REVISES, first);
  EXPECT_EQ(versions(first), Versions{second});
}

}  // namespace
}  // namespace koinon::test::versions_test
