// What a server is asked for, where a run of a log is read for a peer.
#include <random>

#include "tests/postgres/cut_proxy.h"
#include "tests/postgres/hub_fixture.h"
#include "tests/postgres/test_server.h"

namespace koinon::test::served_run_test {
namespace {

constexpr std::uint64_t kSmall = 40;
constexpr std::uint64_t kLarge = 40;
constexpr std::uint64_t kAll = kSmall + kLarge;
constexpr std::size_t kLargeBytes = 200'000;
constexpr std::size_t kAnswerBytes = 300'000;

// A text that the server cannot make much shorter.
std::string long_text(unsigned seed) {
  std::mt19937 random(seed);
  std::string out(kLargeBytes, ' ');
  for (char& c : out) c = static_cast<char>('0' + random() % 64);
  return out;
}

// Else a city's log with small notes, and large ones behind them, takes hundreds of MiB for each answer.
TEST(ServedRunOnServer, IsReadWithoutTheLargeRecordsBehindIt) {
  ASSERT_TRUE(init_crypto().ok());
  Author milan("milan.example");
  for (std::uint64_t i = 0; i < kSmall; ++i) milan.say(note("note " + std::to_string(i)));
  for (unsigned i = 0; i < kLarge; ++i) milan.say(note("large " + std::to_string(i), long_text(i)));
  const PostgresPlace place = fresh_database();
  {
    const auto store = open_hub(place);
    ASSERT_TRUE(store.ok()) << store.error().text();
    ASSERT_TRUE((*store)->begin(true).ok());
    const auto row = (*store)->append_run(milan.run(0, kAll, BodyState::kNotHeld, true));
    ASSERT_TRUE(row.ok()) << row.error().text();
    ASSERT_TRUE((*store)->commit().ok());
  }
  CutProxy proxy(test_server().folder());
  const std::string name = place.url.substr(place.url.rfind('=') + 1);
  const auto reader = open_postgres_reader({"host=" + proxy.folder() + " user=koinon dbname=" + name});
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  proxy.heal();  // it counts anew
  const auto run =
      (*reader)->read_run(milan.log.id(), EntryIndex(0), EntryIndex(kAll), TreeSize(kAll), kAnswerBytes);
  ASSERT_TRUE(run.ok()) << run.error().text();
  EXPECT_EQ(run->records.size(), kSmall + 1);
  EXPECT_EQ(run->records.back().body, milan.body(kSmall));
  EXPECT_LT(proxy.passed(CutProxy::From::kServer), 2 * kAnswerBytes);
}

}  // namespace
}  // namespace koinon::test::served_run_test
