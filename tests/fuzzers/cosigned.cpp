// Lines that anybody may add to the note of a head.
#include "crypto/cosigned.h"

#include <cstddef>
#include <cstdint>

#include "crypto/hash.h"
#include "proto/base/limits.h"

using namespace koinon;

namespace {

SigningKey key_of(std::string_view seed) { return SigningKey::from_seed(sha256(seed).view()); }

struct Head {
  bool ready = init_crypto().ok();
  SigningKey signing = key_of("signing");
  KeyHistory keys{LogIdentity{"seoul.example", signing.public_key(), key_of("recovery").public_key()}};
  Checkpoint checkpoint{keys.vkey().name, TreeSize(7), sha256("tree")};
  Bytes note = sign_checkpoint(checkpoint, signing);
  KnownCosigner city{LogId::from(sha256("la").view()),
                     {"la.example", SignatureType::kCosignatureV1, key_of("cosigner").public_key()},
                     1};
  std::string line = cosign(checkpoint.text(), city.vkey.name, key_of("cosigner"), 1'800'000'000).line();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Head head;
  const BytesView input(reinterpret_cast<const char*>(data), size);
  (void)cities_in(input, LogId());
  for (const Bytes& note : {head.note + Bytes(input), head.note + head.line + Bytes(input)}) {
    const auto opened = open_cosigned(head.keys, note, {head.city});
    if (!opened.ok()) continue;
    const Bytes again = cosigned_note(*opened);
    if (opened->lines.size() > limits::kCosignatures || again.size() > limits::kHeadNoteBytes)
      __builtin_trap();
    const auto reopened = open_cosigned(head.keys, again, {head.city});
    if (!reopened.ok() || *reopened != *opened) __builtin_trap();
  }
  return 0;
}
