#include "node/linked/known_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/text/iso_codes.h"
#include "node/text/plain_text.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 8> kCreativeCommons = {{{"CC0-1.0", "publicdomain/zero/1.0/"},
                                                   {"CC-BY-3.0", "licenses/by/3.0/"},
                                                   {"CC-BY-4.0", "licenses/by/4.0/"},
                                                   {"CC-BY-SA-3.0", "licenses/by-sa/3.0/"},
                                                   {"CC-BY-SA-4.0", "licenses/by-sa/4.0/"},
                                                   {"CC-BY-NC-4.0", "licenses/by-nc/4.0/"},
                                                   {"CC-BY-NC-SA-4.0", "licenses/by-nc-sa/4.0/"},
                                                   {"CC-BY-ND-4.0", "licenses/by-nd/4.0/"}}};

// By the first part of a topic of our vocabulary.
constexpr std::array<Pair, 20> kThemes = {
    {{"health", "HEAL"},    {"climate", "ENVI"},   {"energy", "ENER"},  {"food", "AGRI"},
     {"migration", "SOCI"}, {"events", "EDUC"},    {"housing", "SOCI"}, {"mobility", "TRAN"},
     {"water", "ENVI"},     {"waste", "ENVI"},     {"air", "ENVI"},     {"nature", "ENVI"},
     {"economy", "ECON"},   {"education", "EDUC"}, {"social", "SOCI"},  {"governance", "GOVE"},
     {"digital", "TECH"},   {"safety", "JUST"},    {"culture", "EDUC"}, {"planning", "REGI"}}};

template <std::size_t N>
std::string_view find(const std::array<Pair, N>& pairs, std::string_view name) {
  const auto* it =
      std::find_if(pairs.begin(), pairs.end(), [&](const Pair& one) { return one.first == name; });
  return it == pairs.end() ? std::string_view() : it->second;
}

bool is_of(std::string_view text, bool (*fits)(char)) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), fits);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The characters of an SPDX identifier.
bool is_identifier(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' || c == '+';
}

}  // namespace

std::string licence_address(std::string_view licence) {
  if (const auto known = find(kCreativeCommons, ascii_upper(licence)); !known.empty())
    return "https://creativecommons.org/" + std::string(known);
  // No identifier is one word in small letters alone, and such a word is nobody's licence.
  const bool has_sign = licence.find_first_of("-.0123456789") != std::string_view::npos;
  if (has_sign && is_of(licence, is_identifier)) return "https://spdx.org/licenses/" + std::string(licence);
  const bool is_web = licence.starts_with("https://") || licence.starts_with("http://");
  return is_web && safe_link(licence) ? std::string(licence) : std::string();
}

std::string eu_authority(std::string_view entry) {
  return "http://publications.europa.eu/resource/authority/" + std::string(entry);
}

std::string eu_language(std::string_view tag) {
  const std::string code = three_letter_language(tag);
  return code.empty() ? code : eu_authority("language/" + ascii_upper(code));
}

std::string eu_country(std::string_view code) {
  const std::string three = three_letter_country(ascii_upper(code));
  return three.empty() ? three : eu_authority("country/" + three);
}

std::string eu_theme(std::string_view topic) {
  const std::string_view theme = find(kThemes, topic.substr(0, topic.find('/')));
  return theme.empty() ? std::string() : eu_authority("data-theme/" + std::string(theme));
}

std::string eu_file_type(std::string_view name) { return eu_authority("file-type/" + std::string(name)); }

std::string wikidata_address(std::string_view item) {
  const bool is_item = item.starts_with('Q') && is_of(item.substr(1), is_digit);
  return is_item ? "http://www.wikidata.org/entity/" + std::string(item) : std::string();
}

std::string geonames_address(std::string_view number) {
  return is_of(number, is_digit) ? "https://sws.geonames.org/" + std::string(number) + "/" : std::string();
}

}  // namespace koinon
