// The paper with a city's recovery words, as a page of HTML to print.
#pragma once

#include <string>

#include "proto/base/result.h"
#include "proto/base/types.h"

namespace koinon {

struct RecoveryPaper {
  std::string words;  // 24, with a blank between
  std::string city;   // as people write it
  std::string name;   // seoul.example
  LogId log;
  UnixMillis made_at;
};

// One page of A4 or Letter that needs nothing else: no script, no file, no network. It has the words in a
// grid and as a QR code, and says what they are for and who keeps them. Whoever calls wipes it.
// kInvalidArgument: these are not 24 words.
Result<Bytes> recovery_paper_html(const RecoveryPaper& paper);

}  // namespace koinon
