// The exchange of cosignatures without a network: what is asked for, kept and given, and how peers end that
// break its rules.
#include <functional>

#include "proto/codec/frame.h"
#include "tests/engine/cosigned_alone.h"

namespace koinon::engine::test {
namespace {

const LogIdentity kBergen = city("bergen");

// The note of a head, with lines of these cities. Nothing here looks at the signatures.
Bytes note_of(const LogIdentity& log, const CosignedBrief& head, const std::vector<LogIdentity>& cosigners) {
  const SigningKey key = SigningKey::from_seed(Bytes(32, 'k'));
  const Checkpoint checkpoint{log.origin(), head.size, head.root};
  Bytes out = sign_checkpoint(checkpoint, key);
  for (const LogIdentity& city : cosigners)
    out += cosign(checkpoint.text(), city.origin(), key, 1'700'000'000).line();
  return out;
}

std::uint32_t key_id_of(BytesView note, std::size_t line) {
  const auto parsed = parse_note(note);
  return parsed.ok() ? parsed->signatures.at(line).key_id : 0;
}

class CosignaturesAlone : public CosignedAlone {
 protected:
  using CosignedAlone::CosignedAlone;
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }

  // --- a peer tells of heads ---

  static v1::CosignedHeads news(const LogIdentity& log, const std::vector<CosignedBrief>& heads) {
    v1::CosignedHeads out;
    out.set_log_id(log.log_id().bytes());
    for (const CosignedBrief& head : heads) {
      auto& told = *out.add_heads();
      told.set_recoveries(head.recoveries);
      told.set_size(head.size.value);
      told.set_root(head.root.bytes());
      Bytes ids;
      for (const std::uint32_t id : head.key_ids) put_u32(ids, id);
      told.set_key_ids(ids);
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
  void expect_lie(const Link& link, v1::ErrorCode code) {
    v1::Error said;
    for (const v1::Frame& frame : said_to(link)) {
      if (frame.has_error()) said = frame.error();
    }
    EXPECT_EQ(said.code(), code) << said.message();
    EXPECT_TRUE(said.fatal());
    EXPECT_TRUE(link.ended);
    EXPECT_EQ(lies_of(link), 1U);
    EXPECT_TRUE(asked<ReadCosigners>().empty());
    EXPECT_TRUE(asked<CommitCosigned>().empty());
    settle();
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
  EXPECT_NE(tell(author, kMilan, {brief(3, {7, 8})}).request_id(), 0U);
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
  parts.cosignatures.cosigners_known();
  EXPECT_NE(tell(author, kMilan, {again}).request_id(), 0U);
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

TEST_F(CosignaturesAlone, MalformedRequestsEndTheSession) {
  const auto request = [](std::size_t heads) {
    v1::GetCosignatures out;
    out.set_request_id(1);
    for (std::size_t i = 0; i < heads; ++i) {
      auto& head = *out.add_heads();
      head.set_log_id(kMilan.log_id().bytes());
      head.set_root(Bytes(32, 'r'));
      head.set_size(3);
    }
    return out;
  };
  std::vector<v1::GetCosignatures> wrong = {request(1), request(33), request(2), request(2)};
  wrong[0].set_request_id(0);
  wrong[2].mutable_heads(1)->set_log_id("short");
  wrong[3].mutable_heads(1)->set_root("short");
  for (const v1::GetCosignatures& one : wrong) {
    Link& link = stranger();
    parts.cosigned_serving.on_get(link, one);
    look();
    expect_lie(link, v1::ERROR_CODE_MALFORMED);
  }
  Link& link = stranger();
  parts.cosigned_serving.on_get(link, request(32));
  look();
  EXPECT_FALSE(link.ended);
}

TEST_F(CosignaturesAlone, SoManyRequestsMayBeOpenAtATime) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  auto& head = *request.add_heads();
  head.set_log_id(kMilan.log_id().bytes());
  head.set_size(3);
  head.set_root(root_of(3).bytes());
  for (std::uint64_t id = 1; id <= limits::kOpenRequests; ++id) {
    request.set_request_id(id);
    parts.cosigned_serving.on_get(author, request);
  }
  look();
  EXPECT_FALSE(author.ended);
  EXPECT_EQ(asked<ReadCosigned>().size(), 1U) << "one after the other";
  parts.cosigned_serving.on_get(author, request);
  look();
  expect_lie(author, v1::ERROR_CODE_LIMIT);
}

// --- what is given ---

class OfManyLogs : public CosignaturesAlone {
 protected:
  static std::vector<LogIdentity> cities() {
    std::vector<LogIdentity> out = {kMilan};
    for (std::size_t i = 1; i < limits::kCosignedPerRequest; ++i)
      out.push_back(city("c" + std::to_string(i)));
    return out;
  }
  static StoreState state() {
    std::vector<LogState> logs;
    std::uint64_t row = 10;
    for (const LogIdentity& identity : cities()) logs.push_back(state_of(identity, 3, row++));
    return rome_holds(std::move(logs), cities());
  }
  OfManyLogs() : CosignaturesAlone(state()) {}
};

TEST_F(OfManyLogs, AFrameOfLongNotesIsNotTooLarge) {
  v1::GetCosignatures request;
  request.set_request_id(7);
  for (const LogIdentity& identity : cities()) {
    kept(identity, {brief(3, {7})});
    auto& head = *request.add_heads();
    head.set_log_id(identity.log_id().bytes());
    head.set_size(3);
    head.set_root(root_of(3).bytes());
  }
  const std::string last = request.heads(31).log_id();
  parts.cosigned_serving.on_get(author, request);
  look();
  for (std::size_t i = 0; i < limits::kCosignedPerRequest; ++i) {
    const auto reads = asked<ReadCosigned>();
    ASSERT_EQ(reads.size(), 1U);
    EXPECT_EQ(reads[0].intent.sizes, std::vector<TreeSize>{TreeSize(3)});
    CosignedHead head{0, {TreeSize(3), root_of(3), {}}, {}, {}};
    head.head.note = note_of(kMilan, brief(3), {});
    head.head.note.append(limits::kHeadNoteBytes - head.head.note.size(), 'n');
    CosignedRead read;
    read.heads = {head};
    answer(reads[0].id, Answer(read));
  }
  const auto answered = last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures);
  EXPECT_EQ(answered.request_id(), 7U);
  ASSERT_EQ(answered.notes_size(), 32);
  EXPECT_EQ(answered.notes(31).log_id(), last);
  EXPECT_EQ(answered.notes(0).note().size(), limits::kHeadNoteBytes);
  EXPECT_LT(answered.ByteSizeLong(), limits::kFrameBytes);
}

TEST_F(CosignaturesAlone, WhatIsNotKeptIsLeftOutOfAnAnswer) {
  v1::GetCosignatures request;
  request.set_request_id(3);
  auto& head = *request.add_heads();
  head.set_log_id(kMilan.log_id().bytes());
  head.set_size(3);
  head.set_root(root_of(3).bytes());
  parts.cosigned_serving.on_get(author, request);
  look();
  EXPECT_TRUE(asked<ReadCosigned>().empty());
  const auto answered = last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures);
  EXPECT_EQ(answered.request_id(), 3U);
  EXPECT_EQ(answered.notes_size(), 0);
}

TEST_F(CosignaturesAlone, AHeadIsGivenOnceHoweverOftenItIsNamed) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  request.set_request_id(3);
  for (int i = 0; i < 32; ++i) {
    auto& head = *request.add_heads();
    head.set_log_id(kMilan.log_id().bytes());
    head.set_size(3);
    head.set_root(root_of(3).bytes());
  }
  parts.cosigned_serving.on_get(author, request);
  look();
  CosignedRead read;
  read.heads = {CosignedHead{0, {TreeSize(3), root_of(3), note_of(kMilan, brief(3), {})}, {}, {}}};
  answer(asked<ReadCosigned>().at(0).id, Answer(read));
  EXPECT_EQ(last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures).notes_size(), 1);
}

TEST_F(CosignaturesAlone, ASessionThatEndsWhileItsAnswerIsReadLeavesNothing) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  request.set_request_id(3);
  auto& head = *request.add_heads();
  head.set_log_id(kMilan.log_id().bytes());
  head.set_size(3);
  head.set_root(root_of(3).bytes());
  parts.cosigned_serving.on_get(author, request);
  look();
  const auto reads = asked<ReadCosigned>();
  ASSERT_EQ(reads.size(), 1U);
  cut(author);
  answer(reads[0].id, Answer(CosignedRead()));
  EXPECT_TRUE(outputs.empty());
}

// --- what is remembered, and rows ---

TEST_F(CosignaturesAlone, AnswersOfTheStoreThatComeOutOfOrderLoseNoLine) {
  const std::uint64_t first = parts.cosigned.begin_change();
  const std::uint64_t second = parts.cosigned.begin_change();
  parts.cosigned.took(kMilan.log_id(), second, {brief(3, {7, 8})});
  parts.cosigned.took(kMilan.log_id(), first, {brief(3, {7})});
  ASSERT_EQ(parts.cosigned.of(kMilan.log_id()).size(), 1U);
  EXPECT_EQ(parts.cosigned.of(kMilan.log_id())[0].key_ids.size(), 2U);
}

TEST_F(CosignaturesAlone, WhatWasRemovedIsForgottenAndWhatWeSignedIsNot) {
  parts.cosigned.set_last(kMilan.log_id(), point(3));
  kept(kMilan, {brief(3, {7})});
  const std::uint64_t under_way = parts.cosigned.begin_change();
  parts.cosigned.forget(kMilan.log_id());
  parts.cosigned.took(kMilan.log_id(), under_way, {brief(3, {7})});
  EXPECT_TRUE(parts.cosigned.of(kMilan.log_id()).empty()) << "the store removed it since";
  EXPECT_EQ(parts.cosigned.last(kMilan.log_id()), point(3));
  pass(limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty());
}

TEST_F(CosignaturesAlone, MoreLinesMakeARowOnceAMinuteAtMost) {
  kept(kMilan, {brief(3)});
  pass(limits::kSetRowDelay);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "nobody has signed it";
  kept(kMilan, {brief(3, {7})});
  pass(limits::kSetRowDelay - std::chrono::milliseconds(1));
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "those that come with the first share its row";
  kept(kMilan, {brief(3, {7, 8})});
  pass(std::chrono::milliseconds(1));
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U);
  answer(asked<CommitSetRow>()[0].id, Answer(RunStored{JournalSeq(20), {}}));
  kept(kMilan, {brief(3, {7, 8, 9})});
  kept(kOslo, {brief(2, {7})});
  pass(limits::kSetRowDelay);
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U) << "each log by itself";
  EXPECT_EQ(asked<CommitSetRow>()[0].intent.log, kOslo.log_id());
  pass(limits::kSetRowEvery - limits::kSetRowDelay - std::chrono::milliseconds(1));
  EXPECT_TRUE(asked<CommitSetRow>().empty());
  pass(std::chrono::milliseconds(1));
  ASSERT_EQ(asked<CommitSetRow>().size(), 1U);
  EXPECT_EQ(asked<CommitSetRow>()[0].intent.log, kMilan.log_id());
  kept(kMilan, {brief(3, {7, 8, 9})});
  pass(2 * limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "there are no more";
}

TEST_F(CosignaturesAlone, WhoKnowsTheRowWasToldOfTheHeads) {
  const LogId id = kMilan.log_id();
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(1)));
  kept(kMilan, {brief(3)});
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(1))) << "nobody has signed it";
  kept(kMilan, {brief(3, {7})});
  pass(limits::kSetRowDelay);
  answer(asked<CommitSetRow>().at(0).id, Answer(RunStored{JournalSeq(20), {}}));
  const auto told = parts.cosigned.news(id, JournalSeq(19), JournalSeq(20));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->cosigned_heads().heads(0).key_ids().size(), 4U);
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(5), JournalSeq(30)));
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(20), JournalSeq(30))) << "a new head says nothing of them";
}

TEST_F(CosignaturesAlone, OfOurOwnLogWhoeverIsNewHearsWhatIsPutUp) {
  kept(kRome, {brief(4)});
  EXPECT_TRUE(parts.cosigned.news(kRome.log_id(), JournalSeq(0), JournalSeq(9)));
  EXPECT_FALSE(parts.cosigned.news(kRome.log_id(), JournalSeq(9), JournalSeq(12)));
}

class AfterARestart : public CosignaturesAlone {
 protected:
  static StoreState state() {
    StoreState out = rome_holds({state_of(kMilan, 3, 1)});
    out.cosigned = {{kMilan.log_id(), point(2), {brief(3, {7})}}};
    return out;
  }
  AfterARestart() : CosignaturesAlone(state()) {}
};

// What became more before the restart had no row yet: the next one tells of it, and then no other.
TEST_F(AfterARestart, TheFirstRowTellsOfWhatTheStoreKeptAndNoneAfterIt) {
  const LogId id = kMilan.log_id();
  EXPECT_EQ(parts.cosigned.last(id), point(2));
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(1), JournalSeq(30)));
  EXPECT_TRUE(parts.cosigned.news(id, JournalSeq(0), JournalSeq(30))) << "each follower";
  EXPECT_FALSE(parts.cosigned.news(id, JournalSeq(30), JournalSeq(31)));
  pass(limits::kSetRowEvery);
  EXPECT_TRUE(asked<CommitSetRow>().empty()) << "a start makes no rows";
}

}  // namespace
}  // namespace koinon::engine::test
