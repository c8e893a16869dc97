// Configuration files.
#include "node/daemon/config.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  Config config;
  (void)read_config_text(input, config);
  return 0;
}
