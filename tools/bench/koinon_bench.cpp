// koinon-bench prints its figures as JSON, with the machine's limit beside each.
#include <iostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/bench/catch_up.h"
#include "tools/bench/cosignatures_bench.h"
#include "tools/bench/fill.h"
#include "tools/bench/held_bench.h"
#include "tools/bench/hostile_bench.h"
#include "tools/bench/idle_bench.h"
#include "tools/bench/overview_bench.h"
#include "tools/bench/search_bench.h"
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

Status run_catch_up(const CatchUpOptions& options) {
  KOINON_ASSIGN(const auto figures, measure_catch_up(options));
  std::cout << boost::json::serialize(figures) << "\n";
  return {};
}

int run(int argc, char** argv) {
  CLI::App app{"koinon-bench measures a node, and makes stores to measure."};
  app.require_subcommand(1);
  FillOptions fill;
  std::string data;
  auto* filling = app.add_subcommand("fill", "fill the store of a node that is not running");
  filling->add_option("--data", data, "its data folder")->required();
  filling->add_option("--logs", fill.logs, "further cities, with a Genesis each and a vouch");
  filling->add_option("--vouchers", fill.vouchers,
                      "so many of them vouch for the others, and the node for them (0: for all)");
  filling->add_option("--cosignatures", fill.cosignatures, "of other cities on each one's head, at most 15");
  filling->add_option("--records", fill.records, "practices in its own log");
  filling->add_option("--body-bytes", fill.body_bytes, "bytes of each practice (600)");
  CatchUpOptions catch_up;
  catch_up.koinond = std::filesystem::path(argv[0]).parent_path() / "koinond";
  auto* catching = app.add_subcommand("catch-up", "a fresh follower, two processes, TLS on loopback");
  catching->add_option("--records", catch_up.records, "how many (100000)");
  catching->add_option("--body-bytes", catch_up.body_bytes, "bytes of each body (600)");
  catching->add_option(
      "--store", catch_up.store,
      "the follower's store is in this empty database of a PostgreSQL server, as store.url of "
      "koinond; own: of one that is started for it (SQLite). Wanted: ratio_to_copy 0.5");
  SearchBenchOptions search;
  search.koinond = catch_up.koinond;
  auto* searching =
      app.add_subcommand("search", "searches with facets, cities like ours and feeds over a library");
  searching->add_option("--practices", search.contents.practices, "how many (100000)");
  searching->add_option("--cities", search.contents.cities, "of how many cities (200)");
  searching->add_option("--searches", search.searches, "how many of each (1000)");
  HostileBenchOptions hostile;
  hostile.koinond = catch_up.koinond;
  auto* attacked =
      app.add_subcommand("hostile", "what others wait while a megabyte of hostile text each is opened");
  attacked->add_option("--texts", hostile.texts, "how many (1000)");
  attacked->add_option("--bytes", hostile.bytes, "of each (1000000)");
  attacked->add_option("--cities", hostile.cities, "of how many cities (20)");
  attacked->add_option("--readers", hostile.readers, "who open them at the same time (4)");
  HeldBenchOptions held;
  held.koinond = catch_up.koinond;
  auto* holding = app.add_subcommand("held", "reading over few and over very many notes of one city");
  holding->add_option("--few", held.few, "how many (1000)");
  holding->add_option("--many", held.many, "how many (1000000)");
  holding->add_option("--requests", held.requests, "of each address (500)");
  auto* paging = app.add_subcommand("pages", "pages and a record, the note with 20 replies");
  paging->add_option("--notes", held.few, "how many (1000)");
  paging->add_option("--requests", held.requests, "of each address (500)");
  OverviewBenchOptions overviews;
  overviews.koinond = catch_up.koinond;
  auto* overviewing = app.add_subcommand(
      "overviews", "who learned from whom, impact, map and pictures over a network's notes");
  overviewing->add_option("--cities", overviews.contents.cities, "how many (200)")
      ->check(CLI::Range(1, 100'000));
  overviewing->add_option("--notes", overviews.contents.notes, "of all of them (20000)");
  overviewing->add_option("--requests", overviews.requests, "of each address (300)")
      ->check(CLI::Range(1, 100'000));
  CosignaturesBenchOptions cosignatures;
  auto* cosigned = app.add_subcommand("cosignatures",
                                      "disk and memory that cosignatures take, and how fast they are kept");
  cosigned->add_option("--logs", cosignatures.logs, "of how many logs (10000)");
  cosigned->add_option("--lines", cosignatures.lines, "of the newest head of each, 15 at most (15)");
  StoreWorkOptions work;
  auto* working = app.add_subcommand(
      "store-work", "erasure, a changed filter and the removal of a log, on SQLite and on a server");
  working->add_option("--records", work.records, "of the log (100000)")->check(CLI::Range(2000, 10'000'000));
  working->add_option("--store", work.store,
                      "an empty database of a PostgreSQL server; own: of one that is started for it; none: "
                      "SQLite alone. Wanted: ratios of at most 3");
  IdleBenchOptions idle;
  idle.koinond = catch_up.koinond;
  std::int64_t minutes = idle.time.count();
  auto* idling = app.add_subcommand("idle", "memory, wake-ups and descriptors of a node with nothing to do");
  idling->add_option("--minutes", minutes, "that each of two nodes is watched, once it is settled (10)")
      ->check(CLI::Range(1, 24 * 60));
  idling->add_option("--notes", idle.notes, "that it has (5)");
  idling->add_option("--bin", idle.koinond, "another koinond than the one beside this program");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kWrongUsage;
  }
  if (Status status = init_crypto(); !status.ok()) return report(status);
  if (filling->parsed()) return report(fill_store(DataFolder(data), fill));
  if (working->parsed()) {
    const auto figures = measure_store_work(work);
    if (!figures.ok()) return report(figures.error());
    std::cout << boost::json::serialize(*figures) << "\n";
    return 0;
  }
  if (searching->parsed() || attacked->parsed() || holding->parsed() || paging->parsed() ||
      cosigned->parsed() || idling->parsed() || overviewing->parsed()) {
    idle.time = std::chrono::minutes(minutes);
    const auto figures = searching->parsed()     ? measure_search(search)
                         : attacked->parsed()    ? measure_hostile(hostile)
                         : holding->parsed()     ? measure_held(held)
                         : cosigned->parsed()    ? measure_cosignatures(cosignatures)
                         : idling->parsed()      ? measure_idle(idle)
                         : overviewing->parsed() ? measure_overviews(overviews)
                                                 : measure_pages(held);
    if (!figures.ok()) return report(figures.error());
    std::cout << boost::json::serialize(*figures) << "\n";
    return 0;
  }
  return report(run_catch_up(catch_up));
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
