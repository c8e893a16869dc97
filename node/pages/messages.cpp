#include "node/pages/messages.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include <boost/json.hpp>
#include <unicode/localematcher.h>
#include <unicode/locid.h>
#include <unicode/msgfmt.h>
#include <unicode/ucurr.h>
#include <unicode/uenum.h>

#include "node/pages/embedded.h"
#include "node/pages/local_text.h"
#include "node/text/topic_names.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

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

// A pattern, compiled where it says more than itself, when it is first used.
class MessagePattern {
 public:
  // `locale` outlives this.
  MessagePattern(std::string pattern, const icu::Locale& locale)
      : pattern_(std::move(pattern)), locale_(locale) {}

  const std::string& pattern() const { return pattern_; }
  std::string text(const MessageArguments& arguments) {
    if (!says_more()) return pattern_;
    std::call_once(once_, [this] { compile(); });
    if (compiled_ == nullptr) return pattern_;
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
    UErrorCode error = U_ZERO_ERROR;
    {
      const std::lock_guard lock(compiled_->mutex);
      compiled_->format.format(names.data(), values.data(), static_cast<int32_t>(names.size()), out, error);
    }
    return U_FAILURE(error) != 0 ? pattern_ : utf8(out);
  }

 private:
  // ICU makes the plural rules and number formats of a pattern when it first needs them.
  struct Compiled {
    Compiled(const icu::UnicodeString& pattern, const icu::Locale& locale, UErrorCode& error)
        : format(pattern, locale, error) {}
    std::mutex mutex;
    icu::MessageFormat format;
  };

  // Apostrophes quote braces and each other alone.
  bool says_more() const {
    return pattern_.find_first_of("{}") != std::string::npos || pattern_.find("''") != std::string::npos;
  }
  void compile() {
    UErrorCode error = U_ZERO_ERROR;
    auto made = std::make_unique<Compiled>(icu::UnicodeString::fromUTF8(pattern_), locale_, error);
    if (U_SUCCESS(error) != 0) compiled_ = std::move(made);
  }

  std::string pattern_;
  const icu::Locale& locale_;
  std::once_flag once_;
  std::unique_ptr<Compiled> compiled_;
};

// Names that ICU looks up in its tables: the first ones that were asked for. Strangers choose the tags of
// their notes, so that there is an end to what is kept.
class KnownNames {
 public:
  template <typename Find>
  std::string of(const std::string& code, const Find& find) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto it = names_.find(code); it != names_.end()) return it->second;
    }
    icu::UnicodeString found;
    find(found);
    std::string name = found.isEmpty() != 0 ? code : utf8(found);
    const std::lock_guard lock(mutex_);
    if (names_.size() < limits::kNamesKept && code.size() <= limits::kNameKeptBytes)
      names_.emplace(code, name);
    return name;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> names_;
};

// Today's currencies by what people call them.
class Currencies {
 public:
  explicit Currencies(const icu::Locale& locale) {
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<UEnumeration, decltype(&uenum_close)> codes(
        ucurr_openISOCurrencies(UCURR_COMMON | UCURR_NON_DEPRECATED, &error), &uenum_close);
    while (U_SUCCESS(error) != 0) {
      const char* code = uenum_next(codes.get(), nullptr, &error);
      if (code == nullptr || U_FAILURE(error) != 0) break;
      add(code, locale);
    }
    std::sort(list_.begin(), list_.end());
  }

  const std::vector<std::pair<std::string, std::string>>& list() const { return list_; }
  std::string named(const std::string& typed) const {
    const auto it = codes_.find(folded_name(typed));
    return it == codes_.end() ? typed : it->second;
  }

 private:
  static std::string name(const std::string& code, const char* locale, UCurrNameStyle style) {
    UErrorCode error = U_ZERO_ERROR;
    icu::UnicodeString wide = icu::UnicodeString::fromUTF8(code);
    int32_t length = 0;
    const char16_t* found =
        ucurr_getName(wide.getTerminatedBuffer(), locale, style, nullptr, &length, &error);
    return U_FAILURE(error) != 0 ? code : utf8(icu::UnicodeString(found, length));
  }
  void add(const std::string& code, const icu::Locale& locale) {
    list_.emplace_back(code, name(code, locale.getName(), UCURR_LONG_NAME));
    const std::string sign = name(code, "en", UCURR_SYMBOL_NAME);
    codes_.emplace(folded_name(code), code);
    codes_.emplace(folded_name(list_.back().second), code);
    codes_.emplace(folded_name(name(code, "en", UCURR_LONG_NAME)), code);
    if (sign != "$" && sign != "¥") codes_.emplace(folded_name(sign), code);  // these are several countries'
  }

  std::vector<std::pair<std::string, std::string>> list_;
  std::unordered_map<std::string, std::string> codes_;  // by a folded name
};

// Looked up by views, without a copy of the key.
struct KeyHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
};

}  // namespace

struct Catalogue::Words {
  explicit Words(icu::Locale of) : locale(std::move(of)) {}
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  const Currencies& currencies() {
    std::call_once(currencies_once, [this] { currencies_made.emplace(locale); });
    return *currencies_made;
  }

  const icu::Locale locale;
  std::unordered_map<std::string, MessagePattern, KeyHash, std::equal_to<>> messages;
  DateText day{day_format, locale};
  DateText moment{moment_format, locale};
  DateText weekday{weekday_format, locale};
  DateText meeting{meeting_format, locale};
  DateText zone{zone_format, locale};  // the name of the zone alone
  std::once_flag currencies_once;
  std::optional<Currencies> currencies_made;
  NumberText number{locale, true};
  NumberText year{locale, false};
  KnownNames languages;
  KnownNames countries;
};

Catalogue::Catalogue() = default;
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Result<Catalogue> Catalogue::parse(std::string tag, std::string_view text, const Catalogue* fallback) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return fail(Code::kMalformed, "a catalogue is a JSON object", tag);
  Catalogue out;
  out.tag_ = std::move(tag);
  out.words_ = std::make_unique<Words>(locale_of(out.tag_));
  out.right_to_left_ = out.words_->locale.isRightToLeft() != 0;
  auto& messages = out.words_->messages;
  for (const auto& item : value.as_object()) {
    if (!item.value().is_string())
      return fail(Code::kMalformed, "a message is a text", std::string(item.key()));
    messages.try_emplace(std::string(item.key()), std::string(item.value().as_string()), out.words_->locale);
  }
  if (fallback == nullptr) return out;
  // Also those with the numbers and dates of this language.
  for (const auto& [key, message] : fallback->words_->messages)
    messages.try_emplace(key, message.pattern(), out.words_->locale);
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

std::string Catalogue::text(std::string_view key) const { return text(key, {}); }

std::string Catalogue::text(std::string_view key, const MessageArguments& arguments) const {
  const auto found = words_->messages.find(key);
  return found == words_->messages.end() ? std::string(key) : found->second.text(arguments);
}

std::string Catalogue::named(std::string_view subject, std::string_view value) const {
  std::string key = std::string(subject).append(".").append(value);
  auto found = words_->messages.find(key);
  if (found == words_->messages.end()) {  // points-to of the protocol is points_to of a form
    std::replace(key.begin() + static_cast<std::ptrdiff_t>(subject.size()), key.end(), '-', '_');
    found = words_->messages.find(key);
  }
  if (found == words_->messages.end()) return std::string(value);
  const auto number = parse_decimal(value);
  return number.ok() ? found->second.text({{"number", static_cast<std::int64_t>(*number)}})
                     : found->second.text({});
}

std::string Catalogue::date(UnixMillis time) const { return words_->day.of(time); }

std::string Catalogue::date_and_time(UnixMillis time, const TimeZone& zone) const {
  return words_->moment.of(time, zone) + " (" + zone_name(zone) + ")";
}

std::string Catalogue::weekday_and_time(UnixMillis time, const TimeZone& zone) const {
  return words_->weekday.of(time, zone);
}

std::string Catalogue::day_and_time(UnixMillis time, const TimeZone& zone) const {
  return words_->meeting.of(time, zone) + " (" + zone_name(zone) + ")";
}

std::string Catalogue::zone_name(const TimeZone& zone) const {
  return zone.name() == TimeZone().name() ? "UTC" : words_->zone.of(UnixMillis{0}, zone);
}

std::string Catalogue::number(double value) const { return words_->number.of(value); }

std::string Catalogue::year(std::int64_t value) const { return words_->year.of(static_cast<double>(value)); }

std::string Catalogue::language_name(const std::string& tag) const {
  return words_->languages.of(
      tag, [&](icu::UnicodeString& out) { locale_of(tag).getDisplayName(words_->locale, out); });
}

std::string Catalogue::country_name(const std::string& code) const {
  return words_->countries.of(code, [&](icu::UnicodeString& out) {
    icu::Locale("", code.c_str()).getDisplayCountry(words_->locale, out);
  });
}

struct Messages::Loaded {
  std::vector<Catalogue> languages;
  std::unique_ptr<icu::LocaleMatcher> matcher;
};

std::string Catalogue::language_named(const std::string& typed) const {
  const std::string wanted = folded_name(typed);
  if (wanted.empty()) return typed;
  const auto is_called = [&](const char* tag, const icu::Locale& in) {
    icu::UnicodeString name;
    icu::Locale(tag).getDisplayLanguage(in, name);
    return wanted == folded_name(utf8(name));
  };
  for (const char* const* tag = icu::Locale::getISOLanguages(); *tag != nullptr; ++tag) {
    if (wanted == *tag || is_called(*tag, words_->locale) || is_called(*tag, icu::Locale::getEnglish()))
      return *tag;
  }
  return typed;
}

std::vector<std::pair<std::string, std::string>> Catalogue::countries() const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const char* const* code = icu::Locale::getISOCountries(); *code != nullptr; ++code)
    out.emplace_back(*code, country_name(*code));
  return out;
}

std::string Catalogue::country_named(const std::string& typed) const {
  const std::string wanted = folded_name(typed);
  if (wanted.empty()) return typed;
  for (const auto& [code, name] : countries()) {
    icu::UnicodeString english;
    icu::Locale("", code.c_str()).getDisplayCountry(icu::Locale::getEnglish(), english);
    if (wanted == folded_name(code) || wanted == folded_name(name) || wanted == folded_name(utf8(english)))
      return code;
  }
  return typed;
}

const std::vector<std::pair<std::string, std::string>>& Catalogue::currencies() const {
  return words_->currencies().list();
}

std::string Catalogue::currency_named(const std::string& typed) const {
  return typed.empty() ? typed : words_->currencies().named(typed);
}

Result<Messages> Messages::builtin() {
  const auto loaded = std::make_shared<Loaded>();
  // English first: what the others lack is said in it, and it is spoken to whoever asks for none of ours.
  constexpr std::array<const char*, 6> kTags = {"en", "ko", "it", "es", "fr", "ar"};
  loaded->languages.reserve(kTags.size());  // visits point to elements
  const auto faults = embedded_file("faults.json");
  if (!faults) return fail(Code::kInternal, "the faults are missing from the program", "faults");
  icu::LocaleMatcher::Builder builder;
  for (const std::string tag : kTags) {
    const auto file = embedded_file("messages/" + tag + ".json");
    if (!file) return fail(Code::kInternal, "a catalogue is missing from the program", tag);
    const Catalogue* fallback = loaded->languages.empty() ? nullptr : loaded->languages.data();
    KOINON_ASSIGN(auto catalogue, Catalogue::parse(tag, *file, fallback));
    KOINON_TRY(catalogue.add_faults(*faults));
    loaded->languages.push_back(std::move(catalogue));
    builder.addSupportedLocale(locale_of(tag));
  }
  UErrorCode error = U_ZERO_ERROR;
  loaded->matcher = std::make_unique<icu::LocaleMatcher>(builder.build(error));
  if (U_FAILURE(error) != 0)
    return fail(Code::kInternal, "ICU does not know our languages", u_errorName(error));
  Messages out;
  out.loaded_ = loaded;
  return out;
}

const std::vector<Catalogue>& Messages::languages() const { return loaded_->languages; }

const Catalogue& Messages::choose(std::string_view chosen, std::string_view accept) const {
  const auto find = [this](std::string_view tag) -> const Catalogue* {
    for (const Catalogue& one : loaded_->languages) {
      if (one.tag() == tag) return &one;
    }
    return nullptr;
  };
  if (const Catalogue* one = find(chosen); one != nullptr) return *one;
  const Catalogue& english = loaded_->languages.front();
  if (accept.empty() || accept.size() > limits::kAcceptLanguageBytes) return english;
  UErrorCode error = U_ZERO_ERROR;
  const icu::Locale* best = loaded_->matcher->getBestMatchForListString(
      icu::StringPiece(accept.data(), static_cast<int32_t>(accept.size())), error);
  const Catalogue* one = U_FAILURE(error) != 0 || best == nullptr ? nullptr : find(best->getLanguage());
  return one == nullptr ? english : *one;
}

}  // namespace koinon
