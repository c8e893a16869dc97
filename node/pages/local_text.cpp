#include "node/pages/local_text.h"

#include <utility>

#include <unicode/smpdtfmt.h>

namespace koinon {
namespace {

// The fields of a skeleton, in the order and with the words of the language.
std::unique_ptr<icu::DateFormat> format_of(const char* skeleton, const icu::Locale& of) {
  UErrorCode error = U_ZERO_ERROR;
  std::unique_ptr<icu::DateFormat> out(
      icu::DateFormat::createInstanceForSkeleton(icu::UnicodeString(skeleton), of, error));
  if (U_FAILURE(error) != 0) out.reset();
  return out;
}

}  // namespace

std::string DateText::of(UnixMillis time, const TimeZone& zone) {
  const std::unique_ptr<icu::TimeZone> there(
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(zone.name())));
  return of(time, *there);
}

std::string DateText::of(UnixMillis time, const icu::TimeZone& zone) {
  const std::lock_guard lock(mutex_);
  if (const Make make = std::exchange(make_, nullptr); make != nullptr) format_ = make(locale_);
  if (format_ == nullptr) return {};
  icu::UnicodeString text;
  std::string out;
  format_->setTimeZone(zone);
  return format_->format(static_cast<UDate>(time.value), text).toUTF8String(out);
}

std::unique_ptr<icu::DateFormat> day_format(const icu::Locale& of) {
  return std::unique_ptr<icu::DateFormat>(icu::DateFormat::createDateInstance(icu::DateFormat::kLong, of));
}

std::unique_ptr<icu::DateFormat> moment_format(const icu::Locale& of) {
  return std::unique_ptr<icu::DateFormat>(
      icu::DateFormat::createDateTimeInstance(icu::DateFormat::kLong, icu::DateFormat::kShort, of));
}

std::unique_ptr<icu::DateFormat> weekday_format(const icu::Locale& of) {
  return format_of("EEEEdMMMMjmm", of);
}
std::unique_ptr<icu::DateFormat> meeting_format(const icu::Locale& of) {
  return format_of("yEEEEdMMMMjmm", of);
}

std::unique_ptr<icu::DateFormat> zone_format(const icu::Locale& of) {
  UErrorCode error = U_ZERO_ERROR;
  auto out = std::make_unique<icu::SimpleDateFormat>(icu::UnicodeString(u"VVVV"), of, error);
  if (U_FAILURE(error) != 0) out.reset();
  return out;
}

std::string NumberText::of(double value) {
  const std::lock_guard lock(mutex_);
  if (format_ == nullptr) {
    UErrorCode error = U_ZERO_ERROR;
    format_.reset(icu::NumberFormat::createInstance(locale_, error));
    if (U_FAILURE(error) != 0) format_.reset();
    if (format_ == nullptr) return std::to_string(value);
    format_->setGroupingUsed(static_cast<UBool>(groups_));
  }
  icu::UnicodeString text;
  std::string out;
  return format_->format(value, text).toUTF8String(out);
}

}  // namespace koinon
