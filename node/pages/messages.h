// What the pages say, in the languages of the interface: catalogues of ICU MessageFormat patterns that
// translators edit (node/pages/messages/*.json), and dates and numbers as the language writes them.
//
// Immutable once loaded; safe to read from any thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/result.h"
#include "proto/base/sentence.h"
#include "proto/base/types.h"

namespace koinon {

class Catalogue {
 public:
  // One language; `fallback` says what a key that is missing here is, and outlives this.
  static Result<Catalogue> parse(std::string tag, std::string_view json, const Catalogue* fallback);
  // The translations of what errors say: by the sentence's id, then by language.
  Status add_faults(std::string_view json);

  const std::string& tag() const { return tag_; }
  bool right_to_left() const;
  // The name of the language in itself.
  std::string own_name() const { return text("language.name"); }
  // The message of a key; the key itself where nobody has written one.
  std::string text(const std::string& key) const;
  std::string text(const std::string& key, const MessageArguments& arguments) const;
  // What the error says, in this language; as it is where its sentence has no id, or nobody has translated
  // it.
  std::string fault(const Error& error) const;
  std::string date(UnixMillis time) const;
  std::string date_and_time(UnixMillis time) const;  // UTC
  std::string number(double value) const;
  // What a language is called in this one; the tag where that is not known.
  std::string language_name(const std::string& tag) const;
  std::string country_name(const std::string& code) const;
  const std::map<std::string, std::string>& patterns() const { return patterns_; }

 private:
  const std::string* pattern(const std::string& key) const;

  std::string tag_;
  std::map<std::string, std::string> patterns_;
  std::map<std::string, std::string> faults_;  // by the id of the sentence
  const Catalogue* fallback_ = nullptr;
};

class Messages {
 public:
  // The catalogues that this program was built with.
  static Result<Messages> builtin();

  const std::vector<Catalogue>& languages() const { return *languages_; }
  // The language chosen before, if it is one of ours, else the first of Accept-Language (RFC 9110 §12.5.4)
  // that is, else English.
  const Catalogue& choose(std::string_view chosen, std::string_view accept) const;

 private:
  std::shared_ptr<std::vector<Catalogue>> languages_;
};

}  // namespace koinon
