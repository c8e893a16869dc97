#include "node/publishing/field_rules.h"

#include <algorithm>
#include <cctype>
#include <chrono>

#include <boost/url/parse.hpp>

#include "proto/base/limits.h"

namespace koinon {
namespace {

// ISO 8601, as exact as it is known: 2020, 2020-03, 2020-03-17. A month or a day that no calendar has is
// none.
bool is_date(const std::string& date) {
  constexpr std::string_view kForm = "0000-00-00";
  if (date.size() != 4 && date.size() != 7 && date.size() != 10) return false;
  for (std::size_t i = 0; i < date.size(); ++i) {
    if (kForm[i] == '-' ? date[i] != '-' : std::isdigit(static_cast<unsigned char>(date[i])) == 0)
      return false;
  }
  const std::string whole = date + std::string("0000-01-01").substr(date.size());
  return std::chrono::year_month_day(std::chrono::year(std::stoi(whole.substr(0, 4))),
                                     std::chrono::month(static_cast<unsigned>(std::stoi(whole.substr(5, 2)))),
                                     std::chrono::day(static_cast<unsigned>(std::stoi(whole.substr(8, 2)))))
      .ok();
}

}  // namespace

void Faults::take(const Status& status) {
  if (!status.ok() && found_.size() < limits::kFaultsTold) found_.push_back(status.error());
}

Status Faults::all() && { return all_faults(std::move(found_)); }

Status check_one_of(const std::string& value, std::initializer_list<std::string_view> allowed,
                    const std::string& field) {
  std::string list;
  for (const auto word : allowed) {
    if (value.empty() || value == word) return {};
    list += (list.empty() ? "" : ", ") + std::string(word);
  }
  return fail(Code::kInvalidArgument, Sentence{"field.one_of", "it is one of {list}", {{"list", list}}},
              field);
}

Status check_length(const std::string& text, std::size_t most, const std::string& field) {
  if (text.size() <= most) return {};
  return fail(
      Code::kTooLarge,
      Sentence{"field.length", "it has at most {most} bytes", {{"most", static_cast<std::int64_t>(most)}}},
      field);
}

Status check_url(const std::string& url, const std::string& field) {
  const auto parsed = boost::urls::parse_uri(url);
  if (url.empty() || (parsed.has_value() && (parsed->scheme() == "http" || parsed->scheme() == "https") &&
                      !parsed->encoded_host().empty()))
    return {};
  return fail(Code::kInvalidArgument, Sentence{"link.address", "it is an http or https address"}, field);
}

Status check_date(const std::string& date, const std::string& field) {
  if (date.empty() || is_date(date)) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"date.form", "it is a date such as 2020, 2020-03 or 2020-03-17"}, field);
}

bool has_role(const NoteFile& note, v1::RefRole role) {
  for (const auto& ref : note.refs) {
    if (ref.role == role) return true;
  }
  return false;
}

}  // namespace koinon
