#include "tools/sim/thief.h"

#include <algorithm>
#include <utility>

#include "crypto/hash.h"
#include "node/publishing/own_log.h"
#include "proto/codec/entry.h"
#include "tools/sim/erasure_draft.h"
#include "tools/sim/liar_words.h"

namespace koinon::sim {
namespace {

constexpr double kTurnsADay = 24 * 60;
constexpr std::chrono::minutes kWaits{90};   // on average, where it does not sign at once
constexpr std::chrono::minutes kGoesOn{20};  // on average, between two acts
constexpr std::chrono::hours kKeeps{2};      // on average, how long it shows what it wrote
constexpr double kOldKeys = 0.4;             // share of its keys that it finds where they signed long ago
constexpr double kAtOnce = 0.5;              // share of its acts at the time of which the city signs as well
constexpr int kTries = 10;                   // to find a text
constexpr unsigned kActs = 3;                // at most, with one key
constexpr std::uint64_t kRewrites = 5;  // so many entries of the city's at most are missing in its branch
constexpr std::size_t kEntries = 4;     // of one act, at most

// After how many statements a key of the log signs. Nothing: it never does.
std::optional<std::size_t> statements_before(const KeyHistory& keys, const PublicKey& key) {
  if (keys.identity().signing_key == key) return 0;
  for (std::size_t i = 0; i < keys.changes().size(); ++i) {
    if (keys.changes()[i].statement.key.key == key) return i + 1;
  }
  return std::nullopt;
}

bool is_of(const v1::Head& head, const LogId& log) { return head.log_id() == log.view(); }

// Takes heads of a log out of a frame. False: nothing is left of it.
bool leave_out(v1::Frame& frame, const LogId& log, bool& changed) {
  if (frame.has_push() && is_of(frame.push().head(), log)) {
    changed = true;
    return false;
  }
  if (frame.has_evidence() && frame.evidence().log_id() == log.view()) {
    changed = true;
    return false;
  }
  if (!frame.has_heads()) return true;
  auto* heads = frame.mutable_heads()->mutable_heads();
  const int before = heads->size();
  heads->erase(
      std::remove_if(heads->begin(), heads->end(), [&](const v1::Head& head) { return is_of(head, log); }),
      heads->end());
  changed = changed || heads->size() < before;
  return heads->size() > 0 || frame.heads().request_id() != 0 || before == 0;
}

}  // namespace

Thief::Thief(Stage& stage, CityLife& life, SimNode& hands, Chance chance)
    : stage_(stage), life_(life), hands_(hands), chance_(chance) {}

// --- what it says, and believes ---

bool Thief::is_shown(SessionId session) const {
  const auto sessions = hands_.sessions();
  return std::find(sessions.begin(), sessions.end(), session) != sessions.end() &&
         loot_->shown_to.contains(hands_.peer_of(session));
}

// Some are shown the branch, the others nothing of that log; nobody is shown that there are two.
Bytes Thief::on_sending(SessionId session, Bytes bytes) {
  if (!loot_ || !loot_->branch) return bytes;
  const LogId log = loot_->victim->log();
  const bool shown = is_shown(session);
  return each_frame(bytes, [&](v1::Frame& frame) {
    if (frame.has_evidence()) return frame.evidence().log_id() != log.view();
    bool changed = false;
    return shown || leave_out(frame, log, changed);
  });
}

// Its node would freeze the log, or follow the city, if it heard more.
std::optional<Bytes> Thief::instead_of(SessionId, BytesView bytes) {
  if (!loot_ || !loot_->branch) return std::nullopt;
  bool changed = false;
  Bytes out =
      each_frame(bytes, [&](v1::Frame& frame) { return leave_out(frame, loot_->victim->log(), changed); });
  return changed ? std::optional(std::move(out)) : std::nullopt;
}

// --- its turns ---

void Thief::on_turn() {
  if (!loot_) {
    if (chance_.hit(stage_.scenario.thefts_per_day / kTurnsADay)) steal();
  } else if (stage_.schedule.now() >= loot_->next) {
    act();
  }
}

// Whether the city has signed what its node holds, as far as so many entries.
bool Thief::agrees(const LogState& held, std::uint64_t size) {
  const auto& said = stage_.truth.log(held.id).records();
  if (size == 0 || size > said.size() || size > held.range.size().value) return false;
  const auto last = hands_.store().entry(held.id, EntryIndex(size - 1));
  return last.ok() && *last == said[size - 1].entry;
}

void Thief::steal() {
  std::vector<SimNode*> rich;
  for (const auto& node : stage_.nodes) {
    if (node->liar() != nullptr || !node->up() || !stage_.truth.log(node->log()).stands()) continue;
    const auto held = hands_.store().log_state(node->log());
    if (held.ok() && held->whole && !held->frozen && agrees(*held, held->range.size().value) &&
        !node->keys_of_origin().empty())
      rich.push_back(node.get());
  }
  if (rich.empty()) return;
  SimNode& victim = *rich[chance_.below(rich.size())];
  const auto keys = victim.keys_of_origin();
  const bool old = keys.size() > 1 && chance_.hit(kOldKeys);
  Loot loot{&victim,
            old ? keys[chance_.below(keys.size() - 1)] : keys.back(),
            stage_.truth.log(victim.log()).recoveries,
            {},
            0,
            {},
            {}};
  loot.acts = 1 + static_cast<unsigned>(chance_.below(kActs));
  loot.next = stage_.schedule.now();
  if (chance_.hit(0.5)) loot.next += chance_.exponential(MonoTime(kWaits));
  loot_ = std::move(loot);
  stage_.counters.add("keys stolen");
  stage_.note(victim, "has its signing key stolen by " + hands_.name());
}

void Thief::finish_act() {
  if (loot_->acts == 0) {
    loot_.reset();
    return;
  }
  --loot_->acts;
  loot_->next =
      stage_.schedule.now() + chance_.exponential(loot_->acts == 0 ? MonoTime(kKeeps) : MonoTime(kGoesOn));
}

void Thief::act() {
  const LogId log = loot_->victim->log();
  const auto held = hands_.store().log_state(log);
  if (loot_->acts == 0) return finish_act();
  const auto plan = held.ok() && held->whole && !held->frozen ? make_plan(*held) : std::nullopt;
  if (!plan) {
    loot_.reset();
    return;
  }
  std::vector<StoredRecord> records;
  const bool signs = hands_.rewrite_store([&](Store& store) { return sign(store, *plan, records); });
  if (!signs || records.empty()) {
    loot_->next = stage_.schedule.now() + chance_.exponential(MonoTime(kGoesOn));
    return;
  }
  if (plan->replaced) loot_->acts = 1;
  const bool first = !loot_->branch;
  loot_->branch = stage_.truth.forged(log, loot_->recoveries, loot_->branch, records);
  stage_.counters.add("entries signed by thieves", records.size());
  if (plan->replaced) stage_.counters.add("entries signed with keys that were replaced", records.size());
  stage_.note(hands_, "signs " + std::to_string(records.size()) + " entries of " + loot_->victim->name() +
                          " after " + std::to_string(plan->from));
  if (first) {
    choose_audience();
    life_.robbed(*loot_->victim);
  }
  if (chance_.hit(kAtOnce)) life_.publish_soon(*loot_->victim);
  finish_act();
}

void Thief::choose_audience() {
  const auto peers = hands_.peers();
  for (const SimNode* peer : peers) {
    if (chance_.hit(0.5)) loot_->shown_to.insert(peer->node_key());
  }
  if (loot_->shown_to.empty() && !peers.empty())
    loot_->shown_to.insert(peers[chance_.below(peers.size())]->node_key());
}

// Nothing: the key is of no use here any more.
std::optional<Thief::Plan> Thief::make_plan(const LogState& held) {
  const auto& changes = held.keys.changes();
  const auto before = statements_before(held.keys, loot_->key.public_key());
  if (!before || held.keys.beginning(*before).recoveries() != loot_->recoveries ||
      held.keys.recoveries() != loot_->recoveries)
    return std::nullopt;
  Plan plan;
  plan.statements = *before;
  plan.from = held.range.size().value;
  const bool is_replaced = *before < changes.size();
  if (loot_->branch) return is_replaced ? std::nullopt : std::optional(plan);
  const std::uint64_t least = *before == 0 ? 1 : changes[*before - 1].statement.size.value;
  if (least > plan.from) return std::nullopt;
  if (chance_.hit(0.5)) plan.from -= std::min(chance_.below(kRewrites + 1), plan.from - least);
  plan.rewrites = is_replaced || plan.from < held.range.size().value;
  plan.replaced = is_replaced && chance_.hit(0.5);
  return agrees(held, plan.from) ? std::optional(plan) : std::nullopt;
}

// --- what it signs ---

// The city's entries once more, under a head of the stolen key.
Status Thief::rewrite(Store& store, const Plan& plan, const LogState& held) const {
  const KeyHistory keys = held.keys.beginning(plan.statements);
  RunCommit run;
  run.identity = held.identity();
  run.log = held.id;
  run.arrived_at = hands_.wall();
  for (std::uint64_t i = 0; i < plan.from; ++i) {
    KOINON_ASSIGN(StoredRecord record, store.record(held.id, EntryIndex(i)));
    if (record.state == BodyState::kErased && record.erased_by.value >= plan.from)
      record.state = BodyState::kNotHeld;
    run.leaves.push_back(leaf_hash(record.entry));
    run.after.append(run.leaves.back());
    if (const auto entry = parse_entry(record.entry); entry.ok()) {
      if (auto vouch = vouch_of(held.id, record.index, *entry)) run.vouches.push_back(std::move(*vouch));
      if (const auto fact = withdrawal_of(record.index, *entry)) run.withdrawals.push_back(*fact);
    }
    for (const AttachmentFact& fact : attachments_of(record.index, record.body))
      run.attachments.push_back(fact);
    run.records.push_back(std::move(record));
  }
  const Checkpoint checkpoint{keys.vkey().name, run.after.size(), run.after.root()};
  run.head = {checkpoint.size, checkpoint.root, sign_checkpoint(checkpoint, loot_->key)};
  KOINON_TRY(store.remove_log(held.id, hands_.wall()));
  KOINON_TRY(store.keep_statements(held.id, keys.notes()));
  return store.append_run(run).ok() ? Status() : fail(Code::kInternal, "it is not taken", "run");
}

Status Thief::sign(Store& store, const Plan& plan, std::vector<StoredRecord>& out) {
  const LogId log = loot_->victim->log();
  KOINON_ASSIGN(const LogState held, store.log_state(log));
  if (plan.rewrites) KOINON_TRY(rewrite(store, plan, held));
  std::vector<DraftMaker> makers;
  std::optional<SigningKey> next;
  for (Draft& draft : drafts(plan.from)) {
    if (draft.next_key) next = draft.next_key;
    makers.push_back([draft = std::move(draft)](StoreReader&) -> Result<Draft> { return draft; });
  }
  OwnLog forger(held.identity(), loot_->key, [this](std::size_t count) { return chance_.bytes(count); });
  KOINON_ASSIGN(const PublishedBatch batch, forger.publish(store, makers, hands_.wall()));
  for (std::uint64_t i = plan.from; i < batch.state.range.size().value; ++i) {
    KOINON_ASSIGN(StoredRecord record, store.record(log, EntryIndex(i)));
    out.push_back(std::move(record));
  }
  // Whoever sees its heads sees as well that the key had not the word.
  if (plan.replaced) return store.keep_statements(log, held.keys.notes());
  if (next && statements_before(batch.state.keys, next->public_key())) loot_->key = *next;
  return {};
}

std::vector<Draft> Thief::drafts(std::uint64_t size) {
  std::vector<Draft> out;
  const std::size_t count = 1 + chance_.below(kEntries);
  for (std::size_t i = 0; i < count; ++i) {
    const double kind = chance_.unit();
    out.push_back(kind < 0.5 ? note() : kind < 0.85 ? erasure(size) : vouch());
  }
  if (!chance_.hit(0.25)) return out;
  Draft handed_over;
  handed_over.next_key = SigningKey::from_seed(chance_.bytes(32));
  out.push_back(std::move(handed_over));
  return out;
}

Draft Thief::note() {
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_PRACTICE);
  draft.entry.set_language("en");
  draft.entry.add_topics("health/testing");
  draft.body.emplace();
  draft.body->mutable_practice()->set_title("thief's note " + std::to_string(++notes_) + " at " +
                                            hands_.name());
  return draft;
}

// An entry whose text its node has, if it finds one.
std::uint64_t Thief::some_text(std::uint64_t size) {
  std::uint64_t index = 0;
  for (int i = 0; i < kTries; ++i) {
    index = chance_.below(size);
    const auto record = hands_.store().record(loot_->victim->log(), EntryIndex(index));
    if (record.ok() && !record->body.empty()) break;
  }
  return index;
}

Draft Thief::erasure(std::uint64_t size) {
  stage_.counters.add("erasures by thieves");
  return erasure_draft(loot_->victim->log(), some_text(size), "to take it away");
}

Draft Thief::vouch() {
  const SigningKey key = SigningKey::from_seed(chance_.bytes(32));
  const LogIdentity nobody{"thiefs" + std::to_string(++notes_) + ".example", key.public_key(),
                           key.public_key()};
  const LogIdentity& whom =
      chance_.hit(0.5) ? nobody : stage_.nodes[chance_.below(stage_.nodes.size())]->identity();
  Draft draft;
  draft.again = true;
  draft.entry.set_kind(v1::KIND_VOUCH);
  auto* vouch = draft.entry.mutable_control()->mutable_vouch();
  vouch->set_log_id(whom.log_id().bytes());
  vouch->set_name(whom.name);
  vouch->set_vkey(whom.vkey().text());
  vouch->set_expires_at_ms(hands_.wall().value + 86'400'000);
  return draft;
}

}  // namespace koinon::sim
