// What pages say, and how templates show what strangers wrote.
#include <atomic>
#include <thread>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "node/pages/messages.h"
#include "node/pages/operate_pages.h"
#include "node/pages/page_frame.h"
#include "node/pages/templates.h"
#include "node/text/qr_code.h"
#include "node/text/time_text.h"
#include "proto/base/limits.h"
#include "proto/codec/name.h"

namespace koinon::pages_test {
namespace {

const Catalogue& language(const Messages& messages, const std::string& tag) {
  return messages.choose(tag, "");
}

TEST(Messages, TimesAreThoseOfTheZoneWhichIsNamed) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok()) << messages.error().text();
  const TimeZone seoul = TimeZone::find("Asia/Seoul").value_or(TimeZone());
  const UnixMillis time{1778112000000};  // 2026-05-07T00:00:00Z
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  for (const char* tag : {"en", "ko", "it", "es", "fr"}) {
    const std::string shown = language(*messages, tag).date_and_time(time, seoul);
    EXPECT_TRUE(has(shown, "9:00")) << shown;
    EXPECT_FALSE(has(shown, "UTC")) << shown;
    EXPECT_TRUE(has(language(*messages, tag).weekday_and_time(time, seoul), "9:00")) << tag;
  }
  const Catalogue& english = language(*messages, "en");
  EXPECT_TRUE(has(english.zone_name(seoul), "Korea")) << english.zone_name(seoul);
  EXPECT_TRUE(has(english.weekday_and_time(time, seoul), "Thursday"))
      << english.weekday_and_time(time, seoul);
  EXPECT_TRUE(has(english.date_and_time(time, TimeZone()), "(UTC)"));
  EXPECT_EQ(english.date(time), "May 7, 2026") << "a date alone is that of UTC, whatever was shown before";
}

TEST(Messages, PluralsDatesAndNumbersAreTheLanguages) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok()) << messages.error().text();
  const auto total = [&](const char* tag, std::int64_t count) {
    return language(*messages, tag).text("find.total", {{"count", count}});
  };
  EXPECT_EQ(total("en", 0), "No notes");
  EXPECT_EQ(total("en", 1), "1 note");
  EXPECT_EQ(total("en", 1234), "1,234 notes");
  EXPECT_EQ(total("ko", 3), "노트 3개");
  EXPECT_EQ(total("fr", 1), "1 note");
  EXPECT_EQ(total("ar", 2), "تجربتان");
  const UnixMillis day{1'606'176'000'000};  // 24 November 2020
  EXPECT_EQ(language(*messages, "en").date(day), "November 24, 2020");
  EXPECT_EQ(language(*messages, "it").date(day), "24 novembre 2020");
  EXPECT_EQ(language(*messages, "ko").date(day), "2020년 11월 24일");
  EXPECT_EQ(language(*messages, "it").language_name("ko"), "coreano");
  EXPECT_EQ(language(*messages, "es").country_name("DE"), "Alemania");
  EXPECT_TRUE(language(*messages, "ar").right_to_left());
  EXPECT_FALSE(language(*messages, "ko").right_to_left());
  // An argument is text, whatever it looks like.
  EXPECT_EQ(language(*messages, "en").text("feed.city", {{"city", std::string("{count, plural, x")}}),
            "Notes of {count, plural, x");
  EXPECT_EQ(language(*messages, "ko").text("no.such.message"), "no.such.message");
}

// Where a language has digits of its own, no other ones stand beside them.
TEST(Messages, NumbersWithinWordsHaveTheDigitsOfTheLanguage) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  for (const Catalogue& one : messages->languages()) {
    for (int level = 1; level <= 5; ++level) {
      const std::string said = one.named("evidence", std::to_string(level));
      EXPECT_TRUE(said.starts_with(one.number(level))) << one.tag() << ": " << said;
    }
  }
  EXPECT_EQ(language(*messages, "en").year(2020), "2020");
  EXPECT_EQ(language(*messages, "en").number(2020), "2,020");
  const Catalogue& arabic = language(*messages, "ar");
  EXPECT_EQ(arabic.year(2020), "٢٠٢٠");
  const auto has = [&](const char* key, double number) {
    return arabic.text(key).find(arabic.number(number)) != std::string::npos;
  };
  EXPECT_TRUE(has("cost.10k-100k", 10'000));
  EXPECT_TRUE(has("cost.10k-100k", 100'000));
  EXPECT_TRUE(has("band.50k-250k", 250));
  EXPECT_EQ(arabic.text("ties.all_rows", {{"count", std::int64_t{40}}}).find("40"), std::string::npos);
}

TEST(Messages, AValueOfOthersIsNamedOrStandsAsItIs) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  for (const Catalogue& one : messages->languages()) {
    EXPECT_EQ(one.named("ref", "points-to"), one.text("ref.points_to"));
    EXPECT_EQ(one.named("stage", "trying"), one.text("stage.trying"));
    EXPECT_EQ(one.named("stage", "dreaming of it"), "dreaming of it");
    EXPECT_EQ(one.named("kind", ""), "");
  }
}

TEST(Messages, CurrenciesCountriesAndLanguagesAreMeantByNameOrCode) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const Catalogue& spanish = language(*messages, "es");
  for (const char* typed : {"EUR", "eur", "euro", "€"})
    EXPECT_EQ(spanish.currency_named(typed), "EUR") << typed;
  EXPECT_EQ(spanish.currency_named("South Korean won"), "KRW");
  EXPECT_EQ(spanish.currency_named("$"), "$") << "several countries have it";
  EXPECT_EQ(spanish.currency_named("shells"), "shells");
  for (const char* typed : {"DE", "Alemania", "germany"})
    EXPECT_EQ(spanish.country_named(typed), "DE") << typed;
  for (const char* typed : {"ko", "coreano", "Korean"})
    EXPECT_EQ(spanish.language_named(typed), "ko") << typed;
  EXPECT_EQ(spanish.language_named("Klingonese"), "Klingonese");
  EXPECT_GT(spanish.currencies().size(), 100U);
  EXPECT_GT(spanish.countries().size(), 200U);
}

TEST(Messages, TheBrowsersWishUnlessAnotherWasChosen) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const auto chosen = [&](const char* cookie, const char* accept) {
    return messages->choose(cookie, accept).tag();
  };
  EXPECT_EQ(chosen("", ""), "en");
  EXPECT_EQ(chosen("", "ko-KR,ko;q=0.9,en;q=0.8"), "ko");
  EXPECT_EQ(chosen("", "de, fr;q=0.5, it;q=0.7"), "it");
  EXPECT_EQ(chosen("", "xx, *;q=0.1"), "en");
  EXPECT_EQ(chosen("ar", "ko"), "ar");
  EXPECT_EQ(chosen("../../etc", "es-419"), "es");
  EXPECT_EQ(chosen("", ";;;,,q=,en;q=zzz"), "en");
  EXPECT_EQ(chosen("", "ko-KR, en"), "ko") << "a language of another region goes before the next wish";
  EXPECT_EQ(chosen("", "ca"), "es") << "a language that its readers read, before English";
}

TEST(Messages, AWishThatIsTooLongIsNone) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  std::string wish = "ko";
  while (wish.size() + 3 <= limits::kAcceptLanguageBytes) wish += ",xx";
  EXPECT_EQ(messages->choose("", wish).tag(), "ko");
  wish.resize(limits::kAcceptLanguageBytes, ' ');
  EXPECT_EQ(messages->choose("", wish).tag(), "ko") << "as long as it may be";
  EXPECT_EQ(messages->choose("", wish + " ").tag(), "en");
  EXPECT_EQ(messages->choose("it", wish + " ").tag(), "it") << "what was chosen before is not asked for";
}

TEST(Messages, ManyThreadsMaySayTheSameAtOnce) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const Catalogue& english = language(*messages, "en");
  constexpr int kThreads = 4;
  constexpr int kTimes = 200;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int count = 2; count < kTimes; ++count) {
        const bool right =
            english.text("find.total", {{"count", count}}) == std::to_string(count) + " notes" &&
            english.date({1'606'176'000'000}) == "November 24, 2020" &&
            english.language_name("ko") == "Korean" && english.number(1234) == "1,234";
        if (!right) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// As a page shows it in which the API's word stands.
std::string shown(const Catalogue& words, const Error& error) {
  Templates templates;
  const auto page = templates.render("sorry", words, {{"heading", "-"}, {"detail", words.fault(error)}});
  return page.ok() ? *page : page.error().text();
}

TEST(Messages, WhatWasWrongIsSaidInTheReadersLanguageWithItsArguments) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const Error length = check_name("").error();
  const std::map<std::string, std::string> said = {
      {"en", "a name has 1 to 180 bytes"},  {"ko", "이름은 1~180바이트입니다"},
      {"it", "un nome ha da 1 a 180 byte"}, {"es", "un nombre tiene de 1 a 180 bytes"},
      {"fr", "un nom a de 1 à 180 octets"}, {"ar", "الاسم من 1 إلى 180 بايت"}};
  for (const Catalogue& words : messages->languages()) {
    const std::string page = shown(words, length);
    EXPECT_NE(page.find(said.at(words.tag())), std::string::npos) << words.tag() << page;
  }
  const Catalogue& korean = language(*messages, "ko");
  EXPECT_EQ(korean.fault(parse_time("yesterday", "at").error()), "2026-12-01 09:00 같은 시각이어야 합니다");
  EXPECT_EQ(korean.fault(again_as(Code::kInvalidArgument, check_topic("?").error(), "refs")),
            "주제는 health/testing처럼 a부터 z까지의 소문자, 숫자, 하이픈으로 쓰며 최대 64자입니다");
}

TEST(Messages, WhatWasWrongMayBeSaidOtherwiseOnAPageThanInTheApi) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  const Error error =
      fail(Code::kTooLarge,
           Sentence{"note.title_length", "a title has at most {most} bytes", {{"most", std::int64_t{300}}}});
  EXPECT_EQ(error.message, "a title has at most 300 bytes");
  EXPECT_EQ(language(*messages, "en").fault(error),
            "The title is too long: at most 300 bytes, about as many letters.");
}

// Nor is it looked for by its words.
TEST(Messages, WhatWasWrongIsShownAsItIsWhereItHasNoId) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  for (const Catalogue& words : messages->languages()) {
    for (const char* sentence : {"the {disk} is gone", "the note has no title"})
      EXPECT_EQ(words.fault(fail(Code::kIo, sentence)), sentence) << words.tag();
    EXPECT_EQ(words.fault(fail(Code::kIo, Sentence{"no.such.id", "{a} is gone", {{"a", "it"}}})),
              "it is gone");
  }
}

TEST(Templates, WhatStrangersWroteIsText) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Templates templates;
  const auto page = templates.render("sorry", language(*messages, "en"),
                                     {{"heading", "<script>alert(1)</script>\u202e"},
                                      {"detail", "\"'><img onerror=x> {{heading}} [[nav.find]]"}});
  ASSERT_TRUE(page.ok()) << page.error().text();
  EXPECT_NE(page->find("<h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1>"), std::string::npos) << *page;
  EXPECT_EQ(page->find("<img"), std::string::npos);
  EXPECT_NE(page->find("{{heading}} [[nav.find]]"), std::string::npos) << "neither a variable nor a message";
  EXPECT_FALSE(templates.render("../messages/en", language(*messages, "en"), {}).ok());
}

TEST(Templates, MarkupIsPutWhereItBelongsAndNowhereElse) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Templates templates;
  const std::string content = "<p>" + std::string(10'000, 'x') + " {{title}}</p>";
  const auto page = templates.render("frame", language(*messages, "en"),
                                     {{"content_html", content},
                                      {"title",
                                       "a \x01"
                                       "0\x01 title that is long enough to live on the heap"}});
  ASSERT_TRUE(page.ok()) << page.error().text();
  const auto found = page->find(content);
  EXPECT_NE(found, std::string::npos);
  EXPECT_EQ(page->find(content, found + 1), std::string::npos);
  EXPECT_NE(page->find("a 0 title"), std::string::npos);
}

TEST(Templates, APageWithinItsFrameKnowsWhatIsSharedAndGoesBeforeIt) {
  const auto messages = Messages::builtin();
  ASSERT_TRUE(messages.ok());
  Templates templates;
  const Catalogue& english = language(*messages, "en");
  const auto page =
      templates.render_within("frame", "sorry", english, {{"heading", "Own"}, {"detail", "Why"}},
                              {{"title", "Shared"}, {"heading", "Hidden"}, {"site", "a.example"}});
  ASSERT_TRUE(page.ok()) << page.error().text();
  EXPECT_NE(page->find("<title>Shared"), std::string::npos) << *page;
  EXPECT_NE(page->find("<h1>Own</h1>"), std::string::npos) << *page;
  EXPECT_EQ(page->find("Hidden"), std::string::npos);
  EXPECT_EQ(page->find('\x01'), std::string::npos) << "every place is filled";
  EXPECT_FALSE(templates.render_within("frame", "no-such-page", english, {}, {}).ok());
}

TEST(Pages, RedirectsStayHere) {
  for (const char* here : {"/", "/desk", "/?q=a%20b&topic=health/testing", "/records/seoul.example/3"})
    EXPECT_TRUE(is_local_path(here)) << here;
  for (const char* elsewhere : {"", "//evil.example", "/\\evil.example", "https://evil.example",
                                "javascript:alert(1)", "/a\r\nSet-Cookie: x", "/a b", "desk", "/\tx"})
    EXPECT_FALSE(is_local_path(elsewhere)) << elsewhere;
  EXPECT_EQ(PageFrame::go("//evil.example").headers.at("Location"), "/");
}

TEST(Pages, AQrCodeIsAnImageWithItsQuietZone) {
  const auto read = QrCode::of("seoul.example invites", QrRepair::kForScreens);
  ASSERT_TRUE(read.ok());
  const std::string code = qr_svg(*read);
  EXPECT_TRUE(code.starts_with("<svg class=\"qr\" viewBox=\"0 0 33 33\"")) << code.substr(0, 80);
  EXPECT_NE(code.find("M4 4h1v1h-1z"), std::string::npos) << "the first corner, after four modules";
  EXPECT_FALSE(QrCode::of(std::string(10'000, 'x'), QrRepair::kForScreens).ok()) << "more than a code holds";
}

}  // namespace
}  // namespace koinon::pages_test
