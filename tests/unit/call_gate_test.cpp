// The one way to an operation, driven without a server: rights, what runs, and the audit line.
#include "node/api/call_gate.h"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "node/api/operation_route.h"
#include "tests/office_in.h"

namespace koinon::test::call_gate_test {
namespace {

struct Named {
  std::string name;
};

// An area with a reading, a change that names what it is about, and one that makes something.
class ToyArea {
 public:
  ToyArea()
      : read({.method = "GET",
              .pattern = "/toys/{name}",
              .id = "readToy",
              .tag = "toys",
              .summary = "Read a toy"},
             this, &ToyArea::answer),
        change({.method = "PUT",
                .pattern = "/toys/{name}",
                .need = Need::kPublisher,
                .id = "changeToy",
                .tag = "toys",
                .summary = "Change a toy"},
               this, &ToyArea::answer, {.target = [](const Named& query) { return query.name; }}),
        make({.method = "POST",
              .pattern = "/toys",
              .need = Need::kPublisher,
              .id = "makeToy",
              .tag = "toys",
              .summary = "Make a toy",
              .status = 201},
             this, &ToyArea::answer_later, {.made = [](const std::string& view) { return view; }}),
        write({.method = "POST",
               .pattern = "/texts",
               .need = Need::kAnyone,
               .id = "writeText",
               .tag = "publishing",
               .summary = "Write a text"},
              this, &ToyArea::answer_later) {}

  const Operation<Named, std::string> read;
  const Operation<Named, std::string> change;
  const Operation<Named, std::string> make;
  const Operation<Named, std::string> write;
  int runs = 0;

 private:
  Result<std::string> answer(const Asker& asker, const Named& query) {
    ++runs;
    if (query.name == "broken") return fail(Code::kConflict, "it is broken", "name");
    if (query.name == "thrown") throw std::runtime_error("a library");
    return asker.caller.name + " " + query.name;
  }
  boost::asio::awaitable<Result<std::string>> answer_later(Asker asker, Named query) {
    co_return answer(asker, query);
  }
};

class CallGateTest : public testing::Test {
 protected:
  void SetUp() override {
    db = office_in(folder);
    ASSERT_TRUE(db);
    accounts = std::make_unique<Accounts>(*db);
    gate = std::make_unique<CallGate>(CallGate::Parts{true, *accounts, refusals, [this] { return now; },
                                                      [this](const AuditLine& line) {
                                                        lines.push_back(line.who + ": " + line.action + " " +
                                                                        line.target + " = " + line.outcome);
                                                      }});
  }
  static Asker publisher() {
    Asker out;
    out.caller.by = Caller::By::kSession;
    out.caller.role = Role::kPublisher;
    out.caller.name = "press";
    return out;
  }
  static Asker stranger() {
    Asker out;
    out.remote = "198.51.100.7";
    return out;
  }
  template <typename T>
  T wait(boost::asio::awaitable<T> work) {
    boost::asio::io_context io;
    std::optional<T> out;
    boost::asio::co_spawn(
        io, [&]() -> boost::asio::awaitable<void> { out.emplace(co_await std::move(work)); },
        [](const std::exception_ptr& thrown) {
          if (thrown) std::rethrow_exception(thrown);
        });
    io.run();
    return std::move(*out);
  }
  Result<std::string> call(const Operation<Named, std::string>& operation, const Asker& asker,
                           const std::string& name) {
    return wait(gate->call(operation, asker, Named{name}));
  }

  TemporaryFolder folder;
  std::unique_ptr<OfficeDb> db;
  std::unique_ptr<Accounts> accounts;
  UnixMillis now{1};
  Refusals refusals;
  std::unique_ptr<CallGate> gate;
  ToyArea toys;
  std::vector<std::string> lines;
};

TEST_F(CallGateTest, WhoMayNotRunsNothingAndLeavesALineIfKnown) {
  EXPECT_EQ(call(toys.change, stranger(), "a").error().code, Code::kUnauthenticated);
  Asker reader = publisher();
  reader.caller.role = Role::kReader;
  EXPECT_EQ(call(toys.change, reader, "a").error().code, Code::kRefused);
  EXPECT_EQ(toys.runs, 0);
  ASSERT_EQ(lines.size(), 1U) << "a stranger's try is counted alone";
  EXPECT_TRUE(lines.front().starts_with("press: changeToy a = 403 ")) << lines.front();
}

TEST_F(CallGateTest, ALineIsShortWhateverWasSent) {
  const std::string long_name = std::string(299, 'x') + "\u00e9" + std::string(2'000'000, 'x');
  ASSERT_TRUE(call(toys.change, publisher(), long_name).ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"press: changeToy " + std::string(299, 'x') + " = 200"}));
}

// Whoever has a token that leaked must not push out what it was used for.
TEST_F(CallGateTest, RefusalsOfOneAccountLeaveSoManyLinesAnHour) {
  for (unsigned i = 0; i < limits::kRefusalLines + 10; ++i)
    EXPECT_FALSE(call(toys.change, publisher(), "broken").ok());
  EXPECT_EQ(lines.size(), limits::kRefusalLines);
  EXPECT_EQ(refusals.total(), 10U);
  Asker other = publisher();
  other.caller.name = "desk";
  EXPECT_FALSE(call(toys.change, other, "broken").ok());
  ASSERT_TRUE(call(toys.change, publisher(), "a").ok());
  EXPECT_EQ(lines.size(), limits::kRefusalLines + 2) << "another account's, and what was done";
  now = UnixMillis{3'600'000};
  EXPECT_FALSE(call(toys.change, publisher(), "broken").ok());
  EXPECT_EQ(lines.size(), limits::kRefusalLines + 3) << "in the next hour";
}

TEST_F(CallGateTest, AReadingLeavesNoLine) {
  EXPECT_EQ(*call(toys.read, publisher(), "a"), "press a");
  EXPECT_TRUE(call(toys.read, stranger(), "a").ok()) << "where reading is public";
  EXPECT_TRUE(lines.empty());
}

TEST_F(CallGateTest, AChangeSaysWhatItWasDoneToOrWhatItMade) {
  ASSERT_TRUE(call(toys.change, publisher(), "a").ok());
  Asker by_token = publisher();
  by_token.caller.credential = "1234";
  ASSERT_TRUE(call(toys.make, by_token, "b").ok());
  EXPECT_EQ(lines,
            (std::vector<std::string>{"press: changeToy a = 200", "press by 1234: makeToy  = 201 press b"}));
}

TEST_F(CallGateTest, ATryThatFailsSaysWhyButNeverTheWordsOfATextsRefusal) {
  EXPECT_EQ(call(toys.change, publisher(), "broken").error().code, Code::kConflict);
  EXPECT_EQ(call(toys.write, publisher(), "broken").error().code, Code::kConflict);
  EXPECT_EQ(lines, (std::vector<std::string>{"press: changeToy broken = 409 it is broken",
                                             "press: writeText  = 409 conflict"}));
}

TEST_F(CallGateTest, WhatALibraryThrowsIsAnErrorAndIsNoted) {
  EXPECT_EQ(call(toys.change, publisher(), "thrown").error().code, Code::kInternal);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines.front().starts_with("press: changeToy thrown = 500 ")) << lines.front();
}

TEST_F(CallGateTest, WhatStrangersTryInVainIsCountedAlone) {
  EXPECT_EQ(call(toys.write, stranger(), "broken").error().code, Code::kConflict);
  EXPECT_TRUE(lines.empty());
  EXPECT_EQ(refusals.total(), 1U);
  ASSERT_TRUE(call(toys.write, stranger(), "a").ok());
  EXPECT_EQ(lines, (std::vector<std::string>{"nobody at 198.51.100.7: writeText  = 200"}));
}

TEST_F(CallGateTest, ARouteReadsTheQueryAndWritesTheView) {
  RouteTable routes;
  add_route(
      routes, *gate, toys.change,
      +[](const ApiRequest& request) -> Result<Named> {
        if (!request.body.empty()) return fail(Code::kMalformed, "it takes no body", "body");
        return Named{request.arg("name")};
      },
      +[](const ApiRequest&, const std::string& view) {
        return HttpResponse{200, "text/plain", view, {}};
      });
  ApiRequest request;
  request.method = "PUT";
  request.path = {"toys", "a"};
  std::string allowed;
  ASSERT_TRUE(routes.match(request, allowed).ok());
  request.caller = publisher().caller;
  EXPECT_EQ(wait(request.route->handle(request)).body, "press a");
  request.body = "x";
  EXPECT_EQ(wait(request.route->handle(request)).status, 400U);
  EXPECT_EQ(lines, (std::vector<std::string>{"press: changeToy a = 200",
                                             "press: changeToy a = 400 it takes no body"}))
      << "also a request that could not be read";
}

TEST_F(CallGateTest, TheLineSaysFromWhere) {
  Asker remote = publisher();
  remote.remote = "198.51.100.7";
  ASSERT_TRUE(call(toys.change, remote, "a").ok());
  EXPECT_EQ(accounts->audit(0, 1)->front().from, "198.51.100.7");
  Asker local = publisher();
  local.local = true;
  local.uid = 4'000'000'000;
  ASSERT_TRUE(call(toys.change, local, "a").ok());
  EXPECT_EQ(accounts->audit(0, 1)->front().from, "unix:4000000000") << "a user without a name";
  local.uid = 0;
  ASSERT_TRUE(call(toys.change, local, "a").ok());
  EXPECT_EQ(accounts->audit(0, 1)->front().from, "unix:root");
}

}  // namespace
}  // namespace koinon::test::call_gate_test
