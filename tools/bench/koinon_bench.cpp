// koinon-bench prints its figures as JSON, with the machine's limit beside each.
#include <algorithm>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/bench/compare.h"
#include "tools/bench/fill.h"
#include "tools/bench/held_bench.h"
#include "tools/bench/hostile_bench.h"
#include "tools/bench/idle_bench.h"
#include "tools/bench/overview_bench.h"
#include "tools/bench/run_benchmarks.h"
#include "tools/bench/store_work.h"

namespace koinon {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int report(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "koinon-bench: " << status.error().text() << "\n";
  return kFailed;
}

int print(const Result<boost::json::object>& figures) {
  if (!figures.ok()) return report(figures.error());
  std::cout << boost::json::serialize(*figures) << "\n";
  return 0;
}

// What a command line asked for: each adds its commands, and says what to run once one was parsed.
using Commands = std::map<const CLI::App*, std::function<int()>>;

void add_setting(CLI::App& app, BenchSetting& setting) {
  app.add_flag("--quick", setting.quick, "small: whether all works, and about how fast");
  app.add_option("--repeat", setting.repeat, "how often each figure is measured (1)")
      ->check(CLI::Range(1, 100));
  app.add_option("--records", setting.records, "how many, where there are records")
      ->check(CLI::Range(1, 100'000'000));
  app.add_option("--cities", setting.cities, "in the logs of so many cities; by itself mostly in one log")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--texts", setting.texts,
                 "fixed: all of one size; realistic: 300 B to 20 kB, in five languages (fixed)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Texts>{{"fixed", Texts::kFixed}, {"realistic", Texts::kRealistic}}));
  app.add_option("--body-bytes", setting.body_bytes, "of each record with fixed texts (600)")
      ->check(CLI::Range(100, 1'000'000));
  app.add_option(
      "--store", setting.store,
      "catchup: the follower's store is in this empty database of a PostgreSQL server; own: of one "
      "that is started for it");
  app.add_option("--folder", setting.folder, "on the disk that is measured (the system's temporary folder)")
      ->check(CLI::ExistingDirectory);
  app.add_option("--bin", setting.koinond, "another koinond than the one beside this program");
}

int run_all(const std::vector<Benchmark>& which, const BenchSetting& setting) {
  const BenchmarkRun done = run_benchmarks(which, setting);
  std::cout << boost::json::serialize(done.json) << "\n";
  for (const std::string& failed : done.failed) std::cerr << "koinon-bench: " << failed << "\n";
  return done.failed.empty() ? 0 : kFailed;
}

void add_benchmarks(CLI::App& app, Commands& commands, BenchSetting& setting) {
  for (const Benchmark& one : benchmarks()) {
    auto* const command = app.add_subcommand(std::string(one.name), std::string(one.what));
    add_setting(*command, setting);
    commands[command] = [&one, &setting] { return run_all({one}, setting); };
  }
  auto* const all = app.add_subcommand("all", "all of the above, one after the other");
  add_setting(*all, setting);
  commands[all] = [&setting] { return run_all(benchmarks(), setting); };
}

struct Compared {
  std::string before;
  std::string after;
};

void add_compare(CLI::App& app, Commands& commands, Compared& compared) {
  auto* const command = app.add_subcommand("compare", "two runs of the above side by side");
  command->add_option("OLD", compared.before, "what one run printed")->required();
  command->add_option("NEW", compared.after, "what another run printed")->required();
  commands[command] = [&compared] {
    const auto text = compare_runs(compared.before, compared.after);
    if (!text.ok()) return report(text.error());
    std::cout << *text;
    return 0;
  };
}

struct FillCommand {
  std::string data;
  FillOptions options;
};

void add_fill(CLI::App& app, Commands& commands, FillCommand& filling) {
  auto* const command = app.add_subcommand("fill", "fill the store of a node that is not running");
  FillOptions& fill = filling.options;
  command->add_option("--data", filling.data, "its data folder")->required();
  command->add_option("--logs", fill.logs, "further cities, with a Genesis each and a vouch");
  command->add_option("--vouchers", fill.vouchers,
                      "so many of them vouch for the others, and the node for them (0: for all)");
  command->add_option("--cosignatures", fill.cosignatures, "of other cities on each one's head, at most 15");
  command->add_option("--records", fill.records, "practices in its own log");
  command->add_option("--body-bytes", fill.body_bytes, "bytes of each practice (600)");
  commands[command] = [&filling] { return report(fill_store(DataFolder(filling.data), filling.options)); };
}

struct Further {
  HostileBenchOptions hostile;
  HeldBenchOptions held;
  OverviewBenchOptions overviews;
  StoreWorkOptions work;
  IdleBenchOptions idle;
  std::int64_t minutes = 10;
};

void add_hostile(CLI::App& app, Commands& commands, HostileBenchOptions& hostile) {
  auto* const command =
      app.add_subcommand("hostile", "what others wait while a megabyte of hostile text each is opened");
  command->add_option("--texts", hostile.texts, "how many (1000)");
  command->add_option("--bytes", hostile.bytes, "of each (1000000)");
  command->add_option("--cities", hostile.cities, "of how many cities (20)");
  command->add_option("--readers", hostile.readers, "who open them at the same time (4)");
  commands[command] = [&hostile] { return print(measure_hostile(hostile)); };
}

void add_held(CLI::App& app, Commands& commands, HeldBenchOptions& held) {
  auto* const holding = app.add_subcommand("held", "reading over few and over very many notes of one city");
  holding->add_option("--few", held.few, "how many (1000)");
  holding->add_option("--many", held.many, "how many (1000000)");
  holding->add_option("--requests", held.requests, "of each address (500)");
  commands[holding] = [&held] { return print(measure_held(held)); };
  auto* const paging = app.add_subcommand("pages", "pages and a record, the note with 20 replies");
  paging->add_option("--notes", held.few, "how many (1000)");
  paging->add_option("--requests", held.requests, "of each address (500)");
  commands[paging] = [&held] { return print(measure_pages(held)); };
}

void add_overviews(CLI::App& app, Commands& commands, OverviewBenchOptions& overviews) {
  auto* const command = app.add_subcommand(
      "overviews", "who learned from whom, impact, map and pictures over a network's notes");
  command->add_option("--cities", overviews.contents.cities, "how many (200)")->check(CLI::Range(1, 100'000));
  command->add_option("--notes", overviews.contents.notes, "of all of them (20000)");
  command->add_option("--requests", overviews.requests, "of each address (300)")
      ->check(CLI::Range(1, 100'000));
  commands[command] = [&overviews] { return print(measure_overviews(overviews)); };
}

void add_store_work(CLI::App& app, Commands& commands, StoreWorkOptions& work) {
  auto* const command = app.add_subcommand(
      "store-work", "erasure, a changed filter and the removal of a log, on SQLite and on a server");
  command->add_option("--records", work.records, "of the log (100000)")->check(CLI::Range(2000, 10'000'000));
  command->add_option("--store", work.store,
                      "an empty database of a PostgreSQL server; own: of one that is started for it; none: "
                      "SQLite alone. Wanted: ratios of at most 3");
  commands[command] = [&work] { return print(measure_store_work(work)); };
}

void add_idle(CLI::App& app, Commands& commands, Further& further) {
  auto* const command =
      app.add_subcommand("idle", "memory, wake-ups and descriptors of a node with nothing to do");
  command
      ->add_option("--minutes", further.minutes, "that each of two nodes is watched, once it is settled (10)")
      ->check(CLI::Range(1, 24 * 60));
  command->add_option("--notes", further.idle.notes, "that it has (5)");
  command->add_option("--bin", further.idle.koinond, "another koinond than the one beside this program");
  commands[command] = [&further] {
    further.idle.time = std::chrono::minutes(further.minutes);
    return print(measure_idle(further.idle));
  };
}

int run(int argc, char** argv) {
  CLI::App app{"koinon-bench measures a node, and makes stores to measure."};
  app.require_subcommand(1);
  Commands commands;
  BenchSetting setting;
  setting.koinond = std::filesystem::path(argv[0]).parent_path() / "koinond";
  setting.folder = std::filesystem::temp_directory_path();
  add_benchmarks(app, commands, setting);
  Compared compared;
  add_compare(app, commands, compared);
  FillCommand filling;
  add_fill(app, commands, filling);
  Further further;
  for (auto* program :
       {&further.hostile.koinond, &further.held.koinond, &further.overviews.koinond, &further.idle.koinond})
    *program = setting.koinond;
  add_hostile(app, commands, further.hostile);
  add_held(app, commands, further.held);
  add_overviews(app, commands, further.overviews);
  add_store_work(app, commands, further.work);
  add_idle(app, commands, further);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  if (Status status = init_crypto(); !status.ok()) return report(status);
  return commands.at(app.get_subcommands().front())();
}

}  // namespace
}  // namespace koinon

int main(int argc, char** argv) {
  try {
    return koinon::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "koinon-bench: " << error.what() << "\n";
    return 1;
  }
}
