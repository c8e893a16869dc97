#include "node/text/places.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace koinon {
namespace embedded {
extern const std::string_view places_tsv;
extern const std::string_view incomes_tsv;
}  // namespace embedded

namespace {

constexpr std::size_t kNameBytes = 200;  // more than the longest name of a place
constexpr std::size_t kFields = 8;
using Fields = std::array<std::string_view, kFields>;

// As places/make_places makes it. Empty: there is neither a letter nor a digit in it.
std::string key_of(std::string_view name) {
  UErrorCode failed = U_ZERO_ERROR;
  const auto* folding = icu::Normalizer2::getNFKCCasefoldInstance(failed);
  const auto* apart = icu::Normalizer2::getNFKDInstance(failed);
  const auto* together = icu::Normalizer2::getNFCInstance(failed);
  if (U_FAILURE(failed) != 0) return {};
  const auto text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(name.data(), static_cast<std::int32_t>(std::min(name.size(), kNameBytes))));
  const icu::UnicodeString folded = apart->normalize(folding->normalize(text, failed), failed);
  icu::UnicodeString kept;
  for (std::int32_t i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
    if (u_isalnum(folded.char32At(i)) != 0) kept.append(folded.char32At(i));
  }
  std::string out;
  together->normalize(kept, failed).toUTF8String(out);
  return U_FAILURE(failed) != 0 ? std::string() : out;
}

// The fields of the line that begins at `begin`; those that it has not are empty.
Fields fields_at(std::string_view table, std::size_t begin) {
  std::string_view line = table.substr(begin, table.find('\n', begin) - begin);
  Fields out;
  for (std::string_view& field : out) {
    const auto end = std::min(line.find('\t'), line.size());
    field = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return out;
}

std::size_t line_begin(std::string_view table, std::size_t within) {
  const auto before = within == 0 ? std::string_view::npos : table.rfind('\n', within - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

std::size_t next_line(std::string_view table, std::size_t begin) {
  const auto end = table.find('\n', begin);
  return end == std::string_view::npos ? table.size() : end + 1;
}

// Where the first line begins whose key is not below this one.
std::size_t first_of(std::string_view table, std::string_view key) {
  std::size_t low = 0;
  std::size_t high = table.size();
  while (low < high) {
    const std::size_t begin = line_begin(table, low + (high - low) / 2);
    if (fields_at(table, begin)[0] < key) {
      low = next_line(table, begin);
    } else {
      high = begin;
    }
  }
  return low;
}

template <typename Number>
Number number_in(std::string_view text) {
  Number out{};
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

Place place_of(const Fields& line) {
  return {number_in<std::uint64_t>(line[1]),
          std::string(line[2]),
          number_in<double>(line[3]),
          number_in<double>(line[4]),
          number_in<std::uint64_t>(line[5]),
          std::string(line[6]),
          std::string(line[7])};
}

// A line of another name leads to the key of the place, one step and no further.
void collect(std::string_view table, std::string_view key, std::string_view country, bool follow,
             std::vector<Place>& out) {
  for (std::size_t at = first_of(table, key); at < table.size(); at = next_line(table, at)) {
    const Fields line = fields_at(table, at);
    if (line[0] != key) return;
    if (!country.empty() && line[2] != country) continue;
    if (!line[1].starts_with('=')) {
      out.push_back(place_of(line));
    } else if (follow) {
      std::vector<Place> meant;
      collect(table, line[1].substr(1), line[2], false, meant);
      if (!meant.empty()) out.push_back(std::move(meant.front()));
    }
  }
}

}  // namespace

std::vector<Place> places_called(std::string_view name, std::string_view country, std::size_t most) {
  const std::string key = key_of(name);
  std::vector<Place> out;
  if (key.empty()) return out;
  collect(embedded::places_tsv, key, country, true, out);
  std::sort(out.begin(), out.end(), [](const Place& a, const Place& b) {
    return a.population != b.population ? a.population > b.population : a.geonames < b.geonames;
  });
  std::set<std::uint64_t> seen;
  std::erase_if(out, [&](const Place& place) { return !seen.insert(place.geonames).second; });
  if (out.size() > most) out.resize(most);
  return out;
}

std::string_view income_of_country(std::string_view country) {
  if (country.empty()) return {};
  const std::size_t at = first_of(embedded::incomes_tsv, country);
  if (at >= embedded::incomes_tsv.size()) return {};
  const Fields line = fields_at(embedded::incomes_tsv, at);
  return line[0] == country ? line[1] : std::string_view();
}

}  // namespace koinon
