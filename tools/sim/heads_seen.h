// The truth of which heads each node saw of whose log, and of who told whom. It is kept beside the nodes,
// from what they store and send, without the engine's own account.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "proto/codec/frame.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {

// What a peer knew when it told another what it saw of its log.
struct Answered {
  MonoTime first_at{};  // when the first word of it came
  bool caught_up = false;
  std::uint64_t seen = 0;  // the largest head of the asker's log that it had stored before
  std::uint64_t followed =
      0;                // the largest that a peer held when it greeted, whom it must have followed since
  bool honest = false;  // of a liar nothing more is known
};

class HeadsSeen {
 public:
  explicit HeadsSeen(const Schedule& schedule) : schedule_(schedule) {}

  // It has stored a head of the log, of the origin of so many recoveries. `whole`: with all entries. One of
  // an origin of before says nothing.
  void stored(const SimNode& node, const LogId& log, std::uint64_t recoveries, TreeSize size, bool whole);
  // The log was taken back: what was seen of it before is void.
  void taken_back(const LogId& log);
  // It begins with what its store holds now. Of a liar nothing is forgotten: it may have kept what it heard.
  void began(SimNode& node);
  std::uint64_t seen(const SimNode& node, const LogId& log) const;
  // What it had seen before that time.
  std::uint64_t seen_before(const SimNode& node, const LogId& log, MonoTime time) const;

  // Frames leave: each of them, then their bytes. What a liar sends need not be frames.
  void sent(SimNode& from, SessionId session, const v1::Frame& frame, SimNode* to);
  void sent_bytes(const SimNode& from, SessionId session, std::uint64_t bytes);
  void sent_by_liar(SimNode& from, SessionId session, BytesView bytes, SimNode* to);
  void received(const SimNode& to, SessionId session, std::uint64_t bytes);

  // It asks from now on: earlier answers count no more.
  void asks(const SimNode& node) { answers_[node.index()].clear(); }
  const std::map<NodeKey, Answered>& answers(const SimNode& node) { return answers_[node.index()]; }

 private:
  struct Step {
    MonoTime at{};
    std::uint64_t size = 0;
  };
  using Steps = std::map<LogId, std::vector<Step>>;  // sizes rise
  struct Stream {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    FrameReader reader;                                         // of what a liar sends
    std::vector<std::pair<std::uint64_t, Answered>> under_way;  // the byte after which it counts
  };

  static void add(std::vector<Step>& steps, MonoTime at, std::uint64_t size);
  static std::uint64_t before(const std::map<NodeIndex, Steps>& of, const SimNode& node, const LogId& log,
                              MonoTime time);
  std::uint64_t followed(SimNode& from, const SimNode& to) const;

  const Schedule& schedule_;
  std::map<LogId, std::uint64_t> recoveries_;
  std::map<NodeIndex, Steps> seen_;
  std::map<NodeIndex, Steps> whole_;
  std::map<NodeIndex, MonoTime> began_;
  std::map<std::pair<NodeKey, NodeKey>, MonoTime> greeted_;   // who greeted whom, when
  std::map<std::pair<SessionId, NodeKey>, Stream> streams_;   // by sender
  std::map<NodeIndex, std::map<NodeKey, Answered>> answers_;  // by asker
};

// What an honest node says of its peer's log, if the frame says anything of it. A size of 0: it never saw
// any.
std::optional<v1::Seen> told_of_yours(const v1::Frame& frame);

}  // namespace koinon::sim
