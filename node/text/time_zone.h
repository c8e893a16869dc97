// Times as the clocks of a place show them. Zones are those of the IANA time zone database, which ICU has.
//
// Any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/types.h"

namespace koinon {

class TimeZone {
 public:
  TimeZone() = default;  // UTC

  // By its name: "Asia/Seoul". Nothing: there is no such zone.
  static std::optional<TimeZone> find(std::string_view name);
  // The zone that this machine was set to when this process asked first: ICU keeps what it finds. To find it,
  // it sets the C library's clocks as well (tzset), so that a program with threads asks before it has any.
  static TimeZone of_machine();

  const std::string& name() const { return name_; }

  // Under any of its names, such as Etc/UTC and Zulu: most servers have it, wherever they stand.
  bool is_utc() const;
  // How far its clocks are ahead of UTC at this time.
  std::chrono::minutes ahead(UnixMillis time) const;
  // Whether offices are closed on this day of the week, as is usual in the country of this zone: Friday and
  // Saturday in Egypt. Where a zone has no country: Saturday and Sunday.
  bool is_weekend(UnixMillis time) const;
  // "2026-05-07T09:00", as <input type="datetime-local"> has it.
  std::string local_text(UnixMillis time) const;
  // Reads such a text; seconds may follow. Nothing: it is no such time. Where clocks are put back the first
  // of two equal times counts. A time that is left out where they are put forward is as much later.
  std::optional<UnixMillis> read_local(std::string_view text) const;

 private:
  explicit TimeZone(std::string name) : name_(std::move(name)) {}

  std::string name_ = "UTC";
};

}  // namespace koinon
