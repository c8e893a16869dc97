// Names that programs of others know: addresses of licences, and entries of the authority tables of the EU
// (https://op.europa.eu/en/web/eu-vocabularies). Pure functions, for any thread.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

// The address of the text of a licence, which a note names by its SPDX identifier, such as CC-BY-4.0, or by
// an address. Empty: it is neither.
std::string licence_address(std::string_view licence);
// What a note is under that names no licence.
inline constexpr std::string_view kUsualLicence = "CC-BY-4.0";

// Empty: the table has no entry, or it is not known which.
std::string eu_language(std::string_view tag);  // ko → …/language/KOR
std::string eu_country(std::string_view code);  // KR → …/country/KOR
std::string eu_theme(std::string_view topic);  // health → …/data-theme/HEAL; of the first part of a topic
std::string eu_file_type(std::string_view name);   // JSON → …/file-type/JSON
std::string eu_authority(std::string_view entry);  // licence/CC_BY_4_0 → http://publications.europa.eu/…

// Whether it is the name of an item of Wikidata (Q8684), or a number of GeoNames (1835848).
std::string wikidata_address(std::string_view item);
std::string geonames_address(std::string_view number);

}  // namespace koinon
