#include "node/daemon/server_watch.h"

#include <algorithm>
#include <utility>

#include "proto/base/thread_name.h"

namespace koinon {
namespace {

using std::chrono::milliseconds;

// A reader shows what is new once it has looked, and its index has it.
constexpr milliseconds kLook{100};
constexpr milliseconds kLookAgain{500};  // where the server did not answer
// A look takes a moment, and another one follows: nothing is behind by that.
constexpr milliseconds kBetweenLooks{1000};
constexpr std::chrono::seconds kTrustSoonest{1};
constexpr std::chrono::seconds kTrustLatest{20};
constexpr int kTrustShare = 50;  // all that is held is looked through for a fiftieth of the time at most

milliseconds in_ms(MonoTime time) { return std::chrono::duration_cast<milliseconds>(time); }

}  // namespace

Result<ServerSeen> look_at_server(StoreReader& store) {
  ServerSeen out;
  KOINON_ASSIGN(out.lag, store.lag());
  KOINON_ASSIGN(out.newest, store.newest_arrival());
  KOINON_ASSIGN(out.epoch, store.epoch());
  KOINON_ASSIGN(const auto peers, store.peers());
  for (const PeerRecord& peer : peers) {
    if (peer.log) out.peers.push_back(*peer.log);
  }
  return out;
}

Result<std::unique_ptr<ServerWatch>> ServerWatch::make(Parts parts, const StoreState& state) {
  std::unique_ptr<ServerWatch> out(new ServerWatch(std::move(parts)));
  const MonoTime asked = out->parts_.clock.mono();
  KOINON_ASSIGN(out->seen_, out->parts_.look());
  out->note(out->seen_.lag, asked);
  KOINON_ASSIGN(const TrustPolicy::Rules rules, out->parts_.read_rules());
  out->take(state, rules);
  return out;
}

void ServerWatch::start() {
  thread_ = std::thread([this] { run(); });
}

void ServerWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

ReaderLag ServerWatch::lag() const {
  Answered last;
  {
    const std::lock_guard lock(mutex_);
    last = answered_;
  }
  const milliseconds silent = in_ms(parts_.clock.mono() - last.at);
  ReaderLag out = last.lag;
  if (silent > kBetweenLooks) out.behind += silent;
  out.is_late = out.behind > parts_.max_lag;
  return out;
}

std::shared_ptr<const TrustView> ServerWatch::trust() const {
  const std::lock_guard lock(mutex_);
  return trust_;
}

void ServerWatch::ask(std::function<void()> answer) {
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(std::move(answer));
  }
  wake_.notify_one();
}

// False: it is over.
bool ServerWatch::wait() {
  const auto until = std::chrono::steady_clock::now() + (trouble_.get() ? kLookAgain : kLook);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const bool is_due = !wake_.wait_until(lock, until, [this] { return stopping_ || !questions_.empty(); });
    const auto questions = std::exchange(questions_, {});
    lock.unlock();
    for (const auto& answer : questions) answer();
    lock.lock();
    if (is_due) break;
  }
  return !stopping_;
}

void ServerWatch::run() {
  name_this_thread("server");
  while (wait()) {
    Status looked = look();
    if (looked.ok()) looked = look_at_trust();
    if (looked.ok()) {
      if (trouble_.get()) parts_.log.warning(log_event::kServerBack, "the server answers again");
      trouble_.clear();
    } else if (trouble_.set(looked.error(), parts_.clock.wall())) {
      parts_.log.error(log_event::kServerAway, "the server does not answer; what is here goes on",
                       {{"reason", looked.error().text()}});
    }
  }
}

// What a standby has is as old as the last sign of life of the writer that came to it. A writer that has
// ended has given none since, and has written nothing since either; one that has begun again is seen where
// the standby is connected. Where the writer writes nothing is behind.
void ServerWatch::note(const StoreLag& lag, MonoTime asked) {
  const bool counts = lag.standby && (!lag.writer.empty() || !lag.is_fed);
  const std::lock_guard lock(mutex_);
  answered_ = {{counts ? lag.behind : milliseconds(0), lag.standby, false}, asked};
}

Status ServerWatch::look() {
  const MonoTime asked = parts_.clock.mono();
  KOINON_ASSIGN(ServerSeen seen, parts_.look());
  note(seen.lag, asked);
  const bool arrived = seen.newest != seen_.newest || seen.epoch != seen_.epoch;
  trust_is_old_ = trust_is_old_ || arrived || seen.peers != seen_.peers;
  seen_ = std::move(seen);
  if (arrived) parts_.on_arrivals();
  return {};
}

Status ServerWatch::look_at_trust() {
  const MonoTime began = parts_.clock.mono();
  if (began < (trust_is_old_ ? trust_soonest_ : trust_latest_)) return {};
  KOINON_ASSIGN(const TrustPolicy::Rules rules, parts_.read_rules());
  KOINON_ASSIGN(const StoreState state, parts_.read_state());
  take(state, rules);
  const MonoTime ended = parts_.clock.mono();
  const MonoTime pause = std::max<MonoTime>(kTrustSoonest, kTrustShare * (ended - began));
  trust_is_old_ = false;
  trust_soonest_ = ended + pause;
  trust_latest_ = ended + std::max<MonoTime>(kTrustLatest, pause);
  return {};
}

void ServerWatch::take(const StoreState& state, const TrustPolicy::Rules& rules) {
  parts_.nearness.apply(stored_trust_.take(state, rules, parts_.clock.wall()));
  const std::lock_guard lock(mutex_);
  trust_ = stored_trust_.view();
}

}  // namespace koinon
