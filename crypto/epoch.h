// Epochs: the times from one start of a node to the next, in which rows of its journal and its arrivals
// count.
//
// The bytes of an epoch are its counter, randomness, and a MAC under a key of the node. So a node knows its
// own epochs even where its store has lost them: only an authentic one can prove that the store was put back.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ed25519.h"
#include "proto/base/result.h"

namespace koinon {

inline constexpr std::size_t kEpochCounterBytes = 4;
inline constexpr std::size_t kEpochRandomBytes = 8;
inline constexpr std::size_t kEpochMacBytes = 12;
static_assert(kEpochCounterBytes + kEpochRandomBytes + kEpochMacBytes == Epoch::kSize);

// The key of a node's MACs: keyed BLAKE2b over a label, under the seed of its node key. Secret. Copies share
// it; any thread may use it.
class EpochKey {
 public:
  explicit EpochKey(const SigningKey& node);
  BytesView view() const { return {reinterpret_cast<const char*>(secret_.get()), kBytes}; }

 private:
  static constexpr std::size_t kBytes = 32;
  std::shared_ptr<unsigned char[]> secret_;
};

// Requires random.size() == kEpochRandomBytes.
Epoch make_epoch(const EpochKey& key, std::uint32_t counter, BytesView random);
// Whether this key made it. The time that it takes does not tell how much of the MAC is right.
bool is_authentic(const EpochKey& key, const Epoch& epoch);

std::uint32_t counter_of(const Epoch& epoch);
// 39 characters of lower-case base32.
std::string to_text(const Epoch& epoch);
Result<Epoch> epoch_from_text(std::string_view text);

// Makes a new epoch with this counter. Any thread.
using EpochMaker = std::function<Epoch(std::uint32_t counter)>;
// With randomness of the system.
EpochMaker epoch_maker(EpochKey key);
// Of nobody, and always the same: for stores that no peer hears of.
EpochMaker unkeyed_epochs();

// What a node's engine, which has no key and no randomness, is given of its epochs. Any thread. Without them
// no epoch is authentic.
struct OwnEpochs {
  std::function<bool(const Epoch&)> is_ours;  // is_authentic under the node's key
  EpochMaker make;
};
OwnEpochs own_epochs(const SigningKey& node);

// An epoch that a store knows. The last of a list of them is the current one: it has no end yet.
struct EpochRange {
  Epoch epoch;
  JournalSeq last_row;  // the newest that the store had when the next epoch began
  ArrivalSeq last_arrival;
  bool operator==(const EpochRange&) const = default;
};

// The largest counter among the epochs; 0: there is none. Counters rise from one epoch to the next.
std::uint32_t largest_counter(const std::vector<EpochRange>& epochs);
// What the next epoch counts. `handled`: the largest counter that was shown as proof of a rollback.
// kInternal: there is no larger number.
Result<std::uint32_t> next_counter(const std::vector<EpochRange>& epochs, std::uint32_t handled);

// Where a place that was given out goes on: one rule for rows of the journal and for arrivals. `epochs`:
// those that the store knows, oldest first. In the current epoch a place goes on where it is; in one that has
// ended at its end at the latest, since a crash, or a rollback, has taken back what lies beyond. Nothing: the
// epoch is not known, or nothing has come so far in the current one, so that the place says nothing of what
// this store holds; it begins anew.
std::optional<JournalSeq> resumed(const std::vector<EpochRange>& epochs, const Epoch& epoch, JournalSeq row,
                                  JournalSeq newest);
std::optional<ArrivalSeq> resumed(const std::vector<EpochRange>& epochs, const Epoch& epoch,
                                  ArrivalSeq arrival, ArrivalSeq newest);

}  // namespace koinon
