#include "node/reading/ties_search.h"

#include <algorithm>

#include "node/text/numbers.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace {

constexpr std::array<std::string_view, 4> kGroups = {"country", "city", "topic", "agreement"};
constexpr std::string_view kNone = "~none";
constexpr std::string_view kOthers = "~others";

Result<std::string> read_country(const Params& params, const std::string& name) {
  std::string out = ascii_upper(trimmed(param(params, name)));
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (out.empty() || (out.size() == 2 && is_letter(out[0]) && is_letter(out[1]))) return out;
  return fail(Code::kInvalidArgument, Sentence{"ties.country", "a country is two letters, such as KR"}, name);
}

Result<std::uint16_t> read_year(const Params& params, const std::string& name) {
  KOINON_ASSIGN(const std::uint64_t year, read_number(trimmed(param(params, name)), name, kLastYear));
  if (year == 0 || year >= kFirstYear) return static_cast<std::uint16_t>(year);
  return fail(Code::kInvalidArgument,
              Sentence{"ties.year", "a year is from 1990 on, with four digits, such as 2020"}, name);
}

Result<TieGroup> read_group(const Params& params) {
  const std::string text = param(params, "group");
  if (text.empty()) return TieGroup::kCountry;
  const auto* const it = std::find(kGroups.begin(), kGroups.end(), text);
  if (it == kGroups.end())
    return fail(Code::kInvalidArgument, "it is country, city, topic or agreement", "group");
  return static_cast<TieGroup>(it - kGroups.begin());
}

Status read_outcome(const Params& params, TieFilter& out) {
  const std::string text = param(params, "went");
  if (text.empty()) return {};
  out.outcome = parse_outcome(text);
  if (*out.outcome != Outcome::kNone || text == "none") return {};
  return fail(Code::kInvalidArgument, "it is worked, partly, did-not, too-early or none", "went");
}

Result<TieKey> find_key(Directory& directory, TieGroup group, bool is_column, const std::string& text) {
  if (text == kNone) return TieKey{TieKey::Kind::kNone, {}};
  if (text == kOthers) return TieKey{TieKey::Kind::kOthers, {}};
  if (group == TieGroup::kCity) {
    KOINON_ASSIGN(const LogId log, directory.find_log(text));
    return TieKey{TieKey::Kind::kNamed, to_text(log)};
  }
  const bool is_country = is_column || group == TieGroup::kCountry;
  return TieKey{TieKey::Kind::kNamed, is_country ? ascii_upper(text) : text};
}

}  // namespace

Status read_years(const Params& params, std::uint16_t& from, std::uint16_t& to) {
  KOINON_ASSIGN(from, read_year(params, "year_from"));
  KOINON_ASSIGN(to, read_year(params, "year_to"));
  if (from > 0 && to > 0 && from > to)
    return fail(Code::kInvalidArgument, Sentence{"ties.years", "the first year is after the last"},
                "year_to");
  return {};
}

Result<TiesSearch> read_map_search(const Params& params) {
  TiesSearch out;
  TieFilter& filter = out.query.filter;
  out.city_from = trimmed(param(params, "city_from"));
  out.city_to = trimmed(param(params, "city_to"));
  KOINON_ASSIGN(filter.from_country, read_country(params, "country_from"));
  KOINON_ASSIGN(filter.to_country, read_country(params, "country_to"));
  if (const std::string topic = param(params, "topic"); !topic.empty())
    filter.topic = Vocabulary::builtin().canonical(topic);
  filter.agreement = agreement_name(param(params, "agreement"));
  KOINON_ASSIGN(const std::uint64_t goal, read_number(param(params, "sdg"), "sdg", 17));
  filter.sdg = static_cast<unsigned>(goal);
  KOINON_TRY(read_outcome(params, filter));
  KOINON_TRY(read_years(params, filter.year_from, filter.year_to));
  const std::string years = param(params, "years");
  filter.year_unclear = years == "unclear";
  if (!years.empty() && !filter.year_unclear) return fail(Code::kInvalidArgument, "it is unclear", "years");
  return out;
}

Result<TiesSearch> read_ties_search(const Params& params, std::size_t limit, std::size_t limit_most) {
  KOINON_ASSIGN(TiesSearch out, read_map_search(params));
  KOINON_ASSIGN(out.query.group, read_group(params));
  KOINON_ASSIGN(out.query.axis, read_limit(param(params, "axis"), limits::kTieAxis, limits::kTieAxis));
  out.row = param(params, "row");
  out.column = param(params, "column");
  KOINON_ASSIGN(out.query.limit, read_limit(param(params, "limit"), limit, limit_most));
  KOINON_ASSIGN(out.query.offset, read_number(param(params, "cursor"), "cursor", limits::kTies));
  return out;
}

std::uint16_t last_clear_year(UnixMillis now) {
  return static_cast<std::uint16_t>(std::max(note_year(now), kFirstYear) + 1);
}

Result<TiesQuery> find_ties_query(Directory& directory, const TiesSearch& search, UnixMillis now) {
  TiesQuery out = search.query;
  out.filter.last_year = last_clear_year(now);
  if (!search.city_from.empty()) {
    KOINON_ASSIGN(out.filter.from, directory.find_log(search.city_from));
  }
  if (!search.city_to.empty()) {
    KOINON_ASSIGN(out.filter.to, directory.find_log(search.city_to));
  }
  if (!search.row.empty()) {
    KOINON_ASSIGN(out.row, find_key(directory, out.group, false, search.row));
  }
  if (!search.column.empty()) {
    KOINON_ASSIGN(out.column, find_key(directory, out.group, true, search.column));
  }
  return out;
}

std::string key_text(Directory& directory, TieGroup group, const TieKey& key) {
  if (key.kind == TieKey::Kind::kNone) return std::string(kNone);
  if (key.kind == TieKey::Kind::kOthers) return std::string(kOthers);
  if (group != TieGroup::kCity) return key.name;
  const auto log = parse_log_id(key.name);
  return log.ok() ? directory.city(*log) : key.name;
}

std::string_view group_text(TieGroup group) { return kGroups.at(static_cast<std::size_t>(group)); }

}  // namespace koinon
