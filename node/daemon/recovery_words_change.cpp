#include "node/daemon/recovery_words_change.h"

#include <utility>

#include "crypto/words_change.h"
#include "node/daemon/identity_file.h"
#include "node/replication/ask_writer.h"

namespace koinon {
namespace {

Error words_changed() {
  return fail(Code::kRefused,
              Sentence{"key.words_changed",
                       "the recovery words were changed, and nothing is signed until koinond has taken that "
                       "in: restart koinond"},
              "signing");
}

}  // namespace

// The store is only read: the files say what was changed.
template <typename Answer>
void RecoveryWordsChange::act(std::function<Result<Answer>(StoreReader&)> act, Done<Answer> done) {
  if (const Status begun = parts_.guard.begin(); !begun.ok()) return done(begun.error());
  ask_writer<Answer>(parts_.writer, std::move(act), [this, done = std::move(done)](Result<Answer> answer) {
    parts_.guard.end();
    done(std::move(answer));
  });
}

void RecoveryWordsChange::prepare(Done<WordsWanted> done) {
  act<WordsWanted>([this](StoreReader& store) { return words_wanted(store); }, std::move(done));
}

void RecoveryWordsChange::change(const Bytes& note, Done<KeyHistory> done) {
  act<KeyHistory>([this, note](StoreReader& store) { return state_words(store, note); }, std::move(done));
}

// Only who may sign knows that this is all of the log: a statement about less would void the rest.
Result<WordsWanted> RecoveryWordsChange::words_wanted(StoreReader& store) const {
  if (const auto stopped = parts_.writer.signing_stopped()) return *stopped;
  if (const auto waits = parts_.writer.signing_waits()) return waits->why;
  KOINON_ASSIGN(const LogState own, store.log_state(parts_.log));
  const auto& changes = own.keys.changes();
  const TreeSize size = own.range.size();
  const bool stands = changes.empty() || changes.back().statement.size < size;
  if (own.frozen || !stands || !own.whole || own.whole->size != size)
    return fail(Code::kUnavailable,
                Sentence{"key.log_not_whole",
                         "our own log does not stand here with all that was stated of it; try again in a "
                         "minute"},
                "log");
  KOINON_ASSIGN(const SigningKey next,
                next_key(parts_.folder, KeyFile::kSigning, parts_.passphrase_file, own.keys.vkey().key));
  KOINON_ASSIGN(Statement statement, words_change(own.keys, size, own.range.root(), next.public_key()));
  return WordsWanted{own.keys, std::move(statement)};
}

Result<KeyHistory> RecoveryWordsChange::state_words(StoreReader& store, const Bytes& note) {
  if (auto stated = stated_before(note)) return *stated;
  KOINON_ASSIGN(const WordsWanted wanted, words_wanted(store));
  KOINON_ASSIGN(KeyHistory keys, change_words(wanted.keys, wanted.statement, note));
  const Status written = write_identity_file(parts_.folder.identity(), keys);
  // What is said to have failed may stand there all the same.
  if (!written.ok() && !stated_before(note)) return written.error();
  parts_.writer.stop_signing(words_changed());
  parts_.log_lines.warning(log_event::kWordsChanged, words_changed().message);
  // A copy of the folder is whole with it; where it fails, the next start does it.
  if (const Status placed = put_next_key(parts_.folder, KeyFile::kSigning); !placed.ok())
    parts_.log_lines.error(log_event::kKeyNotInPlace,
                           "the new signing key is not in its place yet; the next start puts it there",
                           {{"reason", placed.error().text()}});
  return keys;
}

std::optional<KeyHistory> RecoveryWordsChange::stated_before(const Bytes& note) const {
  const auto read = parse_note(note);
  const auto said = read.ok() ? parse_statement_text(read->text) : Result<Statement>(read.error());
  const auto stated = read_identity_file(parts_.folder.identity());
  if (!said.ok() || !stated.ok() || stated->changes().size() < said->sequence) return std::nullopt;
  if (stated->changes()[said->sequence - 1].statement != *said) return std::nullopt;
  return stated->beginning(said->sequence);
}

}  // namespace koinon
