// What a reader does, and what it leaves to the node that writes.
#include "node/api/reader_rule.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "node/api/call_gate.h"
#include "node/daemon/reader_network.h"
#include "node/replication/refusing_writer.h"
#include "tests/office_in.h"
#include "tests/temporary_folder.h"

namespace koinon::test::reader_rule_test {
namespace {

namespace asio = boost::asio;

const ReaderFacts kReader{"https://desk.seoul.example", [] { return ReaderLag(); }};

OperationFacts operation(std::string method, Need need, AtReader at = AtReader::kByNeed) {
  OperationFacts out;
  out.method = std::move(method);
  out.need = need;
  out.at_reader = at;
  return out;
}
bool does(const OperationFacts& facts) { return may_at_reader(facts, kReader).ok(); }

TEST(ReaderRule, ItShowsWhatEverybodyMayRead) {
  EXPECT_TRUE(does(operation("GET", Need::kAnyone)));
  EXPECT_TRUE(does(operation("GET", Need::kReading)));
  EXPECT_TRUE(does(operation("GET", Need::kMetrics)));
  for (const Need need : {Need::kReader, Need::kPublisher, Need::kReviewer, Need::kOperator})
    EXPECT_FALSE(does(operation("GET", need)));
}

TEST(ReaderRule, ItChangesNothingButWhatIsMeantForIt) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    for (const Need need : {Need::kAnyone, Need::kReading, Need::kReader, Need::kOperator})
      EXPECT_FALSE(does(operation(method, need))) << method;
    EXPECT_TRUE(does(operation(method, Need::kAnyone, AtReader::kYes))) << method;
  }
  EXPECT_FALSE(does(operation("GET", Need::kAnyone, AtReader::kNo)));
}

TEST(ReaderRule, TheRefusalNamesTheWriter) {
  const Status told = may_at_reader(operation("POST", Need::kPublisher), kReader);
  EXPECT_EQ(told.error().code, Code::kRefused);
  EXPECT_NE(told.error().message.find(kReader.writer), std::string::npos);
  EXPECT_TRUE(is_for_the_writer(told.error()));
  const Error unknown = for_the_writer("");
  EXPECT_TRUE(is_for_the_writer(unknown));
  EXPECT_EQ(unknown.message.find('{'), std::string::npos);
}

// Who logs in there reads the same: it is no matter of theirs what the server has against this node.
TEST(ReaderRule, AServerThatRefusesTheNodeIsAsGoodAsAway) {
  EXPECT_TRUE(is_server_away(fail(Code::kUnavailable, Sentence{"database.away", "it is away"})));
  EXPECT_TRUE(is_server_away(fail(Code::kRefused, Sentence{"database.refused", "not with this password"})));
  EXPECT_FALSE(is_server_away(fail(Code::kUnavailable, Sentence{"database.in_use", "try again"})));
}

class Area {
 public:
  Area() : change(operation("POST", Need::kAnyone), this, &Area::run) {}
  const Operation<Nothing, Nothing> change;
  int runs = 0;

 private:
  Result<Nothing> run(const Asker&, const Nothing&) {
    ++runs;
    return Nothing{};
  }
};

TEST(ReaderRule, TheCallGateGoesByIt) {
  TemporaryFolder folder;
  const auto office = office_in(folder);
  Accounts accounts(*office);
  Refusals refusals;
  CallGate gate({true, accounts, refusals, [] { return UnixMillis{1}; }, [](const AuditLine&) {}, &kReader});
  Area area;
  Asker operator_here;
  operator_here.local = true;
  operator_here.caller.by = Caller::By::kSocket;
  operator_here.caller.role = Role::kOperator;
  EXPECT_TRUE(is_for_the_writer(gate.may(area.change.facts, operator_here.caller).error()));
  asio::io_context io;
  std::optional<Result<Nothing>> answer;
  const auto call = [&]() -> asio::awaitable<void> {
    answer = co_await gate.call(area.change, operator_here, Nothing{});
  };
  asio::co_spawn(io, call(), asio::detached);
  io.run();
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(is_for_the_writer(answer->error()));
  EXPECT_EQ(area.runs, 0);
}

TEST(ReaderRule, ItsWriterRefusesWhatGotThere) {
  RefusingWriter writer(for_the_writer(kReader.writer));
  int changes = 0;
  std::optional<Status> done;
  writer.change(
      [&](Store&) -> Status {
        ++changes;
        return {};
      },
      [&](Status status) { done = std::move(status); });
  ASSERT_TRUE(done.has_value());
  EXPECT_TRUE(is_for_the_writer(done->error()));
  EXPECT_EQ(changes, 0);
  EXPECT_TRUE(writer.signing_stopped().has_value());
}

template <typename Answer>
Answer answer_of(asio::awaitable<Answer> question) {
  asio::io_context io;
  std::optional<Answer> out;
  const auto ask = [&]() -> asio::awaitable<void> { out = co_await std::move(question); };
  asio::co_spawn(io, ask(), asio::detached);
  io.run();
  return std::move(*out);
}

// Our own city vouches for one that is no peer.
TEST(ReaderNetwork, ItAnswersByTheTrustThatIsStored) {
  ASSERT_TRUE(init_crypto().ok());
  const LogId own = LogId::from(Bytes(32, 'o'));
  const LogId other = LogId::from(Bytes(32, 'q'));
  StoreState state;
  state.own_log = own;
  VouchFact vouch;
  vouch.voucher = own;
  vouch.target = other;
  vouch.name = "other.example";
  vouch.expires_at = {1'000'000};
  state.vouches = {vouch};
  state.blocked = {LogId::from(Bytes(32, 'b'))};
  StoredTrust trust;
  (void)trust.take(state, {2, 1, 100}, {1});
  ReaderNetwork network([&] { return trust.view(); }, [] { return UnixMillis{1}; });
  const TrustPaths paths = answer_of(network.paths({other, state.blocked.front()}));
  EXPECT_EQ(paths.trusted, 2U);
  EXPECT_EQ(paths.paths[0], std::optional(TrustPath{other}));
  EXPECT_EQ(paths.paths[1], std::nullopt);
  const CityStanding standing = answer_of(network.standing(other, {}));
  EXPECT_TRUE(standing.trusted);
  EXPECT_EQ(standing.vouchers, std::vector{own});
  const TrustGraph graph = answer_of(network.graph(own, 10));
  EXPECT_EQ(graph.cities.size(), 2U);
  ASSERT_EQ(graph.vouches.size(), 1U);
  EXPECT_EQ(graph.vouches[0].to, other);
  EXPECT_EQ(answer_of(network.status()).blocked, state.blocked);
}

}  // namespace
}  // namespace koinon::test::reader_rule_test
