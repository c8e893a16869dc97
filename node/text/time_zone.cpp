#include "node/text/time_zone.h"

#include <array>
#include <memory>

#include <unicode/gregocal.h>
#include <unicode/timezone.h>

#include "node/text/time_text.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
constexpr std::size_t kRegionBytes = 4;  // a code of two letters or three digits, and its end
constexpr std::size_t kMinuteText = 16;  // 2026-05-07T09:00
constexpr std::size_t kSecondText = 19;  // 2026-05-07T09:00:30

std::unique_ptr<icu::TimeZone> zone_of(const std::string& name) {
  return std::unique_ptr<icu::TimeZone>(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
}

std::optional<icu::GregorianCalendar> calendar_of(const std::string& name) {
  UErrorCode error = U_ZERO_ERROR;
  icu::GregorianCalendar out(zone_of(name).release(), icu::Locale::getRoot(), error);
  if (U_FAILURE(error) != 0) return std::nullopt;
  out.setRepeatedWallTimeOption(UCAL_WALLTIME_FIRST);
  return out;
}

// "EG"; "001", the world, for the zone of no country. Empty: ICU does not know it.
std::string country_of_zone(const std::string& name) {
  std::array<char, kRegionBytes> code{};
  UErrorCode error = U_ZERO_ERROR;
  icu::TimeZone::getRegion(icu::UnicodeString::fromUTF8(name), code.data(), static_cast<int32_t>(code.size()),
                           error);
  return U_FAILURE(error) != 0 ? std::string() : std::string(code.data());
}

}  // namespace

std::optional<TimeZone> TimeZone::find(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= limits::kZoneNameBytes &&
                     name.find_first_not_of(kNameCharacters) == std::string_view::npos;
  if (!plain) return std::nullopt;
  const auto zone = zone_of(std::string(name));
  icu::UnicodeString id;  // an unknown name becomes the unknown zone, and that has a name of its own
  if (zone == nullptr || zone->getID(id) == icu::UnicodeString(UCAL_UNKNOWN_ZONE_ID)) return std::nullopt;
  return TimeZone(std::string(name));
}

TimeZone TimeZone::of_machine() {
  const std::unique_ptr<icu::TimeZone> zone(icu::TimeZone::createDefault());
  if (zone == nullptr) return {};
  icu::UnicodeString id;
  std::string name;
  zone->getID(id).toUTF8String(name);
  return find(name).value_or(TimeZone());
}

bool TimeZone::is_utc() const {
  icu::UnicodeString canonical;
  UErrorCode error = U_ZERO_ERROR;
  icu::TimeZone::getCanonicalID(icu::UnicodeString::fromUTF8(name_), canonical, error);
  return U_SUCCESS(error) != 0 && canonical == icu::UnicodeString("Etc/UTC");
}

std::chrono::minutes TimeZone::ahead(UnixMillis time) const {
  const auto zone = zone_of(name_);
  int32_t raw = 0;
  int32_t summer = 0;
  UErrorCode error = U_ZERO_ERROR;
  zone->getOffset(static_cast<UDate>(time.value), 0, raw, summer, error);
  if (U_FAILURE(error) != 0) return {};
  return std::chrono::floor<std::chrono::minutes>(std::chrono::milliseconds(raw + summer));
}

bool TimeZone::is_weekend(UnixMillis time) const {
  UErrorCode error = U_ZERO_ERROR;
  const icu::GregorianCalendar calendar(zone_of(name_).release(),
                                        icu::Locale("und", country_of_zone(name_).c_str()), error);
  const bool is_free = calendar.isWeekend(static_cast<UDate>(time.value), error) != 0;
  return U_SUCCESS(error) != 0 && is_free;
}

std::string TimeZone::local_text(UnixMillis time) const {
  const std::chrono::milliseconds shift = ahead(time);
  return time_text(UnixMillis{time.value + shift.count()}).substr(0, kMinuteText);
}

std::optional<UnixMillis> TimeZone::read_local(std::string_view text) const {
  if (text.size() != kMinuteText && text.size() != kSecondText) return std::nullopt;
  // The form of the text is checked as that of any time.
  const std::string whole = std::string(text) + (text.size() == kMinuteText ? ":00Z" : "Z");
  if (!parse_time(whole, "at").ok()) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) { return std::stoi(whole.substr(at, digits)); };
  auto calendar = calendar_of(name_);
  if (!calendar) return std::nullopt;
  calendar->clear();
  calendar->set(number(0, 4), number(5, 2) - 1, number(8, 2), number(11, 2), number(14, 2), number(17, 2));
  UErrorCode error = U_ZERO_ERROR;
  const UDate moment = calendar->getTime(error);
  if (U_FAILURE(error) != 0) return std::nullopt;
  return UnixMillis{static_cast<std::int64_t>(moment)};
}

}  // namespace koinon
