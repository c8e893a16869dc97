// Whom a mail asks how an adoption goes, when, and how often: by a clock of the test's own.
#include "node/delivery/office_mail.h"
#include "tests/unit/announcer_fixture.h"

namespace koinon::test::follow_up_mails_test {
namespace {

class FollowUpMailing : public Announcing {
 protected:
  void SetUp() override {
    Announcing::SetUp();
    set_role(Role::kPublisher);
    practice_ = publish_of(la, note("Drive-through testing"));
  }
  void set_role(Role role) {
    ASSERT_TRUE(accounts
                    ->change(user,
                             [&](User& changed) -> Status {
                               changed.role = role;
                               return {};
                             })
                    .ok());
  }
  // Seoul says how it goes with the practice of Los Angeles.
  EntryIndex say(const std::string& stage, const std::string& outcome = "") {
    return publish_of(seoul, word(stage, outcome));
  }
  Draft word(const std::string& stage, const std::string& outcome = "") {
    Draft draft;
    draft.entry.set_kind(v1::KIND_ADOPTION);
    draft.entry.set_language("en");
    auto* ref = draft.entry.add_refs();
    ref->set_role(v1::REF_ROLE_ADOPTS);
    ref->set_log_id(la.id().bytes());
    ref->set_index(practice_.value);
    draft.body.emplace();
    draft.body->mutable_adoption()->set_stage(stage);
    draft.body->mutable_adoption()->set_outcome(outcome);
    draft.body->mutable_adoption()->set_changes("As it was.");
    return draft;
  }
  void after_days(std::int64_t days) {
    now.value += days * kDay;
    turn();
  }

  EntryIndex practice_;
};

TEST_F(FollowUpMailing, ThreeSixAndTwelveMonthsAfterTheFirstWordOneMailEach) {
  say("trying");
  after_days(89);
  EXPECT_TRUE(mails().empty());
  after_days(1);
  ASSERT_EQ(mails().size(), 1U);
  for (int i = 0; i < 3; ++i) after_days(1);
  restart();
  turn();
  EXPECT_EQ(mails().size(), 1U) << "once, over restarts too";
  after_days(87);
  EXPECT_EQ(mails().size(), 2U) << "after 180 days";
  after_days(180);
  EXPECT_EQ(mails().size(), 3U) << "after 360 days";
  after_days(1000);
  EXPECT_EQ(mails().size(), 3U);
}

TEST_F(FollowUpMailing, TheMailNamesThePracticeAndLeadsToItsPage) {
  say("trying");
  after_days(90);
  const std::string text = text_of(mails().at(0));
  EXPECT_NE(text.find("Subject: How is it going? Drive-through testing"), std::string::npos) << text;
  EXPECT_NE(text.find("https://notes.seoul.example/follow-up?of=la.example"), std::string::npos) << text;
  EXPECT_NE(text.find("we are trying this"), std::string::npos) << text;
  EXPECT_NE(text.find("unsubscribe/"), std::string::npos) << text;
  say("adopted", "worked");
  EXPECT_EQ(text_of(mails().at(0)), "nothing") << "what was answered before it went is not asked";
}

TEST_F(FollowUpMailing, OneWordOnTwoPracticesIsAskedAboutOnce) {
  const EntryIndex second = publish_of(la, note("Cool roofs"));
  Draft draft = word("trying");
  v1::Ref too = draft.entry.refs(0);
  too.set_index(second.value);
  *draft.entry.add_refs() = too;
  publish_of(seoul, draft);
  after_days(90);
  ASSERT_EQ(mails().size(), 1U);
  EXPECT_EQ(read_about(mails()[0].about)->items.size(), 1U);
  after_days(1);
  EXPECT_EQ(mails().size(), 1U);
}

TEST_F(FollowUpMailing, NobodyIsAskedAgainAfterAnAnswer) {
  say("trying");
  after_days(50);
  say("adopted", "partly");
  after_days(39);
  EXPECT_TRUE(mails().empty());
  after_days(1);
  EXPECT_EQ(mails().size(), 1U) << "that was no answer to what came due later";
  say("stopped", "did-not");
  after_days(400);
  EXPECT_EQ(mails().size(), 1U);
}

TEST_F(FollowUpMailing, WhoPublishesAndWantsMailIsAskedAndElseNobodyUntilSomebodyIs) {
  set_role(Role::kReader);
  say("trying");
  after_days(90);
  EXPECT_TRUE(mails().empty());
  set_role(Role::kReviewer);
  after_days(1);
  EXPECT_EQ(mails().size(), 1U);
}

TEST_F(FollowUpMailing, AClockThatWasAheadHasAskedTooEarlyAndItIsAskedInTime) {
  say("trying");
  after_days(400);
  EXPECT_EQ(mails().size(), 1U);
  now.value -= 400 * kDay;
  turn();
  EXPECT_EQ(mails().size(), 1U);
  after_days(90);
  EXPECT_EQ(mails().size(), 2U) << "after three months, as if nothing had been";
  now.value -= kHour;
  turn();
  after_days(1);
  EXPECT_EQ(mails().size(), 2U) << "a clock that goes back a little asks nobody twice";
  after_days(90);
  EXPECT_EQ(mails().size(), 3U) << "after six months";
  after_days(180);
  EXPECT_EQ(mails().size(), 4U) << "after a year, of which the clock that was ahead had asked";
}

TEST_F(FollowUpMailing, ManyAreAskedInOneMailAnHour) {
  const std::size_t all = limits::kFollowUps + 10;
  for (std::size_t i = 0; i < all; ++i) {
    practice_ = publish_of(la, note("Practice " + std::to_string(i)));
    say("trying");
  }
  after_days(90);
  ASSERT_EQ(mails().size(), 1U);
  EXPECT_EQ(read_about(mails()[0].about)->items.size(), limits::kFollowUps);
  turn();
  EXPECT_EQ(mails().size(), 1U);
  now.value += kHour;
  turn();
  ASSERT_EQ(mails().size(), 2U);
  EXPECT_EQ(read_about(mails()[1].about)->items.size(), 10U);
}

TEST_F(FollowUpMailing, AWithdrawnAdoptionIsNotAskedAbout) {
  const EntryIndex word = say("trying");
  publish_of(seoul, erasure_of(seoul.id(), word.value));
  after_days(90);
  EXPECT_TRUE(mails().empty());
}

}  // namespace
}  // namespace koinon::test::follow_up_mails_test
