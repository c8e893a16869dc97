#include "tools/bench/run_benchmarks.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <iostream>

#include <boost/json.hpp>

#include "tools/bench/machine.h"
#include "tools/bench/processes.h"

namespace koinon {

const std::vector<Benchmark>& benchmarks() {
  static const std::vector<Benchmark> all = {
      {"catchup", "a fresh follower takes all records: two processes, TLS on loopback", bench_catchup},
      {"resync", "bytes of a reconnection with nothing new, and with ten records missing", bench_resync},
      {"live", "from the request to publish until a peer shows the note", bench_live},
      {"hops", "what each further node adds to that", bench_hops},
      {"publish", "signed and durable notes a second, by one client and by sixteen", bench_publish},
      {"search", "searches with facets, cities like ours, feeds and pages over a library", bench_search},
      {"index", "how fast the index is made, and its size", bench_index},
      {"start", "until a node that holds much serves", bench_start},
      {"memory", "of a node that holds much and has nothing to do", bench_memory},
      {"disk", "of the store beside its entries and bodies", bench_disk},
      {"filter", "a filter changes, and records are erased", bench_filter},
      {"http", "answers a second on one core, and memory of an upload", bench_http},
      {"cosign", "how fast cosignatures are kept, and what they take", bench_cosign}};
  return all;
}

namespace {

std::string seconds_text(double seconds) {
  std::array<char, 32> out{};
  (void)std::snprintf(out.data(), out.size(), "%.1f s", seconds);
  return out.data();
}

}  // namespace

BenchmarkRun run_benchmarks(const std::vector<Benchmark>& which, const BenchSetting& setting) {
  BenchmarkRun out;
  boost::json::object measured;
  for (const Benchmark& one : which) {
    const Workplace place(setting.folder);
    BenchSetting its = setting;
    its.folder = place.path();
    const std::string name(one.name);
    its.progress = [&](std::string_view what) { std::cerr << name << ": " << what << std::endl; };
    Figures figures;
    const auto begin = std::chrono::steady_clock::now();
    const Status done = one.measure(its, figures);
    const double seconds = seconds_since(begin);
    std::cerr << name << ": " << seconds_text(seconds) << "\n" << figures.text() << std::flush;
    if (!done.ok()) out.failed.push_back(name + ": " + done.error().text());
    boost::json::object json = figures.json();
    json["seconds"] = seconds;
    measured[name] = std::move(json);
  }
  out.json = {{"machine", machine_facts(setting.folder)},
              {"quick", setting.quick},
              {"repeat", setting.repeat},
              {"benchmarks", std::move(measured)}};
  return out;
}

}  // namespace koinon
