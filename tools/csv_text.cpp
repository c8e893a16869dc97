#include "tools/csv_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <csv.h>
#include <unicode/ucnv.h>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/cell_values.h"

namespace koinon {
namespace {

constexpr std::string_view kSeparators = ",;\t|";

bool has_high_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; });
}

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

// --- bytes ---

// Spreadsheets write "Unicode text" as UTF-16. Without a mark, ASCII letters tell: every other byte is 0.
std::string_view utf16_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  if (bytes.size() < 4) return {};
  if (bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0) return "UTF-16LE";
  if (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0) return "UTF-16BE";
  return {};
}

Result<std::string> plain_bytes(std::string bytes) {
  if (const auto encoding = utf16_of(bytes); !encoding.empty()) {
    KOINON_ASSIGN(bytes, from_code_page(bytes, encoding));
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  // Ctrl-Z ends a file of DOS.
  while (!bytes.empty() && (bytes.back() == '\x1A' || bytes.back() == '\0')) bytes.pop_back();
  return bytes;
}

// --- the separator ---

// `sep=;` as the first line, perhaps in quotation marks, and with separators after it if a spreadsheet saved
// it again. Takes the line off and returns its separator; 0: there is none.
char take_separator_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  const std::size_t length = line.size();
  const bool quoted = line.starts_with('"');
  if (quoted) line.remove_prefix(1);
  if (line.size() < 5 || ascii_lower(line.substr(0, 4)) != "sep=") return 0;
  const char separator = line[4];
  const auto byte = static_cast<unsigned char>(separator);
  if (byte >= 0x80 || std::isalnum(byte) != 0 || separator == '"' || separator == ' ') return 0;
  const std::string_view rest = line.substr(5);
  if (rest.find_first_not_of(std::string{separator, '"', ',', ';', '\t', '|', ' '}) != std::string_view::npos)
    return 0;
  text.remove_prefix(std::min(length + (text.substr(length).starts_with("\r\n") ? 2 : 1), text.size()));
  return separator;
}

// The first row, up to its line end outside quotation marks.
std::string_view row_of(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size() && i < limits::kTableHeaderBytes; ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && is_line_end(text[i])) return text.substr(0, i);
  }
  return text.substr(0, limits::kTableHeaderBytes);
}

// Whether a row shows nothing, whichever the separator is.
bool is_empty_row(std::string_view row) {
  std::string shown(row);
  std::erase_if(shown, [](char c) { return kSeparators.find(c) != std::string_view::npos || c == '"'; });
  return is_empty_cell(shown);
}

// The first row that has text.
std::string_view first_row(std::string_view text) {
  std::string_view row = row_of(text);
  while (row.size() < text.size() && is_line_end(text[row.size()]) && is_empty_row(row)) {
    text.remove_prefix(row.size() + 1);
    row = row_of(text);
  }
  return row;
}

// --- rows ---

struct Reading {
  std::vector<TextRow> rows;
  TextRow row{1, {}};
  bool after_return = false;  // the last row ended with CR, so that LF belongs to it
};

extern "C" {
static void koinon_csv_cell(void* data, size_t size, void* reading) {
  static_cast<Reading*>(reading)->row.cells.emplace_back(static_cast<const char*>(data), size);
}
static void koinon_csv_row(int ended_by, void* reading) {
  auto* all = static_cast<Reading*>(reading);
  const bool second_half = ended_by == '\n' && all->after_return && all->row.cells.empty();
  all->after_return = ended_by == '\r';
  if (second_half) return;
  const std::size_t next = all->row.number + 1;
  if (!std::all_of(all->row.cells.begin(), all->row.cells.end(), is_empty_cell))
    all->rows.push_back(std::move(all->row));
  all->row = TextRow{next, {}};
}
}

Result<std::vector<TextRow>> split_csv(std::string_view text, char separator, std::size_t first_number) {
  csv_parser parser{};
  if (csv_init(&parser, CSV_REPALL_NL) != 0)
    return fail(Code::kInternal, "the CSV reader could not be started");
  csv_set_delim(&parser, static_cast<unsigned char>(separator));
  // The library makes room for a cell a block at a time, 128 bytes at first, and copies the cell each time.
  constexpr std::size_t kBlocks = 16;
  csv_set_blk_size(&parser, limits::kKiB + text.size() / kBlocks);
  Reading reading;
  reading.row.number = first_number;
  bool whole =
      csv_parse(&parser, text.data(), text.size(), koinon_csv_cell, koinon_csv_row, &reading) == text.size();
  // Inside a cell a quotation mark is only a character. One that is open at the end has swallowed rows, so
  // the end is checked strictly.
  csv_set_opts(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL);
  whole = whole && csv_fini(&parser, koinon_csv_cell, koinon_csv_row, &reading) == 0;
  csv_free(&parser);
  if (!whole)
    return fail(Code::kMalformed, "a quotation mark is opened and never closed",
                "row " + std::to_string(reading.row.number));
  return std::move(reading.rows);
}

char separator_of(std::string_view text, const IsName& is_name) {
  const std::string_view header = first_row(text);
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char separator : kSeparators) {
    const auto rows = split_csv(header, separator, 1);
    if (!rows.ok() || rows->empty()) continue;
    const auto& cells = rows->front().cells;
    const auto names =
        std::count_if(cells.begin(), cells.end(), [&](const auto& cell) { return is_name(cell); });
    if (names <= most) continue;
    most = names;
    best = separator;
  }
  return best;
}

}  // namespace

Result<CsvText> read_csv_text(std::string bytes, const IsName& is_name) {
  KOINON_ASSIGN(bytes, plain_bytes(std::move(bytes)));
  std::string_view text = bytes;
  const std::size_t before = text.size();
  char separator = take_separator_line(text);
  const bool named = text.size() < before;
  if (!named) separator = separator_of(text, is_name);
  CsvText out;
  KOINON_ASSIGN(out.rows, split_csv(text, separator, named ? 2 : 1));
  if (is_utf8(text)) return out;
  // Most cells tell: Unicode may have broken places, and other text can look like Unicode by chance.
  std::size_t broken = 0;
  std::size_t whole = 0;
  for (const TextRow& row : out.rows) {
    for (const std::string& cell : row.cells) {
      if (!has_high_byte(cell)) continue;
      ++(is_utf8(cell) ? whole : broken);
    }
  }
  out.is_unicode = whole >= broken;
  return out;
}

bool is_empty_cell(const std::string& cell) {
  // The no-break space of most code pages. As the first byte of a character it is no UTF-8.
  return clean_text(cell).find_first_not_of('\xA0') == std::string::npos;
}

std::string_view code_page_of(std::string_view language) {
  using Page = std::pair<std::string_view, std::string_view>;
  // The languages whose letters are not in windows-1252, by code page.
  constexpr std::array<Page, 12> kPages = {{{"pl cs sk hu sl hr bs ro sq", "windows-1250"},
                                            {"ru uk bg be mk sr", "windows-1251"},
                                            {"el", "windows-1253"},
                                            {"tr az", "windows-1254"},
                                            {"he yi", "windows-1255"},
                                            {"ar fa ur", "windows-1256"},
                                            {"et lv lt", "windows-1257"},
                                            {"vi", "windows-1258"},
                                            {"ko", "windows-949"},
                                            {"ja", "ibm-943_P15A-2003"},
                                            {"th", "windows-874"},
                                            {"zh", "GBK"}}};
  constexpr std::string_view kWestern =
      "en de fr es it pt nl da sv no nb nn fi is ca gl eu af id ms sw ga cy lb";
  const std::string lower = ascii_lower(language);
  const std::string base = lower.substr(0, lower.find_first_of("-_"));
  if (base.empty()) return {};
  if (base == "zh" &&
      (lower.find("hant") != std::string::npos || lower.ends_with("tw") || lower.ends_with("hk")))
    return "Big5";
  const auto names = [&base](std::string_view list) {
    return (" " + std::string(list) + " ").find(" " + base + " ") != std::string::npos;
  };
  for (const auto& [languages, page] : kPages) {
    if (names(languages)) return page;
  }
  return names(kWestern) ? "windows-1252" : std::string_view();
}

Result<std::string> from_code_page(std::string_view bytes, std::string_view code_page) {
  const Error wrong = fail(Code::kMalformed, "it is not text in " + std::string(code_page));
  UErrorCode error = U_ZERO_ERROR;
  UConverter* from = ucnv_open(std::string(code_page).c_str(), &error);
  UConverter* to = ucnv_open("UTF-8", &error);
  std::string out;
  if (U_SUCCESS(error)) {
    ucnv_setToUCallBack(from, UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &error);
    out.resize(bytes.size() * 3 + 16);  // no byte becomes more than one character of three bytes
    char* end = out.data();
    const char* source = bytes.data();
    std::array<UChar, 1024> pivot{};
    UChar* pivot_begin = pivot.data();
    UChar* pivot_end = pivot.data();
    ucnv_convertEx(to, from, &end, out.data() + out.size(), &source, bytes.data() + bytes.size(),
                   pivot.data(), &pivot_begin, &pivot_end, pivot.data() + pivot.size(), 1, 1, &error);
    if (U_SUCCESS(error)) out.resize(static_cast<std::size_t>(end - out.data()));
  }
  ucnv_close(from);
  ucnv_close(to);
  // Bytes that a code page leaves free become control characters.
  const auto is_control = [](char a, char b) { return a == '\xC2' && (b & 0xE0) == 0x80; };
  if (U_FAILURE(error) || std::adjacent_find(out.begin(), out.end(), is_control) != out.end()) return wrong;
  return out;
}

}  // namespace koinon
