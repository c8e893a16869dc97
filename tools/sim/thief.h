// A thief has a copy of a signing key of another city, which signs still or was replaced since. It acts
// through a node of its own that others have pinned: there it writes a history of the city's log, signs it,
// and shows it to some of its peers. It signs notes, vouches, withdrawals that erase, and statements that
// hand the key over to its own.
#pragma once

#include "tools/sim/city_life.h"
#include "tools/sim/liar.h"

namespace koinon::sim {

class Thief final : public Liar {
 public:
  // `stage`, `life` and `hands`, its node, must live longer than this.
  Thief(Stage& stage, CityLife& life, SimNode& hands, Chance chance);

  Bytes on_sending(SessionId session, Bytes bytes) override;
  std::optional<Bytes> instead_of(SessionId session, BytesView bytes) override;
  void on_turn() override;

 private:
  struct Loot {
    SimNode* victim = nullptr;
    SigningKey key;
    std::uint64_t recoveries = 0;       // of the origin under which it signs
    MonoTime next{};                    // when it acts
    unsigned acts = 0;                  // that are left
    std::optional<std::size_t> branch;  // of the truth's histories; nothing: nothing was signed yet
    std::set<NodeKey> shown_to;
  };
  // Where a branch begins, and under which statements.
  struct Plan {
    std::uint64_t from = 0;      // so many entries are the city's
    std::size_t statements = 0;  // so many of the city's statements stand in it
    bool replaced = false;       // the key signs no more, and who is shown the branch may see that
    bool rewrites = false;       // what its node holds is another branch
  };

  void steal();
  void act();
  void finish_act();
  std::optional<Plan> make_plan(const LogState& held);
  bool agrees(const LogState& held, std::uint64_t size);
  Status sign(Store& store, const Plan& plan, std::vector<StoredRecord>& out);
  Status rewrite(Store& store, const Plan& plan, const LogState& held) const;
  std::vector<Draft> drafts(std::uint64_t size);
  Draft note();
  std::uint64_t some_text(std::uint64_t size);
  Draft erasure(std::uint64_t size);
  Draft vouch();
  void choose_audience();
  bool is_shown(SessionId session) const;

  Stage& stage_;
  CityLife& life_;
  SimNode& hands_;
  Chance chance_;
  std::optional<Loot> loot_;
  std::uint64_t notes_ = 0;
};

}  // namespace koinon::sim
