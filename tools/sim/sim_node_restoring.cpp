// What happens to the folder and to the machine of a simulated node: copies, and what is put back from them.
#include <algorithm>

#include "crypto/checkpoint.h"
#include "crypto/recovery_answer.h"
#include "proto/base/limits.h"
#include "storage/store/settings.h"
#include "tools/sim/liar.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {
namespace {

// The daemon's watch believes that a machine was stopped if its clock jumps by more
// (node/daemon/resume_watch.h).
constexpr std::chrono::seconds kJump{5};

// The words that a city has on paper, which it may have changed.
SigningKey words_of(const NodeSetup& setup, std::ptrdiff_t changed) {
  const std::string role = changed == 0 ? "recovery" : "recovery " + std::to_string(changed);
  return setup.key(role.c_str());
}

}  // namespace

void SimNode::copy_folder() {
  if (!up()) return;
  disk_.keep_copy();
  office_.keep_copy();
  cosigner_.keep_copy();
  copied_mark_ = mark_;
}

void SimNode::end_process() {
  stop(false);
  disk_.end_process();
}

// All parts are copied at once (has_copy), so where one has a copy, all have.
bool SimNode::put_back(Parts parts, bool reboots) {
  if (!up() || !has_copy()) return false;
  end_process();
  if (reboots) mark_.clear();
  if (parts != Parts::kStore) office_.put_back();
  if (parts == Parts::kStoreAndOffice) cosigner_.put_back();
  if (parts == Parts::kOffice) return true;
  disk_.put_back();
  older_ = refilter_ = true;
  acknowledged_ = 0;
  return true;
}

void SimNode::lose_disk(bool reboots) {
  if (!up()) return;
  drop_old_recovery();
  end_process();
  disk_.wipe();
  office_.wipe();
  cosigner_.forget_copy();
  copied_mark_.reset();
  if (reboots) mark_.clear();
  older_ = anew_ = true;
  acknowledged_ = 0;
}

// As `koinon restore --keys` and `koinon recover`: the store knows whose it is, its peers and the statements
// of a recovery, and that nothing of it comes from here.
Status SimNode::make_store_anew() {
  anew_ = false;
  KOINON_TRY(store().begin(true));
  KOINON_TRY(store().set_own_log(own_.id()));
  if (recovered_) KOINON_TRY(store().keep_statements(own_.id(), recovered_->keys.notes()));
  KOINON_TRY(store().set_setting(kRestored, "1"));
  KOINON_TRY(store().set_setting(kCosignerLost, "1"));
  for (const auto& [key, peer] : peers_) {
    KOINON_TRY(store().put_peer(record_of(*peer)));
    KOINON_TRY(store().set_held_ours(key));
  }
  return store().commit();
}

// The memory of the process is rebuilt from the store: it is a moment older than that of a real machine.
void SimNode::resume_from_copy() {
  if (!up() || !has_copy()) return;
  end_process();
  disk_.put_back();
  office_.put_back();
  cosigner_.put_back();
  mark_ = *copied_mark_;
  older_ = refilter_ = true;
  acknowledged_ = 0;
  if (!open_store().ok()) return around_.counters.add("stores that did not open again");
  load_engine(true);
  around_.observer.on_resumed(*this);
  repeat_changes();
  around_.observer.on_restart(*this);
}

void SimNode::resume() {
  if (!up()) return;
  around_.observer.on_resumed(*this);
  engine_->on_resumed(now());
  after_input();
}

Status SimNode::recover_store(const KeyHistory& history) {
  const Statement& statement = history.changes().back().statement;
  RecoveryCommit recovery;
  recovery.log = log();
  recovery.notes = history.notes();
  recovery.recoveries = history.recoveries();
  recovery.size = statement.size;
  recovery.root = statement.root;
  recovery.now = wall();
  around_.observer.on_recovering(*this, recovery);
  for (bool done = false; !done;) {
    KOINON_TRY(store().begin(true));
    const auto left = store().recover(recovery);
    if (!left.ok()) {
      store().rollback();
      return left.error();
    }
    KOINON_TRY(store().commit());
    done = left->done;
  }
  around_.observer.on_recovered(*this, recovery);
  return lose_cosigner();
}

// `shown`: what whoever shows its log has of it. `new_words`: others count from then on.
Result<KeyHistory> SimNode::recovery_of(StoreReader& shown, TreeSize size, const SigningKey& key,
                                        bool new_words) const {
  KOINON_ASSIGN(const LogState held, shown.log_state(log()));
  if (size.value == 0 || size > held.range.size())
    return fail(Code::kInvalidArgument, "so many are not held");
  KOINON_ASSIGN(const std::size_t stands, standing_statements(held.keys, size, [&](EntryIndex index) {
                  return shown.entry(log(), index);
                }));
  KOINON_ASSIGN(KeyHistory history, held.keys.before_recovery(size, stands));
  KOINON_ASSIGN(const Hash root, shown.root_at(log(), size));
  Statement statement = history.next(true);
  statement.size = size;
  statement.root = root;
  statement.key.key = key.public_key();
  const auto changed = std::count_if(
      history.changes().begin(), history.changes().end(),
      [](const KeyHistory::Change& change) { return change.statement.recovery_key.has_value(); });
  if (new_words) statement.recovery_key = words_of(setup_, changed + 1).public_key();
  KOINON_TRY(history.add(sign_statement(statement, history.vkey().name, words_of(setup_, changed))));
  return history;
}

// Nothing that was signed before has the word any more.
void SimNode::sign_with(const SigningKey& key) {
  own_ = OwnLog(own_.identity(), key, [this](std::size_t count) { return chance_.bytes(count); });
  later_keys_.push_back(key);
}

// Its log has more statements than the recovery from which it came back.
void SimNode::drop_old_recovery() {
  if (!recovered_) return;
  const auto held = store().log_state(log());
  if (held.ok() && held->keys.changes().size() > recovered_->keys.changes().size()) recovered_.reset();
}

bool SimNode::take_back(TreeSize size, const SigningKey& key, bool new_words) {
  if (!up() || liar_ != nullptr || !has_space()) return false;
  const auto history = recovery_of(store(), size, key, new_words);
  if (!history.ok()) return false;
  end_process();
  mark_.clear();
  if (!open_store().ok() || !recover_store(*history).ok()) {
    around_.counters.add("stores that did not open again");
    return false;
  }
  sign_with(key);
  recovered_.reset();
  acknowledged_ = size.value;
  around_.observer.on_taken_back(*this, size);
  load_engine();
  repeat_changes();
  around_.observer.on_restart(*this);
  return true;
}

// `koinon recover` makes a new node key, too. Here its peers know it by the one that it had: how pins follow
// is not simulated.
bool SimNode::take_back_with(SimNode& inviter, TreeSize size, const SigningKey& key) {
  if (up()) return false;
  const auto history = recovery_of(inviter.store(), size, key, false);
  if (!history.ok()) return false;
  const Hash root = history->changes().back().statement.root;
  const Checkpoint kept{history->vkey().name, size, root};
  recovered_ = RecoveredLog{*history, {size, root, sign_checkpoint(kept, key)}};
  std::erase_if(peers_, [&](const auto& peer) { return peer.second != &inviter; });
  sign_with(key);
  around_.observer.on_taken_back(*this, size);
  restart();
  return true;
}

bool SimNode::rewrite_store(const std::function<Status(Store&)>& change) {
  if (!up() || !has_space()) return false;
  end_process();
  if (!open_store().ok()) {
    around_.counters.add("stores that did not open again");
    return false;
  }
  const bool done = store().begin(true).ok() && change(store()).ok();
  if (!done || !store().commit().ok()) store().rollback();
  load_engine();
  repeat_changes();
  around_.observer.on_restart(*this);
  return done;
}

void SimNode::set_clock(std::chrono::milliseconds off) {
  const bool jumps = std::chrono::abs(off - clock_.off()) > kJump;
  clock_.set_off(off);
  if (jumps) resume();
}

// --- whether it may sign ---

// A liar signs whatever its peers say.
bool SimNode::may_sign() const {
  return !up() || liar_ != nullptr || engine_->signing().state == SigningState::kSigns;
}

void SimNode::sign_what_waits() {
  const StandingView view = engine_->signing();
  if (view.rolled_back_at.value != 0)
    around_.counters.add("drafts set aside", office_.set_aside(view.rolled_back_at));
  if (!may_sign()) return mark_.ask_anew();
  mark_.after_commit(store(), log());
  for (DraftWrite& draft : office_.due()) write(std::move(draft));
}

bool SimNode::release_set_aside() {
  if (!up() || office_.waits_for_look() == 0) return false;
  office_.release();
  if (may_sign()) {
    for (DraftWrite& draft : office_.due()) write(std::move(draft));
  }
  return true;
}

void SimNode::give_word(const std::vector<NodeKey>& without) {
  if (!up()) return;
  engine_->on_word(now(), without);
  after_input();
}

std::vector<NodeKey> SimNode::excused() {
  const auto setting = store().setting(kExcused);
  return excused_of(setting.ok() ? *setting : std::nullopt);
}

}  // namespace koinon::sim
