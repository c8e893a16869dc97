// Notes as people write them.
#include "node/publishing/note_file.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/publishing/note_rules.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon::note_file_test {
namespace {

constexpr std::string_view kSmallest =
    "+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\nText.\n";

std::string with(std::string_view line) {
  return "+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n" + std::string(line) +
         "\n+++\nText.\n";
}

Error refused(BytesView text) {
  const auto note = parse_note_file(text);
  if (!note.ok()) return note.error();
  const Status status = check_note(*note);
  EXPECT_FALSE(status.ok()) << text;
  return status.ok() ? Error() : status.error();
}

TEST(NoteFile, TheSmallestNote) {
  const auto note = parse_note_file(kSmallest);
  ASSERT_TRUE(note.ok()) << note.error().text();
  EXPECT_TRUE(check_note(*note).ok());
  EXPECT_EQ(note->kind, v1::KIND_PRACTICE);
  EXPECT_EQ(note->body.practice().title(), "T");
  EXPECT_EQ(note->body.practice().summary(), "Text.");
  EXPECT_TRUE(note->warnings.empty());
}

TEST(NoteFile, WhatNobodySeesIsTakenOutOfEveryText) {
  auto note =
      parse_note_file(with("office = \"a\\u0000b\"\npartners = [\"fine\", \"\\u001B[2J\"]\n[[links]]\n"
                           "url = \"https://a.example/\u200B\"\ntitle = \"\u202Ea\\u2028b\""));
  ASSERT_TRUE(note.ok()) << note.error().text();
  EXPECT_FALSE(check_note(*note).ok()) << "the address is none";
  make_plain(*note);
  EXPECT_TRUE(check_note(*note).ok());
  EXPECT_EQ(note->body.author().office(), "ab");
  const v1::Practice& practice = note->body.practice();
  EXPECT_EQ(practice.partners(1), "[2J");
  EXPECT_EQ(practice.links(0).url(), "https://a.example/");
  EXPECT_EQ(practice.links(0).title(), "a b");
  // A title of which nothing is left is none.
  note->body.mutable_practice()->set_title("\u200B\uFEFF");
  make_plain(*note);
  EXPECT_EQ(check_note(*note).error().field, "title");
}

TEST(NoteFile, WhatEndsInSignsThatNobodySeesIsReadAndWrittenAgain) {
  for (const char* text :
       {"First.\n\nR\n\x13\x13", "First.\n\n\u200B\nR", "First.\n\nR\n\n## Results\n\n\uFEFF\nS\n\x01\n",
        "First.\n\x13\nSecond.\n\nR\n#\x13# Results"}) {
    auto note = parse_note_file("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\n" +
                                std::string(text));
    ASSERT_TRUE(note.ok()) << note.error().text();
    make_plain(*note);
    const auto again = parse_note_file(format_note_file(*note));
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(serialize(again->body), serialize(note->body)) << text;
  }
}

TEST(NoteFile, WhatAPictureShowsIsReadAndWrittenAgain) {
  const auto note =
      parse_note_file(with("[[attachments]]\nname = \"roof.jpg\"\nalt = \"흰 지붕 \\\"A\\\"\"\nsha256 = \"" +
                           std::string(64, 'b') + "\""));
  ASSERT_TRUE(note.ok()) << note.error().text();
  ASSERT_EQ(note->body.practice().attachments_size(), 1);
  EXPECT_EQ(note->body.practice().attachments(0).alt(), "흰 지붕 \"A\"");
  const auto again = parse_note_file(format_note_file(*note));
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(serialize(again->body), serialize(note->body));
}

TEST(NoteFile, ATopicIsReadWithoutWhatNobodySees) {
  NoteFile note;
  ASSERT_TRUE(add_topic(note, "\uFEFFhealth/testing\u200B").ok());
  EXPECT_EQ(note.topics, std::vector<std::string>{"health/testing"});
}

TEST(NoteFile, SectionsInAnyLanguageOfTheVocabulary) {
  const auto note = parse_note_file(
      "+++\ntitle = \"T\"\nlanguage = \"ko\"\ntopics = [\"salud/pruebas\", \"health/unheard\"]\n+++\n"
      "First paragraph\nof two lines.\n\nMore text.\n\n## \uacb0\uacfc\n\nNumbers.\n\n### Detail\n\nStill "
      "results.\n\n## Sfida\nHard.\n\n"
      "```\n## Results\nnot a heading\n```\n\n## Something else\n\nStays.\n");
  ASSERT_TRUE(note.ok()) << note.error().text();
  const auto& practice = note->body.practice();
  EXPECT_EQ(practice.summary(), "First paragraph\nof two lines.");
  EXPECT_EQ(practice.solution(), "More text.");
  EXPECT_EQ(practice.results(), "Numbers.\n\n### Detail\n\nStill results.");
  EXPECT_EQ(practice.challenge(),
            "Hard.\n\n```\n## Results\nnot a heading\n```\n\n## Something else\n\nStays.");
  EXPECT_EQ(note->topics, (std::vector<std::string>{"health/testing", "health/unheard"}));
  ASSERT_EQ(note->warnings.size(), 1U);
  EXPECT_NE(note->warnings[0].find("nearest"), std::string::npos);
}

TEST(NoteFile, AnUnknownKeyNamesTheNearest) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"topic = \"health\"", "topics"},
      {"derived_from = \"a.example/1\"", "derives_from"},
      {"Sumary = \"S\"", "summary"},
      {"[cost]\namont = 1", "amount"}};
  for (const auto& [line, near] : cases) {
    const Error error = refused(with(line));
    EXPECT_NE(error.message.find("did you mean " + near + "?"), std::string::npos) << error.text();
  }
  EXPECT_EQ(refused(with("colour = 1")).message, "the front matter has an unknown field");
}

TEST(NoteFile, WhereItIsNoTomlTheLineIsShown) {
  const auto said = [](const std::string& line) { return refused(with(line)).message; };
  const std::string remedy = "text stands in quotes (\")";
  for (const char* line : {"summary = Trees give shade", "summary = 10 trees", "summary = \u201Cso\u201D",
                           "partners = [City Hall, \"B\"]", "partners = [\"A\", B]"}) {
    EXPECT_NE(said(line).find("(line 5: " + std::string(line) + "); " + remedy), std::string::npos)
        << said(line);
  }
  // The file's line: the first of the front matter is the second. Signs that nobody sees are not shown.
  EXPECT_NE(said("sdgs = [3,, 4]\x1B").find("(line 5: sdgs = [3,, 4])"), std::string::npos);
  for (const char* line :
       {"summary = \"Trees", "sdgs = [3,, 4]", "evidence == 3", "summary =", "no_value", "a b = 3"})
    EXPECT_EQ(said(line).find(remedy), std::string::npos) << said(line);
  EXPECT_LT(said("summary = " + std::string(5000, 'x')).size(), 300U);
}

TEST(NoteFile, EveryFieldOfTheProtoIsAKey) {
  const auto note = parse_note_file(
      with("office = \"Mayor\"\nsdgs = [3, 11]\nevidence = 2\nderives_from = \"milan.example/4\"\n"
           "partners = [\"A\", \"B\"]\n[cost]\namount = 21e6\ncurrency = \"EUR\"\n[[sources]]\npublisher = "
           "\"UNDP\"\ndate = 2020-04-22\n[[links]]\ntitle = \"x\"\nurl = \"https://x.example\""));
  ASSERT_TRUE(note.ok()) << note.error().text();
  const auto& practice = note->body.practice();
  EXPECT_EQ(note->body.author().office(), "Mayor");
  EXPECT_EQ(practice.cost().amount(), 21e6);
  EXPECT_EQ(practice.sources(0).date(), "2020-04-22");
  EXPECT_EQ(practice.sdgs(1), 11U);
  ASSERT_EQ(note->refs.size(), 1U);
  EXPECT_EQ(note->refs[0].role, v1::REF_ROLE_DERIVES_FROM);
}

TEST(NoteFile, WhatIsFormattedIsReadBackTheSame) {
  for (const std::string& text :
       {std::string(kSmallest),
        with("evidence = 3\n[cost]\namount = 5.5\ncurrency = \"EUR\"\n[[sources]]\ntitle = "
             "\"quo\\\"te\\n\\\\ \u00e9\""),
        std::string("+++\ntitle = \"T\"\nlanguage = \"it\"\ntopics = [\"health\"]\nsummary = "
                    "\"Two\\n\\nparagraphs\"\n+++\n## Risultati\n\nR\n\n## Lezioni\n\n- a\n- b\n"),
        std::string("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\nsolution = \"A\\n\\n## "
                    "Results\\n\\nB\"\n+++\n"),
        std::string("+++\nkind = \"adoption\"\nlanguage = \"en\"\nstage = \"adopted\"\nadopts = "
                    "\"seoul.example/3\"\n+++\nWe changed it.\n\n## Not a section\n\nx\n"),
        std::string(
            "+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\nText.\n\n+++\n```\nopen\n"),
        std::string("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = "
                    "[\"health\"]\n+++\nText.\n```\nopen\n\n## Results\n\nx\n"),
        std::string("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = "
                    "[\"health\"]\n+++\nText.\n```\n~~~\nopen\n\nx\n"),
        std::string(
            "+++\ntitle = \"T\"\nlanguage = \"ko\"\ntopics = [\"health\"]\n[[needs]]\nwhat = \"place\"\n"
            "text = \"A car park.\"\n[[needs]]\nwhat = \"people\"\ntext = \"Six: two \\\"a\\\"\"\n+++\n"
            "## 반드시 지킬 것\n\nNobody leaves the car.\n\n## What may be changed\n\nThe place.\n\n"
            "## What went wrong\n\nQueues.\n\n## What we would not do again\n\nPaper.\n"),
        std::string(
            "+++\nkind = \"call\"\ntitle = \"Half an hour?\"\nlanguage = \"en\"\nto = [\"la.example\"]\n"
            "form = \"call\"\ntime_zone = \"Asia/Seoul\"\nabout = \"la.example/3\"\n[[times]]\nstart_ms = "
            "1893456000000\nminutes = 30\n+++\nHow?\n"),
        std::string("+++\nkind = \"proposal\"\ntitle = \"A slip\"\nlanguage = \"en\"\nproposes_to = "
                    "\"la.example/3\"\nsection = \"solution\"\ninstead_of = \"Five\"\n+++\nFour\n"),
        std::string("+++\nkind = \"question\"\ntitle = \"Q\"\nlanguage = \"en\"\nto = "
                    "[\"la.example\"]\nurgency = \"days\"\n+++\nHow?\n")}) {
    const auto note = parse_note_file(text);
    ASSERT_TRUE(note.ok()) << note.error().text() << text;
    const std::string formatted = format_note_file(*note);
    const auto again = parse_note_file(formatted);
    ASSERT_TRUE(again.ok()) << again.error().text() << formatted;
    EXPECT_EQ(serialize(again->body), serialize(note->body)) << formatted;
    EXPECT_EQ(again->topics, note->topics);
    EXPECT_EQ(again->to, note->to);
    EXPECT_EQ(again->refs.size(), note->refs.size());
    EXPECT_EQ(format_note_file(*again), formatted);
  }
}

// A practice of which this is the text.
v1::Practice practice_of(const std::string& text) {
  const auto note =
      parse_note_file("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\n" + text);
  EXPECT_TRUE(note.ok()) << text;
  return note.ok() ? note->body.practice() : v1::Practice();
}

TEST(NoteFile, AHeadingThatReadersSeeAsCodeOpensNoSection) {
  for (const std::string& code : {
           "```\n## Results\n```\n",                    // a fence
           "~~~\n```\n## Results\n~~~\n",               // another mark inside it
           "````\n```\n## Results\n```\n````\n",        // a longer fence
           "```\n## Results\n``\n## Results\n```\n",    // what is too short to end it
           "```\n## Results\n```x\n## Results\n```\n",  // what has a word behind it
           "  ```\n## Results\n ```\n",                 // a fence up to three columns in
           "```\n    ```\n## Results\n```\n",           // what stands too far in to end it
       }) {
    const auto practice = practice_of("Text.\n\n" + code + "\n## Lessons\n\nL\n");
    EXPECT_EQ(practice.results(), "") << code;
    EXPECT_EQ(practice.solution() + "\n", code);
    EXPECT_EQ(practice.lessons(), "L") << code;
  }
}

TEST(NoteFile, AHeadingThatReadersSeeAsAHeadingOpensASection) {
  for (const std::string& text : {
           "    ```\n",         // code by its indentation: no fence
           "- item\n  ```\n",   // a fence that ends with its list
           "> ```\n> quote\n",  // a fence that ends with its quote
           "``\n",              // too short
           "``` a`b\n",         // a line of code in a sentence
           "\\```\n",           // escaped
           "Text ```\n",        // not at the beginning
           "1. a\n\n   ~~~\n",  // a fence that ends with its item
       }) {
    const auto practice = practice_of("Text.\n\n" + text + "## Results\n\nR\n");
    EXPECT_EQ(practice.results(), "R") << text;
    EXPECT_EQ(practice.solution() + "\n", text);
  }
}

TEST(NoteFile, AFenceThatNeverEndsSwallowsNoSection) {
  const auto practice = practice_of("Text.\n\n## Results\n\nR\n\n```\n## Lessons\n\nL\n");
  EXPECT_EQ(practice.results(), "R\n\n```");
  EXPECT_EQ(practice.lessons(), "L");
  // Opened within a sentence, so that what should end it begins one.
  const auto sentence = practice_of("We run ```\ncommand\n```\n\n## Results\n\nR\n\n## Lessons\n\nL\n");
  EXPECT_EQ(sentence.solution(), "We run ```\ncommand\n```");
  EXPECT_EQ(sentence.results(), "R");
  EXPECT_EQ(sentence.lessons(), "L");
  const auto longer = practice_of("T\n\n````\n```\n## Results\n```\n## Other\n\n~~~\n## Lessons\n\n```\nL\n");
  EXPECT_EQ(longer.solution(), "````\n```");
  EXPECT_EQ(longer.results(), "```\n## Other\n\n~~~\n## Lessons\n\n```\nL")
      << "the second fence ends: what is in it is code";
}

TEST(NoteFile, FencesWithoutEndCostNoMoreThanAFewReadings) {
  std::string text = "Text.\n\n";
  while (text.size() < 20'000) text += "```\n## Results\n\na\n\n~~~\n## Lessons\n\nb\n";
  const auto practice = practice_of(text);
  EXPECT_NE(practice.results().find('a'), std::string::npos);
}

// The reader makes no tree of it. A line far to the right must not open what stands between fences.
TEST(NoteFile, WhatIsTooDeepForTheReaderIsReadByItsFences) {
  const std::string code = "```\n" + std::string(300, ' ') + "x\n## Results\n```\n";
  const auto practice = practice_of("Text.\n\n" + code + "\n## Lessons\n\nL\n");
  EXPECT_EQ(practice.results(), "");
  EXPECT_EQ(practice.lessons(), "L");
}

TEST(NoteFile, TheFirstParagraphIsNoSummaryWhereItCutsCodeInTwo) {
  EXPECT_EQ(practice_of("- a\n  ```\n\n  b\n  ```\n").summary(), "");
  EXPECT_EQ(practice_of("- a\n  ```\n\n  ```\n\nb\n").summary(), "");
  EXPECT_EQ(practice_of("```\na\n\nb\n```\n").summary(), "");
  EXPECT_EQ(practice_of("a\n\n    b\n").summary(), "a");
}

// Each section alone, and each after one that might reach into it.
TEST(NoteFile, SectionsWithCodeAreReadBackTheSame) {
  const std::vector<std::string> texts = {"R",
                                          "```\n## Lessons\n```",
                                          "```\n## Lessons",
                                          "- a\n  ```\n  ## b",
                                          "> ```\n> ## b",
                                          "    ```",
                                          "~~~~\n~~~\n## Lessons\n~~~~",
                                          "``` a`b\n## Lessons",
                                          "- a\n\n  ```",
                                          "~~~",
                                          "## Lessons\n\nL",
                                          "\\```",
                                          "1. a\n\n   ```\n## Lessons\n   ```",
                                          std::string(250, '>') + " a"};
  for (const auto& first : texts) {
    for (const auto& second : texts) {
      NoteFile note;
      note.kind = v1::KIND_PRACTICE;
      note.language = "en";
      v1::Practice& practice = *note.body.mutable_practice();
      practice.set_title("T");
      practice.set_summary(first);
      practice.set_solution(first);
      practice.set_results(second);
      practice.set_lessons(first);
      const std::string formatted = format_note_file(note);
      const auto again = parse_note_file(formatted);
      ASSERT_TRUE(again.ok()) << again.error().text() << formatted;
      EXPECT_EQ(serialize(again->body), serialize(note.body)) << formatted;
    }
  }
}

RC_GTEST_PROP(NoteFile, AnyTextOfFencesListsAndHeadingsIsReadBackTheSame, ()) {
  const auto parts = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("```", "~~~", "````", "\n", "\n\n", "## Results\n", "## Lessons\n", "  ",
                                    "    ", "- ", "> ", "a", "`", "# ", "1. ", "\n===\n"));
  std::string text;
  for (const auto& part : parts) text += part;
  NoteFile note;
  *note.body.mutable_practice() = practice_of(text);
  note.language = "en";
  const auto again = parse_note_file(format_note_file(note));
  RC_ASSERT(again.ok());
  RC_ASSERT(serialize(again->body) == serialize(note.body));
}

TEST(NoteFile, WindowsLineEndsAndByteOrderMarksAreTaken) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : kSmallest) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  ASSERT_TRUE(parse_note_file(windows).ok());
  EXPECT_EQ(parse_note_file(windows)->body.practice().summary(), "Text.");
}

// Each broke the TOML library itself, before its defects were walled off.
TEST(NoteFile, MalformedTomlIsAnErrorAndNoMore) {
  for (const std::string bad : {"+++\n[= \"x\"\n+++\n", "+++\na\u01bd\x0e\x0e = 1\n+++\n",
                                "+++\na = \"\"\"x\\\n\u00e9\"\"\"\n+++\n"}) {
    EXPECT_FALSE(parse_note_file(bad).ok()) << bad;
  }
}

TEST(NoteFile, BadInputNamesItsField) {
  EXPECT_EQ(refused(with("colour = \"red\"")).field, "colour");
  EXPECT_EQ(refused("+++\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\nText.\n").field, "title");
  EXPECT_EQ(refused("+++\ntitle = \"T\"\ntopics = [\"health\"]\n+++\nText.\n").field, "language");
  EXPECT_EQ(
      refused("+++\ntitle = \"T\"\nlanguage = \"not a tag\"\ntopics = [\"health\"]\n+++\nText.\n").field,
      "language");
  EXPECT_EQ(refused("+++\ntitle = \"T\"\nlanguage = \"en\"\n+++\nText.\n").field, "topics");
  EXPECT_EQ(refused("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"Not A Topic!\"]\n+++\nText.\n").field,
            "topics");
  EXPECT_EQ(refused("+++\ntitle = \"T\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\n").field, "text");
  EXPECT_EQ(refused(with("evidence = 6")).field, "evidence");
  EXPECT_EQ(refused(with("sdgs = [18]")).field, "sdgs");
  EXPECT_EQ(refused(with("evidence = -1")).field, "evidence");
  EXPECT_EQ(refused(with("evidence = \"high\"")).field, "evidence");
  EXPECT_EQ(refused(with("derives_from = \"nowhere\"")).field, "derives_from");
  EXPECT_EQ(refused(with("[cost]\nprice = 5")).field, "cost.price");
  EXPECT_EQ(refused(with("kind = \"vouch\"")).field, "kind");
  EXPECT_EQ(refused(with("summary = 5")).field, "summary");
  for (const std::string date : {"2020-02-30", "2020-13", "2020-00-01", "2021-02-29", "2020-3", "20200301"})
    EXPECT_EQ(refused(with("[[sources]]\ntitle = \"S\"\ndate = \"" + date + "\"")).field, "sources.date")
        << date;
  EXPECT_EQ(refused("no front matter").field, "front matter");
  EXPECT_EQ(refused("+++\ntitle = \"T\n+++\n").field, "front matter");
  EXPECT_EQ(refused("+++\nnever closed = 1\n").field, "front matter");
  EXPECT_EQ(refused(std::string(kSmallest) + "\xff").code, Code::kMalformed);
  EXPECT_EQ(refused(Bytes(limits::kNoteFileBytes + 1, 'x')).code, Code::kTooLarge);
  EXPECT_EQ(refused("+++\ntitle = \"" + std::string(301, 't') +
                    "\"\nlanguage = \"en\"\ntopics = [\"health\"]\n+++\nText.\n")
                .field,
            "title");
  EXPECT_EQ(
      refused("+++\nkind = \"adoption\"\nlanguage = \"en\"\nstage = \"maybe\"\nadopts = \"a.b/1\"\n+++\nx\n")
          .field,
      "stage");
  EXPECT_EQ(refused("+++\nkind = \"adoption\"\nlanguage = \"en\"\nstage = \"trying\"\n+++\nx\n").field,
            "adopts");
}

TEST(NoteFile, ADateIsOneOfTheCalendar) {
  for (const std::string date : {"2020", "2020-03", "2020-02-29", "1999-12-31", "0000-01-01"}) {
    const auto note = parse_note_file(with("[[sources]]\ntitle = \"S\"\ndate = \"" + date + "\""));
    ASSERT_TRUE(note.ok()) << note.error().text();
    EXPECT_TRUE(check_note(*note).ok()) << date;
  }
}

TEST(NoteFile, AProfileNamesCountriesAndLanguagesByTheirCodes) {
  const auto profile = [](const std::string& line) {
    return "+++\nkind = \"profile\"\nlanguage = \"en\"\ndisplay_name = \"S\"\n" + line + "\n+++\n";
  };
  for (const std::string line : {"country = \"KR\"", "languages = [\"ko\", \"pt-BR\"]",
                                 "names = [{language = \"yue\", name = \"S\"}]"}) {
    const auto note = parse_note_file(profile(line));
    ASSERT_TRUE(note.ok()) << note.error().text();
    EXPECT_TRUE(check_note(*note).ok()) << line;
  }
  for (const std::string country : {"KOR", "Korea", "kr", "XX", "UK"})
    EXPECT_EQ(refused(profile("country = \"" + country + "\"")).field, "country") << country;
  EXPECT_NE(refused(profile("country = \"UK\"")).message.find("GB"), std::string::npos);
  EXPECT_EQ(refused(profile("languages = [\"ko\", \"English\"]")).field, "languages");
  EXPECT_EQ(refused(profile("names = [{language = \"Klingon\", name = \"S\"}]")).field, "names.language");
  EXPECT_EQ(refused(profile("country = \"KOR\"\nlanguages = [\"xq\"]")).also.size(), 1U) << "all at once";
}

// Its parser calls itself for each level: this once ended the process.
TEST(NoteFile, LevelsWithoutEndAreRefused) {
  const auto many = [](std::string_view part, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += part;
    return out;
  };
  for (const std::string& front :
       {"a" + many(".a", 1'000'000) + " = 1\n", "[a" + many(".a", 1'000'000) + "]\n",
        "a = " + many("[", 1'000'000) + "\n", "a = " + many("{a=", 1'000'000) + "\n",
        "a = {b" + many(". b", 1'000'000) + " = 1}\n", "\"x\"" + many(".\"x\"", 1'000'000) + " = 1\n",
        "title = \"" + many("x", 1'300'000) + "\"\n"}) {
    const auto note = parse_note_file("+++\n" + front + "+++\nText.\n");
    ASSERT_FALSE(note.ok());
    EXPECT_EQ(note.error().field, "front matter") << note.error().text();
  }
  const std::string text = "A. b. c. d. e. f. g. h. i. j. k. l. m. n. o. p. q. r. [[[[[[[[[[[[[[[[[[[[ {{{";
  for (const char* quote : {"\"", "'", "\"\"\"", "'''"}) {
    const auto note = parse_note_file("+++\ntitle = \"T\" # " + text +
                                      "\nlanguage = \"en\"\ntopics = [\"health\"]\nsummary = " + quote +
                                      text + quote + "\n[cost]\namount = 1.5\n+++\nText.\n");
    EXPECT_TRUE(note.ok()) << note.error().text();
  }
}

TEST(NoteFile, AllFaultsAreToldAtOnceAndTheFirstStandsFirst) {
  NoteFile note;
  note.language = "en";
  note.body.mutable_practice()->mutable_cost()->set_currency("euro");
  note.body.mutable_practice()->set_evidence(9);
  note.body.mutable_practice()->add_links()->set_url("not an address");
  const Status status = check_note(note);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().field, "title");
  std::vector<std::string> fields;
  for (const Error& other : status.error().also) fields.push_back(other.field);
  EXPECT_EQ(fields, (std::vector<std::string>{"topics", "text", "evidence", "cost.currency", "links.url"}));
  for (int i = 0; i < 1000; ++i) note.body.mutable_practice()->add_links()->set_url("not an address");
  EXPECT_EQ(check_note(note).error().also.size() + 1, limits::kFaultsTold);
}

}  // namespace
}  // namespace koinon::note_file_test
