// How a simulated node cosigns, and how its log comes to name another cosigner key where it has lost track of
// what the one before it signed. The steps, and their order, are the daemon's
// (node/daemon/cosigner_renewal.h).
#include <memory>
#include <utility>

#include "node/publishing/keys_entry.h"
#include "node/replication/cosigner_loss.h"
#include "storage/store/settings.h"
#include "tools/sim/liar.h"
#include "tools/sim/sim_node.h"

namespace koinon::sim {
namespace {

constexpr std::chrono::minutes kConsiders{1};  // how often it looks whether its cosigner key is lost

}  // namespace

void SimNode::begin_cosigning(EngineConfig& config) {
  renewing_ = false;
  if (!setup_.cosigns) return;
  cosigner_.start(store());
  const auto lost = starts_with_lost_cosigner(store(), config.standing);
  config.cosigner_lost = !lost.ok() || *lost;
  config.cosign = [this](const Checkpoint& checkpoint, UnixMillis at) { return cosign(checkpoint, at); };
}

// The writer calls it, inside the transaction that keeps what is signed.
Result<CosignatureLine> SimNode::cosign(const Checkpoint& checkpoint, UnixMillis at) {
  std::optional<SigningWait> waits;
  if (!may_sign()) waits = SigningWait{fail(Code::kUnavailable, "it may not sign", "signing")};
  auto line = cosigner_.sign(store(), checkpoint, at, waits);
  if (line.ok()) around_.observer.on_cosigning(*this, checkpoint, *line, cosigner_.key());
  return line;
}

// What failed is tried anew: it looks again and again.
void SimNode::watch_cosigner() {
  if (!setup_.cosigns) return;
  later(kConsiders, [this] {
    renew_cosigner();
    watch_cosigner();
  });
}

void SimNode::renew_cosigner() {
  if (renewing_ || engine_->signing().state != SigningState::kSigns) return;
  const auto standing = cosigner_standing(store());
  if (!standing.ok() || *standing == CosignerStanding::kGood) return;
  renewing_ = true;
  if (*standing == CosignerStanding::kReplaced) return end_loss();
  const SigningKey next = SigningKey::from_seed(chance_.bytes(32));
  cosigner_.set_next(next);
  write(ChangeWrite{[key = next.public_key()](Store& store) { return note_replacement(store, key); },
                    [this](const Status& noted) {
                      if (noted.ok()) return name_next_cosigner();
                      renewing_ = false;
                    }});
}

void SimNode::name_next_cosigner() {
  write(DraftWrite{new_key_maker(log(), cosigner_.keys(), NewKey::kCosigner, true),
                   [this](const Result<Published>& published) {
                     if (!published.ok()) {
                       renewing_ = false;
                       return;
                     }
                     cosigner_.take_next();
                     end_loss();
                   }});
}

// Not where another rollback was found out since.
void SimNode::end_loss() {
  const auto ended = std::make_shared<bool>(false);
  write(ChangeWrite{[ended](Store& store) -> Status {
                      KOINON_ASSIGN(*ended, end_cosigner_loss(store));
                      return {};
                    },
                    [this, ended](const Status& done) {
                      renewing_ = false;
                      if (!done.ok() || !*ended) return;
                      around_.counters.add("cosigner keys replaced");
                      later(std::chrono::microseconds(100), [this] {
                        engine_->on_cosigner(now(), false);
                        after_input();
                      });
                    }});
}

// Its city has taken its log back: whoever had its keys may have had this one too, and what the log named
// before counts no more.
Status SimNode::lose_cosigner() {
  KOINON_TRY(store().begin(true));
  KOINON_TRY(store().set_setting(kCosignerLost, "1"));
  return store().commit();
}

}  // namespace koinon::sim
