#include "tools/sim/world.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "tools/sim/digest.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kLiarTurn{1};
constexpr std::chrono::minutes kLook{5};  // shorter than the time for which anybody is shunned
constexpr std::chrono::minutes kSettleStep{1};
constexpr std::chrono::hours kSettleLimit{6};
constexpr std::chrono::minutes kJoining{5};  // in this time all nodes start and pin each other

JournalId journal_of(std::uint64_t seed) {
  return JournalId::from(sha256(std::to_string(seed)).view().substr(0, 16));
}

}  // namespace

World::World(Scenario scenario, WorldOptions options)
    : scenario_(std::move(scenario)), options_(std::move(options)), chance_(options_.seed) {
  fabric_ = std::make_unique<Fabric>(
      schedule_, chance_.fork(), counters_,
      FabricRules{scenario_.loss, scenario_.duplicate, scenario_.reorder, scenario_.bandwidth});
  invariants_ = std::make_unique<Invariants>(
      schedule_, truth_, nodes_, PolicyRules{scenario_.hops, scenario_.admits},
      KeepingRules{MonoTime(static_cast<std::int64_t>(scenario_.grace_hours * 3600e9)), scenario_.log_bytes},
      options_.check_frames);
}

World::~World() = default;

void World::note(const SimNode& node, const std::string& what) {
  if (options_.trace != nullptr)
    *options_.trace << clock_text(schedule_.now()) << ' ' << node.name() << ' ' << what << '\n';
}

// --- building ---

SimNode& World::add_node(const std::string& name, std::size_t place, std::uint64_t seed,
                         const std::string& lie) {
  NodeSetup setup;
  setup.name = name;
  setup.place = city_place(place);
  setup.seed = seed;
  setup.dialling_only = chance_.hit(scenario_.dialling_only);
  setup.engine.trust_hops = scenario_.hops;
  setup.engine.trust_paths = scenario_.paths;
  setup.engine.trust_admits = scenario_.admits;
  setup.engine.grace =
      std::chrono::milliseconds(static_cast<std::int64_t>(scenario_.grace_hours * 3'600'000));
  setup.engine.ping_interval =
      std::chrono::milliseconds(static_cast<std::int64_t>(scenario_.ping_seconds * 1000));
  if (chance_.hit(scenario_.filtered)) setup.engine.filter = some_filter();
  if (scenario_.attached > 0 && chance_.hit(1.0 / 3)) setup.engine.attachments_up_to = scenario_.file_bytes;
  setup.skew = std::chrono::milliseconds(
      static_cast<std::int64_t>((chance_.unit() * 2 - 1) * scenario_.skew_seconds * 1000));
  setup.engine.log_bytes = scenario_.log_bytes;
  setup.slow_answers = scenario_.slow_answers;
  setup.late_listener = scenario_.dial_races_per_day > 0;
  setup.drift = scenario_.skew_seconds > 0 ? (chance_.unit() * 2 - 1) * 1e-4 : 0;
  const Surroundings around{schedule_, *fabric_, counters_, memory_, *this};
  const std::uint64_t number = nodes_.size();
  auto disk =
      scenario_.sqlite && lie.empty()
          ? sqlite_disk("sim-" + std::to_string(options_.seed) + "-" + std::to_string(number), chance_.fork())
          : memory_disk(journal_of(options_.seed * 1'000'000 + number), pool_);
  nodes_.push_back(std::make_unique<SimNode>(around, std::move(setup), std::move(disk)));
  SimNode& node = *nodes_.back();
  if (!truth_.known(node.log())) truth_.add_log(node.identity(), node.index(), lie.empty());
  if (!lie.empty()) {
    node.set_liar(make_liar(lie, node, schedule_, counters_, chance_.fork()));
    counters_.add("liars");
  }
  return node;
}

void World::build() {
  for (std::size_t i = 0; i < scenario_.liars.size(); ++i) {
    std::size_t at = chance_.below(scenario_.nodes);
    while (at == 0 || lies_.contains(at)) at = chance_.below(scenario_.nodes);
    lies_[at] = scenario_.liars[i];
  }
  for (std::size_t i = 0; i < scenario_.nodes; ++i) {
    const auto lie = lies_.find(i);
    const std::string what = lie == lies_.end() ? "" : lie->second;
    const std::string name = what == "claim-name" ? city_name(0) : city_name(i);
    SimNode& node = add_node(name, i, options_.seed * 1'000'003 + i, what);
    if (!what.empty()) note(node, "will lie: " + what);
    schedule_.at(chance_.between(MonoTime(0), kJoining / 2), [&node] { node.start(); });
  }
  connect_all();
  for (const auto& [at, what] : lies_) {
    if (what == "two-histories") add_twin(*nodes_[at]);
  }
}

void World::pin_both(SimNode& a, SimNode& b) {
  if (&a == &b) return;
  for (auto [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    schedule_.at(chance_.between(kJoining / 2, kJoining), [this, from = one, to = other] {
      from->pin(*to);
      invariants_->policy_changed(*from);
    });
  }
}

void World::connect_all() {
  const std::size_t count = nodes_.size();
  const auto pin = [&](std::size_t a, std::size_t b) { pin_both(*nodes_[a], *nodes_[b]); };
  if (scenario_.topology == "line" || scenario_.topology == "ring") {
    for (std::size_t i = 0; i + 1 < count; ++i) pin(i, i + 1);
    if (scenario_.topology == "ring") pin(count - 1, 0);
  } else if (scenario_.topology == "star") {
    for (std::size_t i = 1; i < count; ++i) pin(0, i);
  } else if (scenario_.topology == "mesh") {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i + 1; j < count; ++j) pin(i, j);
    }
  } else {
    // Rings over random orders of the nodes. Each node gets two peers a ring, and the graph is connected.
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    for (std::size_t ring = 0; ring < std::max<std::size_t>(scenario_.degree / 2, 1); ++ring) {
      for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[chance_.below(i)]);
      for (std::size_t i = 0; i < count; ++i) {
        const auto [low, high] = std::minmax(order[i], order[(i + 1) % count]);
        if (low != high && pairs.emplace(low, high).second) pin(low, high);
      }
    }
  }
}

// The second half of an author with two histories: the same keys, another store, half of the peers.
void World::add_twin(SimNode& original) {
  const Surroundings around{schedule_, *fabric_, counters_, memory_, *this};
  NodeSetup setup;
  setup.name = original.name();
  setup.place = original.place();
  setup.seed = options_.seed * 1'000'003 + original.index();
  setup.engine.trust_hops = scenario_.hops;
  setup.engine.trust_admits = scenario_.admits;
  const JournalId journal = journal_of(options_.seed * 1'000'000 + nodes_.size());
  nodes_.push_back(std::make_unique<SimNode>(around, std::move(setup), memory_disk(journal, pool_)));
  SimNode& twin = *nodes_.back();
  twin.set_liar(std::make_unique<Liar>());
  twin_of_[twin.index()] = original.index();
  truth_.fork(twin.log(), EntryIndex(0));
  const MonoTime begin = std::chrono::minutes(20);
  schedule_.at(begin, [this, &twin, &original] {
    counters_.add("second histories begun");
    twin.start();
    const auto peers = original.peers();
    for (std::size_t i = 0; i < peers.size(); i += 2) {
      SimNode& half = *peers[i];
      original.unpin(half);
      half.unpin(twin);
      half.pin(twin);
      twin.pin(half);
      invariants_->policy_changed(half);
    }
    publish_note(twin);
    publish_note(original);
  });
}

// --- watching ---

void World::on_frames(SimNode& from, SessionId session, BytesView bytes) {
  bytes_ += bytes.size();
  if (options_.check_frames) invariants_->check_frames(from, session, bytes);
}

void World::on_committed(SimNode& node, const IntentBody& body) {
  if (const auto* run = std::get_if<CommitRun>(&body)) {
    last_delivery_ = schedule_.now();
    counters_.add("entries replicated", run->run.records.size());
  }
  if (const auto* bodies = std::get_if<CommitBodies>(&body)) {
    counters_.add("bodies fetched apart", bodies->bodies.bodies.size());
  }
  if (std::holds_alternative<CommitChunk>(body)) counters_.add("chunks of files fetched");
  if (std::holds_alternative<CommitFinished>(body)) counters_.add("files fetched");
  if (node.liar() == nullptr) invariants_->check_committed(node, body);
}

void World::on_published(SimNode& node, const RunCommit& run) {
  const auto twin = twin_of_.find(node.index());
  truth_.said(run.log, run.records, twin == twin_of_.end() ? 0 : 1);
  counters_.add("entries published", run.records.size());
  invariants_->vouched(node, run.vouches);
}

void World::on_event(SimNode& node, const Event& event) {
  using Kind = Event::Kind;
  const std::string about = truth_.known(event.log) ? truth_.log(event.log).identity.name : "";
  if (node.liar() == nullptr) invariants_->check_event(node, event);
  switch (event.kind) {
    case Kind::kForked:
      counters_.add("forks noticed");
      return note(node, "noticed two histories of " + about);
    case Kind::kPeerLied:
      counters_.add("liars disconnected");
      if (node.liar() == nullptr) invariants_->check_accusation(node, event.peer, event.text);
      return note(node, "disconnected a liar: " + event.text);
    case Kind::kStoreFailed:
      counters_.add("writes refused");
      return note(node, "cannot write: " + event.text);
    case Kind::kDistrusted:
      counters_.add("cities distrusted");
      return note(node, "no longer trusts " + about);
    case Kind::kRemoved:
      counters_.add("logs removed");
      return note(node, "removed " + about);
    case Kind::kTrusted:
      return note(node, "trusts " + about);
    case Kind::kStopSigning:
      return note(node, "should stop signing: " + event.text);
    case Kind::kLogAdvanced:
      return note(node, "holds " + std::to_string(event.size.value) + " of " + about);
    case Kind::kFilterApplied:
      return;
    case Kind::kSessionReady:
      return note(node, "is connected");
    case Kind::kSessionEnded:
      return note(node, "was disconnected: " + event.text);
    case Kind::kNotice:
      return note(node, "notices: " + event.text);
  }
}

void World::on_restart(SimNode& node) {
  note(node, "is up again");
  remember_unanswered(node);
  if (node.liar() == nullptr) invariants_->check_restart(node);
}

// Records that it signed just before its power failed. They may be durable, and then they count as published.
void World::remember_unanswered(SimNode& node) {
  const std::size_t history = twin_of_.contains(node.index()) ? 1 : 0;
  const auto own = node.store().log_state(node.log());
  std::vector<StoredRecord> records;
  const std::uint64_t known = truth_.log(node.log()).histories[history].records.size();
  for (std::uint64_t i = known; own.ok() && i < own->range.size().value; ++i)
    records.push_back(*node.store().record(node.log(), EntryIndex(i)));
  truth_.said(node.log(), records, history);
}

// --- running ---

bool World::run_until(MonoTime end) {
  constexpr int kParts = 200;
  const MonoTime begin = schedule_.now();
  for (int part = 1; part <= kParts; ++part) {
    schedule_.run_until(begin + (end - begin) * part / kParts,
                        [this] { return !invariants_->broken().empty(); });
    if (!invariants_->broken().empty()) return false;
    if (options_.progress && faults_end_.count() > 0)
      options_.progress(static_cast<double>(schedule_.now().count()) /
                        static_cast<double>(faults_end_.count()));
  }
  return true;
}

// Runs until every record is at every node that should have it.
void World::settle(Outcome& outcome) {
  const MonoTime begin = schedule_.now();
  std::vector<Broken> lacking;
  while (schedule_.now() - begin < kSettleLimit) {
    schedule_.run_until(schedule_.now() + kSettleStep, [this] { return !invariants_->broken().empty(); });
    if (!invariants_->broken().empty()) return;
    lacking = invariants_->unsettled();
    if (lacking.empty()) {
      outcome.settled_after = std::max(outcome.settled_after, schedule_.now() - begin);
      return;
    }
  }
  outcome.broken = std::move(lacking);
}

Outcome World::run() {
  faults_end_ = MonoTime(static_cast<std::int64_t>(scenario_.hours * 3600e9));
  Outcome outcome;
  build();
  for (const auto& node : nodes_) {
    if (node->liar() == nullptr) continue;
    turn_of(*node);
  }
  look_round();
  if (scenario_.publish_once) {
    if (run_until(faults_end_)) settle(outcome);
    if (outcome.ok() && invariants_->broken().empty()) spread_once(outcome);
  } else {
    live();
    break_things();
    if (run_until(faults_end_)) {
      heal();
      settle(outcome);
    }
  }
  if (invariants_->broken().empty() && outcome.broken.empty()) {
    for (const auto& node : nodes_) {
      if (node->up() && node->liar() == nullptr) invariants_->check_store(*node);
    }
  }
  if (!invariants_->broken().empty()) outcome.broken = invariants_->broken();
  for (const Broken& broken : outcome.broken) {
    if (options_.trace != nullptr)
      *options_.trace << clock_text(broken.at) << ' ' << broken.node << " BROKEN: " << broken.what << '\n';
  }
  counters_.add("signatures verified", memory_.verified());
  outcome.counters = counters_;
  if (options_.digest) outcome.digest = digest();
  outcome.virtual_time = schedule_.now();
  outcome.events = schedule_.done();
  outcome.bytes = bytes_;
  return outcome;
}

Hash World::digest() {
  Sha256 all;
  for (const auto& node : nodes_) {
    const Hash one = digest_of(*node);
    all.update(one.view());
    if (options_.trace != nullptr)
      *options_.trace << clock_text(schedule_.now()) << ' ' << node->name() << " digest "
                      << to_hex(one.view()) << '\n';
  }
  return all.finish();
}

// A liar's turn comes every minute until the faults end.
void World::turn_of(SimNode& node) {
  schedule_.after(kLiarTurn, [this, &node] {
    if (quiet()) return;
    if (node.up()) node.liar()->on_turn();
    turn_of(node);
  });
}

void World::look_round() {
  invariants_->check_shunned();
  schedule_.after(kLook, [this] { look_round(); });
}

// Each city publishes one note after everything is calm. Counts how the notes spread.
void World::spread_once(Outcome& outcome) {
  const auto copies = [&] {
    std::uint64_t sum = 0;
    for (const auto& node : nodes_) {
      for (const SessionInfo& session : node->engine().sessions()) sum += session.counts.copies_in;
    }
    return sum;
  };
  const std::uint64_t copies_before = copies();
  const std::uint64_t stored_before = counters_.of("entries replicated");
  const std::uint64_t bytes_before = bytes_;
  const MonoTime begin = schedule_.now();
  for (const auto& node : nodes_) {
    schedule_.after(chance_.between(MonoTime(0), std::chrono::seconds(10)),
                    [this, &node] { publish_note(*node); });
  }
  settle(outcome);
  outcome.spread.last_delivery = last_delivery_ - begin;
  outcome.spread.copies = copies() - copies_before;
  outcome.spread.stored = counters_.of("entries replicated") - stored_before;
  outcome.spread.bytes = bytes_ - bytes_before;
}

}  // namespace koinon::sim
