#include "tools/sim/world.h"

#include <algorithm>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "tools/sim/digest.h"
#include "tools/sim/thief.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kLiarTurn{1};
constexpr std::chrono::minutes kLook{5};  // shorter than the time for which anybody is shunned
constexpr double kLooksAtDesk = 0.2;      // share of looks at which an office looks at what was set aside
constexpr std::uint64_t kStripe = 8;      // of a log that comes back: logs are short here
constexpr std::chrono::minutes kSettleStep{1};
constexpr std::chrono::hours kSettleLimit{6};
constexpr std::chrono::minutes kJoining{5};  // in this time all nodes start and pin each other

}  // namespace

World::World(Scenario scenario, WorldOptions options)
    : options_(std::move(options)),
      stage_(std::move(scenario), options_.seed, options_.trace, options_.check_frames) {}

World::~World() = default;

// --- building ---

SimNode& World::add_node(const std::string& name, std::size_t place, std::uint64_t seed,
                         const std::string& lie) {
  NodeSetup setup;
  setup.name = name;
  setup.place = city_place(place);
  setup.seed = seed;
  setup.dialling_only = stage_.chance.hit(stage_.scenario.dialling_only);
  setup.cosigns = stage_.scenario.cosigns;
  setup.engine.trust_hops = stage_.scenario.hops;
  setup.engine.trust_paths = stage_.scenario.paths;
  setup.engine.trust_admits = stage_.scenario.admits;
  setup.engine.grace =
      std::chrono::milliseconds(static_cast<std::int64_t>(stage_.scenario.grace_hours * 3'600'000));
  setup.engine.ping_interval =
      std::chrono::milliseconds(static_cast<std::int64_t>(stage_.scenario.ping_seconds * 1000));
  if (stage_.chance.hit(stage_.scenario.filtered)) setup.engine.filter = life_.some_filter();
  if (stage_.scenario.attached > 0 && stage_.chance.hit(1.0 / 3))
    setup.engine.attachments_up_to = stage_.scenario.file_bytes;
  setup.skew = std::chrono::milliseconds(
      static_cast<std::int64_t>((stage_.chance.unit() * 2 - 1) * stage_.scenario.skew_seconds * 1000));
  setup.engine.log_bytes = stage_.scenario.log_bytes;
  setup.engine.stripe = kStripe;
  setup.slow_answers = stage_.scenario.slow_answers;
  setup.late_listener = stage_.scenario.dial_races_per_day > 0;
  setup.drift = stage_.scenario.skew_seconds > 0 ? (stage_.chance.unit() * 2 - 1) * 1e-4 : 0;
  const Surroundings around{stage_.schedule, stage_.fabric, stage_.counters, memory_, *this};
  const std::uint64_t number = stage_.nodes.size();
  auto disk = stage_.scenario.sqlite && lie.empty()
                  ? sqlite_disk("sim-" + std::to_string(options_.seed) + "-" + std::to_string(number),
                                stage_.scenario.erase_grace())
                  : memory_disk(pool_, stage_.scenario.erase_grace());
  stage_.nodes.push_back(std::make_unique<SimNode>(around, std::move(setup), std::move(disk)));
  SimNode& node = *stage_.nodes.back();
  if (!stage_.truth.known(node.log())) stage_.truth.add_log(node.identity(), node.index(), lie.empty());
  if (!lie.empty()) {
    Chance chance = stage_.chance.fork();
    node.set_liar(lie == "thief" ? std::make_unique<Thief>(stage_, life_, node, chance)
                                 : make_liar(lie, node, stage_.schedule, stage_.counters, chance));
    stage_.counters.add("liars");
  }
  return node;
}

void World::cast_liars() {
  std::vector<std::string> kinds = stage_.scenario.liars;
  while (kinds.size() > stage_.scenario.liars_at_once())
    kinds.erase(kinds.begin() + static_cast<std::ptrdiff_t>(stage_.chance.below(kinds.size())));
  for (std::string& kind : kinds) {
    std::size_t at = stage_.chance.below(stage_.scenario.nodes);
    while (at == 0 || stage_.lies.contains(at)) at = stage_.chance.below(stage_.scenario.nodes);
    stage_.lies[at] = std::move(kind);
  }
}

void World::build() {
  cast_liars();
  for (std::size_t i = 0; i < stage_.scenario.nodes; ++i) {
    const auto lie = stage_.lies.find(i);
    const std::string what = lie == stage_.lies.end() ? "" : lie->second;
    const std::string name = what == "claim-name" ? city_name(0) : city_name(i);
    SimNode& node = add_node(name, i, options_.seed * 1'000'003 + i, what);
    if (!what.empty()) stage_.note(node, "will lie: " + what);
    stage_.schedule.at(stage_.chance.between(MonoTime(0), kJoining / 2), [&node] { node.start(); });
  }
  connect_all();
  for (const auto& [at, what] : stage_.lies) {
    if (what == "two-histories") add_twin(*stage_.nodes[at]);
  }
}

void World::pin_both(SimNode& a, SimNode& b) {
  if (&a == &b) return;
  for (auto [one, other] : {std::pair{&a, &b}, std::pair{&b, &a}}) {
    stage_.schedule.at(stage_.chance.between(kJoining / 2, kJoining), [this, from = one, to = other] {
      from->pin(*to);
      stage_.invariants.policy_changed(*from);
    });
  }
}

void World::connect_all() {
  const std::size_t count = stage_.nodes.size();
  const auto pin = [&](std::size_t a, std::size_t b) { pin_both(*stage_.nodes[a], *stage_.nodes[b]); };
  if (stage_.scenario.topology == "line" || stage_.scenario.topology == "ring") {
    for (std::size_t i = 0; i + 1 < count; ++i) pin(i, i + 1);
    if (stage_.scenario.topology == "ring") pin(count - 1, 0);
  } else if (stage_.scenario.topology == "star") {
    for (std::size_t i = 1; i < count; ++i) pin(0, i);
  } else if (stage_.scenario.topology == "mesh") {
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t j = i + 1; j < count; ++j) pin(i, j);
    }
  } else {
    // Rings over random orders of the nodes. Each node gets two peers a ring, and the graph is connected.
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    std::vector<std::size_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = i;
    for (std::size_t ring = 0; ring < std::max<std::size_t>(stage_.scenario.degree / 2, 1); ++ring) {
      for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[stage_.chance.below(i)]);
      for (std::size_t i = 0; i < count; ++i) {
        const auto [low, high] = std::minmax(order[i], order[(i + 1) % count]);
        if (low != high && pairs.emplace(low, high).second) pin(low, high);
      }
    }
  }
}

// The second half of an author with two histories: the same keys, another store, half of the peers.
void World::add_twin(SimNode& original) {
  const Surroundings around{stage_.schedule, stage_.fabric, stage_.counters, memory_, *this};
  NodeSetup setup;
  setup.name = original.name();
  setup.place = original.place();
  setup.seed = options_.seed * 1'000'003 + original.index();
  setup.cosigns = stage_.scenario.cosigns;
  setup.engine.trust_hops = stage_.scenario.hops;
  setup.engine.trust_admits = stage_.scenario.admits;
  stage_.nodes.push_back(
      std::make_unique<SimNode>(around, std::move(setup), memory_disk(pool_, stage_.scenario.erase_grace())));
  SimNode& twin = *stage_.nodes.back();
  twin.set_liar(std::make_unique<Liar>());
  stage_.twin_of[twin.index()] = original.index();
  stage_.truth.fork(twin.log(), EntryIndex(0));
  const MonoTime begin = std::chrono::minutes(20);
  stage_.schedule.at(begin, [this, &twin, &original] {
    stage_.counters.add("second histories begun");
    twin.start();
    const auto peers = original.peers();
    for (std::size_t i = 0; i < peers.size(); i += 2) {
      SimNode& half = *peers[i];
      original.unpin(half);
      half.unpin(twin);
      half.pin(twin);
      twin.pin(half);
      stage_.invariants.policy_changed(half);
    }
    life_.publish_note(twin);
    life_.publish_note(original);
  });
}

// --- watching ---

void World::on_frames(SimNode& from, SessionId session, BytesView bytes) {
  if (from.liar() != nullptr) return stage_.invariants.frames_of_liar(from, session, bytes);
  bytes_ += bytes.size();
  if (options_.check_frames) stage_.invariants.check_frames(from, session, bytes);
}

void World::on_committing(SimNode& node, const std::vector<Intent>& intents) {
  if (node.liar() != nullptr) return;
  stage_.invariants.committing(node, intents);
  for (const Intent& intent : intents) stage_.invariants.committing(node, intent.body);
}

void World::on_signing(SimNode& node) {
  if (node.liar() == nullptr) stage_.invariants.signing(node);
}

void World::on_recovering(SimNode& node, const RecoveryCommit& recovery) {
  stage_.invariants.recovering(node, recovery);
}

void World::on_recovered(SimNode& node, const RecoveryCommit& recovery) {
  stage_.invariants.recovered(node, recovery);
}

void World::on_committed(SimNode& node, const IntentBody& body) {
  if (const auto* run = std::get_if<CommitRun>(&body)) {
    last_delivery_ = stage_.schedule.now();
    stage_.counters.add("entries replicated", run->run.records.size());
  }
  if (const auto* bodies = std::get_if<CommitBodies>(&body)) {
    stage_.counters.add("bodies fetched apart", bodies->bodies.bodies.size());
  }
  if (std::holds_alternative<CommitChunk>(body)) stage_.counters.add("chunks of files fetched");
  if (std::holds_alternative<CommitFinished>(body)) stage_.counters.add("files fetched");
  stage_.invariants.note_seen(node, body);
  if (node.liar() == nullptr) stage_.invariants.check_committed(node, body);
}

void World::on_published(SimNode& node, const RunCommit& run) {
  remember(node, run.records);
  stage_.counters.add("entries published", run.records.size());
  stage_.invariants.vouched(node, run.vouches);
  if (node.liar() == nullptr) stage_.invariants.published(node, run);
}

void World::on_taken_back(SimNode& node, TreeSize size) {
  stage_.truth.take_back(node.log(), size);
  stage_.invariants.taken_back(node);
  stage_.note(node, "takes its log back, as it was with " + std::to_string(size.value) + " entries");
}

void World::on_event(SimNode& node, const Event& event) {
  using Kind = Event::Kind;
  const std::string about = stage_.truth.known(event.log) ? stage_.truth.log(event.log).identity.name : "";
  if (node.liar() == nullptr) stage_.invariants.check_event(node, event);
  switch (event.kind) {
    case Kind::kForked:
      stage_.counters.add("forks noticed");
      return stage_.note(node, "noticed two histories of " + about);
    case Kind::kKeyReplaced:
      stage_.counters.add("statements taken");
      return stage_.note(node, "has seen that the key of " + about + " was replaced");
    case Kind::kKeysNamed:
      return;
    case Kind::kTakenBack:
      stage_.counters.add("recoveries taken");
      return stage_.note(node, "has seen that " + about + " was taken back: " + event.text);
    case Kind::kPeerLied:
      stage_.counters.add("liars disconnected");
      if (node.liar() == nullptr) stage_.invariants.check_accusation(node, event.peer, event.text);
      return stage_.note(node, "disconnected a liar: " + event.text);
    case Kind::kRolledBack:
      stage_.counters.add("rollbacks proven");
      stage_.invariants.check_rolled_back(node);
      return stage_.note(node, "was put back from a copy: " + event.text);
    case Kind::kStoreFailed:
      stage_.counters.add("writes refused");
      return stage_.note(node, "cannot write: " + event.text);
    case Kind::kDistrusted:
      stage_.counters.add("cities distrusted");
      return stage_.note(node, "no longer trusts " + about);
    case Kind::kRemoved:
      stage_.counters.add("logs removed");
      return stage_.note(node, "removed " + about);
    case Kind::kTrusted:
      return stage_.note(node, "trusts " + about);
    case Kind::kStanding:
      stage_.invariants.check_standing(node);
      return note_standing(node);
    case Kind::kCameBack:
      stage_.counters.add("own logs pulled back");
      return stage_.note(node, "has its own log back: " + event.text);
    case Kind::kCannotShow:
      stage_.counters.add("claims that were not shown");
      return stage_.note(node, "is told of a head that is not shown: " + event.text);
    case Kind::kLogAdvanced:
      return stage_.note(node, "holds " + std::to_string(event.size.value) + " of " + about);
    case Kind::kStatementsKept:
    case Kind::kFilterApplied:
    case Kind::kReachAsked:  // no address of theirs can be dialled
    case Kind::kReachTold:
      return;
    case Kind::kSessionReady:
      return stage_.note(node, "is connected");
    case Kind::kSessionEnded:
      return stage_.note(node, "was disconnected: " + event.text);
    case Kind::kNotice:
      return stage_.note(node, "notices: " + event.text);
  }
}

void World::on_restart(SimNode& node) {
  stage_.note(node, "is up again");
  if (node.liar() == nullptr) stage_.invariants.check_restart(node);
}

// --- running ---

bool World::run_until(MonoTime end) {
  constexpr int kParts = 200;
  const MonoTime begin = stage_.schedule.now();
  for (int part = 1; part <= kParts; ++part) {
    stage_.schedule.run_until(begin + (end - begin) * part / kParts,
                              [this] { return !stage_.invariants.broken().empty(); });
    if (!stage_.invariants.broken().empty()) return false;
    if (options_.progress && stage_.faults_end.count() > 0)
      options_.progress(static_cast<double>(stage_.schedule.now().count()) /
                        static_cast<double>(stage_.faults_end.count()));
  }
  return true;
}

// Runs until every record is at every node that should have it.
void World::settle(Outcome& outcome) {
  const MonoTime begin = stage_.schedule.now();
  std::vector<Broken> lacking;
  while (stage_.schedule.now() - begin < kSettleLimit) {
    stage_.schedule.run_until(stage_.schedule.now() + kSettleStep,
                              [this] { return !stage_.invariants.broken().empty(); });
    if (!stage_.invariants.broken().empty()) return;
    life_.end_thefts();
    lacking = stage_.invariants.unsettled();
    if (lacking.empty()) {
      outcome.settled_after = std::max(outcome.settled_after, stage_.schedule.now() - begin);
      return;
    }
  }
  outcome.broken = std::move(lacking);
}

Outcome World::run() {
  stage_.faults_end = MonoTime(static_cast<std::int64_t>(stage_.scenario.hours * 3600e9));
  Outcome outcome;
  build();
  for (const auto& node : stage_.nodes) {
    if (node->liar() == nullptr) continue;
    turn_of(*node);
  }
  look_round();
  if (stage_.scenario.publish_once) {
    if (run_until(stage_.faults_end)) settle(outcome);
    if (outcome.ok() && stage_.invariants.broken().empty()) spread_once(outcome);
  } else {
    life_.begin();
    faults_.begin();
    if (run_until(stage_.faults_end)) {
      faults_.heal();
      settle(outcome);
    }
  }
  if (stage_.invariants.broken().empty() && outcome.broken.empty()) {
    for (const auto& node : stage_.nodes) {
      if (node->up() && node->liar() == nullptr) stage_.invariants.check_store(*node);
    }
  }
  if (!stage_.invariants.broken().empty()) outcome.broken = stage_.invariants.broken();
  for (const Broken& broken : outcome.broken) {
    if (stage_.trace != nullptr)
      *stage_.trace << clock_text(broken.at) << ' ' << broken.node << " BROKEN: " << broken.what << '\n';
  }
  count_cosigned();
  stage_.counters.add("signatures verified", memory_.verified());
  outcome.counters = stage_.counters;
  if (options_.digest) outcome.digest = digest();
  outcome.virtual_time = stage_.schedule.now();
  outcome.events = stage_.schedule.done();
  outcome.bytes = bytes_;
  return outcome;
}

Hash World::digest() {
  Sha256 all;
  for (const auto& node : stage_.nodes) {
    const Hash one = digest_of(*node);
    all.update(one.view());
    if (stage_.trace != nullptr)
      *stage_.trace << clock_text(stage_.schedule.now()) << ' ' << node->name() << " digest "
                    << to_hex(one.view()) << '\n';
  }
  return all.finish();
}

// A liar's turn comes every minute until the faults end.
void World::turn_of(SimNode& node) {
  stage_.schedule.after(kLiarTurn, [this, &node] {
    if (stage_.quiet()) return;
    if (node.up()) node.liar()->on_turn();
    turn_of(node);
  });
}

void World::look_round() {
  stage_.invariants.check_shunned();
  stage_.invariants.look();
  for (const auto& node : stage_.nodes) {
    if (!node->up() || node->liar() != nullptr || stage_.quiet()) continue;
    speak_up(*node);
    if (stage_.chance.hit(kLooksAtDesk) && node->release_set_aside())
      stage_.note(*node, "has signed what was set aside");
  }
  stage_.schedule.after(kLook, [this] { look_round(); });
}

// Each city publishes one note after everything is calm. Counts how the notes spread.
void World::spread_once(Outcome& outcome) {
  const auto copies = [&] {
    std::uint64_t sum = 0;
    for (const auto& node : stage_.nodes) {
      for (const SessionInfo& session : node->engine().sessions()) sum += session.counts.copies_in;
    }
    return sum;
  };
  const std::uint64_t copies_before = copies();
  const std::uint64_t stored_before = stage_.counters.of("entries replicated");
  const std::uint64_t bytes_before = bytes_;
  const MonoTime begin = stage_.schedule.now();
  for (const auto& node : stage_.nodes) {
    stage_.schedule.after(stage_.chance.between(MonoTime(0), std::chrono::seconds(10)),
                          [this, &node] { life_.publish_note(*node); });
  }
  settle(outcome);
  outcome.spread.last_delivery = last_delivery_ - begin;
  outcome.spread.copies = copies() - copies_before;
  outcome.spread.stored = stage_.counters.of("entries replicated") - stored_before;
  outcome.spread.bytes = bytes_ - bytes_before;
}

}  // namespace koinon::sim
