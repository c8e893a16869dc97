// What nodes of earlier versions said on the wire, recorded from real ones (tests/fixtures/record): today's
// engine takes it, and all of it arrives.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <gtest/gtest.h>

#include "crypto/identity.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/frame.h"
#include "tests/engine/network.h"

namespace koinon::test::recorded_session_test {
namespace {

struct Recorded {
  std::map<std::string, std::string> facts;
  struct Step {
    bool by_node;  // else by its peer, whose place today's engine takes
    v1::Frame frame;
  };
  std::vector<Step> steps;

  std::int64_t number(const std::string& name) const { return std::stoll(facts.at(name)); }
};

Recorded read(const std::filesystem::path& path) {
  Recorded out;
  std::ifstream file(path);
  FrameReader readers[2];
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string mark;
    std::string name;
    words >> mark >> name;
    if (mark == "#") {
      std::string rest;
      std::getline(words >> std::ws, rest);
      out.facts[name] = rest;
      continue;
    }
    FrameReader& reader = readers[mark == "<" ? 1 : 0];
    reader.feed(*from_hex(name));
    auto frame = reader.next();
    EXPECT_TRUE(frame.ok() && *frame) << path << ": " << line.substr(0, 40);
    if (frame.ok() && *frame) out.steps.push_back({mark == "<", **frame});
  }
  return out;
}

// What is asked for, without the number that the asker gives it. Empty: it is no request that a session here
// answers.
std::string question_of(const v1::Frame& frame) {
  std::ostringstream out;
  if (frame.has_get())
    out << "entries " << to_hex(frame.get().log_id()) << " " << frame.get().from() << " " << frame.get().to();
  if (frame.has_get_attachment())
    out << "file " << to_hex(frame.get_attachment().sha256()) << " " << frame.get_attachment().from();
  return out.str();
}
std::uint64_t number_of(const v1::Frame& question) {
  return question.has_get() ? question.get().request_id() : question.get_attachment().request_id();
}

class Replay {
 public:
  explicit Replay(Recorded recorded)
      : recorded_(std::move(recorded)), line_(*parse_peer_line(recorded_.facts.at("line"))) {
    node.now.wall = {recorded_.number("wall_ms")};
    // The network has no end that is a recording: a node stands there whose words are swallowed.
    shadow_.config.node_key = line_.node_key;
    pin(shadow_, node.as_peer());
    PeerRecord peer;
    peer.node_key = line_.node_key;
    peer.log = log();
    peer.vkey = line_.vkey->text();
    peer.name = line_.vkey->name.substr(0, line_.vkey->name.find('/'));
    peer.added_at = node.now.wall;
    pin(node, peer);
    session = network.connect(node, shadow_);
    network.tamper(session, shadow_, [](Bytes) { return Bytes(); });
    network.tamper_frames(session, node, [this](v1::Frame& frame) {
      if (const std::string question = question_of(frame); !question.empty())
        asked_[question] = number_of(frame);
      return frame.has_hello();
    });
  }

  void run() {
    std::map<std::uint64_t, std::string> questions;
    for (const auto& [by_node, frame] : recorded_.steps) {
      if (!by_node) {
        if (const std::string question = question_of(frame); !question.empty())
          questions[number_of(frame)] = question;
        continue;
      }
      v1::Frame said = frame;
      if (said.has_chunk())
        said.mutable_chunk()->set_request_id(number_asked(questions.at(said.chunk().request_id())));
      if (said.has_attachment_chunk())
        said.mutable_attachment_chunk()->set_request_id(
            number_asked(questions.at(said.attachment_chunk().request_id())));
      network.inject(session, node, *encode_frame(said));
      network.drive();
    }
  }

  // Of the node that was recorded.
  LogId log() const {
    for (const auto& [by_node, frame] : recorded_.steps) {
      if (by_node && frame.has_hello()) return LogId::from(frame.hello().log_id());
    }
    return {};
  }

  Network network{1};
  TestNode& node = network.add("oslo.example", fetching());
  SessionId session;

 private:
  static EngineConfig fetching() {
    EngineConfig config;
    config.attachments_up_to = limits::kAttachmentBytes;
    return config;
  }
  static void pin(TestNode& at, const PeerRecord& peer) {
    ASSERT_TRUE(at.change([&] { return at.store->put_peer(peer); }).ok());
    at.engine->on_peer_added(at.now, peer);
  }
  // By which number today's engine asks the same.
  std::uint64_t number_asked(const std::string& question) {
    network.drive();
    EXPECT_TRUE(asked_.contains(question)) << "it is not asked for any more: " << question;
    return asked_[question];
  }

  Recorded recorded_;
  PeerLine line_;
  TestNode& shadow_ = network.add("shadow.example");
  std::map<std::string, std::uint64_t> asked_;
};

std::string title_of(const StoredRecord& record) {
  const auto body = parse_body(record.body);
  return body.ok() ? body->practice().title() : std::string();
}

TEST(RecordedSessions, WhatEarlierVersionsSaidArrives) {
  ASSERT_TRUE(init_crypto().ok());
  std::size_t sessions = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(std::filesystem::path(KOINON_FIXTURES) / "sessions")) {
    SCOPED_TRACE(file.path().filename().string());
    const Recorded recorded = read(file.path());
    Replay replay(recorded);
    replay.run();
    ++sessions;
    EXPECT_TRUE(replay.network.is_open(replay.session)) << "it says nothing that is refused today";
    const LogState* log = replay.node.engine->log(replay.log());
    ASSERT_NE(log, nullptr);
    ASSERT_TRUE(log->whole);
    EXPECT_EQ(log->whole->size.value, static_cast<std::uint64_t>(recorded.number("entries")));
    std::vector<std::string> titles;
    std::size_t erased = 0;
    for (std::uint64_t i = 0; i < log->whole->size.value; ++i) {
      const auto record = replay.node.store->record(replay.log(), EntryIndex(i));
      ASSERT_TRUE(record.ok()) << i;
      titles.push_back(title_of(*record));
      erased += record->state == BodyState::kErased ? 1 : 0;
    }
    for (const std::string title :
         {"Kept", "Withdrawn", "With a file", "Under the next key", "Pushed to whoever listens"})
      EXPECT_NE(std::find(titles.begin(), titles.end(), title), titles.end()) << title;
    EXPECT_EQ(erased, 1U);
    std::istringstream named(recorded.facts.at("file"));
    std::uint64_t index = 0;
    std::string sha256;
    named >> index >> sha256;
    const auto kept =
        replay.node.store->attachment(replay.log(), EntryIndex(index), Hash::from(*from_hex(sha256)));
    ASSERT_TRUE(kept.ok()) << kept.error().text();
    EXPECT_TRUE(kept->complete);
  }
  EXPECT_GT(sessions, 0U);
}

}  // namespace
}  // namespace koinon::test::recorded_session_test
