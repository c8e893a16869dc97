// What a city has said to proposals, whatever others sign, and what a list of proposals costs.
#include "node/reading/proposal_view.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "storage/sqlite/sqlite.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::proposal_view_test {
namespace {

constexpr int kFlood = 110;  // more than is looked at of what is said of one proposal

class Proposals : public IndexedLibrary {
 protected:
  static Draft proposal(const OwnLog& of, EntryIndex to, const std::string& text) {
    Draft out;
    out.entry.set_kind(v1::KIND_PROPOSAL);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_PROPOSES_TO, of, to);
    out.body.emplace();
    out.body->mutable_proposal()->set_title("Shelter");
    out.body->mutable_proposal()->set_text(text);
    return out;
  }
  static Draft reply(const OwnLog& of, EntryIndex to, const std::string& decision,
                     const std::string& reason = "Because.") {
    Draft out;
    out.entry.set_kind(v1::KIND_PROPOSAL_REPLY);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_ANSWERS, of, to);
    out.body.emplace();
    out.body->mutable_proposal_reply()->set_decision(decision);
    out.body->mutable_proposal_reply()->set_reason(reason);
    return out;
  }
  // Lima says of a proposal what is not for Lima to say.
  void flood(const OwnLog& of, EntryIndex proposed) {
    for (int i = 0; i < kFlood; ++i) {
      Draft draft = reply(of, proposed, "accepted", std::to_string(i));
      draft.again = true;
      ASSERT_TRUE(publish(*store, lima, std::move(draft)).ok());
    }
    catch_up();
  }
  std::vector<ProposalView> list(EntryIndex to) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_proposals_to(directory, *store, *reader, seoul.id(), to);
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : std::vector<ProposalView>();
  }
  ProposalView alone(const OwnLog& by, EntryIndex proposed) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_proposal(directory, *store, *reader, by.id(), proposed);
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : ProposalView();
  }
  // A practice that has taken a proposal of Milan in.
  Draft taken_in(EntryIndex proposed) {
    Draft out = practice("Shelter, once more", "text");
    refer(out, v1::REF_ROLE_ACCEPTS, milan, proposed);
    return out;
  }
  std::string ref(const OwnLog& log, EntryIndex at) {
    return Directory(*store, nearness, reader.get()).ref(log.id(), at);
  }
  std::uint64_t steps_of_list(EntryIndex to) {
    list(to);  // what is read once is read
    const std::uint64_t before = sqlite::work_done().steps;
    list(to);
    return sqlite::work_done().steps - before;
  }

  Nearness nearness;
};

TEST_F(Proposals, EachHasItsOwnDecisionAlsoWhereThirdCitiesSayMuch) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex open = add(milan, proposal(seoul, at, "one"));
  const EntryIndex declined = add(milan, proposal(seoul, at, "two"));
  const EntryIndex taken = add(milan, proposal(seoul, at, "three"));
  for (const EntryIndex one : {open, declined, taken}) flood(milan, one);
  EXPECT_EQ(list(at)[1].state, ProposalState::kOpen) << "Lima has no say";
  add(seoul, reply(milan, declined, "declined"));
  Draft better = practice("Better shelter", "text");
  refer(better, v1::REF_ROLE_REVISES, seoul, at);
  refer(better, v1::REF_ROLE_ACCEPTS, milan, taken);
  add(seoul, better);
  // What Seoul says later of other proposals hides none of it.
  const EntryIndex other = add(lima, proposal(seoul, at, "four"));
  for (int i = 0; i < kFlood; ++i) {
    Draft draft = reply(lima, other, "declined", std::to_string(i));
    draft.again = true;
    ASSERT_TRUE(publish(*store, seoul, std::move(draft)).ok());
    ASSERT_TRUE(publish(*store, seoul, practice(std::to_string(i), "text")).ok());
  }
  withdraw(lima, other);
  const auto all = list(at);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].state, ProposalState::kAccepted);
  EXPECT_EQ(all[1].state, ProposalState::kDeclined);
  EXPECT_EQ(all[2].state, ProposalState::kOpen);
  EXPECT_EQ(alone(milan, taken).state, ProposalState::kAccepted);
  EXPECT_EQ(alone(milan, declined).state, ProposalState::kDeclined);
}

TEST_F(Proposals, OnlyTheCityOfTheNoteSettlesOne) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex proposed = add(milan, proposal(seoul, at, "one"));
  add(milan, reply(milan, proposed, "accepted"));
  add(lima, reply(milan, proposed, "declined"));
  add(milan, taken_in(proposed));
  add(lima, taken_in(proposed));
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kOpen);
  const EntryIndex said = add(seoul, reply(milan, proposed, "declined", "We measured nine."));
  const ProposalView view = alone(milan, proposed);
  EXPECT_EQ(view.state, ProposalState::kDeclined);
  EXPECT_EQ(view.why, "We measured nine.");
  EXPECT_EQ(view.settled_by, ref(seoul, said));
}

TEST_F(Proposals, TheLatestReplyCountsAndARevisionThatTookItInOutranksThem) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex proposed = add(milan, proposal(seoul, at, "one"));
  add(seoul, reply(milan, proposed, "perhaps"));
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kOpen);
  add(seoul, reply(milan, proposed, "declined", "No."));
  add(seoul, reply(milan, proposed, "accepted"));
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kAccepted);
  Draft revision = taken_in(proposed);
  refer(revision, v1::REF_ROLE_REVISES, seoul, at);
  const EntryIndex better = add(seoul, revision);
  add(seoul, reply(milan, proposed, "declined", "After all."));
  const ProposalView view = alone(milan, proposed);
  EXPECT_EQ(view.state, ProposalState::kAccepted);
  EXPECT_EQ(view.settled_by, ref(seoul, better));
  EXPECT_EQ(view.newest, ref(seoul, better));
  EXPECT_EQ(view.why, "");
  withdraw(seoul, better);
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kDeclined) << "the revision stands no more";
  EXPECT_EQ(alone(milan, proposed).why, "After all.");
}

TEST_F(Proposals, ThoseToAnyVersionAreListedTheNewestFirstAndNotWithoutEnd) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex first = add(milan, proposal(seoul, at, "one"));
  Draft revision = practice("Shelter, once more", "text");
  refer(revision, v1::REF_ROLE_REVISES, seoul, at);
  const EntryIndex newer = add(seoul, revision);
  const EntryIndex second = add(milan, proposal(seoul, newer, "two"));
  withdraw(milan, add(milan, proposal(seoul, newer, "taken back")));
  for (const EntryIndex version : {at, newer}) {
    const auto all = list(version);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].note.index, second);
    EXPECT_EQ(all[1].note.index, first);
    EXPECT_EQ(all[1].newest, ref(seoul, newer));
  }
  std::vector<Draft> many;
  for (std::size_t i = 0; i < limits::kProposalsShown; ++i)
    many.push_back(proposal(seoul, at, std::to_string(i)));
  ASSERT_TRUE(publish_at_once(*store, milan, many).ok());
  catch_up();
  const auto all = list(newer);
  ASSERT_EQ(all.size(), limits::kProposalsShown);
  EXPECT_EQ(all[0].text, std::to_string(limits::kProposalsShown - 1));
}

// Whoever fills the list of what refers to a note hides no proposal that comes later.
TEST_F(Proposals, ALaterOneIsListedWhateverRefersToTheNote) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  for (std::size_t i = 0; i < limits::kReferring; ++i) {
    Draft draft = practice(std::to_string(i), "text");
    refer(draft, v1::REF_ROLE_DERIVES_FROM, seoul, at);
    ASSERT_TRUE(publish(*store, lima, std::move(draft)).ok());
  }
  add(milan, proposal(seoul, at, "one"));
  EXPECT_EQ(list(at).size(), 1U);
}

// What third cities say of a proposal, and what its city says of others, is not read for it.
TEST_F(Proposals, AListCostsNoMoreWhereThirdCitiesSayMuch) {
  const EntryIndex quiet = add(seoul, practice("Shelter", "text"));
  const EntryIndex loud = add(seoul, practice("Shade", "text"));
  for (int i = 0; i < 5; ++i) {
    add(milan, proposal(seoul, quiet, std::to_string(i)));
    flood(milan, add(milan, proposal(seoul, loud, std::to_string(i))));
  }
  ASSERT_EQ(list(loud).size(), 5U);
  EXPECT_LT(steps_of_list(loud), steps_of_list(quiet) * 5 / 4);
}

TEST_F(Proposals, WhatIsLongerThanAnyProposalIsReadAlone) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex large = add(milan, proposal(seoul, at, std::string(200'000, 'x')));
  add(milan, proposal(seoul, at, std::string(20'000, 'x')));
  const auto all = list(at);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_LT(all[0].text.size(), 10'000U) << "it is cut short";
  EXPECT_EQ(alone(milan, large).text.size(), 200'000U);
}

TEST_F(Proposals, AReplyThatIsTooLongDecidesNothing) {
  const EntryIndex at = add(seoul, practice("Shelter", "text"));
  const EntryIndex proposed = add(milan, proposal(seoul, at, "one"));
  add(seoul, reply(milan, proposed, "declined", std::string(limits::kCallBytes + 1, 'x')));
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kOpen);
  add(seoul, reply(milan, proposed, "declined"));
  EXPECT_EQ(alone(milan, proposed).state, ProposalState::kDeclined);
}

}  // namespace
}  // namespace koinon::test::proposal_view_test
