// Parts of the HTTP side that need no socket: rights, forgeries, throttles, times.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "crypto/password.h"
#include "node/access/access.h"
#include "node/api/admission.h"
#include "node/api/change_request.h"
#include "node/http/cookies.h"
#include "node/reading/list_budget.h"
#include "node/site/entrance.h"
#include "node/text/mail_address.h"
#include "node/text/networks.h"
#include "node/text/time_text.h"
#include "tests/office_in.h"
#include "tools/table_rows.h"

namespace koinon::test::http_test {
namespace {

class AccessTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    db = office_in(folder);
    ASSERT_TRUE(db);
    accounts = std::make_unique<Accounts>(*db);
    User user;
    user.name = "press";
    user.role = Role::kPublisher;
    press = *accounts->add(user);
    make({});
    for (const char* method : {"GET", "POST"}) {
      routes.add({{method, "/api/v1/records", Need::kReading, "records", "", ""}});
    }
    routes.add({{"GET", "/feeds/{name}", Need::kReading, "feed", "", ""}});
    route.method = "GET";
    route.need = Need::kReading;
  }
  void make(const AccessOptions& options) {
    const auto mono = [this] { return MonoTime(std::chrono::milliseconds(now)); };
    guesses = std::make_unique<Guesses>(mono);
    access = std::make_unique<Access>(*accounts, options, *guesses, [this] { return UnixMillis{now}; });
    entrance = std::make_unique<Entrance>(routes, options, refusals, mono);
  }
  ApiRequest request(const std::string& method = "GET") {
    ApiRequest out;
    out.method = method;
    out.path = {"api", "v1", "records"};
    out.peer = out.remote = "198.51.100.7";
    out.headers["host"] = "localhost:8471";
    out.route = &route;
    return out;
  }
  std::string secret(CredentialKind kind, Role scope = Role::kOperator, std::int64_t expires = 0) {
    Credential made;
    made.kind = kind;
    made.user = press;
    made.scope = scope;
    made.csrf = "the csrf token";
    made.expires_at = {expires};
    return *accounts->issue(made);
  }
  Code refusal(ApiRequest asked) {
    const Status status = admit(asked);
    return status.ok() ? Code::kInternal : status.error().code;
  }
  // Past the entrance, then past who asks.
  Status admit(ApiRequest& asked) {
    const auto refused = entrance->look(asked);
    if (refused) {
      const unsigned status = refused->status;
      return fail(status == 429   ? Code::kTooMany
                  : status == 403 ? Code::kRefused
                                  : Code::kMalformed,
                  refused->body);
    }
    asked.route = &route;
    return koinon::admit(*access, asked);
  }

  TemporaryFolder folder;
  std::unique_ptr<OfficeDb> db;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<Guesses> guesses;
  std::unique_ptr<Access> access;
  RouteTable routes;
  Refusals refusals;
  std::unique_ptr<Entrance> entrance;
  UserId press;
  Route route;
  std::int64_t now = 1'000'000;
};

TEST_F(AccessTest, ATokenMayNoMoreThanItsScopeAndItsAccount) {
  auto asked = request();
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken, Role::kReader);
  ASSERT_TRUE(admit(asked).ok());
  EXPECT_EQ(asked.caller.role, Role::kReader);
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken, Role::kOperator);
  ASSERT_TRUE(admit(asked).ok());
  EXPECT_EQ(asked.caller.role, Role::kPublisher) << "the account is no operator";
  route.need = Need::kOperator;
  EXPECT_EQ(refusal(asked), Code::kRefused);
}

TEST_F(AccessTest, WhatIsExpiredRevokedOrOfAnotherKindOpensNothing) {
  auto asked = request();
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken, Role::kReader, now);
  EXPECT_EQ(refusal(asked), Code::kUnauthenticated);
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kSession);
  EXPECT_EQ(refusal(asked), Code::kUnauthenticated);
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kFeed);
  EXPECT_EQ(refusal(asked), Code::kUnauthenticated);
  asked = request();
  asked.query["key"] = secret(CredentialKind::kFeed);
  EXPECT_EQ(refusal(asked), Code::kUnauthenticated) << "a feed's key opens feeds alone";
  asked.path = {"feeds", "all.atom"};
  EXPECT_EQ(refusal(asked), Code::kInternal);
}

TEST_F(AccessTest, AChangeByASessionNeedsItsCsrfTokenAndOurOwnPage) {
  auto asked = request("POST");
  asked.headers["cookie"] = "theme=dark; koinon=" + secret(CredentialKind::kSession);
  EXPECT_EQ(refusal(asked), Code::kRefused);
  asked.headers["koinon-csrf"] = "another one!!!";
  EXPECT_EQ(refusal(asked), Code::kRefused);
  asked.headers["koinon-csrf"] = "the csrf token";
  EXPECT_EQ(refusal(asked), Code::kInternal);
  for (const auto& [name, value] : std::map<std::string, std::string>{{"origin", "https://evil.example"},
                                                                      {"origin", "null"},
                                                                      {"sec-fetch-site", "cross-site"},
                                                                      {"sec-fetch-site", "same-site"}}) {
    auto forged = asked;
    forged.headers[name] = value;
    EXPECT_EQ(refusal(forged), Code::kRefused) << name << value;
  }
  asked.headers["origin"] = "http://localhost:8471";
  EXPECT_EQ(refusal(asked), Code::kInternal);
}

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(cookie_value("theme=dark; koinon=abc; koinon=later", "koinon"), "abc") << "the first of a name";
  EXPECT_EQ(cookie_value("koinon_language=ko;koinon=abc", "koinon"), "abc");
  EXPECT_EQ(cookie_value("__Host-koinon=abc", "koinon"), "");
  EXPECT_EQ(cookie_value("koinon", "koinon"), "");
  EXPECT_EQ(cookie_value("koinon=a=b", "koinon"), "a=b");
  EXPECT_EQ(cookie_value("; ;", "koinon"), "");
}

TEST_F(AccessTest, AProxysHeaderIsBelievedWithItsSecretAlone) {
  AccessOptions options;
  options.sso_header = "x-remote-user";
  options.sso_secret = "a secret of the proxy";
  options.proxies = {*AddressRange::parse("127.0.0.0/30")};
  make(options);
  auto asked = request();
  asked.headers["x-remote-user"] = "press";
  asked.headers["koinon-sso-secret"] = options.sso_secret;
  EXPECT_EQ(refusal(asked), Code::kUnauthenticated) << "not from the proxy's address";
  asked.peer = asked.remote = "127.0.0.1";
  asked.headers["x-forwarded-for"] = "203.0.113.5, 198.51.100.9";
  for (const char* wrong : {"", "a secret of the prox", "a secret of the proxy, a secret of the proxy"}) {
    auto other_program = asked;
    other_program.headers["koinon-sso-secret"] = wrong;
    EXPECT_EQ(refusal(other_program), Code::kUnauthenticated) << "any program here has the proxy's address";
  }
  ASSERT_TRUE(admit(asked).ok());
  EXPECT_EQ(asked.caller.name, "press");
  EXPECT_EQ(asked.remote, "198.51.100.9") << "the last that no proxy of ours added";
  asked.headers["x-remote-user"] = "press, operator";
  EXPECT_EQ(refusal(asked), Code::kRefused) << "a header given twice is nobody's name";
  auto change = asked;
  change.method = "POST";
  route.method = "POST";
  change.headers["x-remote-user"] = "press";
  EXPECT_EQ(refusal(change), Code::kRefused) << "another site's page sends no header of ours";
  change.headers["koinon-csrf"] = "1";
  EXPECT_EQ(refusal(change), Code::kInternal);
}

TEST_F(AccessTest, NoTokenOpensWhatTakesAPerson) {
  route.takes_person = true;
  auto asked = request();
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken, Role::kOperator);
  EXPECT_EQ(refusal(asked), Code::kRefused);
  asked.headers.erase("authorization");
  asked.headers["cookie"] = "koinon=" + secret(CredentialKind::kSession);
  EXPECT_EQ(refusal(asked), Code::kInternal);
}

TEST_F(AccessTest, ANameThatIsNotOursReadsNothing) {
  AccessOptions options;
  options.public_reading = true;
  options.url = "https://notes.seoul.example";
  make(options);
  for (const char* host : {"localhost", "localhost:8471", "127.0.0.1:8471", "[::1]:8471",
                           "notes.seoul.example", "Notes.Seoul.Example:443", "LOCALHOST"}) {
    auto asked = request();
    asked.headers["host"] = host;
    EXPECT_EQ(refusal(asked), Code::kInternal) << host;
  }
  for (const char* host :
       {"evil.example", "notes.seoul.example.evil.example", "", "localhost.evil.example"}) {
    auto asked = request();
    asked.headers["host"] = host;
    EXPECT_EQ(refusal(asked), Code::kRefused) << host;
  }
}

TEST_F(AccessTest, ABrowserIsToldWhatAScriptOnAnotherSiteMayRead) {
  AccessOptions options;
  for (const bool open : {true, false}) {
    options.public_reading = open;
    make(options);
    auto asked = request("OPTIONS");
    asked.headers["origin"] = "https://map.example";
    const auto answer = entrance->look(asked);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 204U);
    EXPECT_EQ(answer->headers.at("Allow"), "GET, POST, OPTIONS");
    EXPECT_EQ(answer->headers.contains("Access-Control-Allow-Origin"), open);
  }
  auto nowhere = request("OPTIONS");
  nowhere.path = {"nowhere"};
  EXPECT_EQ(entrance->look(nowhere)->status, 404U);
  auto foreign = request("OPTIONS");
  foreign.headers["host"] = "evil.example";
  EXPECT_EQ(entrance->look(foreign)->status, 403U);
}

TEST_F(AccessTest, WhoAsksOverTheSocketIsToldThePortThatIsServed) {
  AccessOptions options;
  options.port = 40123;
  make(options);
  auto asked = request();
  EXPECT_EQ(base_url(*access, asked), "http://localhost:8471") << "where it was sent to";
  asked.local = true;
  asked.headers["host"] = "koinond";
  EXPECT_EQ(base_url(*access, asked), "http://localhost:40123");
  options.host = "192.0.2.7";
  make(options);
  EXPECT_EQ(base_url(*access, asked), "http://192.0.2.7:40123") << "where nothing is served on localhost";
  options.url = "https://notes.seoul.example";
  make(options);
  EXPECT_EQ(base_url(*access, asked), "https://notes.seoul.example");
}

TEST_F(AccessTest, AWrongMethodIsSaidTheSameInStatusAndBody) {
  auto asked = request("DELETE");
  const auto refusal = entrance->look(asked);
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->status, 405U);
  EXPECT_EQ(refusal->headers.at("Allow"), "GET, POST");
  const auto body = boost::json::parse(refusal->body).as_object();
  EXPECT_EQ(body.at("status").to_number<int>(), 405);
  EXPECT_EQ(body.at("code").as_string(), "wrong_method");
}

TEST_F(AccessTest, GuessesRunOutWithoutLockingTheOwnerOut) {
  int tries = 0;
  while (guesses->may_try("press", "198.51.100.7").ok()) {
    guesses->tried("press", "198.51.100.7", false);
    ASSERT_LT(++tries, 100);
  }
  EXPECT_LE(tries, 5);
  EXPECT_TRUE(guesses->may_try("press", "203.0.113.1").ok()) << "from elsewhere";
  now += 61'000;
  EXPECT_TRUE(guesses->may_try("press", "198.51.100.7").ok()) << "after a minute one more";
  guesses->tried("press", "198.51.100.7", false);
  EXPECT_FALSE(guesses->may_try("press", "198.51.100.7").ok());
}

TEST_F(AccessTest, StrangersDoNotLockOutWhoWasKnownBefore) {
  guesses->tried("press", "198.51.100.7", true);
  for (int i = 0; i < 1000; ++i) {
    const std::string stranger = "203.0.113." + std::to_string(i % 250);
    if (guesses->may_try("press", stranger).ok()) guesses->tried("press", stranger, false);
  }
  EXPECT_FALSE(guesses->may_try("press", "192.0.2.1").ok()) << "from anywhere it has been guessed too often";
  EXPECT_TRUE(guesses->may_try("press", "198.51.100.7").ok()) << "but its owner was here before";
  for (int i = 0; i < 10; ++i) guesses->tried("press", "198.51.100.7", false);
  EXPECT_FALSE(guesses->may_try("press", "198.51.100.7").ok()) << "and guesses no more than anybody";
}

TEST_F(AccessTest, AWholeNetworkOfVersionSixGuessesAsOne) {
  int tries = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string address = "2001:db8:1:2::" + std::to_string(i);
    if (!guesses->may_try("press", address).ok()) break;
    guesses->tried("press", address, false);
    ++tries;
  }
  EXPECT_LE(tries, 5);
  EXPECT_TRUE(guesses->may_try("press", "2001:db8:1:3::1").ok());
}

TEST_F(AccessTest, AVisitorThatCostsTooMuchWaits) {
  AccessOptions options;
  options.public_reading = true;
  make(options);
  auto asked = request();
  EXPECT_EQ(refusal(asked), Code::kInternal);
  for (int i = 0; i < 100; ++i) entrance->charge(asked, std::chrono::milliseconds(300));
  EXPECT_EQ(refusal(asked), Code::kTooMany);
  auto known = asked;
  known.headers["cookie"] = "koinon=" + secret(CredentialKind::kSession);
  EXPECT_EQ(refusal(known), Code::kInternal) << "who logged in is no stranger";
  known.headers["cookie"] = "koinon=" + std::string(52, 'a');
  EXPECT_EQ(refusal(known), Code::kTooMany) << "who only says so is one";
  auto elsewhere = asked;
  elsewhere.peer = elsewhere.remote = "203.0.113.1";
  EXPECT_EQ(refusal(elsewhere), Code::kInternal);
}

TEST(Visitors, AreAddressesOrNetworks) {
  EXPECT_EQ(visitor_of("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(visitor_of("::ffff:192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(visitor_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(network_of("192.0.2.7"), "192.0.2.0/24");
  EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(visitor_of(""), "");
}

TEST_F(AccessTest, GuessesOfTokensRunOut) {
  auto asked = request();
  asked.headers["authorization"] = "Bearer koinon_" + std::string(52, 'a');
  int tries = 0;
  while (refusal(asked) == Code::kUnauthenticated) ASSERT_LT(++tries, 100);
  EXPECT_EQ(refusal(asked), Code::kTooMany);
  EXPECT_LE(tries, 20);
}

TEST_F(AccessTest, WrongTokensKeepNobodyBehindTheirAddressOut) {
  auto asked = request();
  asked.headers["authorization"] = "Bearer koinon_" + std::string(52, 'a');
  for (int i = 0; i < 100; ++i) EXPECT_NE(refusal(asked), Code::kInternal);
  EXPECT_TRUE(guesses->may_try("press", asked.remote).ok()) << "whoever logs in there";
  asked.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken);
  EXPECT_EQ(refusal(asked), Code::kInternal) << "a program whose token is right";
}

TEST_F(AccessTest, TheLastOperatorStays) {
  User user;
  user.name = "it";
  user.role = Role::kOperator;
  const UserId it = *accounts->add(user);
  EXPECT_EQ(accounts->remove(it).error().code, Code::kRefused);
  user.name = "it2";
  ASSERT_TRUE(accounts->add(user).ok());
  EXPECT_TRUE(accounts->remove(it).ok());
}

TEST(Throttle, RemembersNoMoreThanItsBound) {
  Throttle throttle(1, 0.001, 100);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(throttle.take(std::to_string(i), std::chrono::seconds(1)));
  EXPECT_FALSE(throttle.take("999", std::chrono::seconds(1)));
}

TEST(Throttle, ForgetsFirstWhoHasSoonestAllOfTheirsAgain) {
  Throttle throttle(10, 1, 2);
  const MonoTime begin = std::chrono::seconds(1);
  throttle.charge("greedy", 60, begin);
  throttle.charge("modest", 10, begin);
  EXPECT_FALSE(throttle.open("modest", begin));
  throttle.charge("new", 20, begin);
  EXPECT_TRUE(throttle.open("modest", begin)) << "there was room for two";
  EXPECT_FALSE(throttle.open("new", begin));
  EXPECT_FALSE(throttle.open("greedy", begin + std::chrono::seconds(50)));
  EXPECT_TRUE(throttle.take("greedy", begin + std::chrono::seconds(52)));
  throttle.forgive("new");
  EXPECT_TRUE(throttle.open("new", begin));
}

TEST(Password, MatchesItselfAndNothingElse) {
  ASSERT_TRUE(init_crypto().ok());
  const auto hash = hash_password("a sentence is a good one");
  ASSERT_TRUE(hash.ok());
  EXPECT_TRUE(hash->starts_with("$argon2id$"));
  EXPECT_TRUE(password_matches(*hash, "a sentence is a good one"));
  EXPECT_FALSE(password_matches(*hash, "a sentence is a good one "));
  EXPECT_FALSE(password_matches("", ""));
  EXPECT_FALSE(password_matches("$argon2id$v=19$nonsense", "x"));
  EXPECT_TRUE(hash_of_nobody().starts_with("$argon2id$")) << "where there is no account, as much is computed";
}

TEST(Times, AreReadWithTheirOffset) {
  const auto read = [](const char* text) { return parse_time(text, "at"); };
  EXPECT_EQ(time_text(*read("2026-12-01T09:00:00+09:00")), "2026-12-01T00:00:00Z");
  EXPECT_EQ(time_text(*read("2026-12-01T00:00:00.25Z")), "2026-12-01T00:00:00Z");
  EXPECT_EQ(time_text(*read("2024-02-29T23:59:59-05:30")), "2024-03-01T05:29:59Z");
  for (const char* wrong :
       {"", "2026-12-01", "2026-02-30T00:00:00Z", "2026-12-01T24:00:00Z", "2026-12-01T00:00:00",
        "2026-12-01T00:00:00+1", "2026-12-01T00:00:00Zx", "-026-12-01T00:00:00Z"})
    EXPECT_FALSE(read(wrong).ok()) << wrong;
}

TEST(Times, OfAnyClockHaveAForm) {
  EXPECT_EQ(time_text({INT64_MIN}), "0001-01-01T00:00:00Z");
  EXPECT_EQ(time_text({INT64_MAX}), "9999-12-31T23:59:59Z");
  EXPECT_EQ(time_text({-55'000'000'000'000}), "0227-02-13T22:13:20Z");
  EXPECT_EQ(time_text({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(http_date({0}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(http_date({1'583'298'367'999}), "Wed, 04 Mar 2020 05:06:07 GMT");
  EXPECT_EQ(http_date({INT64_MAX}), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(Json, DeepNestingIsRefused) {
  std::string deep = "{\"a\":";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  EXPECT_EQ(parse_request(deep).error().code, Code::kMalformed);
  const std::string brackets(50, '[');
  EXPECT_EQ(parse_request("{\"a\":" + brackets + std::string(50, ']') + "}").error().code, Code::kMalformed);
  EXPECT_TRUE(parse_request(R"({"a":[[[[1]]]]})").ok());
}

TEST(Email, IsOneAddress) {
  for (const char* right : {"press@city.example", "a.b+c@x", ""})
    EXPECT_TRUE(check_email(right).ok()) << right;
  for (const char* wrong :
       {"press", "@x", "a@", "a@b@c", "a b@c", "a@b\r\nRCPT TO:<x@y>", "<a@b>", "a@b,c@d", "\xec\x84\x9c@x"})
    EXPECT_FALSE(check_email(wrong).ok()) << wrong;
}

TEST(Table, FormulasOfOthersAreTextAndComeBackAsTheyWere) {
  for (const char* text :
       {"=cmd|' /C calc'!A0", "+1", "-1", "@x", "'=x", "a, \"b\"\nc", "", "plain", "'quoted'"}) {
    const std::string line = csv_line({text});
    EXPECT_EQ(std::string_view("=+-@").find(line[0]), std::string_view::npos) << line;
    const auto rows = read_csv("title,solution\r\n" + line.substr(0, line.size() - 2) + ",x\r\n");
    ASSERT_TRUE(rows.ok());
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_EQ(rows->front().cells.at("title"), text);
  }
}

TEST(ListBudget, APageEndsAfterSoManyBytesAndNeverBeforeItsFirstItem) {
  const boost::json::object large{{"title", std::string(limits::kListBytes, 'x')}};
  ListBudget of_large;
  EXPECT_TRUE(of_large.takes(large)) << "or the list could never go on";
  EXPECT_FALSE(of_large.takes({}));
  // As it is sent: what is escaped takes more than what was written.
  const boost::json::object escaped{{"title", std::string(limits::kListBytes / 12, '\x01')}};
  ListBudget of_escaped;
  EXPECT_TRUE(of_escaped.takes(escaped));
  EXPECT_FALSE(of_escaped.takes(escaped));
}

}  // namespace
}  // namespace koinon::test::http_test
