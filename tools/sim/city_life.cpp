#include "tools/sim/city_life.h"

#include <algorithm>

#include "crypto/hash.h"
#include "node/publishing/vouching.h"
#include "proto/codec/entry.h"
#include "tools/sim/erasure_draft.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

constexpr const char* kTopics[] = {
    "health/testing",    "health/hospitals", "climate/heat",     "climate/flooding", "food/security",
    "migration/welcome", "events/hosting",   "energy/buildings", "growth/jobs",      "mobility/cycling"};

// So many entries at most are void where a city takes its log back.
constexpr std::size_t kVoidedMost = 12;
constexpr double kNewWords = 0.5;  // share of recoveries after which a city changes its words as well
constexpr double kAway = 0.15;     // share of the nodes that hear of both at once
constexpr std::chrono::minutes kWordsIn{5};  // on average
constexpr std::chrono::minutes kAwayFor{20};
// How many notes a city writes that floods, one a minute.
constexpr std::size_t kGluttony = 250;
constexpr std::size_t kGluttonsNote = 120'000;  // bytes
constexpr std::chrono::seconds kSoon{15};       // on average
constexpr std::chrono::hours kFindsPeers{1};    // on average, a city whose machine was lost
constexpr std::chrono::seconds kRegretted{
    5};  // average time until a note is taken back, if it is taken back at once

std::uint64_t own_size(SimNode& node) {
  const auto held = node.store().log_state(node.log());
  return held.ok() ? held->range.size().value : 0;
}

}  // namespace

void CityLife::begin() {
  stage_.each(stage_.scenario.notes_per_day, [this](SimNode& node) { publish_note(node); });
  stage_.each(stage_.scenario.erasures_per_day, [this](SimNode& node) { erase_note(node); });
  stage_.each(stage_.scenario.rotations_per_day, [this](SimNode& node) { rotate_key(node); });
  stage_.each(stage_.scenario.recoveries_per_day, [this](SimNode& node) { take_log_back(node); });
  stage_.each(stage_.scenario.papers_per_day, [this](SimNode& node) { begin_with_paper(node); });
  stage_.each(stage_.scenario.filter_changes_per_day, [this](SimNode& node) { change_filter(node); });
  stage_.each(stage_.scenario.vouch_changes_per_day, [this](SimNode& node) { change_vouch(node); });
  stage_.each(stage_.scenario.files_wanted_per_day, [this](SimNode& node) { want_some_file(node); });
  stage_.each(stage_.scenario.blocks_per_day, [this](SimNode& node) { block_city(node); });
  stage_.each(stage_.scenario.peer_changes_per_day, [this](SimNode& node) { change_peer(node); });
  for (const auto& [index, lie] : stage_.lies) {
    if (lie == "glutton") gorge(*stage_.nodes[index], kGluttony);
    if (lie != "fake-vouches") continue;
    stage_.schedule.at(std::chrono::minutes(30),
                       [this, node = stage_.nodes[index].get()] { vouch_for_nobody(*node, 1000); });
  }
}

void CityLife::rotate_key(SimNode& node) {
  Draft draft;
  draft.next_key = SigningKey::from_seed(stage_.chance.bytes(32));
  stage_.counters.add("keys replaced");
  node.publish(std::move(draft));
}

// What a thief wrote is void. A text that was taken away meanwhile is gone for good, and whom the city
// vouches for is told of elsewhere: a recovery keeps those.
void CityLife::take_log_back(SimNode& node) {
  if (!stage_.truth.log(node.log()).forgeries.empty()) {
    (void)take_back_from_thieves(node);
    return;
  }
  const std::uint64_t held = node.acknowledged();
  std::uint64_t size = held;
  for (std::uint64_t most = 1 + stage_.chance.below(kVoidedMost); size > 1 && most > 0; --most) {
    const auto entry = node.store().entry(node.log(), EntryIndex(size - 1));
    const auto parsed = entry.ok() ? parse_entry(*entry) : Result<v1::Entry>(entry.error());
    if (!parsed.ok() || parsed->kind() == v1::KIND_VOUCH) break;
    --size;
  }
  if (size < held) (void)take_back(node, size);
}

// Two recoveries that contradict each other freeze the log for good: whoever takes a log back asks its peers
// first.
bool CityLife::knows_all_recoveries(SimNode& node) const {
  const auto state = node.store().log_state(node.log());
  return state.ok() && state->keys.recoveries() == stage_.truth.log(node.log()).recoveries;
}

bool CityLife::take_back(SimNode& node, std::uint64_t size) {
  const std::uint64_t held = own_size(node);
  if (!knows_all_recoveries(node)) return false;
  if (!node.take_back(TreeSize(size), SigningKey::from_seed(stage_.chance.bytes(32)))) return false;
  stage_.counters.add("logs taken back");
  stage_.counters.add("entries made void", held - size);
  publish_note(node);
  if (stage_.quiet() || !stage_.chance.hit(kNewWords)) return true;
  send_some_away(node);
  change_words_soon(node);
  return true;
}

// Before anything of the recovery has left its author.
void CityLife::send_some_away(const SimNode& author) {
  for (const auto& other : stage_.nodes) {
    if (other.get() == &author || other->liar() != nullptr || !other->up() || !stage_.chance.hit(kAway))
      continue;
    stage_.counters.add("nodes away during two recoveries");
    other->crash(false);
    stage_.schedule.after(MonoTime(kAwayFor) + stage_.chance.exponential(MonoTime(kWordsIn)),
                          [&node = *other] { node.restart(); });
  }
}

void CityLife::change_words_soon(SimNode& node) {
  stage_.schedule.after(stage_.chance.exponential(MonoTime(kWordsIn)), [this, &node] {
    if (node.up() && !stage_.quiet()) change_words(node);
  });
}

// The paper may be in other hands too. Nothing is void with it.
void CityLife::change_words(SimNode& node) {
  const std::uint64_t size = own_size(node);
  if (size != node.acknowledged() || !stage_.truth.log(node.log()).stands() || !knows_all_recoveries(node))
    return;
  if (!node.take_back(TreeSize(size), SigningKey::from_seed(stage_.chance.bytes(32)), true)) return;
  stage_.counters.add("words changed");
  publish_note(node);
}

// Its machine is gone. What its recovery keeps is what its inviter has of it. Later it finds its peers again.
void CityLife::begin_with_paper(SimNode& node) {
  if (node.liar() != nullptr) return;
  std::vector<std::pair<SimNode*, std::uint64_t>> inviters;
  for (SimNode* peer : node.peers()) {
    const std::uint64_t size = kept_at(node, *peer);
    if (size > 0) inviters.emplace_back(peer, size);
  }
  if (inviters.empty()) return;
  const auto [inviter, size] = inviters[stage_.chance.below(inviters.size())];
  const std::vector<SimNode*> peers = node.peers();
  stage_.note(node, "has lost its machine, and has its recovery words and an invite of " + inviter->name());
  node.lose_disk(true);
  stage_.invariants.wiped(node);
  if (!node.take_back_with(*inviter, TreeSize(size), SigningKey::from_seed(stage_.chance.bytes(32))))
    return node.restart();
  stage_.invariants.policy_changed(node);
  stage_.counters.add("logs taken back with paper alone");
  publish_note(node);
  stage_.schedule.after(stage_.chance.exponential(MonoTime(kFindsPeers)), [this, &node, peers] {
    if (!node.up()) return;
    for (SimNode* peer : peers) {
      if (peer->peers_with(node)) node.pin(*peer);
    }
    stage_.invariants.policy_changed(node);
  });
}

// How many entries of its log, of its own alone, a peer can give back to it. 0: it cannot invite it now.
std::uint64_t CityLife::kept_at(SimNode& node, SimNode& peer) {
  if (!peer.up() || peer.liar() != nullptr || !peer.peers_with(node) || !peer.can_meet(node) ||
      peer.blocked().contains(node.log()))
    return 0;
  const AuthoredLog& log = stage_.truth.log(node.log());
  const auto held = peer.store().log_state(node.log());
  if (!held.ok() || !held->whole || held->out_since || held->keys.recoveries() != log.recoveries) return 0;
  const std::uint64_t most = std::min<std::uint64_t>(held->whole->size.value, log.records().size());
  std::uint64_t size = 0;
  while (size < most && *peer.store().entry(node.log(), EntryIndex(size)) == log.records()[size].entry)
    ++size;
  size = before_thieves(peer, log, size);
  return held->keys.before_recovery(TreeSize(size), held->keys.changes().size()).ok() ? size : 0;
}

void CityLife::publish_soon(SimNode& node) {
  stage_.schedule.after(stage_.chance.exponential(MonoTime(kSoon)), [this, &node] {
    if (node.up() && !stage_.quiet()) publish_note(node);
  });
}

void CityLife::robbed(SimNode& victim) {
  const MonoTime mean(static_cast<std::int64_t>(stage_.scenario.noticed_after_hours * 3600e9));
  stage_.schedule.after(stage_.chance.exponential(mean), [this, &victim] {
    if (stage_.quiet() || take_back_from_thieves(victim)) return;
    robbed(victim);
  });
}

void CityLife::end_thefts() {
  for (const auto& node : stage_.nodes) {
    if (node->liar() == nullptr) (void)take_back_from_thieves(*node);
  }
}

// How many of the first `size` entries that are held there are its author's alone, whatever thieves have
// signed.
std::uint64_t CityLife::before_thieves(SimNode& holder, const AuthoredLog& log, std::uint64_t size) {
  const LogId id = log.identity.log_id();
  for (const Forgery& forgery : log.forgeries) {
    size = std::min(size, forgery.shared);
    const auto& forged = log.histories[forgery.history].records;
    while (size > 0 && *holder.store().entry(id, EntryIndex(size - 1)) != forged[size - 1].entry) --size;
  }
  return size;
}

// False: it cannot now.
bool CityLife::take_back_from_thieves(SimNode& node) {
  if (stage_.truth.log(node.log()).forgeries.empty()) return true;
  if (!node.up()) return false;
  const std::uint64_t size = before_thieves(node, stage_.truth.log(node.log()), own_size(node));
  if (size == 0 || !take_back(node, size)) return false;
  stage_.counters.add("logs taken back from thieves");
  return true;
}

void CityLife::vouch_for_nobody(SimNode& node, std::size_t count) {
  for (std::size_t i = 0; i < count && node.up(); ++i) {
    const SigningKey key = SigningKey::from_seed(stage_.chance.bytes(32));
    const LogIdentity fake{"fake" + std::to_string(i) + ".example", key.public_key(), key.public_key()};
    Draft draft;
    draft.again = true;
    draft.entry.set_kind(v1::KIND_VOUCH);
    auto* vouch = draft.entry.mutable_control()->mutable_vouch();
    vouch->set_log_id(fake.log_id().bytes());
    vouch->set_name(fake.name);
    vouch->set_vkey(fake.vkey().text());
    vouch->set_expires_at_ms(node.wall().value + 86'400'000);
    node.publish(std::move(draft));
    stage_.counters.add("lies told");
  }
}

Draft CityLife::note_draft() {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics(kTopics[stage_.chance.below(std::size(kTopics))]);
  if (stage_.chance.hit(0.2)) {
    const std::string second = kTopics[stage_.chance.below(std::size(kTopics))];
    if (second != draft.entry.topics(0)) draft.entry.add_topics(second);
  }
  draft.body.emplace();
  auto* practice = draft.body->mutable_practice();
  practice->set_title("note " + std::to_string(++notes_));
  return draft;
}

void CityLife::publish_note(SimNode& node) {
  Draft draft = note_draft();
  auto* practice = draft.body->mutable_practice();
  const double size = stage_.chance.exponential(static_cast<double>(stage_.scenario.note_bytes));
  practice->set_solution(std::string(static_cast<std::size_t>(std::min(size, 500'000.0)), 'x'));
  if (stage_.scenario.attached > 0 && stage_.chance.hit(stage_.scenario.attached)) attach_file(node, draft);
  node.publish(std::move(draft));
  if (!stage_.chance.hit(stage_.scenario.hasty)) return;
  stage_.schedule.after(stage_.chance.exponential(kRegretted), [this, &node] {
    const auto notes = standing_notes(node);
    if (node.up() && !stage_.quiet() && !notes.empty()) erase_entry(node, notes.back());
  });
}

void CityLife::gorge(SimNode& node, std::size_t notes) {
  if (notes == 0) return;
  stage_.schedule.after(std::chrono::minutes(1), [this, &node, notes] {
    if (stage_.quiet()) return;
    gorge(node, notes - 1);
    if (!node.up()) return;
    Draft draft = note_draft();
    draft.body->mutable_practice()->set_solution(std::string(kGluttonsNote, 'x'));
    stage_.counters.add("lies told");
    node.publish(std::move(draft));
  });
}

void CityLife::attach_file(SimNode& node, Draft& draft) {
  const double size = 1 + stage_.chance.exponential(static_cast<double>(stage_.scenario.file_bytes));
  Bytes bytes = "file " + std::to_string(notes_) + " of " + node.name() + " ";
  bytes.resize(static_cast<std::size_t>(std::min(size, 2'000'000.0)) + bytes.size(), 'f');
  auto cut = std::make_shared<const CutAttachment>(*cut_attachment(bytes));
  stage_.truth.add_file(*cut, node.log());
  auto* attachment = draft.body->mutable_practice()->add_attachments();
  attachment->set_sha256(cut->id.sha256.bytes());
  attachment->set_name("plan.pdf");
  stage_.counters.add("files attached");
  node.put_file(std::move(cut));
}

void CityLife::want_some_file(SimNode& node) {
  std::vector<const Truth::File*> lacking;
  for (const auto& [id, file] : stage_.truth.files()) {
    if (!file.index || file.log == node.log()) continue;
    const auto state = node.store().attachment(file.log, *file.index, id.sha256);
    if (state.ok() && !state->complete) lacking.push_back(&file);
  }
  if (lacking.empty()) return;
  const Truth::File& file = *lacking[stage_.chance.below(lacking.size())];
  stage_.counters.add("files wanted");
  node.want_file({file.log, *file.index, file.cut.id, AttachmentWish::kByHand, 0});
}

// The indexes of its notes that it has not erased.
std::vector<std::uint64_t> CityLife::standing_notes(SimNode& node) {
  const auto& records = stage_.truth.log(node.log()).records();
  std::vector<std::uint64_t> own;
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    const auto entry = parse_entry(records[i].entry);
    if (entry.ok() && entry->kind() == v1::KIND_PRACTICE && !records[i].erased_by) own.push_back(i);
  }
  return own;
}

void CityLife::erase_note(SimNode& node) {
  const auto own = standing_notes(node);
  if (!own.empty()) erase_entry(node, own[stage_.chance.below(own.size())]);
}

void CityLife::erase_entry(SimNode& node, std::uint64_t index) {
  stage_.counters.add("erasures");
  stage_.note(node, "erases its entry " + std::to_string(index));
  node.publish(erasure_draft(node.log(), index, "a mistake"));
}

BodyFilter CityLife::some_filter() {
  BodyFilter filter;
  filter.all = false;
  const std::size_t count = 1 + stage_.chance.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    std::string topic = kTopics[stage_.chance.below(std::size(kTopics))];
    if (stage_.chance.hit(0.5)) topic = topic.substr(0, topic.find('/'));
    filter.topics.push_back(std::move(topic));
  }
  return filter;
}

void CityLife::change_filter(SimNode& node) {
  stage_.counters.add("subscriptions changed");
  const BodyFilter filter = stage_.chance.hit(stage_.scenario.filtered) ? some_filter() : BodyFilter();
  stage_.note(node, "subscribes to " + filter.text());
  node.set_filter(filter);
}

void CityLife::change_vouch(SimNode& node) {
  const auto state = node.store().load_state();
  std::vector<LogId> stands;
  for (const VouchFact& vouch : state->vouches) {
    if (vouch.voucher == node.log() && !vouch.withdrawn) stands.push_back(vouch.target);
  }
  if (!stands.empty() && stage_.chance.hit(0.5)) {
    stage_.counters.add("vouches withdrawn");
    return node.publish(vouch_withdrawal_maker(node.log(), stands[stage_.chance.below(stands.size())]));
  }
  if (!stage_.scenario.unrelated_vouches || state->logs.empty()) return;
  const LogId& city = state->logs[stage_.chance.below(state->logs.size())].id;
  if (city == node.log()) return;
  stage_.counters.add("vouches given");
  node.publish(city_vouch_maker(city, node.wall()));
}

void CityLife::block_city(SimNode& node) {
  SimNode& other = *stage_.nodes[stage_.chance.below(stage_.nodes.size())];
  if (&other == &node) return;
  stage_.counters.add("cities blocked");
  stage_.note(node, "blocks " + other.name());
  node.block(other.log(), true);
  stage_.invariants.policy_changed(node);
  const MonoTime mean(static_cast<std::int64_t>(stage_.scenario.block_hours * 3600e9));
  stage_.schedule.after(stage_.chance.exponential(mean), [this, &node, log = other.log()] {
    if (!node.up()) return;
    node.block(log, false);
    stage_.invariants.policy_changed(node);
  });
}

void CityLife::change_peer(SimNode& node) {
  const auto peers = node.peers();
  if (peers.size() < 3) return;
  SimNode& other = *peers[stage_.chance.below(peers.size())];
  if (other.peers().size() < 3 || !other.up() || stage_.twin_of.contains(other.index())) return;
  stage_.counters.add("peers removed");
  stage_.note(node, "parts from " + other.name());
  for (auto [one, two] : {std::pair{&node, &other}, std::pair{&other, &node}}) {
    one->unpin(*two);
    stage_.invariants.policy_changed(*one);
  }
  stage_.schedule.after(stage_.chance.exponential(std::chrono::hours(2)), [this, &node, &other] {
    for (auto [one, two] : {std::pair{&node, &other}, std::pair{&other, &node}}) {
      if (one->up()) one->pin(*two);
      stage_.invariants.policy_changed(*one);
    }
  });
}

}  // namespace koinon::sim
