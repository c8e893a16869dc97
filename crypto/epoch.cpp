#include "crypto/epoch.h"

#include <algorithm>
#include <limits>

#include <sodium.h>

#include "crypto/secret_memory.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::string_view kEpochLabel = "koinon/v1 epoch";
constexpr std::size_t kMacAt = kEpochCounterBytes + kEpochRandomBytes;

void keyed_blake2b(unsigned char* out, std::size_t size, BytesView message, BytesView key) {
  crypto_generichash(out, size, raw(message), message.size(), raw(key), key.size());
}

// The beginning of keyed BLAKE2b-256 over counter and randomness.
std::array<unsigned char, kEpochMacBytes> mac_of(const EpochKey& key, const Epoch& epoch) {
  std::array<unsigned char, 32> whole{};
  keyed_blake2b(whole.data(), whole.size(), epoch.view().substr(0, kMacAt), key.view());
  std::array<unsigned char, kEpochMacBytes> out{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

Epoch unsealed(std::uint32_t counter, BytesView random) {
  Epoch epoch;
  for (std::size_t i = 0; i < kEpochCounterBytes; ++i)
    epoch.data[i] = static_cast<unsigned char>(counter >> (8 * (kEpochCounterBytes - 1 - i)));
  std::copy_n(random.begin(), random.size(), epoch.data.begin() + kEpochCounterBytes);
  return epoch;
}

template <typename Seq>
std::optional<Seq> resumed_in(const std::vector<EpochRange>& epochs, const Epoch& epoch, Seq at, Seq newest,
                              Seq EpochRange::*end) {
  const auto known = std::find_if(epochs.rbegin(), epochs.rend(),
                                  [&](const EpochRange& range) { return range.epoch == epoch; });
  if (known == epochs.rend()) return std::nullopt;
  if (known != epochs.rbegin()) return std::min(at, (*known).*end);
  return at <= newest ? std::optional(at) : std::nullopt;
}

}  // namespace

EpochKey::EpochKey(const SigningKey& node) : secret_(make_secret(kBytes, KeyMemory::kPlain)) {
  keyed_blake2b(secret_.get(), kBytes, kEpochLabel, node.seed());
}

Epoch make_epoch(const EpochKey& key, std::uint32_t counter, BytesView random) {
  Epoch epoch = unsealed(counter, random);
  const auto mac = mac_of(key, epoch);
  std::copy(mac.begin(), mac.end(), epoch.data.begin() + kMacAt);
  return epoch;
}

bool is_authentic(const EpochKey& key, const Epoch& epoch) {
  const auto mac = mac_of(key, epoch);
  return sodium_memcmp(mac.data(), epoch.data.data() + kMacAt, mac.size()) == 0;
}

std::uint32_t counter_of(const Epoch& epoch) {
  std::uint32_t counter = 0;
  for (std::size_t i = 0; i < kEpochCounterBytes; ++i) counter = counter << 8 | epoch.data[i];
  return counter;
}

std::string to_text(const Epoch& epoch) { return to_base32(epoch.view()); }

Result<Epoch> epoch_from_text(std::string_view text) {
  KOINON_ASSIGN(const Bytes bytes, from_base32(text));
  if (bytes.size() != Epoch::kSize) return fail(Code::kMalformed, "it is not an epoch", "epoch");
  return Epoch::from(bytes);
}

EpochMaker epoch_maker(EpochKey key) {
  return [key = std::move(key)](std::uint32_t counter) {
    return make_epoch(key, counter, random_bytes(kEpochRandomBytes));
  };
}

OwnEpochs own_epochs(const SigningKey& node) {
  const EpochKey key(node);
  return {[key](const Epoch& epoch) { return is_authentic(key, epoch); }, epoch_maker(key)};
}

EpochMaker unkeyed_epochs() {
  return [](std::uint32_t counter) { return unsealed(counter, {}); };
}

std::uint32_t largest_counter(const std::vector<EpochRange>& epochs) {
  return epochs.empty() ? 0 : counter_of(epochs.back().epoch);
}

Result<std::uint32_t> next_counter(const std::vector<EpochRange>& epochs, std::uint32_t handled) {
  const std::uint32_t last = std::max(largest_counter(epochs), handled);
  if (last == std::numeric_limits<std::uint32_t>::max())
    return fail(Code::kInternal, "the counter of epochs has no larger number", "epoch");
  return last + 1;
}

std::optional<JournalSeq> resumed(const std::vector<EpochRange>& epochs, const Epoch& epoch, JournalSeq row,
                                  JournalSeq newest) {
  return resumed_in(epochs, epoch, row, newest, &EpochRange::last_row);
}

std::optional<ArrivalSeq> resumed(const std::vector<EpochRange>& epochs, const Epoch& epoch,
                                  ArrivalSeq arrival, ArrivalSeq newest) {
  return resumed_in(epochs, epoch, arrival, newest, &EpochRange::last_arrival);
}

}  // namespace koinon
