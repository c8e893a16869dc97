// The commands about calls and visits.
#include <memory>

#include "tools/command_groups.h"
#include "tools/commands_calls.h"

namespace koinon {
namespace {

constexpr const char* kZoneHelp = "the zone of these times, such as Asia/Seoul (this machine's)";

void add_call(CLI::App& app, CommandLine& line) {
  const auto given = std::make_shared<CallArguments>();
  auto* call = command(app, line, "call", "ask a city for a call or a visit",
                       [&line, given] { return run_call(line.common, *given); });
  call->add_option("city", given->city, "the city")->required();
  call->add_option("--text", given->text, "what you want to talk about; its first line is the title")
      ->required();
  call->add_option("--time", given->times,
                   "a time that suits you, 2026-12-01T15:00; may be given again, five times at most")
      ->allow_extra_args(false)
      ->required();
  call->add_option("--zone", given->zone, kZoneHelp);
  call->add_option("--minutes", given->minutes, "how long it takes (30)")->check(CLI::Range(5, 10080));
  call->add_flag("--visit", given->visit, "a visit in place of a call");
  call->add_option("--about", given->about, "CITY/NUMBER of the note that it is about");
  call->add_option("--contact", given->contact, "how you are reached; everybody can read it");
  call->add_option("--language", given->language, "BCP 47 tag, such as en or ko");
}

void add_call_reply(CLI::App& app, CommandLine& line) {
  const auto given = std::make_shared<CallReplyArguments>();
  auto* reply = command(app, line, "call-reply", "answer a call, or say what came of it",
                        [&line, given] { return run_call_reply(line.common, *given); });
  reply->add_option("ref", given->ref, "the call: CITY/NUMBER")->required();
  auto* answer = reply->add_option_group("The answer", "one of these");
  answer->add_option("--yes", given->yes, "yes to the time of this number, from 1")->check(CLI::Range(1, 5));
  answer
      ->add_option("--another-time", given->another_time,
                   "another time, 2026-12-01T15:00; may be given again, five times at most")
      ->allow_extra_args(false);
  answer->add_option("--colleague", given->colleague, "whom to ask instead");
  answer->add_flag("--no", given->no, "no");
  answer->add_option("--held", given->held, "it was held: one line of what came of it");
  answer->add_flag("--not-held", given->not_held, "it did not take place");
  answer->require_option(1);
  reply->add_option("--zone", given->zone, kZoneHelp);
  reply->add_option("--minutes", given->minutes, "how long the other times take (30)")
      ->check(CLI::Range(5, 10080));
  reply->add_option("--text", given->text, "a line that goes with the answer");
  reply->add_option("--contact", given->contact, "how you are reached; everybody can read it");
  reply->add_option("--language", given->language, "BCP 47 tag, such as en or ko");
}

}  // namespace

void add_call_commands(CLI::App& app, CommandLine& line) {
  add_call(app, line);
  add_call_reply(app, line);
  const auto phase = std::make_shared<std::string>();
  auto* calls = command(app, line, "calls", "the calls and visits of this city, and what is to do",
                        [&line, phase] { return run_calls(line.common, *phase); });
  calls->add_option("--phase", *phase, "only those in this phase")
      ->check(CLI::IsMember({"waiting", "another-time", "colleague", "no", "agreed", "over", "told"}));
}

}  // namespace koinon
