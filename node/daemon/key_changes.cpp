#include "node/daemon/key_changes.h"

#include <memory>
#include <utility>

#include "crypto/words_change.h"
#include "node/daemon/identity_file.h"

namespace koinon {
namespace {

Error under_way() {
  return fail(Code::kConflict, Sentence{"key.under_way", "the signing key is being changed already"});
}

Error words_changed() {
  return fail(Code::kRefused,
              Sentence{"key.words_changed",
                       "the recovery words were changed, and nothing is signed until koinond has taken that "
                       "in: restart koinond"},
              "signing");
}

}  // namespace

void KeyChanges::change(const SigningPermit& permit, Done done) {
  if (const auto stopped = parts_.writer.signing_stopped()) return done(*stopped);
  if (under_way_.exchange(true)) return done(under_way());
  const auto keys = std::make_shared<KeyHistory>();
  parts_.writer.change(
      [this, keys](Store& store) -> Status {
        KOINON_ASSIGN(const LogState own, store.log_state(parts_.log));
        *keys = own.keys;
        return {};
      },
      [this, keys, permit, done = std::move(done)](const Status& read) {
        if (!read.ok()) return finish(done, read.error());
        const auto next = prepare(*keys);
        if (!next.ok()) return finish(done, next.error());
        sign(permit, *next, done);
      });
}

// A key that lies there is used: where a change was cut short, nobody but the log knows whether it was
// stated.
Result<SigningKey> KeyChanges::prepare(const KeyHistory& stated) const {
  KOINON_ASSIGN(const OpenedKeys open, open_keys(parts_.folder, parts_.passphrase_file));
  if (open.keys.city && open.keys.city->next_signing) {
    if (open.keys.city->next_signing->public_key() != stated.vkey().key) return *open.keys.city->next_signing;
    KOINON_TRY(put_next_key(parts_.folder, KeyFile::kSigning));
  }
  const SigningKey next = SigningKey::generate();
  KOINON_TRY(write_next_key(parts_.folder, KeyFile::kSigning, next, open.passphrase));
  return next;
}

// Where it fails, the next key stays: whether a commit that the disk failed was made is known at a start.
void KeyChanges::sign(const SigningPermit& permit, const SigningKey& next, const Done& done) {
  Draft draft;
  draft.next_key = next;
  parts_.writer.publish(
      permit, [draft](StoreReader&) { return Result<Draft>(draft); },
      [this, next, done](const Result<Published>& published) {
        if (!published.ok()) return finish(done, published.error());
        on_signed(next, *published, done);
      });
}

// The statement is durable. What fails now the next start makes up for. The public file goes first: with it
// and both key files a copy of this moment is whole.
void KeyChanges::on_signed(const SigningKey& next, const Published& published, const Done& done) {
  const auto keys = std::make_shared<KeyHistory>();
  parts_.writer.change(
      [this, keys](Store& store) -> Status {
        KOINON_ASSIGN(const LogState own, store.log_state(parts_.log));
        *keys = own.keys;
        return {};
      },
      [this, keys, next, published, done](const Status& read) {
        if (!read.ok()) return finish(done, read.error());
        parts_.network.set_city_key(next, keys->recoveries() > 0 ? keys->notes() : std::vector<Bytes>());
        Status placed = write_identity_file(parts_.folder.identity(), *keys);
        if (placed.ok()) placed = put_next_key(parts_.folder, KeyFile::kSigning);
        if (!placed.ok())
          parts_.log_lines.error("the new signing key is not in its place yet; the next start puts it there",
                                 {{"reason", placed.error().text()}});
        parts_.log_lines.info("the signing key was changed", {{"vkey", keys->vkey().text()}});
        finish(done, KeyChanged{keys->vkey(), published});
      });
}

// --- recovery words ---

// Nothing is signed while it acts. What it answers counts, whatever becomes of a commit without changes.
template <typename Answer>
void KeyChanges::on_writer(std::function<Result<Answer>(StoreReader&)> act,
                           std::function<void(Result<Answer>)> done) {
  if (under_way_.exchange(true)) return done(under_way());
  const auto answer = std::make_shared<std::optional<Result<Answer>>>();
  parts_.writer.change(
      [answer, act = std::move(act)](Store& store) -> Status {
        answer->emplace(act(store));
        return (*answer)->ok() ? Status() : Status((*answer)->error());
      },
      [this, answer, done = std::move(done)](const Status& status) {
        under_way_ = false;
        done(*answer ? **answer : Result<Answer>(status.error()));
      });
}

void KeyChanges::prepare_words(const SigningPermit&, std::function<void(Result<WordsWanted>)> done) {
  on_writer<WordsWanted>([this](StoreReader& store) { return words_wanted(store); }, std::move(done));
}

void KeyChanges::change_words(const SigningPermit&, const Bytes& note,
                              const std::function<void(Result<KeyHistory>)>& done) {
  on_writer<KeyHistory>([this, note](StoreReader& store) { return state_words(store, note); }, done);
}

// Only who may sign knows that this is all of the log: a statement about less would void the rest.
Result<WordsWanted> KeyChanges::words_wanted(StoreReader& store) const {
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
  KOINON_ASSIGN(const SigningKey next, prepare(own.keys));
  KOINON_ASSIGN(Statement statement, words_change(own.keys, size, own.range.root(), next.public_key()));
  return WordsWanted{own.keys, std::move(statement)};
}

Result<KeyHistory> KeyChanges::state_words(StoreReader& store, const Bytes& note) {
  if (auto stated = stated_before(note)) return *stated;
  KOINON_ASSIGN(const WordsWanted wanted, words_wanted(store));
  KOINON_ASSIGN(KeyHistory keys, koinon::change_words(wanted.keys, wanted.statement, note));
  const Status written = write_identity_file(parts_.folder.identity(), keys);
  // What is said to have failed may stand there all the same.
  if (!written.ok() && !stated_before(note)) return written.error();
  parts_.writer.stop_signing(words_changed());
  parts_.log_lines.warning(words_changed().message);
  // A copy of the folder is whole with it; where it fails, the next start does it.
  if (const Status placed = put_next_key(parts_.folder, KeyFile::kSigning); !placed.ok())
    parts_.log_lines.error("the new signing key is not in its place yet; the next start puts it there",
                           {{"reason", placed.error().text()}});
  return keys;
}

std::optional<KeyHistory> KeyChanges::stated_before(const Bytes& note) const {
  const auto read = parse_note(note);
  const auto said = read.ok() ? parse_statement_text(read->text) : Result<Statement>(read.error());
  const auto stated = read_identity_file(parts_.folder.identity());
  if (!said.ok() || !stated.ok() || stated->changes().size() < said->sequence) return std::nullopt;
  if (stated->changes()[said->sequence - 1].statement != *said) return std::nullopt;
  return stated->beginning(said->sequence);
}

void KeyChanges::finish(const Done& done, const Result<KeyChanged>& result) {
  under_way_ = false;
  done(result);
}

}  // namespace koinon
