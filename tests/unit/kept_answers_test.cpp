// An answer is given again to whoever asks the very same, until anything has changed, and for a second at
// most.
#include "node/http/kept_answers.h"

#include <gtest/gtest.h>

namespace koinon::test::kept_answers_test {
namespace {

using namespace std::chrono_literals;

class KeptAnswersTest : public testing::Test {
 protected:
  static HttpRequest asked(std::vector<std::string> path) {
    HttpRequest out;
    out.method = "GET";
    out.path = std::move(path);
    return out;
  }
  static HttpResponse answer(std::string body) {
    HttpResponse out;
    out.body = std::move(body);
    return out;
  }
  void keep(const std::string& key, const HttpResponse& said) { kept.keep(key, said, kept.state()); }
  std::string found(const std::string& key) {
    const auto said = kept.find(key);
    return said ? said->body : "nothing";
  }

  std::uint64_t state = 1;
  MonoTime now{1h};
  KeptAnswers kept{64 * 1024, [this] { return state; }, [this] { return now; }};
};

TEST_F(KeptAnswersTest, WhatWasAskedIsGivenAgain) {
  const std::string key = KeptAnswers::key_of(asked({"records", "seoul.example", "17"}));
  EXPECT_EQ(found(key), "nothing");
  keep(key, answer("a page"));
  EXPECT_EQ(found(key), "a page");
  EXPECT_EQ(found(KeptAnswers::key_of(asked({"records", "seoul.example", "18"}))), "nothing");
}

TEST_F(KeptAnswersTest, AChangeEndsAll) {
  const std::string key = KeptAnswers::key_of(asked({}));
  keep(key, answer("before"));
  ++state;
  EXPECT_EQ(found(key), "nothing");
  EXPECT_EQ(kept.bytes(), 0U) << "nor does the old text stay in memory";
}

TEST_F(KeptAnswersTest, WhatChangedWhileItWasMadeCounts) {
  const std::string key = KeptAnswers::key_of(asked({}));
  const std::uint64_t before = kept.state();
  ++state;
  kept.keep(key, answer("half old"), before);
  EXPECT_EQ(found(key), "nothing");
}

TEST_F(KeptAnswersTest, TheTimeOfDayIsRightToTheSecond) {
  const std::string key = KeptAnswers::key_of(asked({}));
  keep(key, answer("ends today"));
  now += 999ms;
  EXPECT_EQ(found(key), "ends today");
  now += 1ms;
  EXPECT_EQ(found(key), "nothing");
}

TEST_F(KeptAnswersTest, EachHeaderThatMayMatterBelongsToIt) {
  HttpRequest plain = asked({});
  const std::string key = KeptAnswers::key_of(plain);
  for (const char* name : {"accept", "accept-encoding", "accept-language", "host", "if-none-match", "range",
                           "x-forwarded-proto", "a-header-of-tomorrow"}) {
    HttpRequest other = plain;
    other.headers[name] = "x";
    EXPECT_NE(KeptAnswers::key_of(other), key) << name;
  }
  for (const char* name : {"user-agent", "x-forwarded-for", "connection"}) {
    HttpRequest other = plain;
    other.headers[name] = "x";
    EXPECT_EQ(KeptAnswers::key_of(other), key) << name;
  }
}

TEST_F(KeptAnswersTest, PartsOfAnAddressAreNotTakenForEachOther) {
  const auto key = [](std::vector<std::string> path, std::map<std::string, std::string> query) {
    HttpRequest out = asked(std::move(path));
    out.query = std::move(query);
    return KeptAnswers::key_of(out);
  };
  EXPECT_NE(key({"a", "b"}, {}), key({"a/b"}, {}));
  EXPECT_NE(key({"a1:b"}, {}), key({"a", "b"}, {}));
  EXPECT_NE(key({"a"}, {{"b", "c"}}), key({"a", "b", "c"}, {}));
  EXPECT_NE(key({}, {{"q", "ab"}}), key({}, {{"qa", "b"}}));
}

TEST_F(KeptAnswersTest, WhatIsForOneVisitorIsNotKept) {
  const std::string key = KeptAnswers::key_of(asked({}));
  HttpResponse said = answer("for you");
  said.headers["Set-Cookie"] = "just=published";
  keep(key, said);
  EXPECT_EQ(found(key), "nothing");
  said = answer("not found");
  said.status = 404;
  keep(key, said);
  EXPECT_EQ(found(key), "nothing");
  keep(std::string(), answer("without a key"));
  EXPECT_EQ(found(std::string()), "nothing");
  HttpRequest endless = asked({});
  endless.query["q"] = std::string(10'000, 'q');
  EXPECT_EQ(KeptAnswers::key_of(endless), "");
}

TEST_F(KeptAnswersTest, TheOldestGivesWayAndMemoryIsBounded) {
  const auto key = [](int i) { return KeptAnswers::key_of(asked({std::to_string(i)})); };
  for (int i = 0; i < 100; ++i) {
    keep(key(i), answer(std::string(4000, 'x')));
    EXPECT_LE(kept.bytes(), 64U * 1024);
  }
  EXPECT_EQ(found(key(0)), "nothing");
  EXPECT_NE(found(key(99)), "nothing");
  keep(key(7), answer(std::string(60'000, 'x')));
  EXPECT_EQ(found(key(7)), "nothing") << "one answer does not push out all others";
}

}  // namespace
}  // namespace koinon::test::kept_answers_test
