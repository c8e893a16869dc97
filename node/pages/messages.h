// What the pages say, in the languages of the interface: catalogues of ICU MessageFormat patterns that
// translators edit (node/pages/messages/*.json), and dates and numbers as the language writes them.
//
// ICU's formats are large, and few nodes are read in all languages. So a pattern is compiled, and a format of
// dates, numbers or currencies made, when it is first used, once for all threads. Safe to read from any
// thread: a format has state of its own within ICU, and a lock around each use.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "node/text/time_zone.h"
#include "proto/base/result.h"
#include "proto/base/sentence.h"
#include "proto/base/types.h"

namespace koinon {

class Catalogue {
 public:
  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();
  // One language. A message that is missing here is taken from `fallback` while this is made.
  static Result<Catalogue> parse(std::string tag, std::string_view json, const Catalogue* fallback);
  // The translations of what errors say: by the sentence's id, then by language.
  Status add_faults(std::string_view json);

  const std::string& tag() const { return tag_; }
  bool right_to_left() const { return right_to_left_; }
  // The name of the language in itself.
  std::string own_name() const { return text("language.name"); }
  // The message of a key; the key itself where nobody has written one.
  std::string text(std::string_view key) const;
  std::string text(std::string_view key, const MessageArguments& arguments) const;
  // What a value of a subject is called: `named("stage", "trying")`. The value itself where we have no word
  // for it: other cities write what they like, and no key of ours is a word. A value that is a number is the
  // argument `number` of the message.
  std::string named(std::string_view subject, std::string_view value) const;
  // What the error says, in this language; as it is where its sentence has no id, or nobody has translated
  // it.
  std::string fault(const Error& error) const;
  std::string date(UnixMillis time) const;
  // With the name of the zone.
  std::string date_and_time(UnixMillis time, const TimeZone& zone) const;
  // "Thursday, May 7 at 9:00 AM", for whoever knows which zone is meant.
  std::string weekday_and_time(UnixMillis time, const TimeZone& zone) const;
  // "Thursday, May 7, 2026 at 9:00 AM (South Korea Time)", for times that people meet at.
  std::string day_and_time(UnixMillis time, const TimeZone& zone) const;
  // "Los Angeles Time".
  std::string zone_name(const TimeZone& zone) const;
  std::string number(double value) const;
  // In the digits of the language, without marks between them.
  std::string year(std::int64_t value) const;
  // What a language is called in this one; the tag where that is not known.
  std::string language_name(const std::string& tag) const;
  std::string country_name(const std::string& code) const;
  // The tag of the language that is meant by its tag or name, here or in English; else what was typed.
  std::string language_named(const std::string& typed) const;
  // The countries (ISO 3166-1), and what they are called here.
  std::vector<std::pair<std::string, std::string>> countries() const;
  // The code of the country that is meant by its code or name, here or in English; else what was typed.
  std::string country_named(const std::string& typed) const;
  // Today's currencies: their codes (ISO 4217), and what they are called here.
  const std::vector<std::pair<std::string, std::string>>& currencies() const;
  // The code of the currency that is meant by its code, sign or name, here or in English; else what was
  // typed.
  std::string currency_named(const std::string& typed) const;

 private:
  struct Words;
  Catalogue();

  std::string tag_;
  bool right_to_left_ = false;
  std::unique_ptr<Words> words_;
  std::map<std::string, std::string> faults_;  // by the id of the sentence
};

class Messages {
 public:
  // The catalogues that this program was built with.
  static Result<Messages> builtin();

  const std::vector<Catalogue>& languages() const;
  // The language chosen before, by its tag, if it is one of ours. Else what Accept-Language (RFC 9110
  // §12.5.4) asks for, as ICU's LocaleMatcher reads it: the nearest of ours. Else, and where that header is
  // longer than limits::kAcceptLanguageBytes, English.
  const Catalogue& choose(std::string_view chosen, std::string_view accept) const;

 private:
  struct Loaded;
  std::shared_ptr<const Loaded> loaded_;  // by all copies
};

}  // namespace koinon
