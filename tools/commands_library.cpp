// Commands that import and export a city's library.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <boost/json.hpp>

#include "crypto/key_file.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/practice_table.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLibraryBytes = 512 * limits::kMiB;
constexpr std::size_t kBatchBytes = 4 * limits::kMiB;
constexpr std::size_t kPage = 1000;

// Something to import: a row, a member of a list, a file.
struct Item {
  std::string where;  // "row 17"
  json::object request;
  Error error;  // with a message: the item cannot be imported
};

struct Outcome {
  std::string where;
  std::string outcome;  // published, would-be-published, already-there, refused
  std::string ref;
  std::string column;
  std::string reason;
  std::vector<std::string> warnings;
};

Result<std::vector<Item>> items_of_csv(const std::string& file) {
  KOINON_ASSIGN(std::string text, read_file(file, kLibraryBytes));
  KOINON_ASSIGN(const auto rows, read_csv(std::move(text)));
  std::vector<Item> out;
  for (const CsvRow& row : rows) {
    Item item{"row " + std::to_string(row.number), {}, row.error};
    if (row.error.message.empty()) {
      auto request = request_of_row(row.cells);
      if (request.ok()) {
        item.request = std::move(*request);
      } else {
        item.error = request.error();
      }
    }
    out.push_back(std::move(item));
  }
  return out;
}

// Reads a list of publish requests, or of objects with the columns of the table.
Result<std::vector<Item>> items_of_json(const std::string& file) {
  KOINON_ASSIGN(const std::string text, read_file(file, kLibraryBytes));
  boost::system::error_code error;
  const json::value all = json::parse(text, error);
  if (error || !all.is_array()) return fail(Code::kMalformed, "it is a JSON list of practices", file);
  std::vector<Item> out;
  for (const auto& member : all.as_array()) {
    Item item{"item " + std::to_string(out.size() + 1), {}, {}};
    if (!member.is_object()) {
      item.error = fail(Code::kMalformed, "it is an object");
    } else if (member.as_object().contains("content") || member.as_object().contains("file")) {
      item.request = member.as_object();
    } else {
      TableRow row;
      for (const auto& [name, value] : member.as_object()) {
        std::string cell;
        if (value.is_array()) {
          for (const auto& part : value.as_array())
            cell += (cell.empty() ? "" : ";") +
                    (part.is_string() ? std::string(part.as_string()) : json::serialize(part));
        } else if (!value.is_null()) {
          cell = value.is_string() ? std::string(value.as_string()) : json::serialize(value);
        }
        row[std::string(name)] = cell;
        const auto& known = practice_columns();
        if (std::find(known.begin(), known.end(), std::string(name)) == known.end() && name != "ref" &&
            name != "city" && name != "created_at" && name != "standing")
          item.error = fail(Code::kInvalidArgument, "there is no such column", std::string(name));
      }
      auto request = request_of_row(row);
      if (item.error.message.empty() && !request.ok()) item.error = request.error();
      if (request.ok()) item.request = std::move(*request);
    }
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<Item>> items_of_folder(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Item> out;
  for (const auto& path : files) {
    Item item{path.filename().string(), {}, {}};
    const auto text = read_file(path, limits::kNoteFileBytes);
    if (!text.ok()) {
      item.error = text.error();
    } else if (!is_utf8(*text)) {
      item.error = fail(Code::kMalformed, "the file is not UTF-8");
    } else {
      item.request["file"] = *text;
    }
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<Item>> items_of(const std::string& from) {
  if (fs::is_directory(from)) return items_of_folder(from);
  const std::string extension = fs::path(from).extension();
  if (extension == ".csv") return items_of_csv(from);
  if (extension == ".json") return items_of_json(from);
  return fail(Code::kInvalidArgument, "it is a .csv or .json file, or a folder of .md files", from);
}

Outcome outcome_of(const std::string& where, const json::object& result) {
  Outcome out;
  out.where = where;
  const auto text = [&](const char* key) {
    const auto* found = result.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
  };
  out.outcome = text("outcome");
  out.ref = text("ref");
  out.column = column_of_field(text("field"));
  out.reason = text("reason");
  if (const auto* warnings = result.if_contains("warnings"); warnings != nullptr && warnings->is_array()) {
    for (const auto& warning : warnings->as_array()) out.warnings.emplace_back(warning.as_string());
  }
  return out;
}

// Imports a batch of items from `begin` on. Returns where the next batch begins.
Result<std::size_t> import_batch(const Common& common, const std::vector<Item>& items, std::size_t begin,
                                 bool dry, std::vector<Outcome>& outcomes) {
  json::array notes;
  std::vector<std::size_t> sent;
  std::size_t bytes = 0;
  std::size_t i = begin;
  for (; i < items.size() && notes.size() < limits::kImportRows && bytes < kBatchBytes; ++i) {
    if (!items[i].error.message.empty()) {
      outcomes[i] = {items[i].where, "refused", {}, items[i].error.field, items[i].error.message, {}};
      continue;
    }
    bytes += json::serialize(items[i].request).size();
    notes.push_back(items[i].request);
    sent.push_back(i);
  }
  if (notes.empty()) return i;
  KOINON_ASSIGN(const auto answer, ApiClient(common.data)
                                       .post_json("/api/v1/imports", json::object{{"notes", std::move(notes)},
                                                                                  {"dry_run", dry}}));
  const auto& results = answer.at("results").as_array();
  for (std::size_t n = 0; n < sent.size() && n < results.size(); ++n)
    outcomes[sent[n]] = outcome_of(items[sent[n]].where, results[n].as_object());
  return i;
}

std::string sentence(const Outcome& outcome) {
  return outcome.where + (outcome.column.empty() ? "" : ", column " + outcome.column) + ": " + outcome.reason;
}

json::object outcome_json(const Outcome& outcome) {
  json::object out{{"where", outcome.where}, {"outcome", outcome.outcome}};
  if (!outcome.ref.empty()) out["ref"] = outcome.ref;
  if (!outcome.column.empty()) out["column"] = outcome.column;
  if (!outcome.reason.empty()) out["reason"] = outcome.reason;
  if (!outcome.warnings.empty())
    out["warnings"] = json::array(outcome.warnings.begin(), outcome.warnings.end());
  return out;
}

}  // namespace

Status run_import_practices(const Common& common, const std::string& from, bool dry) {
  KOINON_ASSIGN(const auto items, items_of(from));
  std::vector<Outcome> outcomes(items.size());
  for (std::size_t begin = 0; begin < items.size();) {
    KOINON_ASSIGN(begin, import_batch(common, items, begin, dry, outcomes));
  }
  std::map<std::string, std::size_t> counts;
  for (const Outcome& outcome : outcomes) ++counts[outcome.outcome];
  if (common.json) {
    json::array list;
    for (const Outcome& outcome : outcomes) list.push_back(outcome_json(outcome));
    std::cout << json::serialize(list) << "\n";
  } else {
    for (const Outcome& outcome : outcomes) {
      if (outcome.outcome == "refused") std::cout << harmless(sentence(outcome)) << "\n";
      for (const auto& warning : outcome.warnings)
        std::cerr << "koinon: " << outcome.where << ": " << harmless(warning) << "\n";
    }
    std::cout << counts["published"] + counts["would-be-published"]
              << (dry ? " would be imported, " : " imported, ") << counts["already-there"]
              << " there already, " << counts["refused"] << " refused.\n";
  }
  if (counts["refused"] == 0) return {};
  return fail(Code::kInvalidArgument, std::to_string(counts["refused"]) + " of " +
                                          std::to_string(items.size()) +
                                          " were refused; mend them and import the file again");
}

namespace {

Result<std::vector<json::object>> records_of(const Common& common, const ListArguments& wanted) {
  const ApiClient client(common.data);
  std::vector<json::object> out;
  std::string cursor;
  do {
    const std::map<std::string, std::string> query = {{"kind", "practice"},
                                                      {"topic", wanted.topic},
                                                      {"city", wanted.city},
                                                      {"limit", std::to_string(kPage)},
                                                      {"cursor", cursor}};
    KOINON_ASSIGN(const auto page, client.get_json(with_query("/api/v1/records", query)));
    for (const auto& item : page.at("items").as_array()) {
      KOINON_ASSIGN(const std::string target, record_target(member(item, "ref")));
      KOINON_ASSIGN(auto record, client.get_json(target));
      if (record.as_object().contains("body")) out.push_back(std::move(record.as_object()));
    }
    cursor = member(page, "next");
  } while (!cursor.empty());
  return out;
}

std::string file_name(const std::string& ref) {
  std::string out;
  for (const char c : ref)
    out += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '~' ? c : '-';
  return out + ".md";
}

Status write_folder(const Common& common, const std::vector<json::object>& records,
                    const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(Code::kIo, "the folder could not be made: " + error.message(), folder);
  for (const auto& record : records) {
    const std::string ref = member(record, "ref");
    KOINON_ASSIGN(const std::string target, record_target(ref));
    KOINON_ASSIGN(const std::string text, ApiClient(common.data).get(target + "/markdown"));
    std::ofstream file(fs::path(folder) / file_name(ref), std::ios::binary);
    if (!(file << text)) return fail(Code::kIo, "the file could not be written", file_name(ref));
  }
  return {};
}

}  // namespace

Status run_export_practices(const Common& common, const ListArguments& wanted, const std::string& format,
                            const std::string& output) {
  KOINON_ASSIGN(const auto records, records_of(common, wanted));
  if (format == "md") {
    if (output.empty() || output == "-")
      return fail(Code::kInvalidArgument, "Markdown goes into a folder: name one with -o", "output");
    return write_folder(common, records, output);
  }
  std::string text;
  if (format == "csv") {
    std::vector<std::string> header = {"ref", "city", "created_at", "standing"};
    header.insert(header.end(), practice_columns().begin(), practice_columns().end());
    text = csv_line(header);
    for (const auto& record : records) {
      const TableRow row = row_of_record(record);
      std::vector<std::string> cells;
      for (const auto& column : header) {
        const auto it = row.find(column);
        cells.push_back(it == row.end() ? "" : it->second);
      }
      text += csv_line(cells);
    }
  } else {
    json::array all;
    for (const auto& record : records) {
      json::object out;
      for (const auto& [column, value] : row_of_record(record)) {
        if (!value.empty()) out[column] = value;
      }
      all.push_back(std::move(out));
    }
    text = json::serialize(all) + "\n";
  }
  if (output.empty() || output == "-") {
    std::cout << text;
    return {};
  }
  std::ofstream file(output, std::ios::binary);
  if (!(file << text)) return fail(Code::kIo, "the file could not be written", output);
  return {};
}

}  // namespace koinon
