// The exchange of cosignatures without a network: what is asked for and kept, and how peers end that break
// its rules.
#include <functional>

#include "node/engine/cosigned_frames.h"
#include "tests/engine/cosigned_alone.h"

namespace koinon::engine::test::cosignatures_test {
namespace {

const LogIdentity kBergen = city("bergen");

class CosignaturesAlone : public CosignedAlone {
 protected:
  using CosignedAlone::CosignedAlone;

  // --- a peer tells of heads ---

  static v1::CosignedHeads news(const LogIdentity& log, const std::vector<CosignedBrief>& heads) {
    v1::CosignedHeads out;
    out.set_log_id(log.log_id().bytes());
    for (const CosignedBrief& head : heads) {
      auto& told = *out.add_heads();
      told.set_recoveries(head.recoveries);
      told.set_size(head.size.value);
      told.set_root(head.root.bytes());
      told.set_key_ids(write_key_ids(head.key_ids));
    }
    return out;
  }
  // Returns what is asked of the peer then; number 0: nothing.
  v1::GetCosignatures tell(Link& link, const v1::CosignedHeads& message) {
    parts.cosignatures.on_news(link, message);
    look();
    return request_to(link);
  }
  v1::GetCosignatures tell(Link& link, const LogIdentity& log, const std::vector<CosignedBrief>& heads) {
    return tell(link, news(log, heads));
  }
  v1::GetCosignatures request_to(const Link& link) {
    return last_said(link, &v1::Frame::has_get_cosignatures, &v1::Frame::get_cosignatures);
  }

  // --- it answers ---

  static v1::Cosignatures notes(std::uint64_t request_id,
                                const std::vector<std::pair<LogIdentity, Bytes>>& heads) {
    v1::Cosignatures out;
    out.set_request_id(request_id);
    for (const auto& [log, note] : heads) {
      out.add_notes()->set_log_id(log.log_id().bytes());
      out.mutable_notes(out.notes_size() - 1)->set_note(note);
    }
    return out;
  }
  void show(Link& link, const v1::Cosignatures& message) {
    parts.cosignatures.on_cosignatures(link, message);
    look();
  }
  // Milan's head of that size is asked for and comes with these lines. Returns the check that is asked then.
  std::vector<Asked<VerifyCosigned>> show_milan(Link& link, const CosignedBrief& head,
                                                const std::vector<LogIdentity>& cosigners) {
    const std::uint64_t id = tell(link, kMilan, {head}).request_id();
    if (id == 0) return {};
    show(link, notes(id, {{kMilan, note_of(kMilan, head, cosigners)}}));
    const auto reads = asked<ReadCosigners>();
    if (reads.size() != 1) return {};
    CosignersRead keys;
    keys.keys.resize(reads[0].intent.cities.size(), key_of<PublicKey>('c'));
    answer(reads[0].id, Answer(keys));
    return asked<VerifyCosigned>();
  }
  // The check says that these lines are good.
  static CosignedHead verified(const CosignedBrief& head, BytesView note,
                               const std::vector<LogIdentity>& of) {
    CosignedHead out{head.recoveries, {head.size, head.root, Bytes(note)}, {}, {}};
    const auto parsed = parse_note(note);
    for (std::size_t i = 0; parsed.ok() && i < of.size(); ++i)
      out.lines.push_back({of[i].log_id(), parsed->signatures.at(i + 1), 1'700'000'000, 1});
    return out;
  }
  void expect_idle(const Link& link) {
    EXPECT_EQ(link.unverified, 0U) << "else the peer would be read no more after a while";
  }

  Link& author = meet('\1', kMilan);
};

// --- what is asked for ---

TEST_F(CosignaturesAlone, AHeadThatIsHeldIsAskedFor) {
  const v1::GetCosignatures request = tell(author, kMilan, {brief(3)});
  EXPECT_NE(request.request_id(), 0U);
  ASSERT_EQ(request.heads_size(), 1);
  EXPECT_EQ(request.heads(0).log_id(), kMilan.log_id().bytes());
  EXPECT_EQ(request.heads(0).recoveries(), 0U);
  EXPECT_EQ(request.heads(0).size(), 3U);
  EXPECT_EQ(request.heads(0).root(), root_of(3).bytes());
  EXPECT_EQ(request.heads(0).key_ids(), "") << "with all its lines";
}

TEST_F(CosignaturesAlone, NewsOfLogsThatPolicyDoesNotAdmitAreIgnored) {
  EXPECT_EQ(tell(author, kBergen, {brief(3, {7})}).request_id(), 0U);
  EXPECT_FALSE(author.ended);
}

TEST_F(CosignaturesAlone, NewsWaitUntilTheLogStandsWhole) {
  Link& other = meet('\2', kOslo);
  EXPECT_EQ(tell(other, kMilan, {brief(5, {7})}).request_id(), 0U);
  grow(milan, 4);
  EXPECT_EQ(request_to(other).request_id(), 0U);
  grow(milan, 5);
  ASSERT_EQ(request_to(other).heads_size(), 1);
  EXPECT_EQ(request_to(other).heads(0).size(), 5U);
}

TEST_F(CosignaturesAlone, NewsOfALaterOriginWaitForTheRecovery) {
  Link& other = meet('\2', kOslo);
  EXPECT_EQ(tell(other, kMilan, {brief(2, {}, 1)}).request_id(), 0U);
  grow(milan, 4);
  EXPECT_EQ(request_to(other).request_id(), 0U);
}

TEST_F(CosignaturesAlone, NewsOfASessionThatHasEndedAreForgotten) {
  Link& other = meet('\2', kOslo);
  const SessionId gone = other.id;
  (void)tell(other, kMilan, {brief(5)});
  cut(other);
  grow(milan, 5);
  EXPECT_TRUE(frames[gone].empty());
  EXPECT_FALSE(author.ended);
}

TEST_F(CosignaturesAlone, AHeadThatIsKeptIsAskedForOnlyForALineThatIsLacked) {
  kept(kMilan, {brief(3, {7})});
  EXPECT_EQ(tell(author, kMilan, {brief(3)}).request_id(), 0U);
  EXPECT_EQ(tell(author, kMilan, {brief(3, {7})}).request_id(), 0U);
  const v1::GetCosignatures request = tell(author, kMilan, {brief(3, {7, 8, 9})});
  ASSERT_EQ(request.heads_size(), 1);
  EXPECT_EQ(request.heads(0).key_ids(), write_key_ids({8, 9})) << "what is here crosses the link no more";
}

TEST_F(CosignaturesAlone, AnOldHeadIsAskedForOnlyIfMoreHaveSignedIt) {
  grow(milan, 8);
  kept(kMilan, {brief(8), brief(7, {7}), brief(6), brief(5)});
  EXPECT_EQ(tell(author, kMilan, {brief(4)}).request_id(), 0U);
  EXPECT_EQ(tell(author, kMilan, {brief(4, {7})}).request_id(), 0U);
  EXPECT_NE(tell(author, kMilan, {brief(4, {7, 8})}).request_id(), 0U);
}

// A peer that never answers makes us remember what it told last of each log, and no more.
TEST_F(CosignaturesAlone, OfEachLogOnlyTheLastNewsWaitForARequest) {
  for (std::uint64_t i = 0; i < limits::kCosignedRequests; ++i)
    EXPECT_NE(tell(author, kMilan, {brief(i % 3 + 1, {7})}).request_id(), 0U);
  for (char fill = 'a'; fill <= 'z'; ++fill) {
    CosignedBrief head = brief(3, {7});
    head.root = key_of<Hash>(fill);
    EXPECT_EQ(tell(author, kMilan, {head}).request_id(), 0U) << "so many requests are open at a time";
  }
  parts.cosignatures.on_refused(author, 1);
  look();
  v1::GetCosignatures next = request_to(author);
  for (std::uint64_t id = 2; next.request_id() == 0 && id < 100; ++id) {
    parts.cosignatures.on_refused(author, id);
    look();
    next = request_to(author);
  }
  ASSERT_EQ(next.heads_size(), 1);
  EXPECT_EQ(next.heads(0).root(), key_of<Hash>('z').bytes());
}

TEST_F(CosignaturesAlone, TheAuthorIsAskedForTheHeadThatWeHoldAtTheStartOfASession) {
  parts.cosignatures.ask_author(author);
  look();
  EXPECT_EQ(request_to(author).heads(0).size(), 3U);
  Link& other = meet('\2', kOslo);
  kept(kOslo, {brief(2)});
  parts.cosignatures.ask_author(other);
  look();
  EXPECT_EQ(request_to(other).request_id(), 0U) << "it is known: a quiet session asks for nothing";
}

TEST_F(CosignaturesAlone, TheAuthorIsAskedOnceALogThatIsNewHereStandsWhole) {
  grow(milan, 4);
  EXPECT_EQ(request_to(author).heads(0).size(), 4U);
  kept(kMilan, {brief(4)});
  grow(milan, 5);
  EXPECT_EQ(request_to(author).request_id(), 0U) << "of a log that grows its author tells";
}

class OfALogThatIsNew : public CosignaturesAlone {
 protected:
  OfALogThatIsNew() : CosignaturesAlone(rome_holds({state_of(kMilan, 3, 1)}, {kMilan, kOslo, kBergen})) {}
};

TEST_F(OfALogThatIsNew, NewsComeBeforeItsHeadIsVerified) {
  EXPECT_EQ(tell(author, kBergen, {brief(2, {7})}).request_id(), 0U);
  Log& bergen = parts.logs.create(kBergen, kBergen.log_id());
  grow(bergen, 2);
  ASSERT_EQ(request_to(author).heads_size(), 1);
  EXPECT_EQ(request_to(author).heads(0).log_id(), kBergen.log_id().bytes());
}

// --- what comes ---

TEST_F(CosignaturesAlone, LinesAreCheckedWithTheKeysOfCitiesThatAreTrustedAndThenKept) {
  const CosignedBrief head = brief(3, {7});
  const auto checks = show_milan(author, head, {kOslo, kBergen, kRome});
  ASSERT_EQ(checks.size(), 1U);
  EXPECT_EQ(author.unverified, 1U);
  ASSERT_EQ(checks[0].intent.cosigners.size(), 1U) << "not of a stranger, nor our own";
  EXPECT_EQ(checks[0].intent.cosigners[0].city, kOslo.log_id());
  EXPECT_EQ(checks[0].intent.cosigners[0].vkey.name, kOslo.origin());
  EXPECT_EQ(checks[0].intent.cosigners[0].rank, 1U);
  const Bytes note = checks[0].intent.note;
  answer(checks[0].id, Answer(verified(head, note, {kOslo})));
  const auto commits = asked<CommitCosigned>();
  ASSERT_EQ(commits.size(), 1U);
  EXPECT_EQ(commits[0].intent.head.lines.size(), 1U);
  CosignedKept out;
  out.heads = {brief(3, {key_id_of(note, 1)})};
  answer(commits[0].id, Answer(out));
  expect_idle(author);
  EXPECT_EQ(parts.cosigned.of(kMilan.log_id()), out.heads);
  // The lines that were not kept are asked for in vain no more, until more cities are known.
  const CosignedBrief again = brief(3, {key_id_of(note, 1), key_id_of(note, 2), key_id_of(note, 3)});
  EXPECT_EQ(tell(author, kMilan, {again}).request_id(), 0U);
  EXPECT_NE(tell(meet('\2', kOslo), kMilan, {again}).request_id(), 0U) << "another peer may have them right";
  parts.cosignatures.cosigners_trusted({});
  EXPECT_NE(tell(author, kMilan, {again}).request_id(), 0U);
}

// A line is in vain while its city's key is not known, and is not once that is here.
TEST_F(CosignaturesAlone, ALineOfACityWhoseKeyCameSinceIsAskedForOfEachHead) {
  const Bytes note = note_of(kMilan, brief(3), {kOslo});
  const CosignedBrief told = brief(3, {key_id_of(note, 1)});
  const std::uint64_t id = tell(author, kMilan, {told}).request_id();
  show(author, notes(id, {{kMilan, note}}));
  CosignersRead none;
  none.keys.resize(1);
  parts.logs.at(kOslo.log_id());
  answer(asked<ReadCosigners>().at(0).id, Answer(none));
  while (!asked<ReadCosigners>().empty()) answer(asked<ReadCosigners>().at(0).id, Answer(none));
  answer(asked<VerifyCosigned>().at(0).id, Answer(verified(brief(3), note, {})));
  CosignedKept out;
  out.heads = {brief(3)};
  answer(asked<CommitCosigned>().at(0).id, Answer(out));
  EXPECT_EQ(tell(author, kMilan, {told}).request_id(), 0U) << "its key is not known";
  parts.cosignatures.cosigner_known(kOslo.log_id());
  look();
  EXPECT_NE(request_to(author).request_id(), 0U);
  settle();
  EXPECT_NE(tell(author, kMilan, {told}).request_id(), 0U) << "it is still lacked";
}

// The city has made a new key, and its line has come before its Keys entry.
TEST_F(CosignaturesAlone, ALineOfAKeyThatIsNewerThanOursIsAskedForOnceItComes) {
  kept(kMilan, {brief(3, {7})});
  const Bytes note = note_of(kMilan, brief(3), {kOslo, kBergen});
  const CosignedBrief told = brief(3, {key_id_of(note, 1)});
  show(author, notes(tell(author, kMilan, {told}).request_id(), {{kMilan, note}}));
  CosignersRead older;
  older.keys.resize(1, key_of<PublicKey>('o'));
  answer(asked<ReadCosigners>().at(0).id, Answer(older));
  answer(asked<VerifyCosigned>().at(0).id, Answer(verified(brief(3), note, {})));
  settle();
  EXPECT_EQ(tell(author, kMilan, {told}).request_id(), 0U) << "no such key is known";
  parts.cosignatures.cosigner_known(kMilan.log_id());
  look();
  EXPECT_EQ(request_to(author).request_id(), 0U) << "another city's key says nothing of it";
  parts.cosignatures.cosigner_known(kOslo.log_id());
  look();
  ASSERT_EQ(request_to(author).heads_size(), 1);
  EXPECT_EQ(request_to(author).heads(0).key_ids(), write_key_ids({key_id_of(note, 1)})) << "that line alone";
}

TEST_F(CosignaturesAlone, OfTwoKeysWithOneIdBothLinesAreAskedFor) {
  kept(kMilan, {brief(3, {7})});
  EXPECT_EQ(tell(author, kMilan, {brief(3, {7})}).request_id(), 0U);
  const auto request = tell(author, kMilan, {brief(3, {7, 7})});
  ASSERT_EQ(request.heads_size(), 1);
  EXPECT_EQ(request.heads(0).key_ids(), write_key_ids({7}));
}

TEST_F(CosignaturesAlone, WhatSaysNothingNewIsNotGivenToTheStore) {
  const CosignedBrief head = brief(3, {7});
  const auto checks = show_milan(author, head, {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  const Bytes note = checks[0].intent.note;
  kept(kMilan, {brief(3, {key_id_of(note, 1)})});
  answer(checks[0].id, Answer(verified(head, note, {kOslo})));
  EXPECT_TRUE(asked<CommitCosigned>().empty());
  expect_idle(author);
}

TEST_F(CosignaturesAlone, ACheckThatFailsLeavesNothingOpen) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, fail(Code::kBadSignature, "it is of another key"));
  EXPECT_FALSE(author.ended) << "it may know statements that we lack";
  EXPECT_TRUE(asked<CommitCosigned>().empty());
  expect_idle(author);
}

TEST_F(CosignaturesAlone, KeysThatCannotBeReadLeaveNothingOpen) {
  const std::uint64_t id = tell(author, kMilan, {brief(3)}).request_id();
  show(author, notes(id, {{kMilan, note_of(kMilan, brief(3), {})}}));
  EXPECT_EQ(author.unverified, 1U);
  answer(asked<ReadCosigners>().at(0).id, fail(Code::kIo, "the disk fails"));
  expect_idle(author);
}

TEST_F(CosignaturesAlone, ANoteOfTooManyLinesIsALie) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, fail(Code::kTooLarge, "the note of a head has at most 16 signature lines"));
  EXPECT_TRUE(author.ended);
  EXPECT_EQ(lies_of(author), 1U);
}

TEST_F(CosignaturesAlone, WhatIsNoLongerHeldOrOfAnotherOriginIsNotKept) {
  for (const CosignedBrief& other : {brief(4), brief(3, {}, 1)}) {
    Link& link = stranger();
    const auto checks = show_milan(link, brief(3, {7}), {kOslo});
    ASSERT_EQ(checks.size(), 1U);
    answer(checks[0].id, Answer(verified(other, checks[0].intent.note, {kOslo})));
    EXPECT_TRUE(asked<CommitCosigned>().empty());
    expect_idle(link);
  }
}

TEST_F(CosignaturesAlone, WhatComesForALogThatFroseMeanwhileIsNotKept) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  parts.logs.freeze(milan);
  answer(checks[0].id, Answer(verified(brief(3), checks[0].intent.note, {kOslo})));
  EXPECT_TRUE(asked<CommitCosigned>().empty());
  expect_idle(author);
}

TEST_F(CosignaturesAlone, AHeadThatTheStoreRefusesLeavesNothingOpen) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, Answer(verified(brief(3), checks[0].intent.note, {kOslo})));
  answer(asked<CommitCosigned>().at(0).id, fail(Code::kConflict, "another tree is held"));
  expect_idle(author);
  EXPECT_TRUE(parts.cosigned.of(kMilan.log_id()).empty());
}

TEST_F(CosignaturesAlone, WhatTheStoreCannotTakeIsAskedForOnceItIsTriedAgain) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, Answer(verified(brief(3), checks[0].intent.note, {kOslo})));
  answer(asked<CommitCosigned>().at(0).id, fail(Code::kIo, "the disk is full"));
  expect_idle(author);
  EXPECT_TRUE(parts.store.has_failed());
  parts.cosignatures.store_again();
  look();
  ASSERT_EQ(request_to(author).heads_size(), 1);
  EXPECT_EQ(request_to(author).heads(0).size(), 3U);
  EXPECT_EQ(request_to(author).heads(0).key_ids(), "");
  settle();
  parts.cosignatures.store_again();
  look();
  EXPECT_EQ(request_to(author).request_id(), 0U) << "once";
}

TEST_F(CosignaturesAlone, WhatIsAskedForOnceMoreTakesNoPlaceOfWhatIsToBeAsked) {
  CosignedWants wants;
  const auto ask = [](std::uint64_t size) {
    return CosignedAsk{kMilan.log_id(), 0, TreeSize(size), root_of(size)};
  };
  wants.replace(kMilan.log_id(), {{ask(2), {1}}, {ask(3), {1}}});
  wants.add({{ask(1), {}}, {ask(2), {1, 2}}, {ask(3), {}}});
  const auto frame = wants.next(9);
  ASSERT_TRUE(frame.has_value());
  const v1::GetCosignatures& request = frame->get_cosignatures();
  ASSERT_EQ(request.heads_size(), 3);
  EXPECT_EQ(request.heads(0).key_ids(), "") << "all of it";
  EXPECT_EQ(request.heads(1).key_ids(), write_key_ids({1, 2}));
  EXPECT_EQ(request.heads(2).key_ids(), "") << "all of it, whichever asks for all";
  EXPECT_EQ(wants.take(9).size(), 3U);
  EXPECT_TRUE(wants.take(9).empty()) << "once";
}

TEST_F(CosignaturesAlone, AnswersAreGoodForTheLogThoughTheSessionEnds) {
  const auto checks = show_milan(author, brief(3), {kOslo});
  ASSERT_EQ(checks.size(), 1U);
  cut(author);
  answer(checks[0].id, Answer(verified(brief(3), checks[0].intent.note, {kOslo})));
  CosignedKept out;
  out.heads = {brief(3)};
  answer(asked<CommitCosigned>().at(0).id, Answer(out));
  EXPECT_EQ(parts.cosigned.of(kMilan.log_id()).size(), 1U);
}

TEST_F(CosignaturesAlone, AHeadOfTheSameSizeWithAnotherRootFreezesTheLog) {
  CosignedBrief other = brief(3, {7});
  other.root = key_of<Hash>('o');
  const auto checks = show_milan(author, other, {});
  ASSERT_EQ(checks.size(), 1U);
  answer(checks[0].id, Answer(verified(other, checks[0].intent.note, {})));
  EXPECT_TRUE(milan.state().frozen);
  EXPECT_EQ(asked<CommitEvidence>().size(), 1U);
  EXPECT_TRUE(asked<CommitCosigned>().empty());
  expect_idle(author);
}

TEST_F(CosignaturesAlone, ACityGivesItsOwnLineToTheAuthorUnasked) {
  const CosignedBrief head = brief(4);
  show(author, notes(0, {{kRome, note_of(kRome, head, {kMilan})}}));
  EXPECT_FALSE(author.ended);
  EXPECT_EQ(author.unverified, 1U);
  ASSERT_EQ(asked<ReadCosigners>().size(), 1U);
  EXPECT_EQ(asked<ReadCosigners>()[0].intent.cities, std::vector<LogId>{kMilan.log_id()});
}

// --- who breaks the rules ---

TEST_F(CosignaturesAlone, MalformedNewsEndTheSession) {
  using Change = std::function<void(v1::CosignedHeads&)>;
  const std::vector<std::pair<Change, v1::ErrorCode>> wrong = {
      {[](auto& m) { m.set_log_id(Bytes(31, 'l')); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_heads(0)->set_root(Bytes(33, 'r')); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_heads(0)->clear_root(); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_heads(0)->set_size(0); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_heads(0)->set_key_ids("12345"); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_heads(0)->set_key_ids(Bytes(64, 'i')); }, v1::ERROR_CODE_TOO_LARGE},
      {[](auto& m) {
         while (m.heads_size() < 6) *m.add_heads() = m.heads(0);
       },
       v1::ERROR_CODE_TOO_LARGE}};
  for (const auto& [change, code] : wrong) {
    v1::CosignedHeads message = news(kMilan, {brief(3, {7})});
    change(message);
    Link& link = stranger();
    EXPECT_EQ(tell(link, message).request_id(), 0U) << message.ShortDebugString();
    expect_lie(link, code);
  }
}

TEST_F(CosignaturesAlone, MalformedAnswersEndTheSessionAndNothingOfThemIsLookedAt) {
  const Bytes good = note_of(kMilan, brief(3), {kOslo});
  using Change = std::function<void(v1::Cosignatures&)>;
  const std::vector<std::pair<Change, v1::ErrorCode>> wrong = {
      {[](auto& m) { m.set_request_id(m.request_id() + 1); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { *m.add_notes() = m.notes(0); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_notes(0)->set_log_id(kOslo.log_id().bytes()); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_notes(0)->set_log_id("short"); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) { m.mutable_notes(0)->set_note(Bytes(limits::kHeadNoteBytes + 1, 'n')); },
       v1::ERROR_CODE_TOO_LARGE},
      {[](auto& m) { m.set_request_id(0); }, v1::ERROR_CODE_MALFORMED},
      {[](auto& m) {
         m.set_request_id(0);
         m.mutable_notes(0)->set_log_id(kRome.log_id().bytes());
         *m.add_notes() = m.notes(0);
       },
       v1::ERROR_CODE_MALFORMED},
      {[](auto& m) {
         m.set_request_id(0);
         m.clear_notes();
       },
       v1::ERROR_CODE_MALFORMED}};
  for (const auto& [change, code] : wrong) {
    Link& link = stranger();
    const std::uint64_t id = tell(link, kMilan, {brief(3, {7})}).request_id();
    ASSERT_NE(id, 0U);
    v1::Cosignatures message = notes(id, {{kMilan, good}});
    change(message);
    show(link, message);
    expect_lie(link, code);
  }
}

// The first note is good: nothing of a frame is taken that breaks a rule further on.
TEST_F(CosignaturesAlone, AFrameIsTakenWholeOrNotAtAll) {
  const std::uint64_t id = tell(author, kMilan, {brief(3, {7}), brief(2, {7})}).request_id();
  show(author, notes(id, {{kMilan, note_of(kMilan, brief(3), {kOslo})},
                          {kMilan, Bytes(limits::kHeadNoteBytes + 1, 'n')}}));
  expect_lie(author, v1::ERROR_CODE_TOO_LARGE);
}

TEST_F(CosignaturesAlone, AnAnswerIsGivenOnce) {
  const std::uint64_t id = tell(author, kMilan, {brief(3, {7})}).request_id();
  show(author, notes(id, {}));
  EXPECT_FALSE(author.ended) << "it may have the head no more";
  show(author, notes(id, {}));
  expect_lie(author, v1::ERROR_CODE_MALFORMED);
}

}  // namespace
}  // namespace koinon::engine::test::cosignatures_test
