// What requests ask the network, on a node that has none: a reader. Who is trusted and by which path follows
// from its store. Of peers, sessions and what is under way only the writer knows; a reader says nothing.
#pragma once

#include <functional>
#include <memory>

#include "node/api/network_questions.h"
#include "node/replication/stored_trust.h"

namespace koinon {

// Any thread.
class ReaderNetwork final : public NetworkQuestions {
 public:
  // `trust` is asked on any thread, and never answers none.
  ReaderNetwork(std::function<std::shared_ptr<const TrustView>()> trust, std::function<UnixMillis()> wall)
      : trust_(std::move(trust)), wall_(std::move(wall)) {}

  Later<NetworkStatus> status() override;
  Later<CityStanding> standing(LogId log, StandingWish wish) override;
  Later<TrustPaths> paths(std::vector<LogId> logs) override;
  Later<TrustGraph> graph(std::optional<LogId> own, std::size_t most) override;
  Later<ReachView> reaches(std::string address) override;
  Later<std::string> topics() override;
  Later<std::optional<FileFetching>> file(AttachmentId id) override;
  Later<Result<std::string>> join(InviteLine invite, std::string own_line) override;

  // Each follows a change of the store, which no reader makes.
  void add_peer(PeerRecord) override {}
  void remove_peer(NodeKey) override {}
  void set_blocked(LogId, bool) override {}
  void thawed(LogId) override {}
  void set_filter(BodyFilter) override {}
  void want_file(AttachmentWant) override {}
  void take_word(std::vector<NodeKey>, bool) override {}
  void add_invite(InviteRecord) override {}
  void end_invite(NodeKey) override {}

 private:
  std::function<std::shared_ptr<const TrustView>()> trust_;
  std::function<UnixMillis()> wall_;
};

}  // namespace koinon
