// What a simulated office keeps until its node may sign, as office.db does: it outlives the process, and is
// copied and put back with the folder, with the store or without it. Each draft keeps a salt, so that an old
// office has nothing signed twice.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/replication/write_group.h"

namespace koinon::sim {

class SimOffice {
 public:
  // Keeps the draft durably. `draft.done` is called in this run of the process, or never.
  void keep(DraftWrite draft, Bytes salt);
  // What is to be signed and is not under way, in order. It stays kept until it is answered.
  std::vector<DraftWrite> due();
  // The store is older than the log, which was proven at that time: what was kept before waits for a person,
  // once for each proof. The number of what it set aside.
  std::size_t set_aside(UnixMillis proven_at);
  std::size_t waits_for_look() const;
  // A person has looked, and has it signed.
  void release();

  // The process has ended.
  void end_process();
  void keep_copy() { copy_ = held_; }
  // False: there is no copy.
  bool put_back();
  // The disk is gone, and the copy.
  void wipe();

 private:
  struct Kept {
    DraftMaker maker;
    Bytes salt;
    bool waits_for_look = false;
  };
  struct Held {
    std::map<std::uint64_t, Kept> kept;  // by number, which gives the order
    UnixMillis proven_at;                // of the rollback for which it was set aside last
  };

  void answered(std::uint64_t number, const Result<Published>& published);

  Held held_;
  std::optional<Held> copy_;
  std::uint64_t next_ = 1;  // never again, also after a copy was put back
  std::map<std::uint64_t, std::function<void(Result<Published>)>> askers_;  // of this run
  std::set<std::uint64_t> under_way_;
};

}  // namespace koinon::sim
