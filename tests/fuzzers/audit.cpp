// What koinon audit-log reads: entry bundles of any log, and the state that it keeps.
#include <cstddef>
#include <cstdint>

#include "tools/audit/audit_state.h"
#include "tools/audit/entry_bundle.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto state = audit::parse_audit_state(input);
  // One text a state: what parses is written back byte for byte.
  if (state.ok() && state->text() != input) __builtin_trap();
  const unsigned width = 1U + data[0];
  const BytesView bundle = input.substr(1);
  const auto entries = audit::parse_entry_bundle(bundle, width);
  if (!entries.ok()) return 0;
  std::size_t bytes = 0;
  for (const BytesView entry : *entries) bytes += 2 + entry.size();
  if (entries->size() != width || bytes != bundle.size()) __builtin_trap();
  return 0;
}
