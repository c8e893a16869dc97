#include "tools/audit/entry_bundle.h"

#include "proto/base/limits.h"

namespace koinon::audit {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

std::size_t bundle_bytes(unsigned width) { return width * (kLengthBytes + limits::kLeafBytes); }

Result<std::vector<BytesView>> parse_entry_bundle(BytesView bundle, unsigned width) {
  const auto wrong = [](const char* why) { return fail(Code::kMalformed, why, "entries"); };
  std::vector<BytesView> out;
  while (!bundle.empty()) {
    if (out.size() == width) return wrong("the bundle has more entries than its address says");
    if (bundle.size() < kLengthBytes) return wrong("the bundle is cut off in the length of an entry");
    const auto size = static_cast<std::size_t>(raw(bundle)[0]) << 8 | raw(bundle)[1];
    bundle.remove_prefix(kLengthBytes);
    if (bundle.size() < size) return wrong("the bundle is cut off in an entry");
    out.push_back(bundle.substr(0, size));
    bundle.remove_prefix(size);
  }
  if (out.size() != width) return wrong("the bundle has fewer entries than its address says");
  return out;
}

}  // namespace koinon::audit
