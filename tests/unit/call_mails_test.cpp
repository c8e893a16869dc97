// What mails say of replies to a call: by what counts of them, and of the call that they mean.
#include "tests/unit/announcer_fixture.h"

namespace koinon::test::call_mails_test {
namespace {

class CallMails : public Announcing {
 protected:
  v1::TimeSlot in_hours(std::int64_t hours) const {
    v1::TimeSlot out;
    out.set_start_ms(now.value + hours * kHour);
    out.set_minutes(30);
    return out;
  }
  // Seoul asks Los Angeles for a call in two hours.
  EntryIndex call(const std::string& title) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_CALL);
    draft.entry.set_language("en");
    draft.entry.add_to(la.id().bytes());
    draft.body.emplace();
    draft.body->mutable_call()->set_title(title);
    draft.body->mutable_call()->set_text("How many?");
    *draft.body->mutable_call()->add_times() = in_hours(2);
    return publish_of(seoul, draft);
  }
  static v1::CallReply says(const std::string& answer) {
    v1::CallReply out;
    out.set_answer(answer);
    return out;
  }
  v1::CallReply yes_in(std::int64_t hours) const {
    v1::CallReply out = says("yes");
    *out.mutable_time() = in_hours(hours);
    return out;
  }
  void reply(OwnLog& by, EntryIndex to, const v1::CallReply& said) {
    Draft draft;
    draft.entry.set_kind(v1::KIND_CALL_REPLY);
    draft.entry.set_language("en");
    auto* ref = draft.entry.add_refs();
    ref->set_role(v1::REF_ROLE_ANSWERS);
    ref->set_log_id(seoul.id().bytes());
    ref->set_index(to.value);
    draft.body.emplace();
    *draft.body->mutable_call_reply() = said;
    publish_of(by, draft);
    turn();
  }
  std::string newest_mail() {
    const auto all = mails();
    EXPECT_FALSE(all.empty());
    return all.empty() ? "" : text_of(all.back());
  }

  OwnLog milan = test_log("milan.example");
};

TEST_F(CallMails, AYesIsSaidOfATimeThatWasOfferedAlone) {
  const EntryIndex asked = call("Staff");
  reply(la, asked, yes_in(3));
  EXPECT_NE(newest_mail().find("Reply to: Staff"), std::string::npos) << newest_mail();
  EXPECT_EQ(newest_mail().find("Yes to: Staff"), std::string::npos) << newest_mail();
  reply(la, asked, says("yes"));
  EXPECT_EQ(newest_mail().find("Yes to: Staff"), std::string::npos) << "it names no time";
  reply(la, asked, yes_in(2));
  EXPECT_NE(newest_mail().find("Yes to: Staff"), std::string::npos) << newest_mail();
  reply(milan, asked, yes_in(2));
  EXPECT_EQ(newest_mail().find("Yes to: Staff"), std::string::npos) << "a third city says neither yes nor no";
}

// Los Angeles has replied to a call that became void before the mail went. Another one stands in its place.
TEST_F(CallMails, AReplyToAVoidCallIsNoReplyToTheOneInItsPlace) {
  publish_of(seoul, note("Shelter"));
  const EntryIndex stolen = publish_of(seoul, note("Shelter of a thief"));
  const EntryIndex gone = call("Gone");
  reply(la, gone, yes_in(2));
  EXPECT_NE(newest_mail().find("Yes to: Gone"), std::string::npos) << newest_mail();
  ASSERT_TRUE(take_back(*store, seoul, stolen.value, now).ok());
  catch_up();
  ASSERT_EQ(call("In its place"), gone);
  EXPECT_EQ(newest_mail().find("In its place"), std::string::npos) << newest_mail();
}

}  // namespace
}  // namespace koinon::test::call_mails_test
