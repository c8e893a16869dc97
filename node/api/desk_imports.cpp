// Imports: many notes at once, each with an outcome of its own.
#include <mutex>
#include <utility>

#include "node/api/desk_api.h"
#include "node/api/kept_changes.h"
#include "node/publishing/own_log.h"
#include "node/replication/from_callback.h"

namespace koinon {
namespace asio = boost::asio;
namespace {

// Collects answers that come one by one, and tells when all are there.
struct Gathered {
  std::vector<std::optional<Result<Published>>> answers;
  std::size_t missing = 0;
  std::mutex mutex;
  std::function<void(bool)> done;

  void take(std::size_t which, Result<Published> answer) {
    bool last = false;
    {
      const std::lock_guard lock(mutex);
      answers[which] = std::move(answer);
      last = --missing == 0;
    }
    if (last) std::exchange(done, nullptr)(true);
  }
};

ImportedNote refused(const Error& error) {
  // The same note stands already: an import that is run again changes nothing.
  const bool already = error.code == Code::kConflict && error.field == "content";
  ImportedNote out;
  out.outcome = already ? ImportOutcome::kAlreadyThere : ImportOutcome::kRefused;
  out.why = error;
  return out;
}

}  // namespace

ImportedNote DeskApi::import_one(const Result<SigningQuery>& note, const Caller& caller, bool dry,
                                 std::vector<std::pair<std::size_t, Asked>>& to_sign, std::size_t number) {
  if (!note.ok()) return refused(note.error());
  auto asked = ask_gate(*note, caller);
  if (!asked.ok()) return refused(asked.error());
  const auto& prepared = asked->prepared;
  ImportedNote out;
  out.outcome = ImportOutcome::kWouldBePublished;
  out.warnings = prepared.warnings;
  if (dry) {
    const auto standing = parts_.store->own_content(content_digest(prepared.draft).bytes());
    if (standing.ok() && *standing) out.outcome = ImportOutcome::kAlreadyThere;
    return out;
  }
  const auto waits = asked->verdict.when != Verdict::When::kNow ? Result<bool>(true) : must_keep(shared_);
  if (!waits.ok()) return refused(waits.error());
  if (*waits) return keep_imported(std::move(out), *asked, note->kept, caller);
  to_sign.emplace_back(number, std::move(*asked));
  return out;
}

ImportedNote DeskApi::keep_imported(ImportedNote out, const Asked& asked, const boost::json::object& kept,
                                    const Caller& caller) {
  auto held = hold(asked, kept, caller);
  if (!held.ok()) return refused(held.error());
  out.outcome = ImportOutcome::kHeld;
  out.held = std::move(*held);
  return out;
}

// All that may be signed now go to the writer together, which signs them with one head.
asio::awaitable<Result<std::vector<ImportedNote>>> DeskApi::import_all(Asker asker, ImportQuery query) {
  std::vector<ImportedNote> results;
  std::vector<std::pair<std::size_t, Asked>> to_sign;
  for (const Result<SigningQuery>& note : query.notes)
    results.push_back(import_one(note, asker.caller, query.dry, to_sign, results.size()));
  if (to_sign.empty()) co_return results;
  const auto gathered = std::make_shared<Gathered>();
  gathered->answers.resize(to_sign.size());
  gathered->missing = to_sign.size();
  Publisher* publisher = &shared_.publisher;
  Beginning<bool> begin = [gathered, publisher, &to_sign](std::function<void(bool)> done) {
    gathered->done = std::move(done);
    for (std::size_t i = 0; i < to_sign.size(); ++i) {
      const Asked& asked = to_sign[i].second;
      publisher->begin(asked.verdict.permit, asked.prepared.draft,
                       [gathered, i](Result<Published> answer) { gathered->take(i, std::move(answer)); });
    }
  };
  (void)co_await from_callback<bool>(std::move(begin));
  Directory directory(*parts_.store, parts_.nearness);
  for (std::size_t i = 0; i < to_sign.size(); ++i) {
    ImportedNote& result = results[to_sign[i].first];
    const Result<Published>& answer = *gathered->answers[i];
    if (answer.ok()) {
      result.outcome = ImportOutcome::kPublished;
      result.ref = directory.ref(*parts_.facts.log(), answer->index);
    } else if (was_put_off(shared_, answer.error())) {
      const Result<SigningQuery>& note = query.notes[to_sign[i].first];
      result = keep_imported(std::move(result), to_sign[i].second, note->kept, asker.caller);
    } else {
      result = refused(answer.error());
    }
  }
  co_return results;
}

}  // namespace koinon
