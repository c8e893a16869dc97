#include "node/pages/colleagues.h"

#include "node/text/topic_names.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

constexpr std::size_t kNamed = 5;  // colleagues that a refusal names

}  // namespace

std::string colleague_label(const Colleague& colleague) {
  std::string out = colleague.person;
  if (!colleague.office.empty()) out += (out.empty() ? "" : " · ") + colleague.office;
  return out.empty() ? colleague.name : out + " (" + colleague.name + ")";
}

Result<std::string> colleague_named(const std::vector<Colleague>& colleagues, std::string_view typed) {
  const std::string wanted = folded_name(typed);
  if (wanted.empty()) return std::string();
  std::vector<const Colleague*> called;
  std::string names;
  for (const Colleague& one : colleagues) {
    // An account's name and a label mean one account, whatever else is called so.
    if (folded_name(one.name) == wanted || folded_name(colleague_label(one)) == wanted) return one.name;
    if (folded_name(one.person) != wanted && folded_name(one.office) != wanted) continue;
    called.push_back(&one);
    if (called.size() <= kNamed) names += (names.empty() ? "" : ", ") + colleague_label(one);
  }
  if (called.size() == 1) return called.front()->name;
  if (called.empty())
    return fail(Code::kNotFound,
                Sentence{"colleague.unknown",
                         "nobody here is called “{typed}”; choose a name from the list",
                         {{"typed", trimmed(typed)}}},
                "assignee");
  return fail(
      Code::kNotFound,
      Sentence{"colleague.several", "several are called so; choose one of {names}", {{"names", names}}},
      "assignee");
}

}  // namespace koinon
