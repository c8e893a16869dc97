// One engine's cosigning without a network: Rome's node holds the logs of Milan and Oslo, who are its peers 1
// and 2. Nothing is signed here: what checks and the store would answer is said by hand.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "crypto/checkpoint.h"
#include "proto/base/encoding.h"
#include "proto/codec/frame.h"
#include "tests/engine/alone.h"

namespace koinon::engine::test {

// One that may sign from its start. The maker is for the store's thread: the engine passes it on.
inline EngineConfig may_cosign() {
  EngineConfig config;
  config.standing.mark = MarkSays::kAgrees;
  config.cosign = [](const Checkpoint&, UnixMillis) -> Result<CosignatureLine> {
    return fail(Code::kInternal, "the engine signs nothing itself");
  };
  return config;
}

inline StoreState rome_holds(std::vector<LogState> logs,
                             const std::vector<LogIdentity>& peers = {kMilan, kOslo}) {
  logs.push_back(state_of(kRome, 4, 9));
  StoreState state = pinned(peers, std::move(logs));
  state.own_log = kRome.log_id();
  return state;
}

// The note of a head, with lines of these cities. Nothing here looks at the signatures.
inline Bytes note_of(const LogIdentity& log, const CosignedBrief& head,
                     const std::vector<LogIdentity>& cosigners) {
  const SigningKey key = SigningKey::from_seed(Bytes(32, 'k'));
  const Checkpoint checkpoint{log.origin(), head.size, head.root};
  Bytes out = sign_checkpoint(checkpoint, key);
  for (const LogIdentity& city : cosigners)
    out += cosign(checkpoint.text(), city.origin(), key, 1'700'000'000).line();
  return out;
}

inline std::uint32_t key_id_of(BytesView note, std::size_t line) {
  const auto parsed = parse_note(note);
  return parsed.ok() ? parsed->signatures.at(line).key_id : 0;
}

class CosignedAlone : public Alone {
 protected:
  void SetUp() override { ASSERT_TRUE(init_crypto().ok()); }
  explicit CosignedAlone(StoreState state = rome_holds({state_of(kMilan, 3, 1), state_of(kOslo, 2, 2)}),
                         EngineConfig config = may_cosign())
      : Alone(std::move(state), std::move(config)) {
    end_input();
  }

  Link& meet(char number, const LogIdentity& city) {
    Link& link = connect(number);
    link.peer_log = city.log_id();
    return link;
  }
  Link& stranger() { return connect(++last_stranger); }
  void end_input() {
    parts.settle();
    look();
  }
  // So much time passes, and the timers of cosigning run.
  void pass(MonoTime time) {
    now += time;
    begin(now);
    parts.cosigned.run_timers();
    parts.cosigning.run_timers();
    end_input();
  }
  MonoTime next_timer() const { return std::min(parts.cosigned.next_timer(), parts.cosigning.next_timer()); }

  bool hears_of_cosigning(const Link& link) {
    const auto& said = said_to(link);
    return std::any_of(said.begin(), said.end(), [](const v1::Frame& frame) {
      return frame.has_cosigned_heads() || frame.has_get_cosignatures() || frame.has_cosignatures();
    });
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

  // The tree of each log here has the same entries.
  static Hash root_of(std::uint64_t size) { return state_of(kMilan, size, 1).range.root(); }
  static CosignedBrief brief(std::uint64_t size, std::vector<std::uint32_t> key_ids = {},
                             std::uint64_t recoveries = 0) {
    return {recoveries, TreeSize(size), root_of(size), {}, std::move(key_ids), {}};
  }
  static LastCosigned point(std::uint64_t size) { return {0, TreeSize(size), root_of(size)}; }
  // The log stands whole with so many entries now.
  void grow(Log& log, std::uint64_t size) {
    const LogState state = state_of(log.state().identity(), size, 1);
    parts.logs.extend(log, state.range, *state.whole, {});
    parts.logs.stand_whole(log, *state.whole);
    parts.news.log_whole(log);
    end_input();
  }
  // The store keeps these heads of the log now.
  void kept(const LogIdentity& city, std::vector<CosignedBrief> heads) {
    parts.cosigned.took(city.log_id(), parts.cosigned.begin_change(), std::move(heads));
    parts.cosigning.look_at(city.log_id());
    end_input();
  }

  Log& milan = parts.logs.at(kMilan.log_id());
  MonoTime now{};
  char last_stranger = 40;
};

}  // namespace koinon::engine::test
