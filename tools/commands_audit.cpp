// koinon audit-log: follows a log from outside, for whoever has no node. Made for cron: what it prints is
// short, and its exit code says whose fault it is.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <thread>

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "crypto/tlog_policy.h"
#include "proto/base/ascii.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "storage/backup/disk_file.h"
#include "tools/audit/fetcher.h"
#include "tools/audit/log_follower.h"
#include "tools/commands.h"
#include "tools/input_file.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

using audit::AuditReport;

// The command's promise to scripts. 1 accuses the log, and nothing else has it.
constexpr int kLogIsWrong = 1;
constexpr int kWrongCall = 2;
constexpr int kNotChecked = 3;   // try again later
constexpr int kHereIsWrong = 4;  // the state or its disk

int exit_code_for(const Error& error) {
  switch (error.code) {
    case Code::kInvalidArgument:
      return kWrongCall;
    case Code::kIo:
    case Code::kDiskFull:
    case Code::kMalformed:
    case Code::kRefused:
    case Code::kConflict:
      return kHereIsWrong;
    default:
      return kNotChecked;
  }
}

Result<std::vector<VKey>> read_vkeys(const std::vector<std::string>& texts) {
  if (texts.size() > limits::kAuditKeys) return fail(Code::kInvalidArgument, "there are too many", "vkey");
  std::vector<VKey> out;
  for (const std::string& text : texts) {
    const auto key = parse_vkey(without_blanks(text));
    if (!key.ok()) return again_as(Code::kInvalidArgument, key.error(), "vkey");
    if (key->type != SignatureType::kEd25519)
      return fail(Code::kInvalidArgument, "this is the key of a cosigner, not of a log", "vkey");
    out.push_back(*key);
  }
  return out;
}

// Where programs keep what they can make again: XDG Base Directory Specification.
Result<std::filesystem::path> default_state(const std::string& prefix) {
  std::filesystem::path folder;
  if (const char* named = std::getenv("XDG_STATE_HOME"); named != nullptr && *named == '/')
    folder = named;
  else if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/')
    folder = std::filesystem::path(home) / ".local/state";
  else
    return fail(Code::kInvalidArgument, "there is no $HOME; say where the audit keeps its place", "state");
  return folder / "koinon/audit" / (to_hex(sha256(prefix).view().substr(0, 16)) + ".state");
}

// Nothing: no policy was given.
Result<audit::CosignatureCheck> cosignature_check(const std::string& policy_file) {
  if (policy_file.empty()) return audit::CosignatureCheck();
  const auto text = read_input(policy_file, limits::kPolicyBytes);
  if (!text.ok()) return again_as(Code::kInvalidArgument, text.error(), policy_file);
  auto policy = parse_tlog_policy(*text);
  if (!policy.ok()) return again_as(Code::kInvalidArgument, policy.error(), policy_file);
  // The log's own signature is looked at already.
  return audit::CosignatureCheck([policy = std::move(*policy)](const SignedNote& note) -> Status {
    const auto outcome = check_quorum(note, policy);
    return outcome.ok() ? Status() : Status(outcome.error());
  });
}

// What proves the fault, beside the state. What stands there already is the first of its kind, and stays.
Result<std::vector<std::string>> write_fault(const std::filesystem::path& state, const audit::Fault& fault) {
  std::vector<std::string> out;
  const auto write = [&](const std::string& what, const Bytes& bytes) -> Status {
    if (bytes.empty()) return {};
    const std::string path = state.string() + "." + std::string(audit::fault_name(fault.kind)) + "." + what;
    out.push_back(path);
    std::error_code ignored;
    return std::filesystem::exists(path, ignored) ? Status() : backup::write_whole(path, bytes);
  };
  KOINON_TRY(write("before", fault.first));
  KOINON_TRY(write("now", fault.second));
  KOINON_TRY(write("evidence", fault.evidence));
  return out;
}

json::array list_json(const std::vector<std::string>& texts) {
  json::array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

std::string_view verdict_of(const AuditReport& report) {
  if (report.fault) return "wrong";
  return report.lacking.empty() || report.quorum_seen ? "well" : "not-cosigned-yet";
}

void print_json(const AuditReport& report, const std::vector<std::string>& files, const std::string& state) {
  json::object out{{"verdict", verdict_of(report)},
                   {"checked", report.checked},
                   {"added", report.added},
                   {"state", state}};
  if (report.head) {
    out["origin"] = report.head->origin;
    out["size"] = report.head->size.value;
    out["root"] = to_base64(report.head->root.view());
  }
  if (!report.told.empty()) out["told"] = list_json(report.told);
  if (!report.lacking.empty()) out["lacking"] = report.lacking;
  if (report.fault)
    out["fault"] = json::object{{"kind", audit::fault_name(report.fault->kind)},
                                {"text", report.fault->sentence},
                                {"files", list_json(files)}};
  std::cout << json::serialize(out) << std::endl;
}

void print_text(const AuditReport& report, const std::vector<std::string>& files) {
  for (const std::string& told : report.told) std::cout << harmless(told) << "\n";
  if (!report.fault && report.head)
    std::cout << harmless(report.head->origin) << ": " << counted(report.head->size)
              << ", all goes on from what was seen before; " << report.checked << " checked now.\n";
  if (!report.fault && !report.lacking.empty())
    std::cout << "The newest head is not cosigned yet: " << harmless(report.lacking) << ".\n";
  for (const std::string& file : files) std::cout << "evidence      " << harmless(file) << "\n";
  std::cout << std::flush;
}

class Auditor {
 public:
  Auditor(const Common& common, audit::LogFollower& follower, const audit::StateFile& state)
      : common_(common), follower_(follower), state_(state) {}

  Status pass() {
    const std::int64_t now = system_clock().wall().value / 1000;
    KOINON_ASSIGN(const AuditReport report, follower_.pass(static_cast<std::uint64_t>(now < 0 ? 0 : now)));
    // A fault is told even where its files cannot be written.
    Result<std::vector<std::string>> files = std::vector<std::string>();
    if (report.fault) files = write_fault(state_.path(), *report.fault);
    const std::vector<std::string> written = files.ok() ? *files : std::vector<std::string>();
    common_.json ? print_json(report, written, state_.path().string()) : print_text(report, written);
    if (report.fault) {
      is_wrong_ = true;
      return fail(Code::kConflict,
                  report.fault->sentence + (files.ok() ? "" : " (" + files.error().text() + ")"), "log");
    }
    if (verdict_of(report) != "well")
      return fail(Code::kUnavailable, "no head has the cosignatures yet that the policy asks for: " +
                                          report.lacking + "; try again later");
    return {};
  }
  bool is_wrong() const { return is_wrong_; }

 private:
  const Common& common_;
  audit::LogFollower& follower_;
  const audit::StateFile& state_;
  bool is_wrong_ = false;
};

// Goes on over what may pass; ends with what does not.
Status go_on(Auditor& auditor, int seconds) {
  for (;;) {
    const Status done = auditor.pass();
    if (seconds == 0) return done;
    if (!done.ok()) {
      if (auditor.is_wrong() || exit_code_for(done.error()) != kNotChecked) return done;
      std::cerr << "koinon: " << harmless(done.error().text()) << std::endl;
    }
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
  }
}

Status audit_log(const Common& common, const AuditLogArguments& arguments, int& exit_code) {
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(const std::string prefix, audit::log_prefix(arguments.url));
  KOINON_ASSIGN(auto vkeys, read_vkeys(arguments.vkeys));
  KOINON_ASSIGN(auto cosignatures, cosignature_check(arguments.policy));
  std::filesystem::path place = arguments.state;
  if (place.empty()) {
    KOINON_ASSIGN(place, default_state(prefix));
  }
  KOINON_ASSIGN(const audit::StateFile file, audit::StateFile::take(place));
  KOINON_ASSIGN(audit::AuditState state, file.load());
  KOINON_ASSIGN(const auto source, audit::Fetcher::make(prefix));
  ProgressLine line("entries checked");
  const auto patience = arguments.quorum_minutes < 0 ? limits::kAuditQuorumWait
                                                     : std::chrono::minutes(arguments.quorum_minutes);
  audit::FollowerParts parts{
      .source = *source,
      .cosignatures = std::move(cosignatures),
      .quorum_wait = static_cast<std::uint64_t>(std::chrono::seconds(patience).count()),
      .save = [&file](const audit::AuditState& kept) { return file.save(kept); },
      .progress = [&line](std::uint64_t done, std::uint64_t all) { line.show(done, all); }};
  audit::LogFollower follower(std::move(parts), audit::LogKeys(std::move(vkeys), arguments.origin),
                              std::move(state));
  if (arguments.whole) follower.read_anew();
  Auditor auditor(common, follower, file);
  const Status done = go_on(auditor, arguments.follow);
  if (auditor.is_wrong()) exit_code = kLogIsWrong;
  return done;
}

}  // namespace

Status run_audit_log(const Common& common, const AuditLogArguments& arguments, int& exit_code) {
  exit_code = 0;
  // What goes wrong here is no word against the log: not even an exception ends with its code.
  const Status done = [&]() -> Status {
    try {
      return audit_log(common, arguments, exit_code);
    } catch (const std::exception& error) {
      exit_code = kHereIsWrong;
      return fail(Code::kInternal, error.what());
    }
  }();
  if (!done.ok() && exit_code == 0) exit_code = exit_code_for(done.error());
  return done;
}

}  // namespace koinon
