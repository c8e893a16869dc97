#include "tools/bench/hostile_bench.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "node/daemon/data_folder.h"
#include "node/publishing/own_log.h"
#include "storage/store/sqlite_store.h"
#include "tools/api_client.h"
#include "tools/bench/latencies.h"
#include "tools/bench/processes.h"
#include "tools/bench/visitor.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::int64_t kHostileSigned = 1'700'000'000'000;
constexpr std::chrono::milliseconds kGlance{20};

// Each seed is repeated: alone, after another one, or inside a quote or a list.
constexpr std::array<std::string_view, 60> kSeeds = {"![[]()",
                                                     "**x [*b**c*](d\n",
                                                     "*_* _ ",
                                                     "[a](<b\n",
                                                     "<!A ",
                                                     "> ",
                                                     "- ",
                                                     "&",
                                                     "[1]:u [1]\n",
                                                     "[",
                                                     "![",
                                                     "*_",
                                                     ">",
                                                     "](",
                                                     "[]",
                                                     "<",
                                                     "<a",
                                                     "<!",
                                                     "<?",
                                                     "<![CDATA[",
                                                     "`a",
                                                     "&#",
                                                     "\t",
                                                     "a\n=\n",
                                                     "x\n-\n",
                                                     "[a]: b\n",
                                                     "[a][b]",
                                                     "**a ",
                                                     "a**b",
                                                     "*a_ ",
                                                     "[x](",
                                                     "\\",
                                                     "\"",
                                                     "<http://",
                                                     "<a b=\"",
                                                     "1. ",
                                                     "  - a\n",
                                                     "> - ",
                                                     "- a\n\n",
                                                     "_a_",
                                                     "~~~\n",
                                                     "|a|\n",
                                                     "a*b_c",
                                                     "[^a]",
                                                     "<a@b.",
                                                     "[a](b \"",
                                                     "# \n",
                                                     "    a\n",
                                                     "<div>\n",
                                                     "<!--",
                                                     "[ (](",
                                                     "*a **b ",
                                                     "a\\\n",
                                                     "\xCC\x80\xCC\xA7",
                                                     "|a|b|\n|-|-|\n|1|\n",
                                                     "|`\\|`",
                                                     "www.a.b ",
                                                     "(https://a.b/c_d",
                                                     "- [x] a\n",
                                                     "a|b\n-|-\n"};

std::string repeated(std::string_view seed, std::size_t bytes) {
  std::string out;
  out.reserve(bytes + seed.size());
  while (out.size() < bytes) out += seed;
  return out;
}

std::string growing_ticks(std::size_t bytes) {
  std::string out;
  for (std::size_t i = 1; out.size() < bytes; ++i) out += std::string(i, '`') + "x ";
  return out;
}

std::string definitions(std::size_t bytes) {
  std::string out;
  std::size_t count = 0;
  while (out.size() < bytes / 2) out += "[" + std::to_string(++count) + "]: u\n";
  out += "\n";
  for (std::size_t i = 1; out.size() < bytes; ++i) out += "[" + std::to_string(i % count) + "] ";
  return out;
}

std::string nested(std::string_view marker, std::size_t bytes) {
  return repeated(marker, bytes / 2) + "a\n" + std::string(bytes / 2, '\n');
}

// The text with this number. It is the same on every machine.
std::string text_of(std::uint64_t number, std::size_t bytes) {
  const std::string_view seed = kSeeds.at(number % kSeeds.size());
  const std::string_view other = kSeeds.at((number / kSeeds.size() * 7 + number + 13) % kSeeds.size());
  switch (number / kSeeds.size() % 6) {
    case 0:
      return repeated(seed, bytes);
    case 1:
      return repeated(std::string(seed) + std::string(other), bytes);
    case 2:
      return repeated(seed, bytes / 2) + "\n\n" + repeated(other, bytes / 2);
    case 3:
      return repeated("> " + std::string(seed) + std::string(other) + "\n", bytes);
    case 4:
      return number % 2 == 0 ? growing_ticks(bytes / 2) + repeated(seed, bytes / 2)
                             : definitions(bytes / 2) + repeated(seed, bytes / 2);
    default:
      return number % 2 == 0 ? nested("- ", bytes / 2) + repeated(seed, bytes / 2)
                             : nested("1. ", bytes / 2) + repeated(seed, bytes / 2);
  }
}

Status fill(const std::filesystem::path& data, const HostileBenchOptions& options) {
  const DataFolder folder(data);
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const NodeKeys keys, read_keys(folder, ""));
  KOINON_ASSIGN(const auto store,
                open_sqlite_store(folder.store(), with_epochs(epoch_maker(EpochKey(keys.node)))));
  for (std::uint64_t city = 0; city < options.cities; ++city) {
    const std::string name = "hostile-" + std::to_string(city) + ".example";
    const SigningKey key = SigningKey::from_seed(sha256(name).view());
    OwnLog log({name, key.public_key(), key.public_key()}, key);
    for (std::uint64_t number = city; number < options.texts; number += options.cities) {
      const DraftMaker maker = [&](StoreReader&) -> Result<Draft> {
        Draft draft;
        draft.entry.set_kind(v1::KIND_PRACTICE);
        draft.entry.set_language("en");
        draft.entry.add_topics("health");
        draft.body.emplace();
        auto* practice = draft.body->mutable_practice();
        practice->set_title("Text " + std::to_string(number));
        std::string text = text_of(number, options.bytes);
        // Some texts are in the summary, which lists and mails show.
        (number % 4 == 0 ? practice->mutable_summary() : practice->mutable_solution())->swap(text);
        draft.again = true;
        return draft;
      };
      KOINON_TRY(store->begin(false));
      const auto batch = log.publish(*store, {maker}, {kHostileSigned});
      if (!batch.ok()) return batch.error();
      if (!batch->results.front().ok()) return batch->results.front().error();
      KOINON_TRY(store->commit());
    }
  }
  return {};
}

// Times measured by several threads, and counts of answers that were not good.
class Times {
 public:
  void add(const Result<Visitor::Answer>& answer, const std::string& target) {
    const std::lock_guard lock(mutex_);
    if (answer.ok() && answer->status == 200) {
      if (answer->seconds > slowest_) slowest_target_ = target;
      slowest_ = std::max(slowest_, answer->seconds);
      seconds_.push_back(answer->seconds);
    } else {
      ++failed_;
      last_ = answer.ok() ? std::to_string(answer->status) : answer.error().text();
    }
  }
  json::object figures() const {
    json::object out = spread_of(seconds_);
    out["not_answered"] = failed_;
    if (failed_ > 0) out["last_fault"] = last_;
    out["slowest"] = slowest_target_;
    return out;
  }

 private:
  std::mutex mutex_;
  std::vector<double> seconds_;
  double slowest_ = 0;
  std::string slowest_target_;
  std::uint64_t failed_ = 0;
  std::string last_;
};

// Makes a reader who wants all digests. No server takes the mails, but they are made all the same.
Status wish_for_mail(const ApiClient& client) {
  KOINON_TRY(client.post_json("/api/v1/accounts",
                              {{"name", "reader"}, {"role", "reader"}, {"email", "reader@city.example"}}));
  const json::array digests{json::object{{"topic", "all"}, {"days", 1}},
                            json::object{{"topic", "health"}, {"days", 1}}};
  KOINON_TRY(client.put_json("/api/v1/accounts/reader/mail", {{"at_once", true}, {"digests", digests}}));
  return {};
}

// All who use the node at once: some open every text, one turns the feed's pages, an operator asks for the
// status, and a visitor looks at the first page again and again.
class Crowd {
 public:
  // What is given outlives this.
  Crowd(const HostileBenchOptions& options, std::uint16_t port, const ApiClient& client)
      : options_(options), port_(port), client_(client) {}

  // Until every text was opened; in seconds.
  double open_all();
  // How long they waited, each for theirs.
  void tell(json::object& out) const;

 private:
  void open_texts(std::size_t reader);
  void turn_feed_pages();
  void operate();
  void look();

  const HostileBenchOptions& options_;
  std::uint16_t port_;
  const ApiClient& client_;
  std::atomic<bool> done_ = false;
  Times texts_;
  Times feeds_;
  Times status_;
  Times first_;
};

double Crowd::open_all() {
  std::vector<std::thread> threads;
  for (std::size_t reader = 0; reader < options_.readers; ++reader)
    threads.emplace_back([this, reader] { open_texts(reader); });
  std::thread feeding([this] { turn_feed_pages(); });
  std::thread operating([this] { operate(); });
  std::thread looking([this] { look(); });
  const auto begin = std::chrono::steady_clock::now();
  for (std::thread& thread : threads) thread.join();
  const double opened = seconds_since(begin);
  done_ = true;
  feeding.join();
  operating.join();
  looking.join();
  return opened;
}

void Crowd::open_texts(std::size_t reader) {
  Visitor visitor("127.0.1." + std::to_string(reader + 1), port_);
  for (std::uint64_t number = reader; number < options_.texts; number += options_.readers) {
    const std::string target = "/records/hostile-" + std::to_string(number % options_.cities) + ".example/" +
                               std::to_string(number / options_.cities);
    texts_.add(visitor.get(target), target);
  }
}

void Crowd::turn_feed_pages() {
  Visitor visitor("127.0.2.1", port_);
  for (std::uint64_t before = options_.texts + 1000; before > 50 && !done_; before -= 50) {
    const std::string target = "/feeds/topic/health.atom?before=" + std::to_string(before);
    feeds_.add(visitor.get(target), target);
  }
}

void Crowd::operate() {
  while (!done_) {
    const auto begin = std::chrono::steady_clock::now();
    const auto answer = client_.get("/api/v1/status");
    status_.add(answer.ok() ? Result<Visitor::Answer>(Visitor::Answer{200, 0, {}, seconds_since(begin)})
                            : Result<Visitor::Answer>(answer.error()),
                "status");
    std::this_thread::sleep_for(kGlance);
  }
}

void Crowd::look() {
  Visitor visitor("127.0.3.1", port_);
  while (!done_) {
    first_.add(visitor.get("/"), "/");
    std::this_thread::sleep_for(kGlance);
  }
}

void Crowd::tell(json::object& out) const {
  out["operator_status"] = status_.figures();
  out["first_page"] = first_.figures();
  out["text_pages"] = texts_.figures();
  out["feed_pages"] = feeds_.figures();
}

}  // namespace

Result<json::object> measure_hostile(const HostileBenchOptions& options) {
  const Workplace place;
  const auto data = place.path() / "node";
  KOINON_TRY(make_node(data, "reader.example"));
  std::ofstream(data / "koinond.toml")
      << "http.url = \"http://localhost:8471\"\n[mail]\nsmtp = \"smtp://127.0.0.1:9\"\n"
         "plain = true\nfrom = \"node@reader.example\"\n";
  KOINON_TRY(fill(data, options));
  const NodeProcess node(options.koinond, data,
                         {"--http-listen", "127.0.0.1", "--http-port", "0", "--http-public"});
  if (!node.started()) return fail(Code::kIo, "koinond could not be started", options.koinond.string());
  KOINON_ASSIGN(const std::uint16_t port, node.http_port());
  const ApiClient client(data);
  KOINON_TRY(wish_for_mail(client));
  KOINON_ASSIGN(const double indexed, wait_for_index(client));
  Times nothing;
  Visitor idle("127.0.0.2", port);
  for (int i = 0; i < 200; ++i) nothing.add(idle.get("/healthz"), "/healthz");

  KOINON_TRY(client.post_json("/api/v1/accounts/reader/mail/digests", json::object()));
  Crowd crowd(options, port, client);
  const double opened = crowd.open_all();
  json::object out{{"texts", options.texts},
                   {"bytes_each", options.bytes},
                   {"cities", options.cities},
                   {"indexing_s", indexed},
                   {"all_opened_s", opened}};
  crowd.tell(out);
  out["limit_empty_request"] = nothing.figures();
  out["peak_resident_bytes"] = node.peak_resident_bytes();
  return out;
}

}  // namespace koinon
