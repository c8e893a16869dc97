// What follows from what two cities say about a call, whatever third cities and absurd replies say.
#include "node/reading/call_state.h"

#include <gtest/gtest.h>

#include "node/api/call_calendar.h"
#include "node/api/inbox_view.h"
#include "node/reading/call_view.h"
#include "proto/base/limits.h"
#include "tests/storage/indexed_library.h"

namespace koinon::test::call_state_test {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kNow = 1'790'000'000'000;

void put(v1::TimeSlot* slot, std::int64_t start, std::uint32_t minutes = 30) {
  slot->set_start_ms(start);
  slot->set_minutes(minutes);
}

v1::CallReply yes_to(std::int64_t start, std::uint32_t minutes = 30) {
  v1::CallReply out;
  out.set_answer("yes");
  put(out.mutable_time(), start, minutes);
  return out;
}
v1::CallReply says(const std::string& answer, const std::string& text = "") {
  v1::CallReply out;
  out.set_answer(answer);
  out.set_text(text);
  return out;
}
v1::CallReply others(std::initializer_list<std::int64_t> starts) {
  v1::CallReply out = says("another-time");
  for (const std::int64_t start : starts) put(out.add_times(), start);
  return out;
}

class CallStates : public testing::Test {
 protected:
  CallStates() {
    parties.asker.data[0] = 1;
    LogId asked;
    asked.data[0] = 2;
    parties.asked = asked;
    third.data[0] = 3;
    put(call.add_times(), kNow + kHour);
    put(call.add_times(), kNow + 2 * kHour);
  }
  void asker(const v1::CallReply& reply) { words.push_back({parties.asker, EntryIndex(++entry), reply}); }
  void asked(const v1::CallReply& reply) { words.push_back({*parties.asked, EntryIndex(++entry), reply}); }
  CallState at(std::int64_t time, bool withdrawn = false) {
    return call_state(parties, call, words, withdrawn, {time});
  }
  CallPhase phase(std::int64_t time = kNow) { return at(time).phase; }

  CallParties parties;
  LogId third;
  v1::Call call;
  std::vector<CallWord> words;
  std::uint64_t entry = 0;
};

TEST_F(CallStates, AYesToOneOfTheTimesAgreesUntilItIsOverAndTold) {
  EXPECT_EQ(phase(), CallPhase::kWaiting);
  EXPECT_EQ(at(kNow).offered.size(), 2U);
  asked(yes_to(kNow + kHour));
  EXPECT_EQ(phase(), CallPhase::kAgreed);
  EXPECT_EQ(at(kNow).agreed->start.value, kNow + kHour);
  EXPECT_EQ(phase(kNow + kHour + 30 * 60'000 - 1), CallPhase::kAgreed);
  EXPECT_EQ(phase(kNow + kHour + 30 * 60'000), CallPhase::kOver) << "once its last minute has passed";
  asked(says("held", "They will send the plan."));
  EXPECT_EQ(phase(kNow), CallPhase::kAgreed);
  EXPECT_FALSE(at(kNow).asked_said) << "nothing came of what has not begun";
  EXPECT_EQ(phase(kNow + 3 * kHour), CallPhase::kOver);
  EXPECT_EQ(at(kNow + 3 * kHour).asked_said->text, "They will send the plan.");
  asker(says("not-held"));
  EXPECT_EQ(phase(kNow + 3 * kHour), CallPhase::kTold);
  EXPECT_FALSE(at(kNow + 3 * kHour).asker_said->held);
  asker(says("held", "Yes, it was."));
  EXPECT_EQ(at(kNow + 3 * kHour).asker_said->text, "Yes, it was.") << "the latest counts";
}

TEST_F(CallStates, OfOtherTimesTheAskingCityTakesOneOrNone) {
  asked(others({kNow + 5 * kHour, kNow + 6 * kHour}));
  EXPECT_EQ(phase(), CallPhase::kAnotherTime);
  EXPECT_EQ(at(kNow).offered.front().start.value, kNow + 5 * kHour);
  asker(yes_to(kNow + kHour));
  EXPECT_EQ(phase(), CallPhase::kAnotherTime) << "that was its own time";
  asker(yes_to(kNow + 6 * kHour));
  EXPECT_EQ(phase(), CallPhase::kAgreed);
  EXPECT_EQ(at(kNow).agreed->start.value, kNow + 6 * kHour);
  asker(says("no"));
  EXPECT_EQ(phase(), CallPhase::kNo);
}

TEST_F(CallStates, WhatIsAgreedMayBeCalledOff) {
  asked(yes_to(kNow + kHour));
  EXPECT_FALSE(at(kNow).called_off);
  asked(says("no"));
  EXPECT_EQ(phase(), CallPhase::kNo);
  EXPECT_EQ(at(kNow).called_off->start.value, kNow + kHour);
  asked(yes_to(kNow + 2 * kHour));
  EXPECT_EQ(at(kNow).agreed->start.value, kNow + 2 * kHour);
  EXPECT_FALSE(at(kNow).called_off);
  const CallState gone = at(kNow, true);
  EXPECT_EQ(gone.phase, CallPhase::kNo) << "the call was withdrawn";
  EXPECT_EQ(gone.called_off->start.value, kNow + 2 * kHour);
}

TEST_F(CallStates, AColleagueIsNamed) {
  asked(says("colleague"));
  EXPECT_EQ(phase(), CallPhase::kWaiting) << "nobody is named";
  v1::CallReply reply = says("colleague");
  reply.set_colleague("Kim Minji, Health");
  asked(reply);
  EXPECT_EQ(phase(), CallPhase::kColleague);
  EXPECT_EQ(at(kNow).colleague, "Kim Minji, Health");
}

TEST_F(CallStates, ThirdCitiesSayNothing) {
  words.push_back({third, EntryIndex(1), yes_to(kNow + kHour)});
  words.push_back({third, EntryIndex(2), says("no")});
  EXPECT_EQ(phase(), CallPhase::kWaiting);
  asked(yes_to(kNow + kHour));
  words.push_back({third, EntryIndex(9), says("no")});
  words.push_back({third, EntryIndex(10), says("held", "Nonsense")});
  EXPECT_EQ(phase(), CallPhase::kAgreed);
  EXPECT_FALSE(at(kNow + 9 * kHour).asked_said);
  parties.asked.reset();
  EXPECT_EQ(phase(), CallPhase::kWaiting) << "a call that asks nobody";
}

TEST_F(CallStates, AbsurdWordsCountAsNone) {
  asked(yes_to(kNow + kHour));
  for (const std::int64_t start :
       {std::int64_t{0}, std::int64_t{-1}, INT64_MIN, INT64_MAX, limits::kLatestMs + 1, kNow + 7 * kHour})
    asked(yes_to(start));
  asked(yes_to(kNow + kHour, 31));
  asked(yes_to(kNow + kHour, UINT32_MAX));
  asked(others({}));
  asked(others({INT64_MAX, -5}));
  asked(says("perhaps"));
  asked(says("yes"));
  asked(says(""));
  EXPECT_EQ(phase(), CallPhase::kAgreed);
  EXPECT_EQ(at(kNow).agreed->start.value, kNow + kHour) << "the last that says something sensible";
  EXPECT_EQ(at(kNow).agreed->length, std::chrono::minutes(30)) << "nobody offered the other lengths";
  EXPECT_EQ(call_time(v1::TimeSlot()), std::nullopt);
  v1::CallReply many = others({});
  for (int i = 0; i < 10'000; ++i) put(many.add_times(), kNow + i * kHour + 1);
  asked(many);
  EXPECT_EQ(at(kNow).offered.size(), limits::kCallTimes);
}

TEST_F(CallStates, AWordIsKnownByItsPlaceInItsLogNotByItsTime) {
  asked(yes_to(kNow + kHour));
  asked(says("no"));
  std::swap(words[0], words[1]);  // as they arrived
  EXPECT_EQ(phase(), CallPhase::kNo);
}

TEST(CallPhases, AreSaidAndRead) {
  for (const CallPhase phase : {CallPhase::kWaiting, CallPhase::kAnotherTime, CallPhase::kColleague,
                                CallPhase::kNo, CallPhase::kAgreed, CallPhase::kOver, CallPhase::kTold})
    EXPECT_EQ(read_call_phase(call_phase_text(phase)), phase);
  EXPECT_EQ(read_call_phase("perhaps"), std::nullopt);
}

TEST(CallCalendar, TheFirstAddressInAContactIsTaken) {
  EXPECT_EQ(mail_in("Ms Kim <kim@seoul.example>, +82 2 120"), "kim@seoul.example");
  EXPECT_EQ(mail_in("write to kim@seoul.example."), "kim@seoul.example");
  EXPECT_EQ(mail_in("+82 2 120"), "");
  EXPECT_EQ(mail_in(std::string(100'000, '@')), "");
}

// Of a store and its index.
class Calls : public IndexedLibrary {
 protected:
  Draft call_to(const OwnLog& city) {
    Draft out;
    out.entry.set_kind(v1::KIND_CALL);
    out.entry.set_language("en");
    out.entry.add_to(city.id().bytes());
    out.body.emplace();
    auto* call = out.body->mutable_call();
    call->set_title("Staff");
    call->set_text("How many?");
    call->set_form("call");
    call->set_time_zone("Asia/Seoul");
    call->set_contact("press@seoul.example");
    put(call->add_times(), kNow + kHour);
    return out;
  }
  static Draft reply(const OwnLog& of, EntryIndex call, const v1::CallReply& said) {
    Draft out;
    out.entry.set_kind(v1::KIND_CALL_REPLY);
    out.entry.set_language("en");
    refer(out, v1::REF_ROLE_ANSWERS, of, call);
    out.body.emplace();
    *out.body->mutable_call_reply() = said;
    return out;
  }
  CallView view(const OwnLog& city, EntryIndex call) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_call({directory, *store, *reader}, city.id(), call, {kNow});
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : CallView();
  }
  std::vector<CallView> calls_of(const OwnLog& city) {
    Directory directory(*store, nearness, reader.get());
    auto out = read_calls({directory, *store, *reader}, city.id(), {kNow});
    EXPECT_TRUE(out.ok()) << out.error().text();
    return out.ok() ? std::move(*out) : std::vector<CallView>();
  }

  Nearness nearness;
};

TEST_F(Calls, ARecordIsReadWithWhatTheTwoSaidOfIt) {
  const EntryIndex call = add(seoul, call_to(milan));
  EXPECT_EQ(call_task(view(seoul, call), milan.id(), {kNow}), CallTask::kAnswer);
  EXPECT_EQ(call_task(view(seoul, call), seoul.id(), {kNow}), CallTask::kNone);
  EXPECT_FALSE(call_calendar(view(seoul, call), {"Call", "", ""}, {kNow}).ok()) << "no time is agreed on";
  add(lima, reply(seoul, call, says("no")));
  v1::CallReply said = yes_to(kNow + kHour);
  said.set_time_zone("Europe/Rome");
  const EntryIndex yes = add(milan, reply(seoul, call, said));
  const CallView agreed = view(seoul, call);
  EXPECT_EQ(agreed.state.phase, CallPhase::kAgreed);
  EXPECT_EQ(agreed.words.size(), 1U) << "Lima is none of the two";
  EXPECT_EQ(agreed.asker_zone, "Asia/Seoul");
  EXPECT_EQ(agreed.asked_zone, "Europe/Rome");
  EXPECT_EQ(call_task(agreed, seoul.id(), {kNow + 9 * kHour}), CallTask::kNone) << "it was read before";
  const auto file = call_calendar(agreed, {"Call", "", ""}, {kNow});
  ASSERT_TRUE(file.ok());
  EXPECT_NE(file->find("STATUS:CONFIRMED"), std::string::npos);
  EXPECT_NE(file->find("mailto:press@seoul.example"), std::string::npos);
  withdraw(milan, yes);
  EXPECT_EQ(view(seoul, call).state.phase, CallPhase::kWaiting);
  EXPECT_GT(view(seoul, call).changes, agreed.changes) << "a calendar takes the newer file";
  EXPECT_EQ(calls_of(seoul).size(), 1U);
  EXPECT_EQ(calls_of(milan).size(), 1U);
  EXPECT_TRUE(calls_of(lima).empty());
}

TEST_F(Calls, TheZoneThatACityHasNamedIsKnown) {
  EXPECT_EQ(zone_named_by(*store, *reader, seoul.id()), "");
  Draft absurd = call_to(milan);
  absurd.body->mutable_call()->set_time_zone("Mars/Olympus");
  add(seoul, absurd);
  EXPECT_EQ(zone_named_by(*store, *reader, seoul.id()), "");
  Draft unset = call_to(milan);
  unset.body->mutable_call()->set_time_zone("UTC");
  add(seoul, unset);
  EXPECT_EQ(zone_named_by(*store, *reader, seoul.id()), "") << "nobody has set it";
  add(seoul, call_to(milan));
  EXPECT_EQ(zone_named_by(*store, *reader, seoul.id()), "Asia/Seoul");
}

TEST_F(Calls, AThirdCityCannotCrowdOutWhatTheTwoSay) {
  const EntryIndex call = add(seoul, call_to(milan));
  const auto flood = [&](OwnLog& by, const OwnLog& of, EntryIndex to, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
      Draft draft = reply(of, to, says("no", std::to_string(i)));
      draft.again = true;
      ASSERT_TRUE(publish(*store, by, std::move(draft)).ok());
    }
    catch_up();
  };
  flood(lima, seoul, call, limits::kReferring);
  add(milan, reply(seoul, call, yes_to(kNow + kHour)));
  EXPECT_EQ(view(seoul, call).state.phase, CallPhase::kAgreed);
  // Nor can what it says later, and what Milan says later of other calls.
  constexpr std::size_t kMore = 250;
  flood(lima, seoul, call, kMore);
  flood(milan, lima, add(lima, call_to(milan)), kMore);
  EXPECT_EQ(view(seoul, call).state.phase, CallPhase::kAgreed);
  EXPECT_EQ(calls_of(seoul).at(0).state.phase, CallPhase::kAgreed);
}

TEST_F(Calls, OfEachOfTheTwoTheNewestWordsAreRead) {
  constexpr std::size_t kOfEach = 40;
  const EntryIndex call = add(seoul, call_to(milan));
  add(seoul, reply(seoul, call, says("not-held", "It was not.")));
  std::vector<Draft> words;
  for (std::size_t i = 0; i < kOfEach + 20; ++i)
    words.push_back(reply(seoul, call, says("no", std::to_string(i))));
  ASSERT_TRUE(publish_at_once(*store, milan, words).ok());
  add(milan, reply(seoul, call, yes_to(kNow + kHour)));
  const CallView read = view(seoul, call);
  ASSERT_EQ(read.words.size(), kOfEach + 1) << "one of the asking city";
  EXPECT_EQ(read.words[0].reply.text(), "It was not.");
  EXPECT_EQ(read.words[1].reply.text(), "21") << "those before it are too many";
  EXPECT_EQ(read.state.phase, CallPhase::kAgreed);
}

TEST_F(Calls, WhatIsLongerThanAnyCallIsNotRead) {
  const std::string endless(limits::kCallBytes, 'x');
  const EntryIndex call = add(seoul, call_to(milan));
  v1::CallReply yes = yes_to(kNow + kHour);
  yes.set_text(endless);
  add(milan, reply(seoul, call, yes));
  EXPECT_EQ(view(seoul, call).state.phase, CallPhase::kWaiting);
  Draft long_call = call_to(milan);
  long_call.body->mutable_call()->set_text(endless);
  const EntryIndex unread = add(seoul, long_call);
  Directory directory(*store, nearness, reader.get());
  EXPECT_FALSE(read_call({directory, *store, *reader}, seoul.id(), unread, {kNow}).ok());
  EXPECT_EQ(calls_of(seoul).size(), 1U);
}

TEST_F(Calls, AListReadsOfEachCallTheNewestWordsAlone) {
  const EntryIndex call = add(seoul, call_to(milan));
  add(milan, reply(seoul, call, yes_to(kNow + kHour)));
  for (int i = 0; i < 30; ++i) add(seoul, reply(seoul, call, says("held", std::to_string(i))));
  const CallView alone = view(seoul, call);
  const auto list = calls_of(milan);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(alone.words.size(), 31U);
  EXPECT_LT(list[0].words.size(), 20U);
  EXPECT_EQ(list[0].words.back().reply.text(), "29");
  EXPECT_EQ(list[0].state.phase, alone.state.phase);
  EXPECT_EQ(list[0].changes, alone.changes);
}

// Lima signs megabytes of replies. Whoever lists the calls of Milan does not read them all, and hears Seoul.
TEST_F(Calls, AListReadsOfOneCitySomeMegabytesAndOfTheOthersAllTheSame) {
  const EntryIndex asked = add(seoul, call_to(milan));
  add(milan, reply(seoul, asked, yes_to(kNow + kHour)));
  constexpr std::size_t kLong = 60'000;
  for (int i = 0; i < 16; ++i) {
    const EntryIndex call = add(lima, call_to(milan));
    for (int j = 0; j < 8; ++j) {
      Draft draft = reply(lima, call, says("no", std::string(kLong, 'x')));
      draft.again = true;
      ASSERT_TRUE(publish(*store, lima, std::move(draft)).ok());
    }
  }
  catch_up();
  std::size_t bytes = 0;
  const auto list = calls_of(milan);
  ASSERT_EQ(list.size(), 17U);
  for (const CallView& one : list) {
    for (const CallWordView& word : one.words) bytes += word.reply.text().size();
  }
  EXPECT_GT(bytes, 10 * kLong);
  EXPECT_LT(bytes, 16 * 8 * kLong * 2 / 3);
  EXPECT_EQ(list.front().state.phase, CallPhase::kNo) << "the newest are heard";
  EXPECT_EQ(list.back().state.phase, CallPhase::kAgreed);
}

TEST_F(Calls, ACallIsDoneInTheInboxOnceItIsAnswered) {
  ASSERT_TRUE(store->begin(true).ok());
  ASSERT_TRUE(store->set_own_log(milan.id()).ok());
  ASSERT_TRUE(store->commit().ok());
  OfficeDb office(std::move(*OfficeDb::open(folder.path() / "office.db")));
  Desk desk(office);
  const auto inbox = [&] {
    Directory directory(*store, nearness, reader.get());
    auto out = read_inbox({directory, *store, *reader, desk}, milan.id(), {});
    EXPECT_TRUE(out.ok());
    return out.ok() ? std::move(*out) : InboxView();
  };
  const EntryIndex call = add(seoul, call_to(milan));
  ASSERT_EQ(inbox().items.size(), 1U);
  EXPECT_EQ(inbox().items[0].state, CaseState::kNew);
  add(milan, reply(seoul, call, yes_to(kNow + kHour)));
  EXPECT_EQ(inbox().items[0].state, CaseState::kDone);
  EXPECT_FALSE(inbox().items[0].answer.empty());
  EXPECT_EQ(*count_new(*reader, *store, desk, milan.id()), 0U);
}

}  // namespace
}  // namespace koinon::test::call_state_test
