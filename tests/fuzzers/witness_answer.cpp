// What a witness answers, and what is kept of witnesses.
#include <cstddef>
#include <cstdint>

#include "node/delivery/witness_message.h"
#include "node/reading/kept_witnesses.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool kReady = init_crypto().ok();
  static const SigningKey kKey = SigningKey::from_seed(std::string(32, 'w'));
  static const VKey kWitness{"witness.example/w1", SignatureType::kCosignatureV1, kKey.public_key()};
  static const WitnessableHead kHead =
      *witnessable(sign_checkpoint({"seoul.example/koinon/x", TreeSize(5), {}}, kKey));
  if (!kReady || size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data + 1), size - 1);
  Transfers::Outcome outcome;
  outcome.status = data[0] % 2 == 0 ? 200 : 409;
  outcome.answer = input;
  const WitnessReply answer = read_witness_answer(outcome, kHead, {kWitness});
  // A cosignature has one line of the key at least; nobody else's line is taken.
  if (answer.said == WitnessSaid::kCosigned &&
      (answer.lines.size() != 1 || answer.lines[0].name != kWitness.name))
    __builtin_trap();
  const auto kept = KeptWitnesses::decode(input);
  if (kept.ok()) {
    const auto again = KeptWitnesses::decode(kept->encode());
    if (!again.ok() || again->heads().size() != kept->heads().size()) __builtin_trap();
  }
  return 0;
}
