#include "node/daemon/signing_key_change.h"

#include <utility>

#include "node/daemon/identity_file.h"
#include "node/replication/ask_writer.h"

namespace koinon {

void SigningKeyChange::change(const SigningPermit& permit, Done done) {
  if (const auto stopped = parts_.writer.signing_stopped()) return done(*stopped);
  if (const Status begun = parts_.guard.begin(); !begun.ok()) return done(begun.error());
  ask_writer<LogState>(
      parts_.writer, [log = parts_.log](StoreReader& store) { return store.log_state(log); },
      [this, permit, done = std::move(done)](const Result<LogState>& own) {
        if (!own.ok()) return finish(done, own.error());
        const auto next =
            next_key(parts_.folder, KeyFile::kSigning, parts_.passphrase_file, own->keys.vkey().key);
        if (!next.ok()) return finish(done, next.error());
        sign(permit, *next, done);
      });
}

// Where it fails, the next key stays: whether a commit that the disk failed was made is known at a start.
void SigningKeyChange::sign(const SigningPermit& permit, const SigningKey& next, const Done& done) {
  Draft draft;
  draft.next_key = next;
  parts_.writer.publish(
      permit, [draft](StoreReader&) { return Result<Draft>(draft); },
      [this, next, done](const Result<Published>& published) {
        if (!published.ok()) return finish(done, published.error());
        on_signed(next, *published, done);
      });
}

// The statement is durable. What fails now the next start makes up for.
void SigningKeyChange::on_signed(const SigningKey& next, const Published& published, const Done& done) {
  ask_writer<LogState>(
      parts_.writer, [log = parts_.log](StoreReader& store) { return store.log_state(log); },
      [this, next, published, done](const Result<LogState>& own) {
        if (!own.ok()) return finish(done, own.error());
        finish(done, put_in_place(own->keys, next, published));
      });
}

// The public file goes first: with it and both key files a copy of this moment is whole.
KeyChanged SigningKeyChange::put_in_place(const KeyHistory& keys, const SigningKey& next,
                                          const Published& published) {
  network_.set_city_key(next, keys.recoveries() > 0 ? keys.notes() : std::vector<Bytes>());
  Status placed = write_identity_file(parts_.folder.identity(), keys);
  if (placed.ok()) placed = put_next_key(parts_.folder, KeyFile::kSigning);
  if (!placed.ok())
    parts_.log_lines.error(log_event::kKeyNotInPlace,
                           "the new signing key is not in its place yet; the next start puts it there",
                           {{"reason", placed.error().text()}});
  parts_.log_lines.info(log_event::kKeyChanged, "the signing key was changed",
                        {{"vkey", keys.vkey().text()}});
  return {keys.vkey(), published};
}

void SigningKeyChange::finish(const Done& done, const Result<KeyChanged>& result) {
  parts_.guard.end();
  done(result);
}

}  // namespace koinon
