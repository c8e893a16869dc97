// Giving cosignatures without a network: what an answer has, and how peers end that ask for what nobody has.
#include "node/engine/cosigned_frames.h"
#include "tests/engine/cosigned_alone.h"

namespace koinon::engine::test::cosigned_serving_test {
namespace {

class CosignedServingAlone : public CosignedAlone {
 protected:
  using CosignedAlone::CosignedAlone;
  // Its head of three entries.
  static void ask_for(v1::GetCosignatures& request, const LogIdentity& log) {
    auto& head = *request.add_heads();
    head.set_log_id(log.log_id().bytes());
    head.set_size(3);
    head.set_root(root_of(3).bytes());
  }

  Link& author = meet('\1', kMilan);
};

TEST_F(CosignedServingAlone, MalformedRequestsEndTheSession) {
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
  std::vector<v1::GetCosignatures> wrong = {request(1), request(33), request(2), request(2), request(2)};
  wrong[0].set_request_id(0);
  wrong[2].mutable_heads(1)->set_log_id("short");
  wrong[3].mutable_heads(1)->set_root("short");
  wrong[4].mutable_heads(1)->set_key_ids("short");
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

TEST_F(CosignedServingAlone, SoManyRequestsMayBeOpenAtATime) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  ask_for(request, kMilan);
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

class OfManyLogs : public CosignedServingAlone {
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
  OfManyLogs() : CosignedServingAlone(state()) {}
};

TEST_F(OfManyLogs, AFrameOfLongNotesIsNotTooLarge) {
  v1::GetCosignatures request;
  request.set_request_id(7);
  for (const LogIdentity& identity : cities()) {
    kept(identity, {brief(3, {7})});
    ask_for(request, identity);
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

TEST_F(CosignedServingAlone, WhatIsNotKeptIsLeftOutOfAnAnswer) {
  v1::GetCosignatures request;
  request.set_request_id(3);
  ask_for(request, kMilan);
  parts.cosigned_serving.on_get(author, request);
  look();
  EXPECT_TRUE(asked<ReadCosigned>().empty());
  const auto answered = last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures);
  EXPECT_EQ(answered.request_id(), 3U);
  EXPECT_EQ(answered.notes_size(), 0);
}

TEST_F(CosignedServingAlone, AHeadIsGivenOnceHoweverOftenItIsNamed) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  request.set_request_id(3);
  for (int i = 0; i < 32; ++i) {
    ask_for(request, kMilan);
  }
  parts.cosigned_serving.on_get(author, request);
  look();
  CosignedRead read;
  read.heads = {CosignedHead{0, {TreeSize(3), root_of(3), note_of(kMilan, brief(3), {})}, {}, {}}};
  answer(asked<ReadCosigned>().at(0).id, Answer(read));
  EXPECT_EQ(last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures).notes_size(), 1);
}

TEST_F(CosignedServingAlone, ASessionThatEndsWhileItsAnswerIsReadLeavesNothing) {
  kept(kMilan, {brief(3, {7})});
  v1::GetCosignatures request;
  request.set_request_id(3);
  ask_for(request, kMilan);
  parts.cosigned_serving.on_get(author, request);
  look();
  const auto reads = asked<ReadCosigned>();
  ASSERT_EQ(reads.size(), 1U);
  cut(author);
  answer(reads[0].id, Answer(CosignedRead()));
  EXPECT_TRUE(outputs.empty());
}

// Whose line is asked for gives what it signed with keys of unknown kinds too: nobody is told of those.
// Its policy may have refused what it was told before.
TEST_F(CosignedServingAlone, WhoAsksForALogByNameIsToldOfItsCosignedHeads) {
  kept(kMilan, {brief(3, {7})});
  kept(kOslo, {brief(2)});
  v1::GetHeads request;
  request.set_request_id(1);
  for (const LogIdentity& log : {kMilan, kOslo}) *request.add_log_ids() = log.log_id().bytes();
  Link& reader = stranger();
  const auto told = [this](Link& link, const v1::GetHeads& asked) {
    parts.serving.on_get_heads(link, asked);
    look();
    std::vector<v1::CosignedHeads> out;
    for (const v1::Frame& frame : said_to(link)) {
      if (frame.has_cosigned_heads()) out.push_back(frame.cosigned_heads());
    }
    return out;
  };
  const auto news = told(reader, request);
  ASSERT_EQ(news.size(), 1U) << "of Oslo's log no city has cosigned a head";
  EXPECT_EQ(news[0].log_id(), kMilan.log_id().bytes());
  ASSERT_EQ(news[0].heads_size(), 1);
  EXPECT_EQ(news[0].heads(0).key_ids(), write_key_ids({7}));
  settle();
  request.mutable_log_ids()->RemoveLast();
  EXPECT_TRUE(told(author, request).empty()) << "its own it knows";
}

TEST_F(CosignedServingAlone, OfTheLinesThoseThatAreAskedForAreGiven) {
  const Bytes all = note_of(kMilan, brief(3), {kOslo, kRome});
  CosignedHead kept_head{0, {TreeSize(3), root_of(3), note_of(kMilan, brief(3), {})}, {}, {}};
  for (std::size_t i : {1U, 2U})
    kept_head.lines.push_back(
        {i == 1 ? kOslo.log_id() : kRome.log_id(), parse_note(all)->signatures.at(i), 9, 1});
  for (const LogIdentity& city : {kOslo, kRome})
    kept_head.lines.push_back({city.log_id(), {city.origin(), 99, Bytes(40, 'u')}, std::nullopt, 1});
  kept(kMilan, {brief_of(kept_head)});
  const auto given = [&](const std::vector<std::uint32_t>& key_ids) {
    v1::GetCosignatures request;
    request.set_request_id(3);
    ask_for(request, kMilan);
    request.mutable_heads(0)->set_key_ids(write_key_ids(key_ids));
    parts.cosigned_serving.on_get(author, request);
    look();
    CosignedRead read;
    read.heads = {kept_head};
    answer(asked<ReadCosigned>().at(0).id, Answer(read));
    const auto answered = last_said(author, &v1::Frame::has_cosignatures, &v1::Frame::cosignatures);
    std::vector<std::string> names;
    const auto note = parse_note(answered.notes(0).note());
    for (std::size_t i = 0; note.ok() && i < note->signatures.size(); ++i)
      names.push_back(note->signatures[i].name);
    return names;
  };
  const std::string milan_signs = kMilan.origin(), oslo = kOslo.origin(), rome = kRome.origin();
  EXPECT_EQ(given({}), (std::vector{milan_signs, oslo, rome, oslo, rome}));
  EXPECT_EQ(given({key_id_of(all, 1)}), (std::vector{milan_signs, oslo, oslo}));
  EXPECT_EQ(given({key_id_of(all, 1), key_id_of(all, 2)}),
            (std::vector{milan_signs, oslo, rome, oslo, rome}));
  EXPECT_EQ(given({99, 1'234}), std::vector{milan_signs}) << "no line that counts has such a key ID";
}

TEST_F(CosignedServingAlone, MoreLinesThanAHeadHasAreNotAskedFor) {
  v1::GetCosignatures request;
  request.set_request_id(1);
  ask_for(request, kMilan);
  request.mutable_heads(0)->set_key_ids(Bytes(4 * (limits::kCosignatures + 1), 'i'));
  parts.cosigned_serving.on_get(author, request);
  look();
  expect_lie(author, v1::ERROR_CODE_TOO_LARGE);
}

}  // namespace
}  // namespace koinon::engine::test::cosigned_serving_test
