// Tables as spreadsheets of several countries save them.
#include "tools/practice_table.h"

#include <algorithm>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tools/cell_values.h"
#include "tools/list_cell.h"
#include "tools/needs_cell.h"
#include "tools/table_rows.h"

namespace koinon::test::practice_table_test {
namespace {

namespace json = boost::json;

std::vector<CsvRow> rows_of(const std::string& bytes) {
  auto rows = read_csv(bytes);
  EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().text());
  return rows.ok() ? std::move(*rows) : std::vector<CsvRow>();
}

std::string utf16(std::string_view ascii, bool big) {
  std::string out;
  for (const char c : ascii) out += big ? std::string{'\0', c} : std::string{c, '\0'};
  return out;
}

TEST(Tables, EachWayToWriteOneTableGivesTheSameRows) {
  const std::vector<std::string> tables = {
      "title,topics,solution\nShade,climate/heat; health,Trees\nWater,climate/water,Taps\n",
      "title,topics,solution\rShade,climate/heat; health,Trees\rWater,climate/water,Taps",
      "\xEF\xBB\xBFtitle;topics;solution\r\nShade;\"climate/heat; "
      "health\";Trees\r\nWater;climate/water;Taps\r\n",
      "sep=;\r\ntitle;topics;solution\r\nShade;\"climate/heat; "
      "health\";Trees\r\nWater;climate/water;Taps\r\n",
      "\"sep=|\"\ntitle|topics|solution\nShade|climate/heat; health|Trees\nWater|climate/water|Taps\n\x1A",
      "SEP=;;;\ntitle;topics;solution\nShade;\"climate/heat; health\";Trees\nWater;climate/water;Taps\n",
      ";;\r\n\r\n\"\";\" \";\r\ntitle;topics;solution\r\nShade;\"climate/heat; "
      "health\";Trees\r\nWater;climate/water;Taps\r\n",
      "|\xC2\xA0|\n||\n\"title\"|topics|solution\nShade|climate/heat; "
      "health|Trees\nWater|climate/water|Taps\n",
      ";;\r\n\"\"; ;\xC2\xA0\r\n\r\ntitle;topics;solution\r\nShade;\"climate/heat; "
      "health\";Trees\r\nWater;climate/water;Taps\r\n",
      "\t\t\r\ttitle\ttopics\tsolution\r\tShade\tclimate/heat; health\tTrees\r\tWater\tclimate/water\tTaps\r",
      "title\ttopics\tsolution\nShade\tclimate/heat; health\tTrees\nWater\tclimate/water\tTaps\n",
      "Title, Topics ,SOLUTION,,\n,,,,\n\"Shade\",climate/heat; health,Trees,\"\",\xC2\xA0\n  "
      "\n\nWater,climate/water,Taps,,\n,,\n"};
  for (std::string table : tables) {
    for (const int encoding : {0, 1, 2, 3}) {
      if (encoding > 0 && table.find_first_of("\xEF\xC2") != std::string::npos) continue;
      std::string bytes = encoding == 0 ? table : utf16(table, encoding == 2);
      if (encoding == 1) bytes.insert(0, "\xFF\xFE");
      if (encoding == 2) bytes.insert(0, "\xFE\xFF");
      const auto rows = rows_of(bytes);
      ASSERT_EQ(rows.size(), 2U) << table << encoding;
      EXPECT_TRUE(rows[0].faults.empty() && rows[1].faults.empty()) << table;
      EXPECT_EQ(rows[0].cells,
                (TableRow{{"title", "Shade"}, {"topics", "climate/heat; health"}, {"solution", "Trees"}}));
      EXPECT_EQ(rows[1].cells,
                (TableRow{{"title", "Water"}, {"topics", "climate/water"}, {"solution", "Taps"}}));
    }
  }
}

TEST(Tables, RowsAreCountedAsASpreadsheetShowsThem) {
  const auto rows = rows_of("title,solution\r\n\r\n,\r\n\"A\",\"one\r\ntwo\r\n\r\nthree\"\r\n\r\nB,x\r\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].number, 4U);
  EXPECT_EQ(rows[1].number, 6U);
  EXPECT_EQ(request_of_row(rows[0].cells).request.at("content").at("solution"), "one\ntwo\n\nthree");
  EXPECT_EQ(rows_of("sep=,\ntitle,solution\nA,b\n").front().number, 3U);
}

TEST(Tables, AQuotationMarkThatIsNeverClosedIsToldWithItsRow) {
  const auto rows = read_csv("title,solution\nA,\"one\ntwo\"\nB,\"never closed\nC,x\n");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().field, "row 3");
}

TEST(Tables, ASeparatorCountsByTheNamesThatItFinds) {
  // More semicolons than commas, in the header and below.
  const auto rows = rows_of("title,\"solution\",topics\nA;b;c;d,e,health;climate/heat\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].cells.at("title"), "A;b;c;d");
  EXPECT_EQ(rows[0].cells.at("topics"), "health;climate/heat");
}

TEST(Tables, TextThatIsNotUnicodeIsReadInTheCodePageOfItsLanguage) {
  const auto rows = rows_of(
      "title;language;topics;solution\r\nK\xFChle D\xE4"
      "cher \x96 20 \x80;de;health;x\r\nZ\xB3oty \xB9;pl;health;x\r\n"
      "\xC3\xA2\xB9\xAE;ko;health;x\r\n\xD2\xE5\xED\xFC;ru-RU;health;x\r\n\x81;en;health;x\r\n\xFC;xx;health;"
      "x\r\nplain;xx;health;x\r\n");
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[0].cells.at("title"), "Kühle Dächer – 20 €");
  EXPECT_EQ(rows[0].code_page, "windows-1252");
  EXPECT_EQ(rows[1].cells.at("title"), "Złoty ą");
  EXPECT_EQ(rows[2].cells.at("title"), "창문");
  EXPECT_EQ(rows[3].cells.at("title"), "Тень");
  for (const std::size_t unreadable : {4U, 5U}) {
    ASSERT_EQ(rows[unreadable].faults.size(), 1U) << unreadable;
    EXPECT_EQ(rows[unreadable].faults.front().field, "title");
  }
  EXPECT_TRUE(rows[6].faults.empty());
}

TEST(Tables, ABrokenPlaceInUnicodeIsAFaultOfItsRow) {
  const auto rows = rows_of(
      "title,language,topics,solution\nGr\xC3\xBC\xC3\x9F"
      "e,de,health,x\nGr\xFC\xDF"
      "e,de,health,x\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(rows[0].faults.empty());
  ASSERT_EQ(rows[1].faults.size(), 1U);
  EXPECT_EQ(rows[1].faults.front().field, "title");
}

TEST(Tables, ARowThatALineEndHasCutIsNoRow) {
  const std::string header = "title,language,topics,solution,staff,contact\n";
  const auto cut =
      rows_of(header + "A,en,health,begins\nand ends,Two,a@b.example\nB,en,health,x,One,b@b.example\n");
  ASSERT_EQ(cut.size(), 3U);
  EXPECT_FALSE(cut[0].faults.empty()) << "half a text must not be published";
  EXPECT_FALSE(cut[1].faults.empty());
  EXPECT_TRUE(cut[2].faults.empty());
  // A spreadsheet leaves empty cells at the end out.
  const auto shorter = rows_of(header + "A,en,health,x\nB,en,health,x,One\n");
  ASSERT_EQ(shorter.size(), 2U);
  EXPECT_TRUE(shorter[0].faults.empty() && shorter[1].faults.empty());
}

TEST(Tables, ColumnsWithoutANameHaveNoText) {
  const auto rows =
      rows_of("title,,topics,solution,\nA,,health,x,\xC2\xA0\nB,note,health,x,\nC,,health,x,,y\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[0].faults.empty());
  EXPECT_EQ(rows[1].faults.at(0).field, "2");
  EXPECT_FALSE(rows[2].faults.empty());
}

TEST(Tables, ATopicMayStandUnderItsNameInAnyLanguage) {
  const RowRequest read = request_of_row({{"topics", "Extreme heat; 폭염; health, No Topic!"}});
  EXPECT_EQ(read.request.at("topics"), (boost::json::array{"climate/heat", "climate/heat", "health"}));
  ASSERT_EQ(read.faults.size(), 1U) << "what is no name is still told";
  EXPECT_EQ(read.faults.front().field, "topics");
}

TEST(Tables, AllUnknownColumnsAreNamedAtOnce) {
  const auto rows = read_csv("titel,solution,Thema\nA,b,c\n");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().field, "titel, Thema");
}

TEST(Tables, AllFaultsOfARowAreTold) {
  const RowRequest read = request_of_row({{"title", "A"},
                                          {"cost_amount", "a lot"},
                                          {"evidence", "6"},
                                          {"sdgs", "3; 18; 19"},
                                          {"topics", "health; No Topic!; Nor This!"},
                                          {"source_date", "03/04/2020"},
                                          {"links", "a | b | c"}});
  std::vector<std::string> columns;
  for (const Error& fault : read.faults) columns.push_back(fault.field);
  std::sort(columns.begin(), columns.end());
  EXPECT_EQ(columns,
            (std::vector<std::string>{"cost_amount", "evidence", "links", "sdgs", "source_date", "topics"}));
  EXPECT_EQ(read.request.at("content").at("title"), "A") << "what is right goes on to be checked";
}

TEST(CellValues, AmountsAreReadAsPeopleOfEachCountryWriteThem) {
  const std::vector<std::pair<std::string, double>> amounts = {{"120000", 120000},
                                                               {"1,200,000", 1200000},
                                                               {"1.200.000", 1200000},
                                                               {"1.200.000,50", 1200000.5},
                                                               {"1,200,000.50", 1200000.5},
                                                               {"116 000", 116000},
                                                               {"116\u00A0000,5", 116000.5},
                                                               {"116\u202F000", 116000},
                                                               {"1'200'000.00", 1200000},
                                                               {"1\u2019200\u2019000", 1200000},
                                                               {"99,5", 99.5},
                                                               {"99.5", 99.5},
                                                               {"0,125", 0.125},
                                                               {"12,00,000", 1200000},
                                                               {"$1,200.00", 1200},
                                                               {" 0 ", 0},
                                                               {"1 200,125", 1200.125}};
  for (const auto& [text, value] : amounts) {
    const auto read = cell_amount(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(read->value, value) << text;
  }
  for (const char* text : {"1,000", "1.200", "-5", "1e6", "1,2E+06", "1,00,0", "1..5", "1,2,3", "x", "", ",5",
                           "5,", "1.000,000.5", "1 2", "NaN"})
    EXPECT_FALSE(cell_amount(text).ok()) << text;
}

TEST(CellValues, ASignThatMeansOneCurrencyNamesIt) {
  EXPECT_EQ(cell_amount("1.234,50 €")->currency, "EUR");
  EXPECT_EQ(cell_amount("KRW 1,234,000")->currency, "KRW");
  EXPECT_EQ(cell_amount("$5")->currency, "");
  EXPECT_EQ(request_of_row({{"cost_amount", "€ 5"}}).request.at("content").at("cost").at("currency"), "EUR");
  EXPECT_EQ(request_of_row({{"cost_amount", "$5"}}).faults.at(0).field, "cost_currency");
  EXPECT_EQ(request_of_row({{"cost_amount", "€5"}, {"cost_currency", "USD"}}).faults.at(0).field,
            "cost_currency");
}

TEST(CellValues, AnAmountThatIsWrittenIsReadAgainAsItWas) {
  for (const double value :
       {0.0, 1.0, 0.1, 1.125, 999.999, 1000.5, 21000000.0, 1e15, 1.0 / 3, 12.345, 5e-10}) {
    const auto read = cell_amount(amount_text(value));
    ASSERT_TRUE(read.ok()) << amount_text(value);
    EXPECT_EQ(read->value, value) << amount_text(value);
  }
}

TEST(CellValues, DatesOfSpreadsheetsBecomeIso) {
  const std::vector<std::pair<std::string, std::string>> dates = {{"2020", "2020"},
                                                                  {"2020-03", "2020-03"},
                                                                  {"2020-03-17", "2020-03-17"},
                                                                  {"2020-3-7", "2020-03-07"},
                                                                  {"17.03.2020", "2020-03-17"},
                                                                  {"3.4.2020", "2020-04-03"},
                                                                  {"17/03/2020", "2020-03-17"},
                                                                  {"3/17/2020", "2020-03-17"},
                                                                  {"2020/3/17", "2020-03-17"},
                                                                  {"2020. 3. 17.", "2020-03-17"},
                                                                  {"2020年3月17日", "2020-03-17"},
                                                                  {"4/4/2020", "2020-04-04"},
                                                                  {"17-Mar-20", "2020-03-17"},
                                                                  {"Mar-20", "2020-03"},
                                                                  {"March 17, 2020", "2020-03-17"},
                                                                  {"17 March 2020", "2020-03-17"},
                                                                  {"03/2020", "2020-03"},
                                                                  {"17.03.2020 00:00", "2020-03-17"},
                                                                  {"2020-03-17T09:00:00", "2020-03-17"},
                                                                  {"43907", "2020-03-17"},
                                                                  {"17/03/98", "1998-03-17"},
                                                                  {"17.3.20 10:30", "2020-03-17"},
                                                                  {"last year", "last year"},
                                                                  {"31.02.2020", "31.02.2020"},
                                                                  {"", ""}};
  for (const auto& [text, iso] : dates) {
    const auto read = cell_date(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(*read, iso) << text;
  }
  EXPECT_FALSE(cell_date("03/04/2020").ok()) << "April or March";
  EXPECT_FALSE(cell_date("3/4/20").ok());
  EXPECT_EQ(*cell_date("03/04/2020", DayOrder::kDayFirst), "2020-04-03");
  EXPECT_EQ(*cell_date("3/4/20 10:00", DayOrder::kMonthFirst), "2020-03-04");
}

TEST(CellValues, OneDateOfAColumnTellsTheOrderOfAll) {
  EXPECT_EQ(day_order_of({"03/04/2020", "", "17/03/2020"}), DayOrder::kDayFirst);
  EXPECT_EQ(day_order_of({"03/04/2020", "2020", "3/17/20"}), DayOrder::kMonthFirst);
  EXPECT_EQ(day_order_of({"17/03/2020", "3/17/2020"}), DayOrder::kUnknown) << "people wrote these";
  EXPECT_EQ(day_order_of({"17.03.2020", "03/04/2020"}), DayOrder::kUnknown);
}

TEST(ListCells, WhatIsWrittenIsReadAgain) {
  const std::vector<std::vector<std::string>> items = {{"Plan; part 1", "https://city.example/a;b=1?x=|y"},
                                                       {"", "x"},
                                                       {"say \"it\"", "", "z"},
                                                       {"two\nlines"},
                                                       {"\"", "|"}};
  std::vector<std::vector<std::string>> again;
  for (const auto& item : read_list_cell(list_cell(items, true), true)) again.push_back(item.parts);
  EXPECT_EQ(again, items);
  EXPECT_TRUE(read_list_cell(" ; ;\n| ;", true).empty());
  const auto plain = read_list_cell("\"Red\" Cross; A | B; \"open", false);
  ASSERT_EQ(plain.size(), 3U);
  EXPECT_EQ(plain[0].parts.front(), "\"Red\" Cross") << "a quotation mark inside a name is a letter";
  EXPECT_EQ(plain[1].parts.front(), "A | B");
  EXPECT_EQ(plain[2].parts.front(), "\"open");
}

TEST(ListCells, ASemicolonInAnAddressDoesNotEndIt) {
  const RowRequest read =
      request_of_row({{"links", "https://a.example/x;v=2?y=1; Plan | https://b.example/;https://c.example"}});
  EXPECT_TRUE(read.faults.empty());
  EXPECT_EQ(
      read.request.at("content").at("links"),
      json::parse(
          R"([{"url":"https://a.example/x;v=2?y=1"},{"title":"Plan","url":"https://b.example/"},{"url":"https://c.example"}])"));
}

TEST(NeedsCells, AKindStandsBeforeAColonInAnyLanguage) {
  EXPECT_EQ(
      read_needs_cell("Money: 300,000 EUR a year; personale: due infermieri\n데이터 : x;by a river; luck: y"),
      json::parse(R"([{"what":"money","text":"300,000 EUR a year"},{"what":"people","text":"due infermieri"},
                           {"what":"data","text":"x"},{"text":"by a river"},{"text":"luck: y"}])"));
  EXPECT_TRUE(read_needs_cell(" ; : ;").empty());
}

TEST(NeedsCells, WhatIsWrittenIsReadAgain) {
  const json::array needs =
      json::parse(R"([{"what":"place","text":"a; b"},{"what":"data"},{"text":"money: no kind"},
                                            {"text":"\"quoted\""},{"text":": x"},{"text":"plain"}])")
          .as_array();
  EXPECT_EQ(read_needs_cell(needs_cell(needs)), needs) << needs_cell(needs);
}

// A practice with all that a table could lose.
json::object full_record() {
  return json::parse(R"({
    "ref": "seoul.example/7", "city": "seoul.example", "created_at": "2020-03-04T00:00:00Z", "status": "current",
    "language": "en", "topics": ["climate/heat", "health"],
    "body": {"author": {"office": "Water; and parks", "person": "Kim"}, "practice": {
      "title": "=Shade", "summary": "S", "solution": "one\n\ntwo; three", "status": "running", "period": "2012",
      "cost": {"amount": 1.125, "currency": "KRW", "note": "a; b"}, "evidence": 3, "sdgs": [3, 11],
      "commitments": [{"agreement": "Paris; 2015", "target": "Net zero | 2040"}, {"agreement": "Sendai"}],
      "core": "Trees", "adaptable": "Which; trees", "went_wrong": "Drought", "not_again": "Plant in May",
      "needs": [{"what": "money", "text": "1; 2"}, {"what": "data"}, {"text": "Money: no kind"}, {"text": "Sun: all day"}],
      "partners": ["School; board", "A | B", "\"Quoted\""],
      "links": [{"url": "https://a.example/x;y=1"}, {"title": "Plan; 2", "url": "https://b.example/?a=1;b=2"}],
      "sources": [{"publisher": "City; of", "title": "T", "date": "2020-03"}, {"title": "Only | title"},
                  {"publisher": "P", "url": "https://c.example/;d", "date": "2021"}]}}})")
      .as_object();
}

TEST(Tables, AnExportKeepsAllThatARowCanSay) {
  const json::object record = full_record();
  json::value practice = record.at("body").at("practice");
  const RowRequest direct = request_of_row(row_of_record(record));
  EXPECT_TRUE(direct.faults.empty());
  EXPECT_EQ(direct.request.at("content"), practice);
  EXPECT_EQ(direct.request.at("office"), "Water; and parks");
  EXPECT_EQ(direct.request.at("topics"), record.at("topics"));
  // And through a file.
  std::string text = csv_line(practice_columns());
  std::vector<std::string> cells;
  const TableRow row = row_of_record(record);
  for (const auto& column : practice_columns()) cells.push_back(row.contains(column) ? row.at(column) : "");
  text += csv_line(cells);
  const auto rows = rows_of(text);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(request_of_row(rows[0].cells).request, direct.request);
}

TEST(Tables, WhatNobodySeesIsInNoExportAndMakesNoDifference) {
  const std::string wales = "\U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F";
  const std::string kept = wales + " *\uFE0F\u20E3 \U0001F469\u200D\U0001F467";
  const std::string hidden = "\u202E\U000E0061\u200B\u2066";
  const auto record = [&](const std::string& sign) {
    std::string text = R"({
      "ref": "seoul.example/2", "language": "en", "topics": ["health"],
      "body": {"author": {"office": "O^"}, "practice": {
        "title": "KEPT^", "solution": "One^\ntwo", "partners": ["School^"], "cost": {"amount": 1, "note": "^n"},
        "links": [{"title": "^Plan", "url": "https://a.example/x^"}],
        "sources": [{"publisher": "P^"}, {"title": "T^"}]}}})";
    text.replace(text.find("KEPT"), 4, kept);
    for (auto at = text.find('^'); at != std::string::npos; at = text.find('^')) text.replace(at, 1, sign);
    return json::parse(text).as_object();
  };
  EXPECT_EQ(row_of_record(record(hidden)), row_of_record(record("")));
  EXPECT_EQ(object_of_record(record(hidden)), object_of_record(record("")));
  EXPECT_EQ(object_of_record(record(hidden)).at("title"), json::value(kept));
  // A row as an earlier export has it.
  TableRow earlier = row_of_record(record(""));
  for (auto& [column, cell] : earlier) cell += hidden;
  EXPECT_EQ(request_of_row(earlier).request, request_of_row(row_of_record(record(""))).request);
}

TEST(Tables, JsonHasTypesAndComesInAgain) {
  const json::object record = full_record();
  const json::object out = object_of_record(record);
  EXPECT_EQ(out.at("cost_amount"), 1.125);
  EXPECT_EQ(out.at("evidence"), 3);
  EXPECT_EQ(out.at("sdgs"), (json::array{3, 11}));
  EXPECT_EQ(out.at("topics"), record.at("topics"));
  EXPECT_EQ(out.at("sources"), record.at("body").at("practice").at("sources"));
  EXPECT_FALSE(out.contains("on_behalf_of")) << "the first source stands among the sources";
  const RowRequest again = request_of_object(out);
  EXPECT_TRUE(again.faults.empty());
  EXPECT_EQ(again.request, request_of_row(row_of_record(record)).request);
  // Texts as in a table, too.
  EXPECT_EQ(request_of_object({{"sdgs", "3; 11"}, {"evidence", "3"}}).request,
            request_of_object({{"sdgs", json::array{3, 11}}, {"evidence", 3}}).request);
  EXPECT_EQ(request_of_object({{"colour", "red"}, {"links", json::array{json::object{{"href", "x"}}}}})
                .faults.size(),
            2U);
}

}  // namespace
}  // namespace koinon::test::practice_table_test
