#include "node/api/call_gate.h"

#include "node/http/message.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/base/no_permission.h"

namespace koinon {
namespace {

bool is_of_texts(const OperationFacts& facts) {
  return facts.tag == "publishing" || facts.tag == "attachments";
}

std::string from_of(const Asker& asker) {
  if (!asker.local) return asker.remote;
  return asker.uid ? "unix:" + user_name(*asker.uid) : std::string("unix");
}

// What was sent may be megabytes long: neither the table nor the daemon's own log takes that.
void clip(std::string& text) { text.resize(clipped_utf8(text, limits::kAuditFieldBytes).size()); }

}  // namespace

Error CallGate::fault(const std::exception& error) {
  return fail(Code::kInternal, std::string("this request met a fault of the program: ") + error.what());
}

Status CallGate::may(const OperationFacts& facts, const Caller& caller) const {
  if (parts_.reader != nullptr) KOINON_TRY(may_at_reader(facts, *parts_.reader));
  KOINON_TRY(check_need(caller, facts.need, parts_.public_reading));
  return check_person(caller, facts.takes_person);
}

void CallGate::note(const OperationFacts& facts, const Asker& asker, const std::string& target,
                    unsigned status, const std::string& said) {
  if (!facts.changes()) return;
  const bool known = asker.caller.by != Caller::By::kNothing;
  if ((!known && status >= 300) || status == status_of(Code::kTooMany)) {
    parts_.refusals.count(facts.id, status, asker.remote);
    return;
  }
  const UnixMillis now = parts_.clock();
  if (status >= 400 && !parts_.refusals.may_note(asker.caller.name, now)) {
    parts_.refusals.count(facts.id, status, asker.remote);
    return;
  }
  AuditLine line;
  line.at = now;
  line.who = asker.caller.name.empty() ? "nobody at " + asker.remote : asker.caller.name;
  if (!asker.caller.credential.empty()) line.who += " by " + asker.caller.credential;
  line.action = facts.id;
  line.target = target;
  line.from = from_of(asker);
  line.outcome = std::to_string(status);
  if ((status >= 400 || target.empty()) && !said.empty()) line.outcome += " " + said;
  for (std::string* field : {&line.who, &line.action, &line.target, &line.outcome, &line.from}) clip(*field);
  // What cannot be written down is at least in the daemon's own log.
  if (const Status noted = parts_.accounts.note(line); !noted.ok())
    line.outcome += " (" + noted.error().text() + ")";
  parts_.log_change(line);
}

std::string CallGate::words_of(const OperationFacts& facts, const Error& error) {
  return is_of_texts(facts) ? std::string(code_name(error.code)) : error.message;
}

void CallGate::note_failure(const OperationFacts& facts, const Asker& asker, const std::string& target,
                            const Error& error) {
  note(facts, asker, target, status_of(error.code), words_of(facts, error));
}

}  // namespace koinon
