// koinon-sim runs the node's engine and store over a simulated network, in one process and in virtual time.
//
// Standard output is the same, byte for byte, for the same seed, scenario and options. Times of this machine
// go to standard error. Exit code 0: every invariant held. 1: one broke, and its trace was written. 2: wrong
// usage.
#include <atomic>
#include <chrono>
#include <fstream>
#include <iostream>
#include <mutex>
#include <thread>

#include <CLI/CLI.hpp>
#include <google/protobuf/stubs/logging.h>
#include <sys/resource.h>
#include <unistd.h>

#include "crypto/ed25519.h"
#include "proto/base/encoding.h"
#include "tools/sim/liar.h"
#include "tools/sim/scenarios.h"
#include "tools/sim/world.h"

namespace koinon::sim {
namespace {

struct Options {
  std::string scenario = "storm";
  std::string seeds = "1";
  std::size_t nodes = 0;
  double hours = 0;
  std::string topology;
  unsigned jobs = 1;
  bool forever = false;
  bool quiet = false;
  bool sqlite = false;
  bool light = false;
  bool digest = false;
  std::string trace;
  bool list = false;
};

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

Result<Seeds> parse_seeds(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = parse_decimal(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : parse_decimal(text.substr(dash + 1));
  if (!first.ok() || !last.ok() || *last < *first) {
    return fail(Code::kInvalidArgument, "a seed is a number, several are FIRST-LAST", "--seed");
  }
  return Seeds{*first, *last};
}

Result<Scenario> choose_scenario(const Options& options) {
  KOINON_ASSIGN(Scenario scenario, find_scenario(options.scenario));
  if (options.nodes > 0) scenario.resize(options.nodes);
  if (options.hours > 0) scenario.hours = options.hours;
  if (!options.topology.empty()) scenario.topology = options.topology;
  scenario.sqlite = scenario.sqlite || options.sqlite;
  if (scenario.nodes < 2 || scenario.liars_at_once() + 1 >= scenario.nodes) {
    return fail(Code::kInvalidArgument, "there must be at least two nodes, and more of them than liars",
                "--nodes");
  }
  KOINON_TRY(scenario.check());
  return scenario;
}

class Runner {
 public:
  Runner(Options options, Scenario scenario, Seeds seeds)
      : options_(std::move(options)), scenario_(std::move(scenario)), seeds_(seeds), next_(seeds.first) {}

  int run() {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    summarise();
    struct rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    std::cerr << done_ << " seeds in " << took.count() << " s, peak memory " << usage.ru_maxrss / 1024
              << " MiB\n";
    return failed_.empty() ? 0 : 1;
  }

 private:
  void work() {
    while (true) {
      const std::uint64_t seed = next_++;
      if ((seed > seeds_.last && !options_.forever) || stop_) return;
      Outcome outcome = run_seed(seed, options_.trace);
      if (!outcome.ok() && options_.trace.empty()) run_seed(seed, trace_name(seed));
      const std::lock_guard lock(mutex_);
      finished_.emplace(seed, std::move(outcome));
      report_in_order();
    }
  }

  std::string trace_name(std::uint64_t seed) const {
    return "trace-" + scenario_.name + "-" + std::to_string(seed) + ".txt";
  }

  Outcome run_seed(std::uint64_t seed, const std::string& trace_path) {
    WorldOptions world;
    world.seed = seed;
    world.check_frames = !options_.light;
    world.digest = options_.digest;
    std::ofstream trace;
    if (!trace_path.empty()) {
      trace.open(trace_path);
      world.trace = &trace;
    }
    if (isatty(STDERR_FILENO) != 0 && options_.jobs == 1) {
      world.progress = [seed](double share) {
        std::cerr << "\rseed " << seed << ": " << static_cast<int>(share * 100) << " %   " << std::flush;
      };
    }
    Outcome outcome = World(scenario_, std::move(world)).run();
    if (isatty(STDERR_FILENO) != 0 && options_.jobs == 1) std::cerr << "\r                      \r";
    return outcome;
  }

  // Seeds are reported in their order, even if a later one ends first.
  void report_in_order() {
    while (true) {
      const auto it = finished_.find(seeds_.first + done_);
      if (it == finished_.end()) return;
      report(it->first, it->second);
      finished_.erase(it);
      ++done_;
    }
  }

  void report(std::uint64_t seed, const Outcome& outcome) {
    total_.add_all(outcome.counters);
    bytes_ += outcome.bytes;
    if (!outcome.ok()) {
      failed_.push_back(seed);
      std::cout << "seed " << seed << " BROKEN, see "
                << (options_.trace.empty() ? trace_name(seed) : options_.trace) << '\n';
      for (const Broken& broken : outcome.broken)
        std::cout << "  " << clock_text(broken.at) << ' ' << broken.node << ' ' << broken.what << '\n';
    } else if (!options_.quiet) {
      std::cout << "seed " << seed << " held: " << outcome.counters.of("entries published")
                << " entries published, " << outcome.counters.of("entries replicated")
                << " replicated, settled " << clock_text(outcome.settled_after) << " after the faults, "
                << outcome.events << " events\n";
    }
    if (outcome.digest) std::cout << "seed " << seed << " digest " << to_hex(outcome.digest->view()) << '\n';
    if (outcome.spread.stored > 0) report_spread(outcome.spread);
    std::cout << std::flush;
  }

  void report_spread(const Spread& spread) const {
    std::cout << "  one note of each city, once all was calm: last delivery after "
              << clock_text(spread.last_delivery) << ", " << spread.stored << " records stored, "
              << static_cast<double>(spread.copies) / static_cast<double>(spread.stored)
              << " copies received per record and node, " << spread.bytes << " bytes sent\n";
  }

  void summarise() const {
    std::cout << scenario_.name << ": " << scenario_.nodes << " nodes, " << scenario_.hours << " h, seeds "
              << seeds_.first << " to " << seeds_.first + done_ - 1 << ": "
              << (failed_.empty() ? "every invariant held" : std::to_string(failed_.size()) + " seeds BROKEN")
              << '\n';
    for (const auto& [name, count] : total_.all()) std::cout << "  " << name << ": " << count << '\n';
    std::cout << "  bytes sent: " << bytes_ << '\n';
  }

  Options options_;
  Scenario scenario_;
  Seeds seeds_;
  std::atomic<std::uint64_t> next_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::map<std::uint64_t, Outcome> finished_;
  std::uint64_t done_ = 0;
  std::vector<std::uint64_t> failed_;
  Counters total_;
  std::uint64_t bytes_ = 0;
};

void list_all() {
  std::cout << "Scenarios (--scenario NAME, or a file):\n";
  for (const auto& [name, text] : built_in_scenarios()) {
    const auto scenario = parse_scenario(text, name);
    std::cout << "  " << name << "\n    " << (scenario.ok() ? scenario->story : scenario.error().text())
              << '\n';
  }
  std::cout << "Lies (liars = [\"NAME\"]):\n";
  for (const Lie& lie : all_lies()) std::cout << "  " << lie.name << ": " << lie.what << '\n';
}

int run(int argc, char** argv) {
  CLI::App app{"Simulates a network of Koinon nodes in virtual time, and checks that what must hold holds.",
               "koinon-sim"};
  Options options;
  app.add_option("--seed", options.seeds, "a seed, or FIRST-LAST")->capture_default_str();
  app.add_option("--scenario", options.scenario, "a scenario's name or file")->capture_default_str();
  app.add_option("--nodes", options.nodes,
                 "how many nodes, in place of the scenario's; of fewer, the same share lies");
  app.add_option("--hours", options.hours, "virtual hours until faults end, in place of the scenario's");
  app.add_option("--topology", options.topology, "random, line, ring, star or mesh")
      ->check(CLI::IsMember({"random", "line", "ring", "star", "mesh"}));
  app.add_option("--jobs", options.jobs, "seeds run side by side")->check(CLI::Range(1, 64));
  app.add_flag("--forever", options.forever, "go on with the next seed until something breaks or Ctrl-C");
  app.add_flag("--quiet", options.quiet, "only broken seeds and the sums");
  app.add_flag("--sqlite", options.sqlite, "on SQLite over a file system that tears writes");
  app.add_flag("--light", options.light, "do not parse every frame to check it against its sender's policy");
  app.add_flag("--digest", options.digest, "print a digest of every node's final state for each seed");
  app.add_option("--trace", options.trace, "write what happens to a file");
  app.add_flag("--list", options.list, "list scenarios and lies");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.list) {
    list_all();
    return 0;
  }
  google::protobuf::SetLogHandler(nullptr);  // liars send frames that do not parse
  if (!init_crypto().ok()) return 1;
  const auto seeds = parse_seeds(options.seeds);
  const auto scenario = seeds.ok() ? choose_scenario(options) : Result<Scenario>(seeds.error());
  if (!scenario.ok()) {
    std::cerr << "koinon-sim: " << scenario.error().text() << '\n';
    return 2;
  }
  return Runner(options, *scenario, *seeds).run();
}

}  // namespace
}  // namespace koinon::sim

int main(int argc, char** argv) { return koinon::sim::run(argc, argv); }
