#include "tools/practice_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <boost/json.hpp>
#include <csv.h>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::string_view kFormula = "=+-@\t\r";

// Whether it begins with an apostrophe before a formula, or before another such apostrophe. Spreadsheets take
// some texts for formulas.
bool is_marked(std::string_view text) {
  if (!text.starts_with('\'')) return false;
  const std::string_view rest = text.substr(text.starts_with("''") ? 2 : 1);
  return !rest.empty() && kFormula.find(rest.front()) != std::string_view::npos;
}

std::vector<std::string> parts(const std::string& text) { return split(text, ';'); }

std::string joined(const json::value* list, const char* member = nullptr) {
  std::string out;
  if (list == nullptr || !list->is_array()) return out;
  for (const auto& item : list->as_array()) {
    std::string text;
    if (member != nullptr && item.is_object()) {
      const auto* found = item.as_object().if_contains(member);
      if (found != nullptr && found->is_string()) text = found->as_string();
    } else {
      text = item.is_string() ? std::string(item.as_string()) : json::serialize(item);
    }
    if (!text.empty()) out += (out.empty() ? "" : "; ") + text;
  }
  return out;
}

const std::vector<std::string>& text_columns() {
  static const std::vector<std::string> kColumns = {
      "title",  "summary", "challenge", "solution",       "results",        "lessons", "conditions",
      "status", "period",  "staff",     "time_to_launch", "people_reached", "contact", "licence"};
  return kColumns;
}

std::string cell(const TableRow& row, const std::string& column) {
  const auto it = row.find(column);
  return it == row.end() ? std::string() : trimmed(it->second);
}

Result<double> read_amount(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
    return fail(Code::kInvalidArgument, "it is a number such as 120000 or 99.5, without separators",
                "cost_amount");
  return value;
}

Result<std::uint64_t> read_whole(const std::string& text, const std::string& column, std::uint64_t least,
                                 std::uint64_t most) {
  const auto value = parse_decimal(text);
  if (value.ok() && *value >= least && *value <= most) return *value;
  return fail(Code::kInvalidArgument,
              "it is a whole number from " + std::to_string(least) + " to " + std::to_string(most), column);
}

Status read_cost(const TableRow& row, json::object& content) {
  const std::string amount = cell(row, "cost_amount");
  const std::string currency = cell(row, "cost_currency");
  const std::string note = cell(row, "cost_note");
  if (amount.empty() && currency.empty() && note.empty()) return {};
  json::object cost;
  if (!amount.empty()) {
    KOINON_ASSIGN(cost["amount"], read_amount(amount));
    if (currency.empty())
      return fail(Code::kInvalidArgument, "say in which currency the cost is, such as EUR", "cost_currency");
  }
  if (!currency.empty()) cost["currency"] = currency;
  if (!note.empty()) cost["note"] = note;
  content["cost"] = std::move(cost);
  return {};
}

Status read_lists(const TableRow& row, json::object& content) {
  json::array sdgs;
  for (const auto& part : parts(cell(row, "sdgs"))) {
    KOINON_ASSIGN(const std::uint64_t sdg, read_whole(part, "sdgs", 1, 17));
    sdgs.push_back(sdg);
  }
  if (!sdgs.empty()) content["sdgs"] = std::move(sdgs);
  json::array partners;
  for (const auto& part : parts(cell(row, "partners"))) partners.emplace_back(part);
  if (!partners.empty()) content["partners"] = std::move(partners);
  json::array links;
  for (const auto& part : parts(cell(row, "links"))) links.push_back(json::object{{"url", part}});
  if (!links.empty()) content["links"] = std::move(links);
  return {};
}

// Evidence is a number, or a word for it.
Status read_evidence(const TableRow& row, json::object& content) {
  const std::string text = cell(row, "evidence");
  if (text.empty()) return {};
  KOINON_ASSIGN(content["evidence"], read_whole(text, "evidence", 1, 5));
  return {};
}

void read_source(const TableRow& row, json::object& content) {
  json::object source;
  const std::map<std::string, std::string> members = {{"publisher", "on_behalf_of"},
                                                      {"title", "source_title"},
                                                      {"url", "source_url"},
                                                      {"date", "source_date"}};
  for (const auto& [member, column] : members) {
    if (const std::string text = cell(row, column); !text.empty()) source[member] = text;
  }
  if (!source.empty()) content["sources"] = json::array{std::move(source)};
}

struct CsvReading {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
};

extern "C" {
static void koinon_csv_cell(void* data, size_t size, void* reading) {
  static_cast<CsvReading*>(reading)->row.emplace_back(static_cast<const char*>(data), size);
}
static void koinon_csv_row(int, void* reading) {
  auto* all = static_cast<CsvReading*>(reading);
  all->rows.push_back(std::move(all->row));
  all->row.clear();
}
}

char delimiter_of(const std::string& text) {
  const std::string header = text.substr(0, text.find('\n'));
  return std::count(header.begin(), header.end(), ';') > std::count(header.begin(), header.end(), ',') ? ';'
                                                                                                       : ',';
}

Result<std::vector<std::vector<std::string>>> split_csv(const std::string& text) {
  csv_parser parser{};
  if (csv_init(&parser, 0) != 0) return fail(Code::kInternal, "the CSV reader could not be started");
  csv_set_delim(&parser, static_cast<unsigned char>(delimiter_of(text)));
  CsvReading reading;
  bool whole =
      csv_parse(&parser, text.data(), text.size(), koinon_csv_cell, koinon_csv_row, &reading) == text.size();
  // Inside a cell a quotation mark is only a character. One that is open at the end has swallowed rows, so
  // the end is checked strictly.
  csv_set_opts(&parser, CSV_STRICT | CSV_STRICT_FINI);
  whole = whole && csv_fini(&parser, koinon_csv_cell, koinon_csv_row, &reading) == 0;
  csv_free(&parser);
  if (!whole) return fail(Code::kMalformed, "a quotation mark is opened and never closed", "row");
  return std::move(reading.rows);
}

CsvRow to_row(std::size_t number, const std::vector<std::string>& header, std::vector<std::string> cells) {
  CsvRow out;
  out.number = number;
  if (cells.size() != header.size()) {
    out.error = fail(Code::kMalformed, "it has " + std::to_string(cells.size()) + " cells; the header has " +
                                           std::to_string(header.size()));
    return out;
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string& text = cells[i];
    if (!is_utf8(text)) {
      out.error = fail(Code::kMalformed, "it is not UTF-8; save the file as UTF-8", header[i]);
      return out;
    }
    if (is_marked(text)) text.erase(0, 1);
    out.cells[header[i]] = std::move(text);
  }
  return out;
}

}  // namespace

const std::vector<std::string>& practice_columns() {
  static const std::vector<std::string> kColumns = [] {
    std::vector<std::string> out = {"language", "topics"};
    out.insert(out.end(), text_columns().begin(), text_columns().end());
    for (const char* column :
         {"cost_amount", "cost_currency", "cost_note", "evidence", "sdgs", "partners", "links", "office",
          "person", "on_behalf_of", "source_title", "source_url", "source_date"})
      out.emplace_back(column);
    return out;
  }();
  return kColumns;
}

Result<json::object> request_of_row(const TableRow& row) {
  json::object content;
  for (const auto& column : text_columns()) {
    if (const std::string text = cell(row, column); !text.empty()) content[column] = text;
  }
  KOINON_TRY(read_cost(row, content));
  KOINON_TRY(read_evidence(row, content));
  KOINON_TRY(read_lists(row, content));
  read_source(row, content);
  json::object out{{"kind", "practice"}};
  for (const char* member : {"language", "office", "person"}) {
    if (const std::string text = cell(row, member); !text.empty()) out[member] = text;
  }
  json::array topics;
  for (const auto& topic : parts(cell(row, "topics"))) topics.emplace_back(topic);
  if (!topics.empty()) out["topics"] = std::move(topics);
  out["content"] = std::move(content);
  return out;
}

TableRow row_of_record(const json::object& record) {
  TableRow out;
  const auto text = [](const json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    if (found == nullptr || found->is_array() || found->is_object()) return std::string();
    return found->is_string() ? std::string(found->as_string()) : json::serialize(*found);
  };
  const auto child = [](const json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found != nullptr && found->is_object() ? found->as_object() : json::object();
  };
  const json::object body = child(record, "body");
  const json::object practice = child(body, "practice");
  for (const auto& column : text_columns()) out[column] = text(practice, column);
  for (const char* column : {"ref", "city", "language", "created_at"}) out[column] = text(record, column);
  out["standing"] = text(record, "status");  // `status` is the practice's own field
  out["topics"] = joined(record.if_contains("topics"));
  out["evidence"] = text(practice, "evidence");
  out["sdgs"] = joined(practice.if_contains("sdgs"));
  out["partners"] = joined(practice.if_contains("partners"));
  out["links"] = joined(practice.if_contains("links"), "url");
  const json::object cost = child(practice, "cost");
  if (const auto* amount = cost.if_contains("amount"); amount != nullptr && amount->is_number()) {
    std::array<char, 64> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                            amount->to_number<double>(), std::chars_format::fixed);
    if (error == std::errc()) out["cost_amount"] = std::string(digits.data(), end);
  }
  out["cost_currency"] = text(cost, "currency");
  out["cost_note"] = text(cost, "note");
  const json::object author = child(body, "author");
  out["office"] = text(author, "office");
  out["person"] = text(author, "person");
  const auto* sources = practice.if_contains("sources");
  if (sources == nullptr || !sources->is_array() || sources->as_array().empty()) return out;
  const json::object& source = sources->as_array().front().as_object();
  out["on_behalf_of"] = text(source, "publisher");
  out["source_title"] = text(source, "title");
  out["source_url"] = text(source, "url");
  out["source_date"] = text(source, "date");
  return out;
}

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
  const auto& all = practice_columns();
  if (std::find(all.begin(), all.end(), field) != all.end() || field.empty()) return field;
  return field.find('/') != std::string::npos ? "topics" : field;
}

Result<std::vector<CsvRow>> read_csv(std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  KOINON_ASSIGN(auto rows, split_csv(text));
  if (rows.empty())
    return fail(Code::kInvalidArgument, "the file is empty; its first row names the columns", "row 1");
  std::vector<std::string> header;
  for (const auto& name : rows.front()) {
    header.push_back(trimmed(name));
    const auto& known = practice_columns();
    const bool ours = std::find(known.begin(), known.end(), header.back()) != known.end() ||
                      header.back() == "ref" || header.back() == "city" || header.back() == "created_at" ||
                      header.back() == "standing";
    if (!ours) {
      std::string list;
      for (const auto& column : known) list += (list.empty() ? "" : ", ") + column;
      return fail(Code::kInvalidArgument, "there is no such column; the columns are " + list, header.back());
    }
    if (std::count(header.begin(), header.end(), header.back()) > 1)
      return fail(Code::kInvalidArgument, "the column is there twice", header.back());
  }
  std::vector<CsvRow> out;
  for (std::size_t i = 1; i < rows.size(); ++i) out.push_back(to_row(i + 1, header, std::move(rows[i])));
  return out;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::string text = cells[i];
    if (!text.empty() && (kFormula.find(text[0]) != std::string_view::npos || is_marked(text)))
      text.insert(0, "'");
    const bool quote = text.find_first_of("\",;\r\n") != std::string::npos;
    if (i > 0) out += ',';
    if (quote) out += '"';
    for (const char c : text) {
      if (c == '"') out += '"';
      out += c;
    }
    if (quote) out += '"';
  }
  return out + "\r\n";
}

}  // namespace koinon
