// What koinon doctor finds: what is wrong, why it matters, and what to do. A value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koinon::doctor {

enum class Weight : unsigned char {
  kProblem,  // something does not work
  kWarning,  // it works, and will not for long, or not as it should
};
std::string_view weight_word(Weight weight);  // problem, warning

struct Finding {
  Weight weight = Weight::kProblem;
  std::string id;    // SUBJECT.FAULT, the same from version to version: programs go by it
  std::string what;  // a sentence each
  std::string why;
  std::string todo;
};
using Findings = std::vector<Finding>;

// "3 days", "1 minute": in the largest unit of which there is at least one.
std::string span_text(std::int64_t seconds);
std::string bytes_text(std::uint64_t bytes);  // 1.5 GB
std::string listed(const std::vector<std::string>& names);

}  // namespace koinon::doctor
