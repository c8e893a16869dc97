// What was said to a practice before it was revised, and what it costs to read that.
#include "node/reading/said_before.h"

#include "storage/sqlite/sqlite.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::said_before_test {
namespace {

class SaidBefore : public IndexedLibrary {
 protected:
  EntryIndex revise(EntryIndex older, const std::string& title) {
    Draft draft = practice(title, "text");
    refer(draft, v1::REF_ROLE_REVISES, seoul, older);
    return add(seoul, draft);
  }
  EntryIndex say(OwnLog& city, v1::RefRole role, EntryIndex to) {
    Draft draft = practice("Something", "text");
    refer(draft, role, seoul, to);
    return add(city, draft);
  }
  std::vector<std::string> said(EntryIndex of) {
    Directory directory(*store, nearness, reader.get());
    const auto found = read_said_before(directory, *store, *reader, seoul.id(), of);
    EXPECT_TRUE(found.ok()) << found.error().text();
    std::vector<std::string> out;
    if (!found.ok()) return out;
    for (const ReferringView& one : *found) out.push_back(one.ref);
    return out;
  }
  std::string ref(const OwnLog& city, EntryIndex entry) {
    return Directory(*store, nearness, reader.get()).ref(city.id(), entry);
  }
  // Ten versions, each adopted twenty times with so long a text. Returns the one after them.
  EntryIndex adopted_often(const std::string& title, std::size_t bytes) {
    EntryIndex at = add(seoul, practice(title, "text"));
    for (int version = 0; version < 10; ++version) {
      for (int i = 0; i < 20; ++i) {
        Draft draft = adoption(seoul, at, "worked");
        draft.body->mutable_adoption()->set_results(std::string(bytes, 'x'));
        draft.again = true;
        EXPECT_TRUE(publish(*store, milan, draft).ok());
      }
      at = revise(at, title + std::to_string(version));
    }
    return at;
  }
  std::uint64_t pages(EntryIndex of) {
    EXPECT_EQ(said(of).size(), 200U);
    const std::uint64_t before = sqlite::work_done().pages;
    said(of);
    return sqlite::work_done().pages - before;
  }

  Nearness nearness;
};

TEST_F(SaidBefore, OfTheOldestVersionItComesFirst) {
  const EntryIndex first = add(seoul, practice("Shelter", "text"));
  const EntryIndex adopted = add(milan, adoption(seoul, first, "worked"));
  const EntryIndex derived = say(lima, v1::REF_ROLE_DERIVES_FROM, first);
  say(lima, v1::REF_ROLE_TRANSLATES, first);
  const EntryIndex second = revise(first, "Shelter, second");
  const EntryIndex asked = say(lima, v1::REF_ROLE_ABOUT, second);
  const EntryIndex third = revise(second, "Shelter, third");
  add(milan, adoption(seoul, third, "worked"));
  EXPECT_EQ(said(third),
            (std::vector<std::string>{ref(milan, adopted), ref(lima, derived), ref(lima, asked)}));
  EXPECT_EQ(said(second), (std::vector<std::string>{ref(milan, adopted), ref(lima, derived)}));
  EXPECT_TRUE(said(first).empty());
}

TEST_F(SaidBefore, WhatAnotherCityCallsARevisionIsNone) {
  const EntryIndex first = add(seoul, practice("Shelter", "text"));
  add(milan, adoption(seoul, first, "worked"));
  const EntryIndex taken = say(lima, v1::REF_ROLE_REVISES, first);
  Directory directory(*store, nearness, reader.get());
  const auto found = read_said_before(directory, *store, *reader, lima.id(), taken);
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->empty());
}

// Everybody may sign adoptions of a megabyte, and each view of the page asks.
TEST_F(SaidBefore, NoTextIsReadForIt) {
  const EntryIndex brief = adopted_often("Shelter", 10);
  const EntryIndex with_long = adopted_often("Shade", 50'000);
  EXPECT_LT(pages(with_long), pages(brief) * 3 / 2);
}

}  // namespace
}  // namespace koinon::test::said_before_test
