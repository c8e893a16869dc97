// Policies that somebody hands to koinon verify, and a note that is held against one: behind a zero byte,
// which no policy has.
#include "crypto/tlog_policy.h"

#include <cstddef>
#include <cstdint>

#include "tests/tlog_policies.h"

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  const auto policy = parse_tlog_policy(input.substr(0, end));
  if (!policy.ok()) return 0;
  // What is written of it means the same.
  const auto again = parse_tlog_policy(test::text_of(*policy));
  if (!again.ok() || *again != *policy) __builtin_trap();
  const auto note = parse_note(end == BytesView::npos ? BytesView() : input.substr(end + 1));
  if (!note.ok()) return 0;
  const auto outcome = weigh_cosignatures(*note, *policy);
  if (!outcome.ok()) return 0;
  if (outcome->cosigned.size() + outcome->missing.size() != policy->witnesses.size()) __builtin_trap();
  if (check_quorum(*note, *policy).ok() != outcome->shortfall.empty()) __builtin_trap();
  if (policy->quorum == "none" && !outcome->shortfall.empty()) __builtin_trap();
  return 0;
}
