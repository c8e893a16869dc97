// The life of cities: they publish, erase, want other topics, vouch and take it back, block, unpin and pin
// again.
#include <algorithm>

#include "crypto/hash.h"
#include "node/publishing/vouching.h"
#include "proto/codec/entry.h"
#include "tools/sim/liar.h"
#include "tools/sim/world.h"

namespace koinon::sim {
namespace {

constexpr const char* kTopics[] = {
    "health/testing",    "health/hospitals", "climate/heat",     "climate/flooding", "food/security",
    "migration/welcome", "events/hosting",   "energy/buildings", "growth/jobs",      "mobility/cycling"};

// How many notes a city writes that floods, one a minute.
constexpr std::size_t kGluttony = 250;
constexpr std::size_t kGluttonsNote = 120'000;  // bytes
constexpr std::chrono::seconds kRegretted{
    5};  // average time until a note is taken back, if it is taken back at once

}  // namespace

// Every node does `act` so often, at its own random times.
void World::each(double per_day, std::function<void(SimNode&)> act) {
  if (per_day <= 0) return;
  for (const auto& node : nodes_) {
    if (twin_of_.contains(node->index())) continue;
    once_in_a_while(per_day, [&node, act] {
      if (node->up()) act(*node);
    });
  }
}

void World::once_in_a_while(double per_day, std::function<void()> act) {
  if (per_day <= 0) return;
  const MonoTime mean(static_cast<std::int64_t>(86400e9 / per_day));
  schedule_.after(chance_.exponential(mean), [this, per_day, act = std::move(act)] {
    if (quiet()) return;
    act();
    once_in_a_while(per_day, act);
  });
}

void World::live() {
  each(scenario_.notes_per_day, [this](SimNode& node) { publish_note(node); });
  each(scenario_.erasures_per_day, [this](SimNode& node) { erase_note(node); });
  each(scenario_.filter_changes_per_day, [this](SimNode& node) { change_filter(node); });
  each(scenario_.vouch_changes_per_day, [this](SimNode& node) { change_vouch(node); });
  each(scenario_.files_wanted_per_day, [this](SimNode& node) { want_some_file(node); });
  each(scenario_.blocks_per_day, [this](SimNode& node) { block_city(node); });
  each(scenario_.peer_changes_per_day, [this](SimNode& node) { change_peer(node); });
  for (const auto& [index, lie] : lies_) {
    if (lie == "glutton") gorge(*nodes_[index], kGluttony);
    if (lie != "fake-vouches") continue;
    schedule_.at(std::chrono::minutes(30),
                 [this, node = nodes_[index].get()] { vouch_for_nobody(*node, 1000); });
  }
}

void World::vouch_for_nobody(SimNode& node, std::size_t count) {
  for (std::size_t i = 0; i < count && node.up(); ++i) {
    const SigningKey key = SigningKey::from_seed(chance_.bytes(32));
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
    counters_.add("lies told");
  }
}

Draft World::note_draft() {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics(kTopics[chance_.below(std::size(kTopics))]);
  if (chance_.hit(0.2)) {
    const std::string second = kTopics[chance_.below(std::size(kTopics))];
    if (second != draft.entry.topics(0)) draft.entry.add_topics(second);
  }
  draft.body.emplace();
  auto* practice = draft.body->mutable_practice();
  practice->set_title("note " + std::to_string(++notes_));
  return draft;
}

void World::publish_note(SimNode& node) {
  Draft draft = note_draft();
  auto* practice = draft.body->mutable_practice();
  const double size = chance_.exponential(static_cast<double>(scenario_.note_bytes));
  practice->set_solution(std::string(static_cast<std::size_t>(std::min(size, 500'000.0)), 'x'));
  if (scenario_.attached > 0 && chance_.hit(scenario_.attached)) attach_file(node, draft);
  node.publish(std::move(draft));
  if (!chance_.hit(scenario_.hasty)) return;
  schedule_.after(chance_.exponential(kRegretted), [this, &node] {
    const auto notes = standing_notes(node);
    if (node.up() && !quiet() && !notes.empty()) erase_entry(node, notes.back());
  });
}

void World::gorge(SimNode& node, std::size_t notes) {
  if (notes == 0) return;
  schedule_.after(std::chrono::minutes(1), [this, &node, notes] {
    if (quiet()) return;
    gorge(node, notes - 1);
    if (!node.up()) return;
    Draft draft = note_draft();
    draft.body->mutable_practice()->set_solution(std::string(kGluttonsNote, 'x'));
    counters_.add("lies told");
    node.publish(std::move(draft));
  });
}

void World::attach_file(SimNode& node, Draft& draft) {
  const double size = 1 + chance_.exponential(static_cast<double>(scenario_.file_bytes));
  Bytes bytes = "file " + std::to_string(notes_) + " of " + node.name() + " ";
  bytes.resize(static_cast<std::size_t>(std::min(size, 2'000'000.0)) + bytes.size(), 'f');
  auto cut = std::make_shared<const CutAttachment>(*cut_attachment(bytes));
  truth_.add_file(*cut, node.log());
  auto* attachment = draft.body->mutable_practice()->add_attachments();
  attachment->set_sha256(cut->id.sha256.bytes());
  attachment->set_name("plan.pdf");
  counters_.add("files attached");
  node.put_file(std::move(cut));
}

void World::want_some_file(SimNode& node) {
  std::vector<const Truth::File*> lacking;
  for (const auto& [id, file] : truth_.files()) {
    if (!file.index || file.log == node.log()) continue;
    const auto state = node.store().attachment(file.log, *file.index, id.sha256);
    if (state.ok() && !state->complete) lacking.push_back(&file);
  }
  if (lacking.empty()) return;
  const Truth::File& file = *lacking[chance_.below(lacking.size())];
  counters_.add("files wanted");
  node.want_file({file.log, *file.index, file.cut.id, AttachmentWish::kByHand, 0});
}

// The indexes of its notes that it has not erased.
std::vector<std::uint64_t> World::standing_notes(SimNode& node) {
  const auto& records = truth_.log(node.log()).records();
  std::vector<std::uint64_t> own;
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    const auto entry = parse_entry(records[i].entry);
    if (entry.ok() && entry->kind() == v1::KIND_PRACTICE && !records[i].erased_by) own.push_back(i);
  }
  return own;
}

void World::erase_note(SimNode& node) {
  const auto own = standing_notes(node);
  if (!own.empty()) erase_entry(node, own[chance_.below(own.size())]);
}

void World::erase_entry(SimNode& node, std::uint64_t index) {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_WITHDRAWAL);
  auto* withdrawal = draft.entry.mutable_control()->mutable_withdrawal();
  withdrawal->set_index(index);
  withdrawal->set_erase(true);
  auto* ref = draft.entry.add_refs();
  ref->set_role(v1::REF_ROLE_WITHDRAWS);
  ref->set_log_id(node.log().bytes());
  ref->set_index(index);
  draft.body.emplace();
  draft.body->mutable_withdrawal()->set_reason("a mistake");
  counters_.add("erasures");
  note(node, "erases its entry " + std::to_string(index));
  node.publish(std::move(draft));
}

BodyFilter World::some_filter() {
  BodyFilter filter;
  filter.all = false;
  const std::size_t count = 1 + chance_.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    std::string topic = kTopics[chance_.below(std::size(kTopics))];
    if (chance_.hit(0.5)) topic = topic.substr(0, topic.find('/'));
    filter.topics.push_back(std::move(topic));
  }
  return filter;
}

void World::change_filter(SimNode& node) {
  counters_.add("subscriptions changed");
  const BodyFilter filter = chance_.hit(scenario_.filtered) ? some_filter() : BodyFilter();
  note(node, "subscribes to " + filter.text());
  node.set_filter(filter);
}

void World::change_vouch(SimNode& node) {
  const auto state = node.store().load_state();
  std::vector<LogId> stands;
  for (const VouchFact& vouch : state->vouches) {
    if (vouch.voucher == node.log() && !vouch.withdrawn) stands.push_back(vouch.target);
  }
  if (!stands.empty() && chance_.hit(0.5)) {
    counters_.add("vouches withdrawn");
    return node.publish(vouch_withdrawal_maker(node.log(), stands[chance_.below(stands.size())]));
  }
  if (!scenario_.unrelated_vouches || state->logs.empty()) return;
  const LogId& city = state->logs[chance_.below(state->logs.size())].id;
  if (city == node.log()) return;
  counters_.add("vouches given");
  node.publish(city_vouch_maker(city, node.wall()));
}

void World::block_city(SimNode& node) {
  SimNode& other = *nodes_[chance_.below(nodes_.size())];
  if (&other == &node) return;
  counters_.add("cities blocked");
  note(node, "blocks " + other.name());
  node.block(other.log(), true);
  invariants_->policy_changed(node);
  schedule_.after(chance_.exponential(std::chrono::hours(4)), [this, &node, log = other.log()] {
    if (!node.up()) return;
    node.block(log, false);
    invariants_->policy_changed(node);
  });
}

void World::change_peer(SimNode& node) {
  const auto peers = node.peers();
  if (peers.size() < 3) return;
  SimNode& other = *peers[chance_.below(peers.size())];
  if (other.peers().size() < 3 || !other.up() || twin_of_.contains(other.index())) return;
  counters_.add("peers removed");
  note(node, "parts from " + other.name());
  for (auto [one, two] : {std::pair{&node, &other}, std::pair{&other, &node}}) {
    one->unpin(*two);
    invariants_->policy_changed(*one);
  }
  schedule_.after(chance_.exponential(std::chrono::hours(2)), [this, &node, &other] {
    for (auto [one, two] : {std::pair{&node, &other}, std::pair{&other, &node}}) {
      if (one->up()) one->pin(*two);
      invariants_->policy_changed(*one);
    }
  });
}

}  // namespace koinon::sim
