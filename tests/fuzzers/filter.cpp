// Topic filters: as operators type them, and as peers send them.
#include "proto/codec/filter.h"

#include <cstddef>
#include <cstdint>

using namespace koinon;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView input(reinterpret_cast<const char*>(data), size);
  const auto typed = parse_filter(input);
  if (typed.ok()) {
    const auto again = parse_filter(typed->text());
    if (!again.ok() || !again->same_topics(*typed)) __builtin_trap();
    if (!read_filter(typed->message()).ok()) __builtin_trap();
  }
  v1::Filter message;
  v1::Entry entry;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const auto sent = read_filter(message);
  if (sent.ok() && entry.ParseFromArray(data, static_cast<int>(size))) (void)sent->wants(entry);
  return 0;
}
