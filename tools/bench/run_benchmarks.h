// Runs benchmarks one after the other, and says what came of it.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "tools/bench/benchmark.h"

namespace koinon {

// Each in a folder of its own below setting.folder, which is removed afterwards. What is done now, and each
// benchmark's figures as it ends, go to standard error. One that fails does not stop the others; `failed`
// says which did, and why.
struct BenchmarkRun {
  boost::json::object json;  // {"machine": {…}, "quick": …, "benchmarks": {NAME: {…}}}
  std::vector<std::string> failed;
};
BenchmarkRun run_benchmarks(const std::vector<Benchmark>& which, const BenchSetting& setting);

}  // namespace koinon
