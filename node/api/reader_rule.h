// A reader: a node that shows what another node, the writer, has put on a database server. It changes and
// signs nothing. One rule says what it does for whom; call gate and site both go by it.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "node/api/operation.h"

namespace koinon {

// How far what a reader shows is behind what the writer has put there.
struct ReaderLag {
  std::chrono::milliseconds behind{0};
  bool is_standby = false;  // it reads a copy; else it reads where the writer writes
  bool is_late = false;     // by more than its operator allows
};

struct ReaderFacts {
  std::string writer;              // the address of the writer's pages, without a slash at the end, or empty
  std::function<ReaderLag()> lag;  // any thread
};

// `writer`: as in ReaderFacts.
Error for_the_writer(const std::string& writer);
// Whether a reader does this. kRefused: it does not, and says who does.
Status may_at_reader(const OperationFacts& facts, const ReaderFacts& reader);
bool is_for_the_writer(const Error& error);

// What is said where the office, in which accounts and sessions are, cannot be reached.
Error office_away();
// Whether a database server cannot be reached, or does not let this node in.
bool is_server_away(const Error& error);

}  // namespace koinon
