// Which of the credentials that a request brings decides who asks.
#include <gtest/gtest.h>

#include "crypto/ed25519.h"
#include "node/access/access.h"
#include "node/api/admission.h"
#include "node/api/routes.h"
#include "node/text/forwarded.h"
#include "tests/office_in.h"

namespace koinon::test::claims_test {
namespace {

const std::string kSso = "a secret of the proxy";

TEST(OwnToken, IsOurSchemeInAnyCaseWithATokenOfOurs) {
  EXPECT_EQ(own_token("Bearer koinon_abc"), "koinon_abc");
  EXPECT_EQ(own_token("bearer   koinon_abc "), "koinon_abc");
  EXPECT_EQ(own_token("BEARER koinon_"), "koinon_") << "ours, and wrong: whoever sent it is told";
  for (const char* foreign :
       {"", "Bearer", "Bearer ", "Bearer abc", "koinon_abc", "Basic koinon_abc",
        "Basic cHJlc3M6eA==", "Digest username=\"press\"",
        "Negotiate YII=", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "Bearer\tkoinon_abc", "Bearerkoinon_ x"})
    EXPECT_FALSE(own_token(foreign)) << foreign;
}

class ClaimsTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(init_crypto().ok());
    db = office_in(folder);
    ASSERT_TRUE(db);
    accounts = std::make_unique<Accounts>(*db);
    for (const char* name : {"by-token", "by-header", "by-session", "by-key"}) {
      User user;
      user.name = name;
      user.role = Role::kReader;
      users[name] = *accounts->add(user);
    }
    AccessOptions options;
    options.sso_header = "x-remote-user";
    options.sso_secret = kSso;
    options.proxies = {*AddressRange::parse("127.0.0.1")};
    access = std::make_unique<Access>(*accounts, options, guesses, [] { return UnixMillis{1'000'000}; });
    request.method = "GET";
    request.path = {"feeds", "all.atom"};
    request.peer = request.remote = "127.0.0.1";
    request.route = &route;
    route.method = "GET";
    route.need = Need::kReading;
  }
  std::string secret(CredentialKind kind, const std::string& user) {
    Credential made;
    made.kind = kind;
    made.user = users.at(user);
    return *accounts->issue(made);
  }
  void header(const std::string& name) {
    request.headers["x-remote-user"] = name;
    request.headers["koinon-sso-secret"] = kSso;
  }
  // The name of who asks; empty: nobody; "refused".
  std::string who() {
    request.caller = {};
    const Status admitted = admit(*access, request);
    if (!admitted.ok() && request.caller.by == Caller::By::kNothing &&
        admitted.error().code != Code::kUnauthenticated)
      return "refused";
    return request.caller.name;
  }

  TemporaryFolder folder;
  std::unique_ptr<OfficeDb> db;
  std::unique_ptr<Accounts> accounts;
  Guesses guesses{[] { return MonoTime(std::chrono::seconds(1)); }};
  std::unique_ptr<Access> access;
  std::map<std::string, UserId> users;
  Route route;
  ApiRequest request;
};

TEST_F(ClaimsTest, WhatIsNotOursStandsInNobodysWay) {
  for (const char* foreign : {"Basic cHJlc3M6eA==", "Negotiate YII=", "Bearer of.another.program"}) {
    request.headers = {{"authorization", foreign}};
    EXPECT_EQ(who(), "") << foreign;
    request.query["key"] = secret(CredentialKind::kFeed, "by-key");
    EXPECT_EQ(who(), "by-key") << foreign;
    request.query.clear();
    request.headers["cookie"] = "koinon=" + secret(CredentialKind::kSession, "by-session");
    EXPECT_EQ(who(), "by-session") << foreign;
    header("by-header");
    EXPECT_EQ(who(), "by-header") << foreign;
    request.headers["authorization"] = "bearer koinon_" + secret(CredentialKind::kToken, "by-token");
    EXPECT_EQ(who(), "by-token") << "ours says it most clearly";
  }
}

TEST_F(ClaimsTest, AProxyWithASocketOfItsOwnNeedsNoSecretButWhereThereIsOne) {
  AccessOptions options;
  options.sso_header = "x-remote-user";
  options.proxies = {*AddressRange::parse("127.0.0.1")};
  options.proxy_socket = true;
  Access by_socket(*accounts, options, guesses, [] { return UnixMillis{1'000'000}; });
  const auto name_over = [&](const std::string& peer, const std::string& secret) {
    request.caller = {};
    request.peer = request.remote = peer;
    request.headers = {{"x-remote-user", "by-header"}, {"koinon-sso-secret", secret}};
    (void)admit(by_socket, request);
    return request.caller.name;
  };
  EXPECT_EQ(name_over(std::string(kProxySocket), ""), "by-header");
  for (const char* secret : {"", kSso.c_str()})
    EXPECT_EQ(name_over("127.0.0.1", secret), "") << "over TCP nobody has a secret to know";
  options.sso_secret = kSso;
  Access by_both(*accounts, options, guesses, [] { return UnixMillis{1'000'000}; });
  const auto name_with = [&](const std::string& secret) {
    request.caller = {};
    request.peer = request.remote = std::string(kProxySocket);
    request.headers = {{"x-remote-user", "by-header"}, {"koinon-sso-secret", secret}};
    (void)admit(by_both, request);
    return request.caller.name;
  };
  EXPECT_EQ(name_with(kSso), "by-header");
  EXPECT_EQ(name_with(""), "") << "another program of the proxy's group can open the socket too";
  EXPECT_EQ(name_with("what somebody guessed"), "");
  options.sso_secret.clear();
  options.proxy_socket = false;
  Access without(*accounts, options, guesses, [] { return UnixMillis{1'000'000}; });
  request.caller = {};
  request.peer = std::string(kProxySocket);
  (void)admit(without, request);
  EXPECT_EQ(request.caller.name, "") << "there is no such socket";
}

TEST_F(ClaimsTest, AnEmptyHeaderIsNobodyAndANameHasNoCase) {
  request.headers["cookie"] = "koinon=" + secret(CredentialKind::kSession, "by-session");
  for (const char* empty : {"", " ", "\t"}) {
    header(empty);
    EXPECT_EQ(who(), "by-session") << "the proxy knows nobody, and the session does";
  }
  for (const char* name : {"By-Header", " BY-HEADER "}) {
    header(name);
    EXPECT_EQ(who(), "by-header");
  }
  header("by-nobody");
  EXPECT_EQ(who(), "refused");
}

TEST_F(ClaimsTest, ATokenThatHasEndedIsToldToProgramsAndKeepsNoBrowserFromThePages) {
  request.headers["authorization"] = "Bearer koinon_" + std::string(52, 'a');
  request.headers["cookie"] = "koinon=" + secret(CredentialKind::kSession, "by-session");
  EXPECT_EQ(admit(*access, request).error().code, Code::kUnauthenticated);
  route.page = true;
  EXPECT_EQ(who(), "by-session");
  request.headers.erase("cookie");
  route.need = Need::kAnyone;
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(admit(*access, request).ok()) << "where one logs in, however often";
  EXPECT_EQ(request.caller.by, Caller::By::kNothing);
}

TEST_F(ClaimsTest, ATokenOfTheScopeMetricsOpensTheMeasuresAndNothingElse) {
  request.path = {"metrics"};
  request.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kMetrics, "by-token");
  route.need = Need::kMetrics;
  ASSERT_TRUE(admit(*access, request).ok());
  EXPECT_EQ(request.caller.name, "by-token");
  EXPECT_EQ(request.caller.role, Role::kNobody);
  for (const Need need :
       {Need::kReading, Need::kReader, Need::kPublisher, Need::kReviewer, Need::kOperator}) {
    route.need = need;
    EXPECT_EQ(admit(*access, request).error().code, Code::kRefused);
  }
}

TEST_F(ClaimsTest, AReadersTokenDoesNotOpenTheMeasures) {
  request.headers["authorization"] = "Bearer koinon_" + secret(CredentialKind::kToken, "by-token");
  route.need = Need::kMetrics;
  EXPECT_EQ(admit(*access, request).error().code, Code::kRefused);
}

}  // namespace
}  // namespace koinon::test::claims_test
