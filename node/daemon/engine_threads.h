// The threads around the engine: the network's, on which it runs, and those that do what it asks for: the
// writer, which owns the store and signs our own log; the checkers of signatures and hashes; and the one that
// reads what is served to peers. Beside them what the daemon does where the engine tells something.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "node/api/network_questions.h"
#include "node/daemon/config.h"
#include "node/daemon/daemon_log.h"
#include "node/daemon/engine_events.h"
#include "node/daemon/folder_in_use.h"
#include "node/daemon/identity.h"
#include "node/daemon/intent_runner.h"
#include "node/daemon/joiners.h"
#include "node/daemon/node_clock.h"
#include "node/daemon/recovery_asks.h"
#include "node/daemon/resume_watch.h"
#include "node/daemon/signing_mark.h"
#include "node/publishing/cosigner.h"
#include "node/publishing/own_keys.h"
#include "node/publishing/signing_standing.h"
#include "node/reading/nearness.h"
#include "node/replication/store_writer.h"
#include "node/transport/network.h"

namespace koinon {

class EngineThreads {
 public:
  struct Parts {
    const Config& config;
    const DaemonLog& log;
    const FolderInUse& folder;
    const NodeIdentity& identity;
    const NodeClock& clock;
    SigningMark* mark = nullptr;    // of our own log; none: an observer's
    const OwnKeys* keys = nullptr;  // the same
    // Something changed that readers may be shown: a commit, who has which name. Nobody has been told of it
    // yet. The thread that changed it.
    std::function<void()> on_shown;
    // Something that arrivals show was committed. The writer's thread.
    std::function<void()> on_arrivals;
    // Our log has a new head, durably. The writer's thread.
    std::function<void()> on_own_head;
    // on_standing: what signing() is about to say; on_signing: this node may sign now. The network's thread.
    std::function<void(const StandingView&)> on_standing;
    std::function<void()> on_signing;
    // The store is on a server, and lost (StoreWriter::Callbacks). The writer's thread.
    std::function<void(const Error&)> on_store_lost = {};
  };
  // Makes the network, which others may refer to from now on; nothing runs yet. What `parts` refers to
  // outlives this.
  static Result<std::unique_ptr<EngineThreads>> make(Parts parts, StoreReader& store,
                                                     const StoreState& state);
  ~EngineThreads() { stop(); }
  EngineThreads(const EngineThreads&) = delete;
  EngineThreads& operator=(const EngineThreads&) = delete;

  // Once: the writer, what has its work done by it, and then the network.
  Status start(std::unique_ptr<Store> store, const StoreState& state);
  // Joins the network's thread, then the writer's once it has carried out what waits, then the checkers and
  // the reader. The network is gone then; the writer stays, and its connection is closed with this.
  void stop();

  Network& network() { return *network_; }               // until stop()
  NetworkQuestions& questions() { return *questions_; }  // as requests ask them, until stop()
  StoreWriter& writer() { return *writer_; }             // from start() on
  const Nearness& nearness() const { return nearness_; }
  const SigningStanding& signing() const { return signing_; }

  // Any thread but the network's; waits for it for two seconds at most. None: it did not answer.
  std::optional<NetworkStatus> status();
  // Any thread: our log names a cosigner key of which all is known that it signed.
  void may_cosign_again() { network_->set_cosigner_lost(false); }
  // Any thread: our clock held signing up, and does not any more.
  void vouch_for_all() { events_->vouch_for_all(); }

 private:
  explicit EngineThreads(Parts parts) : parts_(std::move(parts)) {}
  // Whether the machine was stopped and has gone on since anybody looked. Then signing_ asks anew.
  bool note_resume();
  std::optional<SigningWait> signing_waits();
  Status on_signs(Store& store, const Bytes& token);
  Status make_network(StoreReader& store, const StoreState& state);
  Status make_cosigner(StoreReader& store, EngineConfig& engine);
  Result<CosignatureLine> cosign(const Checkpoint& checkpoint, UnixMillis now);
  StoreWriter::Callbacks writer_callbacks();

  Parts parts_;
  SigningStanding signing_;  // the network's thread writes it
  std::mutex resume_mutex_;  // guards resume_; held until signing_ asks anew
  ResumeWatch resume_{machine_clocks()};
  Nearness nearness_;                   // the network's thread writes it; all others read it
  std::unique_ptr<Cosigner> cosigner_;  // of a city
  std::unique_ptr<Network> network_;
  std::unique_ptr<AskedNetwork> questions_;
  std::unique_ptr<StoreWriter> writer_;  // goes after `intents_`, whose connection only reads
  std::unique_ptr<IntentRunner> intents_;
  std::unique_ptr<EngineEvents> events_;
  std::unique_ptr<Joiners> joiners_;
  std::unique_ptr<RecoveryAsks> recovery_asks_;
};

}  // namespace koinon
