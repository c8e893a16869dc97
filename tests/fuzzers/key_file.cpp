// Key files, as a restored backup may bring them.
#include "crypto/key_file.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include <unistd.h>

#include "crypto/mnemonic.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  // An unsealed key only: Argon2id is slow by design.
  static const std::string kPath = "/tmp/koinon-fuzz-key-" + std::to_string(::getpid());
  if (input.find(" sealed") == BytesView::npos && write_private_file(kPath, input).ok()) {
    (void)read_key_file(kPath, "node", "");
    ::unlink(kPath.c_str());
  }
  (void)words_to_seed(input);
  return 0;
}
