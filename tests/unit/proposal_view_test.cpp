// What becomes of a proposal to change another city's note: who settles it, and which of their words counts.
#include "node/reading/proposal_view.h"

#include "proto/base/limits.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::proposal_view_test {
namespace {

class Proposals : public IndexedLibrary {
 protected:
  void SetUp() override {
    IndexedLibrary::SetUp();
    note_at = add(seoul, practice("Shelter", "Nine dollars."));
  }
  // Milan proposes to change a note of Seoul.
  Draft proposal(EntryIndex to, const std::string& text = "Seven dollars.") {
    Draft out;
    out.entry.set_kind(v1::KIND_PROPOSAL);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_PROPOSES_TO, seoul, to);
    out.body.emplace();
    auto* said = out.body->mutable_proposal();
    said->set_title("Shelter");
    said->set_section("solution");
    said->set_instead_of("Nine dollars.");
    said->set_text(text);
    return out;
  }
  Draft reply(EntryIndex proposal_at, const std::string& decision, const std::string& reason) {
    Draft out;
    out.entry.set_kind(v1::KIND_PROPOSAL_REPLY);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_ANSWERS, milan, proposal_at);
    out.body.emplace();
    out.body->mutable_proposal_reply()->set_decision(decision);
    out.body->mutable_proposal_reply()->set_reason(reason);
    return out;
  }
  // A practice that has taken the proposal in.
  Draft taken_in(EntryIndex proposal_at) {
    Draft out = practice("Shelter, once more", "Seven dollars.");
    refer(out, v1::REF_ROLE_ACCEPTS, milan, proposal_at);
    return out;
  }
  ProposalView view(EntryIndex proposal_at) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_proposal(directory, *store, *reader, milan.id(), proposal_at);
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : ProposalView();
  }
  ProposalState state(EntryIndex proposal_at) { return view(proposal_at).state; }
  std::vector<ProposalView> proposals_to(EntryIndex version) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_proposals_to(directory, *store, *reader, seoul.id(), version);
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : std::vector<ProposalView>();
  }
  std::string ref(const OwnLog& log, EntryIndex at) {
    return Directory(*store, nearness, reader.get()).ref(log.id(), at);
  }

  Nearness nearness;
  EntryIndex note_at;
};

TEST_F(Proposals, OnlyTheCityOfTheNoteSettlesOne) {
  const EntryIndex at = add(milan, proposal(note_at));
  add(milan, reply(at, "accepted", ""));
  add(lima, reply(at, "declined", "No."));
  add(milan, taken_in(at));
  add(lima, taken_in(at));
  EXPECT_EQ(state(at), ProposalState::kOpen);
  const EntryIndex said = add(seoul, reply(at, "declined", "We measured nine."));
  EXPECT_EQ(state(at), ProposalState::kDeclined);
  EXPECT_EQ(view(at).why, "We measured nine.");
  EXPECT_EQ(view(at).settled_by, ref(seoul, said));
}

TEST_F(Proposals, TheLatestReplyCountsAndARevisionThatTookItInOutranksThem) {
  const EntryIndex at = add(milan, proposal(note_at));
  add(seoul, reply(at, "perhaps", "It says nothing."));
  EXPECT_EQ(state(at), ProposalState::kOpen);
  add(seoul, reply(at, "declined", "No."));
  add(seoul, reply(at, "accepted", ""));
  EXPECT_EQ(state(at), ProposalState::kAccepted);
  Draft revision = taken_in(at);
  refer(revision, v1::REF_ROLE_REVISES, seoul, note_at);
  const EntryIndex better = add(seoul, revision);
  add(seoul, reply(at, "declined", "After all."));
  EXPECT_EQ(state(at), ProposalState::kAccepted);
  EXPECT_EQ(view(at).settled_by, ref(seoul, better));
  EXPECT_EQ(view(at).newest, ref(seoul, better));
  EXPECT_EQ(view(at).why, "");
  withdraw(seoul, better);
  EXPECT_EQ(state(at), ProposalState::kDeclined) << "the revision does not stand any more";
  EXPECT_EQ(view(at).why, "After all.");
}

TEST_F(Proposals, AThirdCityCannotCrowdOutWhatTheCityOfTheNoteSays) {
  const EntryIndex at = add(milan, proposal(note_at));
  std::vector<Draft> crowd;
  for (int i = 0; i < 150; ++i) crowd.push_back(reply(at, "accepted", std::to_string(i)));
  ASSERT_TRUE(publish_at_once(*store, lima, crowd).ok());
  add(seoul, reply(at, "declined", "We measured nine."));
  EXPECT_EQ(state(at), ProposalState::kDeclined);
}

TEST_F(Proposals, ThoseToAnyVersionAreListedTheNewestFirst) {
  const EntryIndex first = add(milan, proposal(note_at));
  Draft revision = practice("Shelter, once more", "Nine dollars.");
  refer(revision, v1::REF_ROLE_REVISES, seoul, note_at);
  const EntryIndex newer = add(seoul, revision);
  const EntryIndex second = add(milan, proposal(newer, "Eight dollars."));
  withdraw(milan, add(milan, proposal(newer, "Taken back.")));
  for (const EntryIndex version : {note_at, newer}) {
    const auto all = proposals_to(version);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].note.index, second);
    EXPECT_EQ(all[1].note.index, first);
    EXPECT_EQ(all[1].newest, ref(seoul, newer));
    EXPECT_EQ(all[1].of, ref(seoul, note_at));
  }
}

TEST_F(Proposals, AListIsBoundedAndSoAreItsTexts) {
  const std::string endless(100'000, 'x');
  std::vector<Draft> many;
  for (std::size_t i = 0; i <= limits::kProposalsShown; ++i)
    many.push_back(proposal(note_at, std::to_string(i) + endless));
  ASSERT_TRUE(publish_at_once(*store, milan, many).ok());
  catch_up();
  const auto all = proposals_to(note_at);
  ASSERT_EQ(all.size(), limits::kProposalsShown);
  EXPECT_EQ(all[0].text.substr(0, 3), std::to_string(limits::kProposalsShown) + "x") << "the newest is there";
  for (const ProposalView& one : all) EXPECT_LT(one.text.size(), 9000U);
}

}  // namespace
}  // namespace koinon::test::proposal_view_test
