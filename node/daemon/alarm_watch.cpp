#include "node/daemon/alarm_watch.h"

#include <filesystem>
#include <utility>

#include "node/api/record_json.h"
#include "proto/base/limits.h"
#include "proto/base/thread_name.h"
#include "storage/store/settings.h"

namespace koinon {
namespace {

constexpr std::chrono::seconds kLook{3};
constexpr std::int64_t kTellAgainMs = 3'600'000;

}  // namespace

AlarmWatch::AlarmWatch(Parts parts) : parts_(std::move(parts)), rules_(parts_.rules) {
  if (parts_.office) outbox_.emplace(*parts_.office);
  look();
  thread_ = std::thread([this] { run(); });
}

AlarmWatch::~AlarmWatch() { stop(); }

void AlarmWatch::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::vector<Alarm> AlarmWatch::alarms() const {
  const std::lock_guard lock(mutex_);
  return alarms_;
}

void AlarmWatch::set_rules(const AlarmRules& rules) {
  const std::lock_guard lock(mutex_);
  rules_ = rules;
}

void AlarmWatch::run() {
  name_this_thread("alarms");
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (wake_.wait_for(lock, kLook, [&] { return stopping_; })) return;
    }
    look();
  }
}

void AlarmWatch::look_at_office(AlarmInput& in) {
  if (const auto waits = waits_for_look(*parts_.office); waits.ok()) in.waits_for_look = *waits;
  if (const auto failing = outbox_->failing(limits::kFailedAttempts, {in.now.value - limits::kFailedForMs});
      failing.ok())
    in.failing = *failing;
}

AlarmInput AlarmWatch::gather() {
  AlarmInput in;
  {
    const std::lock_guard lock(mutex_);
    in.rules = rules_;
  }
  in.now = parts_.clock.wall();
  if (parts_.signing_stopped) in.signing_stopped = parts_.signing_stopped();
  if (parts_.store_trouble) in.store = parts_.store_trouble();
  if (parts_.others_wait) in.others_wait = parts_.others_wait();
  in.index = parts_.index_trouble();
  if (parts_.courier_trouble) in.courier = parts_.courier_trouble();
  in.mark_lost = parts_.mark_lost && parts_.mark_lost();
  if (const auto indexed = parts_.index->position(); indexed.ok())
    in.index_lag = index_lag(*parts_.store, *indexed);
  std::error_code unknown;
  const auto space = std::filesystem::space(parts_.folder, unknown);
  if (!unknown) in.disk_free_bytes = space.available;
  if (parts_.office) look_at_office(in);
  if (parts_.behind) in.behind = parts_.behind();
  if (auto network = parts_.network ? parts_.network() : std::nullopt; network) {
    network_ = std::move(network);
    std::vector<std::int64_t> ahead;
    for (const PeerStatus& peer : network_->peers) {
      if (peer.connected && peer.clock_ahead_ms) ahead.push_back(*peer.clock_ahead_ms);
    }
    parts_.clock_watch->peers_say(std::move(ahead));
  }
  if (network_) {
    Directory directory(*parts_.store, *parts_.nearness);
    for (const auto& [log, size] : network_->frozen) {
      const auto& all = network_->for_good;
      const bool for_good = std::find(all.begin(), all.end(), log) != all.end();
      if (log != parts_.own) (for_good ? in.for_good : in.frozen).push_back(directory.city(log));
    }
    in.peers = network_->peers;
    in.knocks = network_->knocks.size();
    in.bodies_missing = network_->bodies_missing;
  }
  if (parts_.own) {
    const auto newest = newest_own_entry(*parts_.store, *parts_.own);
    if (newest.ok() && *newest) parts_.clock_watch->newest_own(**newest);
  } else {
    in.signing_stopped.reset();  // an observer never signs
  }
  if (parts_.clock_watch != nullptr) in.clock = parts_.clock_watch->standing();
  if (parts_.own && parts_.standing) in.standing = parts_.standing();
  if (const auto lost = parts_.store->setting(kCosignerLost); parts_.own && lost.ok())
    in.cosigner_lost = lost->has_value();
  return in;
}

void AlarmWatch::look() {
  const AlarmInput in = gather();
  if (parts_.on_look) parts_.on_look(in);
  std::vector<Alarm> standing;
  std::map<std::string, UnixMillis> since;
  for (Alarm& alarm : alarms_of(in)) {
    const auto before = since_.find(alarm.id);
    alarm.since = before == since_.end() ? in.now : before->second;
    since.emplace(alarm.id, alarm.since);
    if (in.now.value - alarm.since.value >= alarm.patience.count()) standing.push_back(std::move(alarm));
  }
  since_ = std::move(since);
  tell(standing);
  // Not with the alarm: signing waits without one, too, and goes on while one stands.
  const bool waits =
      parts_.signing_waits ? parts_.signing_waits() : parts_.clock_watch->signing_waits().has_value();
  if (std::exchange(waited_, waits) && !waits) parts_.on_signing();
  if (in.cosigner_lost && parts_.on_cosigner_lost) parts_.on_cosigner_lost();
  const std::lock_guard lock(mutex_);
  alarms_ = std::move(standing);
}

// What begins, what becomes more or less urgent, and what lasts, once an hour.
void AlarmWatch::tell(const std::vector<Alarm>& standing) {
  const UnixMillis now = parts_.clock.wall();
  std::map<std::string, Told> told;
  for (const Alarm& alarm : standing) {
    const auto before = told_.find(alarm.id);
    const bool tells = before == told_.end() || before->second.alarm.severity != alarm.severity ||
                       now.value - before->second.at.value >= kTellAgainMs;
    if (tells) parts_.on_begin(alarm);
    told.emplace(alarm.id, Told{alarm, tells ? now : before->second.at});
  }
  for (const auto& [id, gone] : told_) {
    if (!told.contains(id)) parts_.on_over(gone.alarm);
  }
  told_ = std::move(told);
}

}  // namespace koinon
