// Dates and numbers as a language writes them. ICU's formats are large, and each of these makes its own when
// it is first used.
//
// Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <unicode/datefmt.h>
#include <unicode/locid.h>
#include <unicode/numfmt.h>

#include "node/text/time_zone.h"

namespace koinon {

// Dates in one form. ICU's format takes some 60 kB.
class DateText {
 public:
  using Make = std::unique_ptr<icu::DateFormat> (*)(const icu::Locale&);
  // `locale` outlives this. `make` may return nothing: then all dates are empty.
  DateText(Make make, const icu::Locale& locale) : make_(make), locale_(locale) {}
  std::string of(UnixMillis time) { return of(time, *icu::TimeZone::getGMT()); }
  std::string of(UnixMillis time, const TimeZone& zone);

 private:
  std::string of(UnixMillis time, const icu::TimeZone& zone);

  Make make_;  // none: it was called
  const icu::Locale& locale_;
  std::mutex mutex_;
  std::unique_ptr<icu::DateFormat> format_;
};

// "November 24, 2020".
std::unique_ptr<icu::DateFormat> day_format(const icu::Locale& of);
// The same with the time of day.
std::unique_ptr<icu::DateFormat> moment_format(const icu::Locale& of);
// "Thursday, May 7 at 9:00 AM", and with the year.
std::unique_ptr<icu::DateFormat> weekday_format(const icu::Locale& of);
std::unique_ptr<icu::DateFormat> meeting_format(const icu::Locale& of);
// Of the name of the zone alone: "Los Angeles Time".
std::unique_ptr<icu::DateFormat> zone_format(const icu::Locale& of);

// Numbers in one form, with or without marks between groups of digits.
class NumberText {
 public:
  // `locale` outlives this.
  NumberText(const icu::Locale& locale, bool groups) : locale_(locale), groups_(groups) {}
  std::string of(double value);

 private:
  const icu::Locale& locale_;
  const bool groups_;
  std::mutex mutex_;
  std::unique_ptr<icu::NumberFormat> format_;
};

}  // namespace koinon
