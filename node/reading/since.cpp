#include "node/reading/since.h"

#include <algorithm>

#include "node/text/time_text.h"

namespace koinon {

Result<std::optional<UnixMillis>> read_since(const Params& params) {
  constexpr std::size_t kDay = std::string_view("2026-12-01").size();
  std::string text = param(params, "since");
  if (text.empty()) return std::optional<UnixMillis>();
  if (text.size() == kDay) text += "T00:00:00Z";
  // In a query a plus sign that was not encoded is a space.
  if (const auto space = text.rfind(' '); space != std::string::npos && space > kDay) text[space] = '+';
  const auto time = parse_time(text, "since");
  if (!time.ok())
    return fail(Code::kInvalidArgument, "it is a time such as 2026-12-01T09:00:00Z, or a day: 2026-12-01",
                "since");
  return std::optional<UnixMillis>(*time);
}

Result<ArrivalSeq> arrived_before(StoreReader& store, UnixMillis time, ArrivalSeq newest) {
  std::uint64_t before = 0;            // the arrivals up to this one are earlier
  std::uint64_t later = newest.value;  // those after this one are not
  while (before < later) {
    const std::uint64_t middle = before + (later - before) / 2;
    KOINON_ASSIGN(const auto rows, store.arrivals(ArrivalSeq(middle), 1));
    if (rows.empty() || rows.front().at.value >= time.value) {
      later = middle;
      continue;
    }
    // All arrivals of a row came at one time.
    before = std::min(later, rows.front().first.value + rows.front().count - 1);
  }
  return ArrivalSeq(before);
}

Result<ArrivalSeq> last_left_out(StoreReader& store, IndexReader& index,
                                 const std::optional<UnixMillis>& since) {
  if (!since) return ArrivalSeq();
  KOINON_ASSIGN(const ArrivalSeq newest, index.position());
  return arrived_before(store, *since, newest);
}

}  // namespace koinon
