// Commands that import and export a city's library.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>

#include <boost/json.hpp>

#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/base/no_permission.h"
#include "tools/api_client.h"
#include "tools/cell_values.h"
#include "tools/commands.h"
#include "tools/input_file.h"
#include "tools/output_file.h"
#include "tools/practice_table.h"
#include "tools/progress.h"
#include "tools/render.h"
#include "tools/table_rows.h"
#include "tools/xlsx_text.h"

namespace koinon {
namespace json = boost::json;
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLibraryBytes = 512 * limits::kMiB;
constexpr std::size_t kBatchBytes = 4 * limits::kMiB;  // before the last item of a request, as JSON
constexpr std::size_t kItemBytes = 3 * limits::kMiB;   // as JSON, which is at most twice as long as a note
constexpr std::size_t kPage = 1000;

// Something to import: a row, a member of a list, a file.
struct Item {
  std::string where;               // "row 17"
  json::object request;            // empty: it cannot be read at all
  std::vector<Error> faults = {};  // it cannot be imported
  std::string ref = {};            // the record that an export has made it of
};

struct ItemOutcome {
  std::string where;
  std::string outcome;  // published, would-be-published, already-there, refused, or that it waits
  std::string ref;
  std::vector<Error> faults;  // why it was refused; fields are columns
  std::vector<std::string> warnings;
  std::string reason = {};  // of what is there already: where
};

Result<std::vector<Item>> items_of_rows(const std::vector<CsvRow>& rows) {
  std::vector<Item> out;
  std::set<std::string> code_pages;
  std::vector<std::string> dates;
  for (const CsvRow& row : rows) {
    if (const auto date = row.cells.find("source_date"); date != row.cells.end())
      dates.push_back(date->second);
  }
  const DayOrder order = day_order_of(dates);
  for (const CsvRow& row : rows) {
    Item item{"row " + std::to_string(row.number), {}, row.faults};
    if (!row.code_page.empty()) code_pages.insert(row.code_page);
    if (row.faults.empty()) {
      RowRequest read = request_of_row(row.cells, order);
      item.request = std::move(read.request);
      item.faults = std::move(read.faults);
      if (const auto ref = row.cells.find("ref"); ref != row.cells.end()) item.ref = clean_text(ref->second);
    }
    out.push_back(std::move(item));
  }
  for (const auto& page : code_pages)
    std::cerr << "koinon: the file is not UTF-8; it was read as " << page
              << ". If letters come out wrong, save it as \"CSV UTF-8\"\n";
  return out;
}

Result<std::vector<Item>> items_of_csv(const std::string& file) {
  KOINON_ASSIGN(std::string text, read_input(file, kLibraryBytes));
  KOINON_ASSIGN(const auto rows, read_csv(std::move(text)));
  return items_of_rows(rows);
}

Result<std::vector<Item>> items_of_xlsx(const std::string& file) {
  KOINON_ASSIGN(const std::string bytes, read_input(file, kLibraryBytes));
  KOINON_ASSIGN(CsvText table, read_xlsx_text(bytes));
  KOINON_ASSIGN(const auto rows, rows_of_table(std::move(table)));
  return items_of_rows(rows);
}

// Reads a list of publish requests, or of objects with the columns of the table.
Result<std::vector<Item>> items_of_json(const std::string& file) {
  KOINON_ASSIGN(std::string text, read_input(file, kLibraryBytes));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  boost::system::error_code error;
  const json::value all = json::parse(text, error);
  if (error || !all.is_array()) return fail(Code::kMalformed, "it is a JSON list of practices", file);
  std::vector<Item> out;
  for (const auto& member_of_list : all.as_array()) {
    Item item{"item " + std::to_string(out.size() + 1), {}};
    if (!member_of_list.is_object()) {
      item.faults.push_back(fail(Code::kMalformed, "it is an object"));
    } else if (member_of_list.as_object().contains("content") ||
               member_of_list.as_object().contains("file")) {
      item.request = member_of_list.as_object();
    } else {
      RowRequest read = request_of_object(member_of_list.as_object());
      item.request = std::move(read.request);
      item.faults = std::move(read.faults);
      item.ref = member(member_of_list, "ref");
    }
    out.push_back(std::move(item));
  }
  return out;
}

constexpr std::string_view kOrigin = "# exported from ";

// A note's file with a comment after its first line that says which record it is.
std::string with_origin(const std::string& file, const std::string& ref) {
  const auto line = file.find('\n');
  if (line == std::string::npos) return file;
  return file.substr(0, line + 1) + std::string(kOrigin) + ref + "\n" + file.substr(line + 1);
}

// The ref in that comment; empty: there is none.
std::string origin_of_file(const std::string& file) {
  const auto line = file.find('\n');
  if (line == std::string::npos || file.compare(line + 1, kOrigin.size(), kOrigin) != 0) return {};
  const auto begin = line + 1 + kOrigin.size();
  return trimmed(std::string_view(file).substr(begin, file.find('\n', begin) - begin));
}

Result<std::vector<Item>> items_of_folder(const std::string& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file() && entry.path().extension() == ".md") files.push_back(entry.path());
  }
  if (error)
    return input_error(fail(Code::kIo, "it cannot be looked into: " + error.message(), folder), folder);
  if (files.empty()) return fail(Code::kInvalidArgument, "no .md file is in this folder", folder);
  std::sort(files.begin(), files.end());
  std::vector<Item> out;
  for (const auto& path : files) {
    Item item{path.filename().string(), {}};
    const auto text = read_input(path.string(), limits::kNoteFileBytes);
    if (!text.ok()) {
      item.faults.push_back(text.error());
    } else if (!is_utf8(*text)) {
      item.faults.push_back(fail(Code::kMalformed, "the file is not UTF-8"));
    } else {
      item.request["file"] = *text;
      item.ref = origin_of_file(*text);
    }
    out.push_back(std::move(item));
  }
  return out;
}

Result<std::vector<Item>> items_of(const std::string& from) {
  std::error_code unknown;
  if (fs::is_directory(from, unknown)) return items_of_folder(from);
  const std::string extension = ascii_lower(fs::path(from).extension().string());
  if (extension == ".csv" || extension == ".tsv" || extension == ".txt") return items_of_csv(from);
  if (extension == ".xlsx" || extension == ".xlsm") return items_of_xlsx(from);
  if (extension == ".json") return items_of_json(from);
  return fail(Code::kInvalidArgument, "it is a .csv, .xlsx or .json file, or a folder of .md files", from);
}

ItemOutcome refused(const std::string& where, std::vector<Error> faults) {
  return {where, "refused", {}, std::move(faults), {}};
}

ItemOutcome outcome_of(const std::string& where, const json::object& result) {
  ItemOutcome out{where, member(result, "outcome"), member(result, "ref"), {}, {}};
  if (out.outcome == "already-there") out.reason = member(result, "reason");
  const auto* faults = result.if_contains("faults");
  if (faults != nullptr && faults->is_array()) {
    for (const auto& fault : faults->as_array())
      out.faults.push_back(
          fail(Code::kInvalidArgument, member(fault, "reason"), column_of_field(member(fault, "field"))));
  }
  if (const auto* warnings = result.if_contains("warnings"); warnings != nullptr && warnings->is_array()) {
    for (const auto& warning : warnings->as_array()) out.warnings.emplace_back(warning.as_string());
  }
  return out;
}

// What the daemon finds wrong besides, in columns of which nothing is said yet.
void add_faults(ItemOutcome& outcome, const ItemOutcome& found) {
  for (const Error& fault : found.faults) {
    const bool said = std::any_of(outcome.faults.begin(), outcome.faults.end(),
                                  [&fault](const Error& known) { return known.field == fault.field; });
    if (!said) outcome.faults.push_back(fault);
  }
}

// Sends items to import; nothing is published of a dry batch.
class ImportBatch {
 public:
  ImportBatch(bool dry, bool any_topic) : dry_(dry), any_topic_(any_topic) {}

  void add(std::size_t number, const json::object& request, std::size_t bytes) {
    bytes_ += bytes;
    json::object note = request;
    if (!any_topic_) note["strict_topics"] = true;
    notes_.push_back(std::move(note));
    numbers_.push_back(number);
  }
  std::size_t size() const { return numbers_.size(); }
  std::size_t bytes() const { return bytes_; }

  // Calls `take` with the number and the outcome of each.
  template <typename Take>
  Status send(const Common& common, const std::vector<Item>& items, Take take) {
    if (notes_.empty()) return {};
    KOINON_ASSIGN(
        const auto answer,
        ApiClient(common.data)
            .post_json("/api/v1/imports", json::object{{"notes", std::move(notes_)}, {"dry_run", dry_}}));
    const auto& results = answer.at("results").as_array();
    for (std::size_t n = 0; n < numbers_.size() && n < results.size(); ++n)
      take(numbers_[n], outcome_of(items[numbers_[n]].where, results[n].as_object()));
    return {};
  }

 private:
  bool dry_;
  bool any_topic_;
  json::array notes_;
  std::vector<std::size_t> numbers_;
  std::size_t bytes_ = 0;
};

// What stands under the ref with which an item was exported, compared with the item.
enum class AtOrigin { kUnknown, kSame, kOther };
AtOrigin look_at_origin(const Common& common, const Item& item) {
  const auto target = record_target(item.ref);
  if (!target.ok()) return AtOrigin::kUnknown;
  const ApiClient client(common.data);
  if (const auto* file = item.request.if_contains("file"); file != nullptr) {
    const auto text = client.get(*target + "/markdown");
    if (!text.ok()) return AtOrigin::kUnknown;
    // What an earlier version has exported may have had signs in it that nobody sees.
    const bool same = plain_text(with_origin(*text, item.ref)) == plain_text(file->as_string());
    return same ? AtOrigin::kSame : AtOrigin::kOther;
  }
  const auto record = client.get_json(*target);
  if (!record.ok() || !record->as_object().contains("body")) return AtOrigin::kUnknown;
  const RowRequest there = request_of_row(row_of_record(record->as_object()));
  const bool same = there.request == item.request && there.faults.size() == item.faults.size();
  return same ? AtOrigin::kSame : AtOrigin::kOther;
}

// Imports a batch of items from `begin` on. Returns where the next batch begins.
Result<std::size_t> import_batch(const Common& common, const std::vector<Item>& items, std::size_t begin,
                                 bool dry, bool any_topic, std::vector<ItemOutcome>& outcomes) {
  ImportBatch good(dry, any_topic);
  ImportBatch faulty(true, any_topic);  // the daemon says what else is wrong with them
  std::size_t i = begin;
  for (; i < items.size() && good.size() + faulty.size() < limits::kImportRows &&
         good.bytes() + faulty.bytes() < kBatchBytes;
       ++i) {
    const Item& item = items[i];
    const bool named = !item.ref.empty() && !item.request.empty();
    const AtOrigin origin = named ? look_at_origin(common, item) : AtOrigin::kUnknown;
    if (origin == AtOrigin::kSame) {
      outcomes[i] = {item.where, "already-there", item.ref, {}, {}};
      continue;
    }
    const std::size_t bytes = json::serialize(item.request).size();
    if (!item.faults.empty()) {
      outcomes[i] = refused(item.where, item.faults);
      if (!item.request.empty() && bytes <= kItemBytes) faulty.add(i, item.request, bytes);
      continue;
    }
    if (bytes > kItemBytes) {  // with it the node would refuse the others too
      outcomes[i] = refused(item.where, {fail(Code::kTooLarge, "it is longer than a note may be: 1 MiB")});
      continue;
    }
    if (origin == AtOrigin::kOther)
      outcomes[i].warnings.push_back("it is no longer as " + item.ref +
                                     " is, and becomes a practice of its own");
    good.add(i, item.request, bytes);
  }
  KOINON_TRY(good.send(common, items, [&outcomes](std::size_t number, ItemOutcome outcome) {
    const auto said = std::move(outcomes[number].warnings);
    outcomes[number] = std::move(outcome);
    outcomes[number].warnings.insert(outcomes[number].warnings.begin(), said.begin(), said.end());
  }));
  KOINON_TRY(faulty.send(common, items, [&outcomes](std::size_t number, const ItemOutcome& found) {
    add_faults(outcomes[number], found);
  }));
  return i;
}

std::string sentence(const ItemOutcome& outcome, const Error& fault) {
  return outcome.where + (fault.field.empty() ? "" : ", column " + fault.field) + ": " + fault.message;
}

json::object outcome_json(const ItemOutcome& outcome) {
  json::object out{{"where", outcome.where}, {"outcome", outcome.outcome}};
  if (!outcome.ref.empty()) out["ref"] = outcome.ref;
  json::array faults;
  for (const Error& fault : outcome.faults) {
    json::object one{{"reason", fault.message}};
    if (!fault.field.empty()) one["column"] = fault.field;
    if (faults.empty()) out.insert(one.begin(), one.end());
    faults.push_back(std::move(one));
  }
  if (!outcome.reason.empty()) out["reason"] = outcome.reason;
  if (!faults.empty()) out["faults"] = std::move(faults);
  if (!outcome.warnings.empty())
    out["warnings"] = json::array(outcome.warnings.begin(), outcome.warnings.end());
  return out;
}

}  // namespace

Status run_import_practices(const Common& common, const std::string& from, bool dry, bool any_topic) {
  KOINON_ASSIGN(const auto items, items_of(from));
  std::vector<ItemOutcome> outcomes(items.size());
  ProgressLine line("import");
  for (std::size_t begin = 0; begin < items.size();) {
    line.show(begin, items.size());
    KOINON_ASSIGN(begin, import_batch(common, items, begin, dry, any_topic, outcomes));
  }
  std::map<std::string, std::size_t> counts;
  for (const ItemOutcome& outcome : outcomes) ++counts[outcome.outcome];
  if (common.json) {
    json::array list;
    for (const ItemOutcome& outcome : outcomes) list.push_back(outcome_json(outcome));
    std::cout << json::serialize(list) << "\n";
  } else {
    for (const ItemOutcome& outcome : outcomes) {
      for (const Error& fault : outcome.faults) std::cout << harmless(sentence(outcome, fault)) << "\n";
      for (const auto& warning : outcome.warnings)
        std::cerr << "koinon: " << outcome.where << ": " << harmless(warning) << "\n";
    }
    std::cout << counts["published"] + counts["would-be-published"]
              << (dry ? " would be imported, " : " imported, ") << counts["already-there"]
              << " there already, " << counts["refused"] << " refused.\n";
    if (const std::size_t kept = counts["waits-for-signing"]; kept > 0)
      std::cout << kept << " kept until this node may sign: koinon held list\n";
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
  ProgressLine line("practices read");
  do {
    const std::map<std::string, std::string> query = {{"kind", "practice"},
                                                      {"topic", wanted.topic},
                                                      {"city", wanted.city},
                                                      {"limit", std::to_string(kPage)},
                                                      {"cursor", cursor}};
    KOINON_ASSIGN(const auto page, client.get_json(with_query("/api/v1/records", query)));
    for (const auto& item : page.at("items").as_array()) {
      line.count(out.size());
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
  if (error) {
    const std::string why = is_no_permission(error.value()) ? ": " + why_no_folder(folder) : std::string();
    return fail(Code::kIo, "the folder could not be made: " + error.message() + why, folder);
  }
  for (const auto& record : records) {
    const std::string ref = member(record, "ref");
    KOINON_ASSIGN(const std::string target, record_target(ref));
    KOINON_ASSIGN(const std::string text, ApiClient(common.data).get(target + "/markdown"));
    KOINON_TRY(write_output((fs::path(folder) / file_name(ref)).string(), with_origin(text, ref)));
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
    std::vector<std::string> header = origin_columns();
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
    for (const auto& record : records) all.push_back(object_of_record(record));
    text = json::serialize(all) + "\n";
  }
  if (output.empty() || output == "-") {
    std::cout << text;
    return {};
  }
  // Without this mark Excel takes a file for one in the code page of the country. Programs that read from a
  // pipe have no use for it.
  if (format == "csv") text.insert(0, "\xEF\xBB\xBF");
  return write_output(output, text);
}

}  // namespace koinon
