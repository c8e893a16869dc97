#include "node/pages/needs_field.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "node/publishing/fill_in.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/vocabulary/practice_words.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kFewestRows = 3;  // rows that a page shows, and that it adds
constexpr const char* kNeedRows = "need_rows";

std::string what_field(std::size_t row) { return "need_what_" + std::to_string(row); }
std::string text_field(std::size_t row) { return "need_text_" + std::to_string(row); }

std::string field_at(const std::map<std::string, std::string>& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : trimmed(found->second);
}

// A form is read as far as one row more than a practice may have, so that too many are refused and not lost.
constexpr std::size_t kRowsRead = limits::kNeeds + 1;

std::size_t shown_rows(const std::map<std::string, std::string>& form) {
  const auto asked = parse_decimal(field_at(form, kNeedRows));
  std::size_t rows = std::max(kFewestRows, asked.ok() ? static_cast<std::size_t>(*asked) : kFewestRows);
  rows = std::min(rows, limits::kNeeds);
  for (std::size_t row = kRowsRead; row > rows; --row) {
    if (!field_at(form, what_field(row)).empty() || !field_at(form, text_field(row)).empty()) return row;
  }
  return rows;
}

}  // namespace

json::array needs_of_form(const std::map<std::string, std::string>& form) {
  json::array out;
  for (std::size_t row = 1; row <= kRowsRead; ++row) {
    json::object need;
    std::string text;  // a sentence is one line, whatever was pasted
    for (const std::string& line : split(field_at(form, text_field(row)), '\n'))
      text += (text.empty() ? "" : " ") + line;
    if (std::string what = field_at(form, what_field(row)); !what.empty()) need["what"] = std::move(what);
    if (!text.empty()) need["text"] = std::move(text);
    if (!need.empty()) out.push_back(std::move(need));
  }
  return out;
}

void put_needs(const json::array& needs, std::map<std::string, std::string>& form) {
  std::size_t row = 0;
  for (const auto& item : needs) {
    if (!item.is_object() || row == kRowsRead) continue;
    ++row;
    form[what_field(row)] = text_at(item.get_object(), "what");
    form[text_field(row)] = text_at(item.get_object(), "text");
  }
  form[kNeedRows] = std::to_string(std::max(kFewestRows, row));
}

void add_need_rows(std::map<std::string, std::string>& form) {
  form[kNeedRows] = std::to_string(std::min(limits::kNeeds, shown_rows(form) + kFewestRows));
}

void leave_needs_out(std::map<std::string, std::string>& form) {
  for (std::size_t row = 1; row <= kRowsRead; ++row) {
    if (!is_fill_in(field_at(form, text_field(row)))) continue;
    form.erase(text_field(row));
    form.erase(what_field(row));
  }
}

void put_need_rows(const Visit& visit, const std::map<std::string, std::string>& form, json::object& out) {
  const std::size_t count = shown_rows(form);
  json::array rows;
  for (std::size_t row = 1; row <= count; ++row) {
    const std::string what = field_at(form, what_field(row));
    json::array kinds;
    bool known = what.empty();
    for (const std::string_view kind : kNeedKinds) {
      known = known || kind == what;
      kinds.push_back(
          json::object{{"key", kind}, {"text", visit.named("need", kind)}, {"chosen", kind == what}});
    }
    if (!known) kinds.push_back(json::object{{"key", what}, {"text", what}, {"chosen", true}});
    const MessageArguments number{{"number", static_cast<std::int64_t>(row)}};
    rows.push_back(json::object{{"number", std::to_string(row)},
                                {"what_label", visit.say("needs.what", number)},
                                {"text_label", visit.say("needs.text", number)},
                                {"need_text", field_at(form, text_field(row))},
                                {"kinds", std::move(kinds)}});
  }
  out["rows"] = std::move(rows);
  out["row_count"] = std::to_string(count);
  out["most_rows"] = std::to_string(limits::kNeeds);
  out["may_have_more"] = count < limits::kNeeds;
}

json::array needs_to_read(const Visit& visit, const json::array& needs) {
  json::array out;
  for (const auto& item : needs) {
    if (!item.is_object() || out.size() == limits::kNeeds) continue;
    const std::string what = text_at(item.get_object(), "what");
    out.push_back(json::object{{"what", what.empty() ? std::string() : visit.named("need", what)},
                               {"text", text_at(item.get_object(), "text")}});
  }
  return out;
}

}  // namespace koinon
