#include "node/delivery/witness_client.h"

#include <algorithm>
#include <utility>

#include "proto/base/thread_name.h"

namespace koinon {
namespace {

// What several witnesses cosign is written once.
constexpr std::chrono::seconds kKeptTogether{1};
constexpr std::chrono::seconds kKeepAgain{5};  // after the store failed

std::vector<WitnessStanding> first_standings(const std::vector<NamedWitness>& witnesses) {
  std::vector<WitnessStanding> out;
  for (const NamedWitness& witness : witnesses) {
    WitnessStanding standing;
    standing.url = witness.url;
    for (const VKey& key : witness.keys) standing.names.push_back(key.name);
    out.push_back(std::move(standing));
  }
  return out;
}

std::string told_of(WitnessTurns::After after, const WitnessReply& answer) {
  const std::string size = std::to_string(answer.size.value);
  if (after == WitnessTurns::After::kAhead)
    return "it says that it cosigned " + size +
           " entries of our log, more than are here: is this store an older copy?";
  if (answer.said == WitnessSaid::kOtherOld) return "it answers 409 again and again, at last with " + size;
  return answer.told;
}

}  // namespace

WitnessClient::WitnessClient(Parts parts)
    : parts_(std::move(parts)),
      turns_(parts_.witnesses.size(), parts_.paces),
      standings_(first_standings(parts_.witnesses)),
      thread_([this] { run(); }) {}

WitnessClient::~WitnessClient() { stop(); }

void WitnessClient::notify() {
  told_ = true;
  parts_.transfers->wake();
}

std::vector<WitnessStanding> WitnessClient::standings() const {
  const std::lock_guard lock(mutex_);
  return standings_;
}

void WitnessClient::stop() {
  stopping_ = true;
  parts_.transfers->wake();
  if (thread_.joinable()) thread_.join();
}

void WitnessClient::run() {
  name_this_thread("witnesses");
  load();
  while (!stopping_) {
    const MonoTime now = parts_.clock.mono();
    if (told_.exchange(false) || now >= look_at_) {
      look_at_ = now + limits::kWitnessLook;
      const Status looked = look(now);
      if (!looked.ok() && !std::exchange(failing_, true)) parts_.on_error(looked.error());
      if (looked.ok() && !keep_at_) failing_ = false;
    }
    for (const auto& turn : turns_.take(now)) ask(turn);
    keep_if_due(now);
    for (const auto& outcome : parts_.transfers->wait(until_next(parts_.clock.mono()))) settle(outcome);
  }
  if (keep_at_) (void)parts_.keep(kept_.encode());  // what is lost is asked for again
}

// What cannot be read is asked for again.
void WitnessClient::load() {
  const auto setting = parts_.store->setting(kWitnessed);
  if (!setting.ok()) return parts_.on_error(setting.error());
  if (!*setting) return;
  auto kept = KeptWitnesses::decode(**setting);
  if (!kept.ok()) return parts_.on_error(kept.error());
  kept_ = std::move(*kept);
  std::vector<VKey> keys;
  for (const NamedWitness& witness : parts_.witnesses)
    keys.insert(keys.end(), witness.keys.begin(), witness.keys.end());
  kept_.keep_only(keys);
}

Status WitnessClient::look(MonoTime now) {
  const auto log = parts_.store->log_state(parts_.own);
  // It comes back from peers.
  if (!log.ok() && log.error().code == Code::kNotFound) return {};
  if (!log.ok()) return log.error();
  if (log->frozen || !log->whole || log->whole->size.value == 0) return {};
  KOINON_ASSIGN(const StoredHead put_up, head_to_bring(*log, now));
  KOINON_ASSIGN(const WitnessableHead head, witnessable(put_up.note));
  turns_.on_head(head, now);
  if (origin_ == head.checkpoint.origin) return {};
  origin_ = head.checkpoint.origin;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < parts_.witnesses.size(); ++i) {
    const TreeSize known = kept_.newest_of(origin_, parts_.witnesses[i].keys);
    turns_.believe(i, known);
    standings_[i].size = known;
  }
  return {};
}

// The one that is put up for other cities, so that one proof bears the lines of both. While there is a newer
// one that is not put up yet, it is looked for soon.
Result<StoredHead> WitnessClient::head_to_bring(const LogState& log, MonoTime now) {
  KOINON_ASSIGN(const auto put_up, parts_.store->cosigned(parts_.own));
  const bool is_current = !put_up.empty() && put_up.front().recoveries == log.keys.recoveries();
  if (!is_current) return *log.whole;
  if (put_up.front().head.size < log.whole->size)
    look_at_ = std::min<MonoTime>(look_at_, now + limits::kPutUpEvery / 10);
  return put_up.front().head;
}

Result<HashPath> WitnessClient::proof_from(TreeSize old_size, TreeSize size) {
  return consistency_proof(old_size, size, [this](TreeNode node) -> Result<Hash> {
    KOINON_ASSIGN(const auto hashes, parts_.store->hashes(parts_.own, node, 1));
    return hashes.front();
  });
}

void WitnessClient::ask(const WitnessTurns::Turn& turn) {
  const auto proof = proof_from(turn.old_size, turn.head.checkpoint.size);
  if (!proof.ok()) {
    WitnessReply failed;
    failed.told = "what it needs could not be read: " + proof.error().message;
    return take_answer(turn, failed);
  }
  PostRequest request;
  request.url = parts_.witnesses[turn.witness].url + "/add-checkpoint";
  request.headers = {"Content-Type: text/plain; charset=utf-8", "User-Agent: koinon", "Expect:"};
  request.body = witness_request(turn.old_size, *proof, turn.head);
  request.private_addresses = true;
  request.reuses = true;
  request.answer_bytes = limits::kWitnessAnswerBytes;
  request.deadline = limits::kWitnessDeadline;
  asked_.emplace(parts_.transfers->post(request), turn);
}

void WitnessClient::settle(const Transfers::Outcome& outcome) {
  const auto it = asked_.find(outcome.number);
  if (it == asked_.end()) return;
  const WitnessTurns::Turn turn = std::move(it->second);
  asked_.erase(it);
  take_answer(turn, read_witness_answer(outcome, turn.head, parts_.witnesses[turn.witness].keys));
}

void WitnessClient::take_answer(const WitnessTurns::Turn& turn, const WitnessReply& answer) {
  const MonoTime now = parts_.clock.mono();
  const WitnessTurns::After after = turns_.on_answer(turn.witness, answer, now);
  if (after == WitnessTurns::After::kDone) {
    if (const Status added = kept_.add(turn.head.note.encode(), answer.lines); !added.ok()) {
      parts_.on_error(added.error());
    } else if (!keep_at_) {
      keep_at_ = now + kKeptTogether;
    }
  }
  note(turn.witness, after, answer);
}

void WitnessClient::note(std::size_t witness, WitnessTurns::After after, const WitnessReply& answer) {
  if (after == WitnessTurns::After::kAskAgain) return;
  WitnessStanding now;
  {
    const std::lock_guard lock(mutex_);
    WitnessStanding& standing = standings_[witness];
    const WitnessStanding before = standing;
    standing.works = after == WitnessTurns::After::kDone;
    ++(standing.works ? standing.cosigned : standing.failed);
    standing.size = turns_.cosigned(witness);
    standing.at = parts_.clock.wall();
    standing.told = told_of(after, answer);
    if (standing.works == before.works && (standing.works || standing.told == before.told)) return;
    now = standing;
  }
  parts_.on_change(now);
}

// At once where no other answer is awaited that could be kept with it.
void WitnessClient::keep_if_due(MonoTime now) {
  if (!keep_at_ || (now < *keep_at_ && (failing_ || !asked_.empty()))) return;
  const Status kept = parts_.keep(kept_.encode());
  keep_at_ = kept.ok() ? std::nullopt : std::optional(now + kKeepAgain);
  if (!kept.ok() && !failing_) parts_.on_error(kept.error());
  failing_ = !kept.ok();
}

std::chrono::milliseconds WitnessClient::until_next(MonoTime now) const {
  MonoTime at = look_at_;
  if (const auto next = turns_.next(now)) at = std::min(at, *next);
  if (keep_at_) at = std::min(at, *keep_at_);
  return std::chrono::ceil<std::chrono::milliseconds>(std::max(at - now, MonoTime(0)));
}

}  // namespace koinon
