// What the refs of a note meant when it was written, while it waits.
#include "node/publishing/meant_refs.h"

#include <gtest/gtest.h>

namespace koinon::test::meant_refs_test {
namespace {

constexpr const char* kText = "seoul.example/17";

MeantRef meant(const std::string& text, char log, char leaf) {
  return {text, LogId::from(Bytes(LogId::kSize, log)), EntryIndex(17), Hash::from(Bytes(Hash::kSize, leaf))};
}

v1::Entry referring(const MeantRef& to) {
  v1::Entry out;
  v1::Ref& ref = *out.add_refs();
  ref.set_log_id(to.log.bytes());
  ref.set_index(to.index.value);
  ref.set_leaf_hash(to.leaf.bytes());
  return out;
}

// What texts mean at the moment.
FindMeant now(const std::vector<MeantRef>& means) {
  return [means](const std::string& text) -> std::optional<MeantRef> {
    for (const MeantRef& one : means) {
      if (one.text == text) return one;
    }
    return std::nullopt;
  };
}

TEST(MeantRefs, ANameThatMeansAnotherCityByNowIsRefused) {
  const MeantRef real = meant(kText, 's', 'a');
  const Bytes draft = still_meant({}, {kText}, now({real}));
  EXPECT_TRUE(check_meant(draft, referring(real)).ok());
  const Status other = check_meant(draft, referring(meant(kText, 'i', 'b')));
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().id, "note.refers_elsewhere");
  const Status replaced = check_meant(draft, referring(meant(kText, 's', 'b')));
  ASSERT_FALSE(replaced.ok());
  EXPECT_EQ(replaced.error().id, "note.refers_to_void");
  EXPECT_TRUE(check_meant({}, referring(real)).ok()) << "nobody knows what was meant";
}

TEST(MeantRefs, ATextKeepsWhatItMeantAlsoWhileItMeansNothing) {
  const MeantRef first = meant(kText, 's', 'a');
  const MeantRef then = meant(kText, 's', 'b');
  Bytes draft = still_meant({}, {kText}, now({first}));
  draft = still_meant(draft, {kText}, now({}));
  draft = still_meant(draft, {kText}, now({then}));
  EXPECT_TRUE(check_meant(draft, referring(first)).ok());
  EXPECT_EQ(check_meant(draft, referring(then)).error().id, "note.refers_to_void");
}

TEST(MeantRefs, AnotherTextMeansWhatItSays) {
  const std::string text = std::string(kText) + "~1";
  const MeantRef then = meant(text, 's', 'b');
  Bytes draft = still_meant({}, {kText}, now({meant(kText, 's', 'a')}));
  draft = still_meant(draft, {text}, now({then}));
  EXPECT_TRUE(check_meant(draft, referring(then)).ok());
}

TEST(MeantRefs, WhatWasHeldKeepsItsTextsAsADraft) {
  const MeantRef first = meant(kText, 's', 'a');
  const Bytes held = meant_by(referring(first), {kText});
  EXPECT_EQ(still_meant(held, {kText}, now({meant(kText, 's', 'b')})), held);
}

}  // namespace
}  // namespace koinon::test::meant_refs_test
