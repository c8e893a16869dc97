#include "tools/xlsx_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <pugixml.hpp>
#include <zip.h>

#include "proto/base/limits.h"
#include "tools/cell_values.h"

namespace koinon {
namespace {

Error no_workbook() {
  return fail(
      Code::kMalformed,
      "it is not a workbook that can be read; if it has a password, save it without one, or save the sheet "
      "as \"CSV UTF-8\"",
      "file");
}

// The parts of a workbook: files in a zip.
class Package {
 public:
  // The bytes must live as long as the package.
  static Result<Package> open(std::string_view bytes) {
    zip_error_t error{};
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source == nullptr) return no_workbook();
    zip_t* zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip != nullptr) return Package(zip);
    zip_source_free(source);
    return no_workbook();
  }

  // The XML of a part. Nothing: there is no such part.
  Result<std::optional<pugi::xml_document>> part(const std::string& name) {
    zip_stat_t facts{};
    if (zip_stat(zip_.get(), name.c_str(), 0, &facts) != 0) return std::optional<pugi::xml_document>();
    // What the zip says of its size may be a lie, so no more than that is read.
    if ((facts.valid & ZIP_STAT_SIZE) == 0 || facts.size > left_)
      return fail(Code::kTooLarge, "a workbook has at most 256 MiB of text", "file");
    left_ -= facts.size;
    std::string text(facts.size, '\0');
    const std::unique_ptr<zip_file_t, Close> opened(zip_fopen(zip_.get(), name.c_str(), 0));
    if (opened == nullptr ||
        zip_fread(opened.get(), text.data(), facts.size) != static_cast<zip_int64_t>(facts.size))
      return no_workbook();
    pugi::xml_document document;
    // White space in a text counts: with the space between two runs, words would go.
    if (!document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single))
      return no_workbook();
    return std::optional(std::move(document));
  }

 private:
  struct Close {
    void operator()(zip_t* zip) const { zip_discard(zip); }
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  explicit Package(zip_t* zip) : zip_(zip) {}

  std::unique_ptr<zip_t, Close> zip_;
  std::uint64_t left_ = limits::kWorkbookBytes;
};

// Element names without the prefix that some programs give them.
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node child(const pugi::xml_node& node, std::string_view name) {
  return node.find_child([name](const pugi::xml_node& one) { return local_name(one) == name; });
}

// The text of a string: its own, or that of its runs. Readings of Japanese words beside it are not text of
// it.
std::string string_text(const pugi::xml_node& string) {
  std::string out;
  for (const auto& node : string.children()) {
    if (local_name(node) == "t") out += node.text().get();
    if (local_name(node) == "r") out += child(node, "t").text().get();
  }
  // What XML cannot hold stands as _xHHHH_; of these only the end of a line is text.
  constexpr std::string_view kReturn = "_x000D_";
  std::string_view left = out;
  std::string text;
  for (auto at = left.find(kReturn); at != std::string_view::npos; at = left.find(kReturn)) {
    text += left.substr(0, at);
    left.remove_prefix(at + kReturn.size());
  }
  return text.append(left);
}

// --- numbers and dates ---

enum class Shown : unsigned char { kNumber, kDay, kMonth, kYear };

// What a format of numbers shows, ECMA-376 §18.8.30 and .31.
Shown shown_by_code(std::string_view code) {
  bool day = false;
  bool month = false;
  bool year = false;
  char quote = 0;
  for (std::size_t i = 0; i < code.size() && code[i] != ';'; ++i) {
    const char c = code[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"') {
      quote = '"';
    } else if (c == '[') {
      quote = ']';
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else {
      day = day || c == 'd' || c == 'D';
      month = month || c == 'm' || c == 'M';
      year = year || c == 'y' || c == 'Y';
    }
  }
  if (day) return Shown::kDay;
  if (!year) return Shown::kNumber;  // perhaps a time: its minutes have the letter of months
  return month ? Shown::kMonth : Shown::kYear;
}

Shown shown_by_id(unsigned id) {
  if (id == 17) return Shown::kMonth;
  const bool day = (id >= 14 && id <= 16) || id == 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return day ? Shown::kDay : Shown::kNumber;
}

struct Book {
  std::string sheet;  // the name of its part
  bool from_1904 = false;
  std::vector<std::string> strings;
  std::vector<Shown> styles;
};

// Days since the book's epoch. Dates before March 1900 are a day off in Excel too; no practice is so old.
std::string date_text(double serial, Shown shown, const Book& book) {
  using namespace std::chrono;
  if (!(serial >= 61) || serial > 2'958'465) return {};
  const sys_days epoch = book.from_1904 ? sys_days(year(1904) / 1 / 1) : sys_days(year(1899) / 12 / 30);
  const year_month_day date(epoch + days(static_cast<int>(serial)));
  const auto two = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  std::string out = std::to_string(static_cast<int>(date.year()));
  if (shown != Shown::kYear) out += "-" + two(static_cast<unsigned>(date.month()));
  if (shown == Shown::kDay) out += "-" + two(static_cast<unsigned>(date.day()));
  return out;
}

std::string number_text(const std::string& written, Shown shown, const Book& book) {
  double value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  if (error != std::errc() || end != written.data() + written.size() || !std::isfinite(value)) return written;
  if (shown != Shown::kNumber) {
    if (std::string date = date_text(value, shown, book); !date.empty()) return date;
  }
  // A sheet keeps 15 digits; the last ones of a double are noise of arithmetic.
  std::array<char, 32> digits{};
  const auto [last, failed] =
      std::to_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::general, 15);
  if (failed == std::errc()) std::from_chars(digits.data(), last, value);
  return amount_text(value);
}

// --- the workbook ---

void read_styles(const pugi::xml_node& styles, Book& book) {
  std::map<unsigned, Shown> own;
  for (const auto& format : child(styles, "numFmts").children())
    own[format.attribute("numFmtId").as_uint()] = shown_by_code(format.attribute("formatCode").as_string());
  for (const auto& style : child(styles, "cellXfs").children()) {
    if (local_name(style) != "xf") continue;
    const unsigned id = style.attribute("numFmtId").as_uint();
    const auto known = own.find(id);
    book.styles.push_back(known == own.end() ? shown_by_id(id) : known->second);
  }
}

std::string attribute_named(const pugi::xml_node& node, std::string_view local) {
  for (const auto& attribute : node.attributes()) {
    const std::string_view name = attribute.name();
    const auto colon = name.find(':');
    if (colon != std::string_view::npos && name.substr(colon + 1) == local) return attribute.as_string();
  }
  return {};
}

// The part of the first sheet that is shown.
Result<std::string> first_sheet(Package& package, const pugi::xml_node& workbook) {
  std::string relation;
  for (const auto& sheet : child(workbook, "sheets").children()) {
    if (local_name(sheet) != "sheet" ||
        std::string_view(sheet.attribute("state").as_string("visible")) != "visible")
      continue;
    relation = attribute_named(sheet, "id");
    break;
  }
  KOINON_ASSIGN(const auto relations, package.part("xl/_rels/workbook.xml.rels"));
  if (!relations) return no_workbook();
  for (const auto& one : relations->document_element().children()) {
    if (relation.empty() || relation != one.attribute("Id").as_string()) continue;
    const std::string target = one.attribute("Target").as_string();
    return target.starts_with('/') ? target.substr(1) : "xl/" + target;
  }
  return no_workbook();
}

Result<Book> read_book(Package& package) {
  Book out;
  KOINON_ASSIGN(const auto workbook, package.part("xl/workbook.xml"));
  if (!workbook) return no_workbook();
  const pugi::xml_node root = workbook->document_element();
  out.from_1904 = child(root, "workbookPr").attribute("date1904").as_bool();
  KOINON_ASSIGN(out.sheet, first_sheet(package, root));
  KOINON_ASSIGN(const auto styles, package.part("xl/styles.xml"));
  if (styles) read_styles(styles->document_element(), out);
  KOINON_ASSIGN(const auto strings, package.part("xl/sharedStrings.xml"));
  if (!strings) return out;
  for (const auto& string : strings->document_element().children()) {
    if (local_name(string) == "si") out.strings.push_back(string_text(string));
  }
  return out;
}

std::string cell_text(const pugi::xml_node& cell, const Book& book) {
  const std::string_view type = cell.attribute("t").as_string("n");
  if (type == "inlineStr") return string_text(child(cell, "is"));
  const std::string written = child(cell, "v").text().get();
  if (type == "s") {
    std::size_t number = book.strings.size();
    std::from_chars(written.data(), written.data() + written.size(), number);
    return number < book.strings.size() ? book.strings[number] : std::string();
  }
  if (type != "n" || written.empty()) return written;
  const unsigned style = cell.attribute("s").as_uint();
  return number_text(written, style < book.styles.size() ? book.styles[style] : Shown::kNumber, book);
}

// The column of an address such as BC12, from 0; nothing: it names none.
std::optional<std::size_t> column_of(std::string_view address) {
  std::size_t out = 0;
  std::size_t letters = 0;
  while (letters < address.size() && letters < 4 && address[letters] >= 'A' && address[letters] <= 'Z')
    out = out * 26 + static_cast<std::size_t>(address[letters++] - 'A' + 1);
  if (letters == 0) return std::nullopt;
  return out - 1;
}

Result<TextRow> read_row(const pugi::xml_node& row, std::size_t number, const Book& book) {
  TextRow out{number, {}};
  for (const auto& cell : row.children()) {
    if (local_name(cell) != "c") continue;
    std::string text = cell_text(cell, book);
    if (clean_text(text).empty()) {
      if (cell.attribute("r").empty()) out.cells.emplace_back();  // it still has a place
      continue;
    }
    const std::size_t column = column_of(cell.attribute("r").as_string()).value_or(out.cells.size());
    if (column >= limits::kWorkbookColumns)
      return fail(Code::kTooLarge, "a sheet of practices has at most 256 columns",
                  "row " + std::to_string(number));
    if (out.cells.size() <= column) out.cells.resize(column + 1);
    out.cells[column] = std::move(text);
  }
  return out;
}

}  // namespace

Result<CsvText> read_xlsx_text(std::string_view bytes) {
  KOINON_ASSIGN(Package package, Package::open(bytes));
  KOINON_ASSIGN(const Book book, read_book(package));
  KOINON_ASSIGN(const auto sheet, package.part(book.sheet));
  if (!sheet) return no_workbook();
  CsvText out;
  std::size_t number = 0;
  for (const auto& node : child(sheet->document_element(), "sheetData").children()) {
    if (local_name(node) != "row") continue;
    number = node.attribute("r").as_ullong(number + 1);
    KOINON_ASSIGN(TextRow row, read_row(node, number, book));
    const bool has_text = std::any_of(row.cells.begin(), row.cells.end(),
                                      [](const auto& cell) { return !clean_text(cell).empty(); });
    if (!has_text) continue;
    // A sheet has no cells that are missing at the end, as text has.
    if (!out.rows.empty() && row.cells.size() < out.rows.front().cells.size())
      row.cells.resize(out.rows.front().cells.size());
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace koinon
