#include "storage/search/called_cities.h"

#include <algorithm>
#include <array>
#include <span>

#include <unicode/utf8.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/search/folding.h"

namespace koinon {
namespace {

void append_folded(std::string& out, const std::vector<FoldedPoint>& points, bool& dense) {
  for (const FoldedPoint& point : points) {
    switch (point.shape) {
      case Shape::kSeparator:
        if (!out.empty() && out.back() != ' ') out += ' ';
        break;
      case Shape::kIgnored:
      case Shape::kApostrophe:
        break;
      case Shape::kMark:  // a sound mark of Kana; accents are lost
        if (dense) out += point.text;
        break;
      case Shape::kWord:
      case Shape::kDense:
        out += point.text;
        dense = point.shape == Shape::kDense;
        break;
    }
  }
}

}  // namespace

std::string folded_city_name(std::string_view name) {
  const auto size = static_cast<int32_t>(std::min(name.size(), limits::kCityNameBytes * 4));
  const auto* const text = reinterpret_cast<const uint8_t*>(name.data());
  std::string out;
  bool dense = false;
  std::array<UChar32, kFoldedTogether> together{};
  std::size_t count = 0;
  for (int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(text, at, size, c);
    if (count > 0 && (count == together.size() || !joins_before(c))) {
      append_folded(out, fold(std::span<const UChar32>(together.data(), count)), dense);
      count = 0;
    }
    together[count++] = c;
  }
  if (count > 0) append_folded(out, fold(std::span<const UChar32>(together.data(), count)), dense);
  while (out.ends_with(' ')) out.pop_back();
  return std::string(clipped_utf8(out, limits::kCityNameBytes));
}

Status CalledCities::put_domain(const LogId& log, std::string_view domain) {
  auto keep = db_.prepare("INSERT OR REPLACE INTO city_domain (log_id, domain) VALUES (?, ?)");
  KOINON_TRY(keep.bind_blob(log.view()).bind_text(domain).run());
  return put(log, domain, false);
}

Status CalledCities::put_names(const LogId& log, const v1::Profile& profile) {
  KOINON_TRY(remove_names(log));
  KOINON_TRY(put(log, profile.display_name(), true));
  const auto names = std::min(static_cast<std::size_t>(profile.names_size()), limits::kCityNames);
  for (std::size_t i = 0; i < names; ++i)
    KOINON_TRY(put(log, profile.names(static_cast<int>(i)).name(), true));
  return {};
}

Status CalledCities::remove_names(const LogId& log) {
  auto remove = db_.prepare("DELETE FROM city_name WHERE log_id = ? AND of_profile = 1");
  return remove.bind_blob(log.view()).run();
}

Status CalledCities::remove_city(const LogId& log) {
  for (const char* sql :
       {"DELETE FROM city_name WHERE log_id = ?", "DELETE FROM city_domain WHERE log_id = ?"}) {
    auto remove = db_.prepare(sql);
    KOINON_TRY(remove.bind_blob(log.view()).run());
  }
  return {};
}

Status CalledCities::put(const LogId& log, std::string_view name, bool of_profile) {
  const std::string folded = folded_city_name(name);
  std::size_t begins = 0;
  for (std::size_t at = 0; at < folded.size() && begins < limits::kCityNameBegins; ++at) {
    const bool inside = (static_cast<unsigned char>(folded[at]) & 0xC0U) == 0x80U;
    if (inside || folded[at] == ' ') continue;
    auto insert = db_.prepare(
        "INSERT INTO city_name (part, log_id, of_profile, whole) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
        "SET whole = max(whole, excluded.whole)");
    KOINON_TRY(insert.bind_text(std::string_view(folded).substr(at))
                   .bind_blob(log.view())
                   .bind(of_profile ? 1 : 0)
                   .bind(begins == 0 ? 1 : 0)
                   .run());
    ++begins;
  }
  return {};
}

// U+10FFFF stands behind all that goes on.
Result<std::vector<LogId>> find_called_cities(sqlite::Connection& db, const CalledQuery& query) {
  std::vector<LogId> out;
  const std::string part = folded_city_name(query.part);
  if (part.empty()) return out;
  auto select = db.prepare(
      query.whole
          ? "SELECT DISTINCT d.domain, d.log_id FROM city_name n CROSS JOIN city_domain d ON d.log_id "
            "= n.log_id WHERE n.part = ?1 AND n.whole = 1 AND (d.domain, d.log_id) > (?2, ?3) ORDER "
            "BY d.domain, d.log_id LIMIT ?4"
          : "SELECT DISTINCT d.domain, d.log_id FROM city_name n CROSS JOIN city_domain d ON d.log_id "
            "= n.log_id WHERE n.part >= ?1 AND n.part < ?1 || char(1114111) AND (d.domain, d.log_id) "
            "> (?2, ?3) ORDER BY d.domain, d.log_id LIMIT ?4");
  select.bind_text(part)
      .bind_text(query.after_domain)
      .bind_blob(query.after ? query.after->view() : BytesView())
      .bind(static_cast<std::int64_t>(query.limit));
  while (true) {
    KOINON_ASSIGN(const bool row, select.step());
    if (!row) return out;
    if (select.blob(1).size() == LogId::kSize) out.push_back(LogId::from(select.blob(1)));
  }
}

}  // namespace koinon
