// koinon store move: carries the store and the office of a node from its data folder to a PostgreSQL server,
// or back (storage/move/store_move.h says how, and why koinond is stopped for the last part of it).
#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <thread>

#include <boost/json.hpp>

#include "crypto/ed25519.h"
#include "node/daemon/config_edit.h"
#include "node/daemon/config_place.h"
#include "node/daemon/folder_owner.h"
#include "node/daemon/store_source.h"
#include "storage/move/new_files.h"
#include "storage/move/store_move.h"
#include "storage/store/move_marks.h"
#include "storage/store/sqlite_store.h"
#include "tools/keeping.h"
#include "tools/progress.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds kLeaseWait{20};
constexpr std::chrono::milliseconds kLeasePause{250};

using std::chrono::steady_clock;

constexpr std::chrono::seconds kLeaseSigns{1};

move::PlaceFiles files_of(const DataFolder& folder) { return {folder.store(), folder.office()}; }

// A run of this command that was killed has left its lease, which ends soon.
Result<std::unique_ptr<Store>> open_when_free(const StoreSource& server) {
  const auto until = steady_clock::now() + kLeaseWait;
  while (true) {
    auto store = server.open_writer({});
    if (store.ok() || store.error().id != "store.written" || steady_clock::now() >= until) return store;
    std::this_thread::sleep_for(kLeasePause);
  }
}

// One move between a folder and a server.
class Relocation {
 public:
  Relocation(DataFolder folder, StoreSource server, const StoreMoveArguments& arguments)
      : folder_(std::move(folder)), server_(std::move(server)), arguments_(arguments) {}

  Status to_server();
  Status to_folder();

  const move::Moved& moved() const { return moved_; }
  // False: an earlier run has done all but to switch the configuration.
  bool has_copied() const { return has_copied_; }

 private:
  Status carry(move::Place& from, move::Place& to, const std::string& where);
  Status shown(const move::Step& step);
  Status keep_lease();
  Status take_lease();
  Result<bool> is_back(const move::NewFiles& made) const;

  DataFolder folder_;
  StoreSource server_;
  const StoreMoveArguments& arguments_;
  std::unique_ptr<Store> held_;  // the server's store, so that nobody else writes it
  steady_clock::time_point kept_;
  std::optional<ProgressLine> line_;
  std::optional<move::Stage> stage_;
  move::Moved moved_;
  bool has_copied_ = false;
};

Status Relocation::keep_lease() {
  if (!held_ || steady_clock::now() - kept_ < kLeaseSigns) return {};
  kept_ = steady_clock::now();
  return held_->keep_lease();
}

Status Relocation::shown(const move::Step& step) {
  if (stage_ != step.stage) {
    stage_ = step.stage;
    line_.reset();
    line_.emplace(step.stage == move::Stage::kCopy ? "copy" : "compare");
  }
  line_->count(step.done);
  return keep_lease();
}

Status Relocation::carry(move::Place& from, move::Place& to, const std::string& where) {
  const move::MayGoOn may_go_on = [this](const move::Step& step) { return shown(step); };
  move::StoreMove move(from, to, may_go_on);
  KOINON_ASSIGN(const move::Standing standing, move.standing());
  if (standing == move::Standing::kDone) return {};
  has_copied_ = true;
  if (standing == move::Standing::kOpen) {
    KOINON_TRY(arguments_.ahead ? move.copy_ahead() : move.copy());
    if (!arguments_.ahead) KOINON_TRY(move.check(arguments_.check_all));
  }
  line_.reset();
  moved_ = move.moved();
  if (arguments_.ahead) return {};
  // Whoever took the lease over meanwhile may have written what was not copied.
  return move.finish(where, [this] { return held_ ? held_->keep_lease() : Status(); });
}

Status Relocation::to_server() {
  KOINON_ASSIGN(move::Place to, move::make_server(server_.url()));
  KOINON_ASSIGN(move::Place from, arguments_.ahead ? move::open_files_ahead(files_of(folder_))
                                                   : move::open_files(files_of(folder_)));
  return carry(from, to, server_.place());
}

// The lease keeps away whoever would write there: another machine with the keys of this node, too. A store
// that is old by now is not opened as one, and nobody writes it.
Status Relocation::take_lease() {
  if (arguments_.ahead) return {};
  KOINON_ASSIGN(const move::Place place, move::open_server_ahead(server_.url()));
  KOINON_ASSIGN(const MoveMarks marks, read_move_marks(*place.store));
  if (marks.moved_to) return {};
  KOINON_ASSIGN(held_, open_when_free(server_));
  return {};
}

// An earlier run has put the new files in place, and only the configuration was left.
Result<bool> Relocation::is_back(const move::NewFiles& made) const {
  KOINON_ASSIGN(const move::Place server, move::open_server_ahead(server_.url()));
  KOINON_ASSIGN(const MoveMarks old, read_move_marks(*server.store));
  KOINON_ASSIGN(const std::string name, store_name(*server.store));
  return old.moved_to ? made.are_in_place(name) : Result<bool>(false);
}

Status Relocation::to_folder() {
  const move::NewFiles made(files_of(folder_));
  KOINON_ASSIGN(const bool done, made.are_done());
  if (done) return made.put_in_place();
  KOINON_ASSIGN(const bool back, is_back(made));
  if (back) return {};
  KOINON_TRY(made.check_old());
  KOINON_TRY(take_lease());
  KOINON_TRY(made.make_folder());
  {
    KOINON_ASSIGN(move::Place to, move::make_files(made.files()));
    KOINON_ASSIGN(move::Place from, arguments_.ahead ? move::open_server_ahead(server_.url())
                                                     : move::open_server(server_.url()));
    KOINON_TRY(carry(from, to, folder_.path().string()));
  }
  held_.reset();
  return arguments_.ahead ? Status() : made.put_in_place();
}

// --- what is said ---

struct MoveOutcome {
  move::Moved moved;
  bool has_copied = false;
  std::string where;
  std::string configuration;  // the file
  std::string line;           // that it lacks, or must lose; empty: it was changed
  std::chrono::milliseconds took{0};
};

std::string with_commas(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3;) out.insert(at -= 3, ",");
  return out;
}

std::string seconds_text(std::chrono::milliseconds took) {
  return std::to_string(took.count() / 1000) + "." + std::to_string(took.count() % 1000 / 100);
}

std::string ahead_text(const MoveOutcome& outcome) {
  if (!outcome.has_copied)
    return "The store is in " + outcome.where +
           " since an earlier run, and nothing is left to copy. Where koinond does not start there, run the "
           "same command without --ahead: it sets store.url in the configuration.\n";
  return "Copied " + with_commas(outcome.moved.rows) + " rows (" + with_commas(outcome.moved.bytes) +
         " bytes) ahead to " + outcome.where + " in " + seconds_text(outcome.took) +
         " s; nothing is switched.\nNext: stop koinond, and run the same command without --ahead: it copies "
         "what is left, compares, and switches.\n";
}

std::string configuration_text(const MoveOutcome& outcome, bool to_server) {
  if (outcome.line.empty()) return "The configuration says so: " + outcome.configuration + "\n";
  return std::string(to_server ? "Write this line into " : "Take this line out of ") + outcome.configuration +
         (to_server ? ", before its first [table]: " : ": ") + outcome.line + "\n";
}

std::string old_text(const DataFolder& folder, bool to_server, const std::string& server) {
  if (!to_server)
    return "The old store stays on " + server +
           ", and koinond opens it no more. It keeps texts that are erased from now on: drop that database "
           "once all is well here.\n";
  return "The old store stays in " + folder.store().string() + ", " + folder.office().filename().string() +
         " and " + grace_file(folder.store()).filename().string() +
         " beside it, and koinond opens it no more. It keeps texts that are erased from now on: remove these "
         "files once all is well there.\n";
}

std::string moved_text(const MoveOutcome& outcome) {
  if (!outcome.has_copied) return "The store is in " + outcome.where + " since an earlier run.\n";
  if (outcome.moved.records == 0 && outcome.moved.rows == 0)
    return "An earlier run has copied and compared all; the store is in " + outcome.where + " now.\n";
  return "Moved to " + outcome.where + ": " + with_commas(outcome.moved.logs) + " logs, " +
         with_commas(outcome.moved.records) + " records, " + with_commas(outcome.moved.bytes) +
         " bytes copied in " + seconds_text(outcome.took) + " s; both sides were the same.\n";
}

json::object outcome_json(const MoveOutcome& outcome, bool ahead) {
  return json::object{{"to", outcome.where},
                      {"ahead", ahead},
                      {"logs", outcome.moved.logs},
                      {"records", outcome.moved.records},
                      {"rows", outcome.moved.rows},
                      {"bytes", outcome.moved.bytes},
                      {"milliseconds", outcome.took.count()},
                      {"configuration", outcome.configuration},
                      {"configured", outcome.line.empty()}};
}

// Where this user may not write it, the line is shown.
void switch_configuration(const Common& common, const DataFolder& folder, const std::string& url,
                          const std::string& before, MoveOutcome& outcome) {
  const ConfigKey& key = *find_config_key("store.url");
  const std::filesystem::path file = find_config(folder, common.config).file;
  outcome.configuration = file.string();
  if (!write_config_value(file, key, url).ok()) outcome.line = config_line(key, url.empty() ? before : url);
}

// Which server is meant. kRefused: the node's store is where it is to go already, or somewhere else.
Result<std::string> server_of(const StoreMoveArguments& arguments, const Config& config) {
  if (arguments.to_folder) {
    if (!config.store_url.empty()) return config.store_url;
    return fail(Code::kRefused, "the store is in the data folder: the configuration names no store.url",
                "to-folder");
  }
  if (config.store_url.empty() || config.store_url == arguments.to) return arguments.to;
  return fail(Code::kRefused,
              "the configuration names another server in store.url; move the store back to the folder first "
              "(--to-folder)",
              "to");
}

}  // namespace

Status run_store_move(const Common& common, const StoreMoveArguments& arguments) {
  std::signal(SIGXFSZ, SIG_IGN);
  KOINON_TRY(init_crypto());
  KOINON_TRY(become_owner_of(common.data));
  const DataFolder folder(common.data);
  KOINON_ASSIGN(const Config config, read_found_config(folder, common.config));
  KOINON_ASSIGN(const std::string url, server_of(arguments, config));
  KOINON_TRY(folder.check_node(!config.store_url.empty()));
  std::error_code unknown;
  if (url == arguments.to && url == config.store_url && !std::filesystem::exists(folder.store(), unknown))
    return fail(Code::kRefused, "the store is on that server already", "to");
  std::optional<FolderLock> lock;
  if (!arguments.ahead) {
    KOINON_ASSIGN(lock, FolderLock::take(folder));
  }
  KOINON_ASSIGN(StoreSource server, StoreSource::of(folder, url, false));
  MoveOutcome outcome;
  const bool to_server = !arguments.to_folder;
  const std::string server_place = server.place();
  outcome.where = to_server ? server_place : folder.path().string();
  const auto began = steady_clock::now();
  {
    Relocation relocation(folder, std::move(server), arguments);
    KOINON_TRY(to_server ? relocation.to_server() : relocation.to_folder());
    outcome.moved = relocation.moved();
    outcome.has_copied = relocation.has_copied();
  }
  outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
  if (arguments.ahead) return show_answer(common, outcome_json(outcome, true), ahead_text(outcome));
  switch_configuration(common, folder, to_server ? url : std::string(), url, outcome);
  return show_answer(common, outcome_json(outcome, false),
                     harmless(moved_text(outcome) + configuration_text(outcome, to_server) +
                                  old_text(folder, to_server, server_place),
                              true));
}

void add_store_commands(CLI::App& app, const Common& common, std::function<Status()>& action) {
  const auto arguments = std::make_shared<StoreMoveArguments>();
  CLI::App* store = app.add_subcommand("store", "where the node keeps what it holds");
  store->fallthrough()->require_subcommand(1);
  CLI::App* move = store->add_subcommand(
      "move",
      "carry store and office to a PostgreSQL server, or back; koinond must not run; run again, it goes on "
      "where it was cut short");
  move->fallthrough()->callback([&common, &action, arguments] {
    action = [&common, arguments] { return run_store_move(common, *arguments); };
  });
  auto* where = move->add_option_group("Where to", "one of these");
  where->add_option(
      "--to", arguments->to,
      "the server: postgresql://USER@HOST:PORT/DATABASE, without a password; its database has no "
      "store yet");
  where->add_flag("--to-folder", arguments->to_folder, "back into the data folder");
  where->require_option(1);
  auto* ahead = move->add_flag("--ahead", arguments->ahead,
                               "only copy the greater part ahead, while koinond runs; nothing is switched");
  move->add_flag(
          "--check-all", arguments->check_all,
          "compare every row in the end, not only the roots of all logs, some records of each, and all "
          "that is small")
      ->excludes(ahead);
}

}  // namespace koinon
