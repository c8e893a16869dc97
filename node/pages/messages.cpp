#include "node/pages/messages.h"

#include <algorithm>
#include <cstdlib>

#include <boost/json.hpp>
#include <unicode/datefmt.h>
#include <unicode/locid.h>
#include <unicode/msgfmt.h>
#include <unicode/numfmt.h>
#include <unicode/uloc.h>

#include "node/pages/embedded.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

icu::Locale locale_of(const std::string& tag) {
  UErrorCode error = U_ZERO_ERROR;
  return icu::Locale::forLanguageTag(tag, error);
}

std::string date_text(const std::string& tag, UnixMillis time, icu::DateFormat::EStyle clock) {
  const std::unique_ptr<icu::DateFormat> format(
      clock == icu::DateFormat::kNone
          ? icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale_of(tag))
          : icu::DateFormat::createDateTimeInstance(icu::DateFormat::kLong, clock, locale_of(tag)));
  if (format == nullptr) return {};
  format->setTimeZone(*icu::TimeZone::getGMT());
  icu::UnicodeString out;
  return utf8(format->format(static_cast<UDate>(time.value), out));
}

// What Accept-Language weighs a range; none is 1.
double weight_of(std::string_view parameters) {
  const auto at = parameters.find("q=");
  return at == std::string_view::npos ? 1 : std::atof(std::string(parameters.substr(at + 2, 5)).c_str());
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string primary(std::string_view tag) {
  std::string out(tag.substr(0, tag.find('-')));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

}  // namespace

Result<Catalogue> Catalogue::parse(std::string tag, std::string_view text, const Catalogue* fallback) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return fail(Code::kMalformed, "a catalogue is a JSON object", tag);
  Catalogue out;
  out.tag_ = std::move(tag);
  out.fallback_ = fallback;
  for (const auto& item : value.as_object()) {
    if (!item.value().is_string())
      return fail(Code::kMalformed, "a message is a text", std::string(item.key()));
    out.patterns_.emplace(item.key(), item.value().as_string());
  }
  return out;
}

Status Catalogue::add_faults(std::string_view text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return fail(Code::kMalformed, "the faults are a JSON object", tag_);
  for (const auto& item : value.as_object()) {
    if (!item.value().is_object())
      return fail(Code::kMalformed, "a fault has translations", std::string(item.key()));
    const auto* said = item.value().as_object().if_contains(tag_);
    if (said != nullptr && said->is_string()) faults_.emplace(item.key(), said->as_string());
  }
  return {};
}

std::string Catalogue::fault(const Error& error) const {
  const auto found = error.id.empty() ? faults_.end() : faults_.find(error.id);
  return found == faults_.end() ? error.message : filled(found->second, error.arguments);
}

bool Catalogue::right_to_left() const { return uloc_isRightToLeft(tag_.c_str()) != 0; }

const std::string* Catalogue::pattern(const std::string& key) const {
  const auto it = patterns_.find(key);
  if (it != patterns_.end()) return &it->second;
  return fallback_ == nullptr ? nullptr : fallback_->pattern(key);
}

std::string Catalogue::text(const std::string& key) const { return text(key, {}); }

std::string Catalogue::text(const std::string& key, const MessageArguments& arguments) const {
  const std::string* found = pattern(key);
  if (found == nullptr) return key;
  UErrorCode error = U_ZERO_ERROR;
  const icu::MessageFormat format(icu::UnicodeString::fromUTF8(*found), locale_of(tag_), error);
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const auto& [name, value] : arguments) {
    names.push_back(icu::UnicodeString::fromUTF8(name));
    const auto* number = std::get_if<std::int64_t>(&value);
    values.emplace_back(number != nullptr
                            ? icu::Formattable(*number)
                            : icu::Formattable(icu::UnicodeString::fromUTF8(std::get<std::string>(value))));
  }
  icu::UnicodeString out;
  if (U_SUCCESS(error) != 0)
    format.format(names.data(), values.data(), static_cast<int32_t>(names.size()), out, error);
  return U_FAILURE(error) != 0 ? *found : utf8(out);
}

std::string Catalogue::date(UnixMillis time) const { return date_text(tag_, time, icu::DateFormat::kNone); }

std::string Catalogue::date_and_time(UnixMillis time) const {
  return date_text(tag_, time, icu::DateFormat::kShort) + " UTC";
}

std::string Catalogue::number(double value) const {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::NumberFormat> format(icu::NumberFormat::createInstance(locale_of(tag_), error));
  if (U_FAILURE(error) != 0 || format == nullptr) return std::to_string(value);
  icu::UnicodeString out;
  return utf8(format->format(value, out));
}

std::string Catalogue::language_name(const std::string& tag) const {
  icu::UnicodeString out;
  locale_of(tag).getDisplayName(locale_of(tag_), out);
  return out.isEmpty() != 0 ? tag : utf8(out);
}

std::string Catalogue::country_name(const std::string& code) const {
  icu::UnicodeString out;
  icu::Locale("", code.c_str()).getDisplayCountry(locale_of(tag_), out);
  return out.isEmpty() != 0 ? code : utf8(out);
}

Result<Messages> Messages::builtin() {
  Messages out;
  out.languages_ = std::make_shared<std::vector<Catalogue>>();
  // English first: what the others lack is said in it. Addresses of elements stay.
  constexpr std::array<const char*, 6> kTags = {"en", "ko", "it", "es", "fr", "ar"};
  out.languages_->reserve(kTags.size());
  const auto faults = embedded_file("faults.json");
  if (!faults) return fail(Code::kInternal, "the faults are missing from the program", "faults");
  for (const std::string tag : kTags) {
    const auto file = embedded_file("messages/" + tag + ".json");
    if (!file) return fail(Code::kInternal, "a catalogue is missing from the program", tag);
    const Catalogue* fallback = out.languages_->empty() ? nullptr : out.languages_->data();
    KOINON_ASSIGN(auto catalogue, Catalogue::parse(tag, *file, fallback));
    KOINON_TRY(catalogue.add_faults(*faults));
    out.languages_->push_back(std::move(catalogue));
  }
  return out;
}

const Catalogue& Messages::choose(std::string_view chosen, std::string_view accept) const {
  const auto find = [this](std::string_view tag) -> const Catalogue* {
    const std::string wanted = primary(tag);
    for (const Catalogue& one : *languages_) {
      if (one.tag() == wanted) return &one;
    }
    return nullptr;
  };
  if (const Catalogue* one = find(chosen); one != nullptr) return *one;
  const Catalogue* best = languages_->data();
  double most = 0;
  while (!accept.empty()) {
    const auto comma = std::min(accept.find(','), accept.size());
    const std::string_view item = trimmed(accept.substr(0, comma));
    accept.remove_prefix(std::min(comma + 1, accept.size()));
    const auto semicolon = std::min(item.find(';'), item.size());
    const Catalogue* one = find(trimmed(item.substr(0, semicolon)));
    const double weight = weight_of(item.substr(semicolon));
    if (one == nullptr || weight <= most) continue;
    best = one;
    most = weight;
  }
  return *best;
}

}  // namespace koinon
