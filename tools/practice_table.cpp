#include "tools/practice_table.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "node/text/plain_text.h"
#include "node/text/topic_names.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"
#include "tools/list_cell.h"
#include "tools/needs_cell.h"

namespace koinon {
namespace json = boost::json;
namespace {

const std::vector<std::string>& text_columns() {
  static const std::vector<std::string> kColumns = {
      "title",   "summary",    "core",           "adaptable",      "challenge",  "solution",
      "results", "went_wrong", "not_again",      "lessons",        "conditions", "status",
      "period",  "staff",      "time_to_launch", "people_reached", "contact",    "licence"};
  return kColumns;
}

// A list whose items have parts: what the parts are in the message.
const std::vector<std::string>* parts_of_column(const std::string& column) {
  static const std::map<std::string, std::vector<std::string>> kParts = {
      {"links", {"title", "url"}},
      {"needs", {"what", "text"}},
      {"commitments", {"agreement", "target"}},
      {"further_sources", {"publisher", "title", "url", "date"}}};
  const auto it = kParts.find(column);
  return it == kParts.end() ? nullptr : &it->second;
}

// The columns of the first source, by the member.
const std::vector<std::pair<std::string, std::string>>& source_columns() {
  static const std::vector<std::pair<std::string, std::string>> kColumns = {{"publisher", "on_behalf_of"},
                                                                            {"title", "source_title"},
                                                                            {"url", "source_url"},
                                                                            {"date", "source_date"}};
  return kColumns;
}

bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool is_address(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

// Whether a text after `;` goes on with the address before it: https://city.example/a;b=1.
bool goes_on(const ListItem& before, const ListItem& item) {
  return item.glued && !item.quoted && item.parts.size() == 1 && !is_address(item.parts.front()) &&
         !before.quoted && is_address(before.parts.back()) &&
         before.parts.back().find('/', 8) != std::string::npos;
}

// Reads the cells of a row. Gathers faults and goes on.
class RowReading {
 public:
  RowReading(const TableRow& row, DayOrder order) : row_(row), order_(order) {}

  RowRequest read() {
    for (const auto& column : text_columns()) {
      if (std::string text = cell(column); !text.empty()) content_[column] = std::move(text);
    }
    read_cost();
    if (const std::string text = cell("evidence"); !text.empty())
      take("evidence", cell_whole(text, 1, limits::kEvidenceLevels),
           [this](auto level) { content_["evidence"] = level; });
    read_sdgs();
    json::array partners;
    for (auto& item : read_list_cell(cell("partners"), false))
      partners.emplace_back(std::move(item.parts.front()));
    put("partners", std::move(partners));
    put("needs", read_needs_cell(cell("needs")));
    put("links", links());
    put("commitments", objects("commitments"));
    read_sources();
    RowRequest out;
    out.request["kind"] = "practice";
    for (const char* member : {"language", "office", "person"}) {
      if (const std::string text = cell(member); !text.empty()) out.request[member] = text;
    }
    if (json::array all = topics(); !all.empty()) out.request["topics"] = std::move(all);
    out.request["content"] = std::move(content_);
    out.faults = std::move(faults_);
    return out;
  }

 private:
  std::string cell(const std::string& column) const {
    const auto it = row_.find(column);
    return it == row_.end() ? std::string() : clean_text(it->second);
  }

  template <typename T, typename Put>
  void take(const std::string& column, const Result<T>& value, Put put) {
    if (value.ok()) {
      put(*value);
    } else {
      faults_.push_back(again_as(value.error().code, value.error(), column));
    }
  }

  void put(const std::string& member, json::array list) {
    if (!list.empty()) content_[member] = std::move(list);
  }

  void read_cost() {
    const std::string amount = cell("cost_amount");
    std::string currency = cell("cost_currency");
    json::object cost;
    if (!amount.empty()) {
      take("cost_amount", cell_amount(amount), [&](const WrittenAmount& read) {
        cost["amount"] = read.value;
        if (currency.empty()) currency = read.currency;
        if (currency.empty())
          faults_.push_back(fail(Code::kInvalidArgument, "say in which currency the cost is, such as EUR",
                                 "cost_currency"));
        if (!read.currency.empty() && read.currency != currency)
          faults_.push_back(fail(Code::kInvalidArgument,
                                 "the amount is in " + read.currency + ", and this column says otherwise",
                                 "cost_currency"));
      });
    }
    if (!currency.empty()) cost["currency"] = currency;
    if (std::string note = cell("cost_note"); !note.empty()) cost["note"] = std::move(note);
    if (!cost.empty()) content_["cost"] = std::move(cost);
  }

  void read_sdgs() {
    std::string text = cell("sdgs");
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ',' || c == '\n' || c == ' '; }, ';');
    json::array sdgs;
    for (const auto& part : split(text, ';')) {
      const auto number = cell_whole(part, 1, 17);
      take("sdgs", number, [&sdgs](auto sdg) { sdgs.emplace_back(sdg); });
      if (!number.ok()) break;  // one sentence for the column
    }
    put("sdgs", std::move(sdgs));
  }

  json::array topics() {
    std::string text = cell("topics");
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == ',' || c == '\n'; }, ';');
    json::array out;
    bool told = false;
    for (const auto& topic : split(text, ';')) {
      const Status checked = check_topic(Vocabulary::builtin().canonical(topic));
      if (checked.ok()) {
        out.emplace_back(topic);
      } else if (const auto named = topic_named(topic)) {  // as pages call it: Extreme heat
        out.emplace_back(*named);
      } else if (!std::exchange(told, true)) {
        faults_.push_back(again_as(checked.error().code, checked.error(), "topics"));
      }
    }
    return out;
  }

  json::array links() {
    std::vector<ListItem> items;
    for (ListItem& item : read_list_cell(cell("links"), true)) {
      if (!items.empty() && goes_on(items.back(), item)) {
        items.back().parts.back() += ";" + item.parts.front();
      } else {
        items.push_back(std::move(item));
      }
    }
    json::array out;
    for (ListItem& item : items) {
      if (item.parts.size() > 2) {
        too_many_parts("links", 2);
        continue;
      }
      // People write the address before its title, too.
      if (item.parts.size() == 2 && is_address(item.parts[0]) && !is_address(item.parts[1]))
        std::swap(item.parts[0], item.parts[1]);
      json::object link{{"url", item.parts.back()}};
      if (item.parts.size() == 2 && !item.parts.front().empty()) link["title"] = item.parts.front();
      out.push_back(std::move(link));
    }
    return out;
  }

  void too_many_parts(const std::string& column, std::size_t most) {
    faults_.push_back(fail(
        Code::kInvalidArgument,
        "an item has at most " + std::to_string(most) +
            " parts between bars; put a part that has a bar or a semicolon in it between quotation marks",
        column));
  }

  // The items of a list whose items have parts.
  json::array objects(const std::string& column) {
    const auto& members = *parts_of_column(column);
    json::array out;
    for (const ListItem& item : read_list_cell(cell(column), true)) {
      if (item.parts.size() > members.size()) {
        too_many_parts(column, members.size());
        continue;
      }
      json::object object;
      for (std::size_t i = 0; i < item.parts.size(); ++i)
        put_member(object, members[i], item.parts[i], column);
      out.push_back(std::move(object));
    }
    return out;
  }

  void put_member(json::object& object, const std::string& member, const std::string& text,
                  const std::string& column) {
    if (text.empty()) return;
    if (member != "date") {
      object[member] = text;
    } else {
      take(column, cell_date(text, order_), [&](const std::string& date) { object[member] = date; });
    }
  }

  void read_sources() {
    json::object first;
    for (const auto& [member, column] : source_columns()) put_member(first, member, cell(column), column);
    json::array all = objects("further_sources");
    if (!first.empty()) all.insert(all.begin(), std::move(first));
    put("sources", std::move(all));
  }

  const TableRow& row_;
  DayOrder order_;
  json::object content_;
  std::vector<Error> faults_;
};

}  // namespace

const std::vector<std::string>& practice_columns() {
  static const std::vector<std::string> kColumns = [] {
    std::vector<std::string> out = {"language", "topics"};
    out.insert(out.end(), text_columns().begin(), text_columns().end());
    for (const char* column : {"needs", "cost_amount", "cost_currency", "cost_note", "evidence", "sdgs",
                               "partners", "links", "commitments", "office", "person", "on_behalf_of",
                               "source_title", "source_url", "source_date", "further_sources"})
      out.emplace_back(column);
    return out;
  }();
  return kColumns;
}

const std::vector<std::string>& origin_columns() {
  static const std::vector<std::string> kColumns = {"ref", "city", "created_at", "standing"};
  return kColumns;
}

std::string column_named(std::string_view name) {
  std::string out = ascii_lower(clean_text(name));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  if (out == "sources") return "further_sources";
  return has(practice_columns(), out) || has(origin_columns(), out) ? out : std::string();
}

RowRequest request_of_row(const TableRow& row, DayOrder order) { return RowReading(row, order).read(); }

std::string column_of_field(const std::string& field) {
  static const std::map<std::string, std::string> kColumns = {{"text", "solution"},
                                                              {"cost.amount", "cost_amount"},
                                                              {"cost.currency", "cost_currency"},
                                                              {"links.url", "links"},
                                                              {"sources.url", "source_url"},
                                                              {"sources.date", "source_date"},
                                                              {"sources", "on_behalf_of"},
                                                              {"body", ""}};  // the row as a whole
  const auto it = kColumns.find(field);
  if (it != kColumns.end()) return it->second;
  // For lists such as topics, an error may name the text of an item as its field.
  if (has(practice_columns(), field) || field.empty()) return field;
  return field.find('/') != std::string::npos ? "topics" : field;
}

// --- records ---

namespace {

std::string text_of(const json::value& value) {
  if (value.is_string()) return plain_text(value.as_string());
  if (value.is_double()) return amount_text(value.as_double());
  return value.is_number() || value.is_bool() ? json::serialize(value) : std::string();
}

std::string text_in(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found == nullptr ? std::string() : text_of(*found);
}

const json::object& child(const json::object& object, std::string_view key) {
  static const json::object kNone;
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_object() ? found->as_object() : kNone;
}

const json::array& list_in(const json::object& object, std::string_view key) {
  static const json::array kNone;
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_array() ? found->as_array() : kNone;
}

// The same value, with plain texts.
json::value with_plain_texts(json::value value) {
  if (value.is_string()) return json::value(plain_text(value.as_string()));
  if (value.is_array()) {
    for (auto& item : value.as_array()) item = with_plain_texts(std::move(item));
  } else if (value.is_object()) {
    for (auto& item : value.as_object()) item.value() = with_plain_texts(std::move(item.value()));
  }
  return value;
}

// The items of a list as parts: the members of objects in the order of the column, other values as one part.
std::vector<std::vector<std::string>> parts_of_list(const json::array& list, const std::string& column) {
  const auto* members = parts_of_column(column);
  std::vector<std::vector<std::string>> out;
  for (const auto& item : list) {
    if (members == nullptr || !item.is_object()) {
      out.push_back({text_of(item)});
      continue;
    }
    std::vector<std::string> parts;
    for (const auto& member : *members) parts.push_back(text_in(item.as_object(), member));
    if (column == "links" && parts.front().empty()) parts.erase(parts.begin());
    out.push_back(std::move(parts));
  }
  return out;
}

std::string cell_of_list(const json::array& list, const std::string& column) {
  if (column == "needs") return needs_cell(list);
  return list_cell(parts_of_list(list, column), parts_of_column(column) != nullptr);
}

}  // namespace

TableRow row_of_record(const json::object& record) {
  TableRow out;
  const json::object& body = child(record, "body");
  const json::object& practice = child(body, "practice");
  for (const auto& column : text_columns()) out[column] = text_in(practice, column);
  for (const char* column : {"ref", "city", "language", "created_at"}) out[column] = text_in(record, column);
  out["standing"] = text_in(record, "status");  // `status` is the practice's own field
  out["topics"] = cell_of_list(list_in(record, "topics"), "topics");
  out["evidence"] = text_in(practice, "evidence");
  for (const char* column : {"sdgs", "partners", "needs", "links", "commitments"})
    out[column] = cell_of_list(list_in(practice, column), column);
  const json::object& cost = child(practice, "cost");
  if (const auto* amount = cost.if_contains("amount"); amount != nullptr && amount->is_number())
    out["cost_amount"] = amount_text(amount->to_number<double>());
  out["cost_currency"] = text_in(cost, "currency");
  out["cost_note"] = text_in(cost, "note");
  const json::object& author = child(body, "author");
  out["office"] = text_in(author, "office");
  out["person"] = text_in(author, "person");
  json::array sources = list_in(practice, "sources");
  if (sources.empty()) return out;
  if (sources.front().is_object()) {
    for (const auto& [member, column] : source_columns())
      out[column] = text_in(sources.front().as_object(), member);
  }
  sources.erase(sources.begin());
  out["further_sources"] = cell_of_list(sources, "further_sources");
  return out;
}

json::object object_of_record(const json::object& record) {
  const TableRow row = row_of_record(record);
  const json::object& practice = child(child(record, "body"), "practice");
  const json::object& cost = child(practice, "cost");
  json::object out;
  const auto put = [&out](const std::string& column, const json::value& value) {
    if (!value.is_array() || !value.as_array().empty()) out[column] = with_plain_texts(value);
  };
  std::vector<std::string> columns = origin_columns();
  columns.insert(columns.end(), practice_columns().begin(), practice_columns().end());
  for (const auto& column : columns) {
    if (column == "topics") {
      put(column, list_in(record, column));
    } else if (column == "sdgs" || column == "partners" || parts_of_column(column) != nullptr) {
      put(column == "further_sources" ? "sources" : column,
          list_in(practice, column == "further_sources" ? "sources" : column));
    } else if (const auto* number =
                   column == "cost_amount" ? cost.if_contains("amount") : practice.if_contains(column);
               number != nullptr && number->is_number()) {
      put(column, *number);
    } else if (const auto it = row.find(column); it != row.end() && !it->second.empty()) {
      const bool of_first_source =
          std::any_of(source_columns().begin(), source_columns().end(),
                      [&column](const auto& known) { return known.second == column; });
      if (!of_first_source) put(column, json::value(it->second));
    }
  }
  return out;
}

RowRequest request_of_object(const json::object& object) {
  TableRow row;
  std::vector<Error> faults;
  for (const auto& [name, value] : object) {
    const std::string column = column_named(name);
    if (column.empty()) {
      faults.push_back(fail(Code::kInvalidArgument, "there is no such column", std::string(name)));
      continue;
    }
    const auto* members = parts_of_column(column);
    const auto is_known = [members](const json::value& item) {
      if (!item.is_object()) return !item.is_array();
      return members != nullptr &&
             std::all_of(item.as_object().begin(), item.as_object().end(), [&](const auto& part) {
               return has(*members, std::string(part.key())) && !part.value().is_object() &&
                      !part.value().is_array();
             });
    };
    if (value.is_object() ||
        (value.is_array() && !std::all_of(value.as_array().begin(), value.as_array().end(), is_known)))
      faults.push_back(fail(Code::kInvalidArgument, "it does not have the form that an export gives it",
                            std::string(name)));
    if (value.is_object()) continue;
    row[column] = value.is_array() ? cell_of_list(value.as_array(), column) : text_of(value);
  }
  RowRequest out = request_of_row(row);
  out.faults.insert(out.faults.begin(), faults.begin(), faults.end());
  return out;
}

}  // namespace koinon
