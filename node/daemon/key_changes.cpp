#include "node/daemon/key_changes.h"

#include <memory>
#include <utility>

#include "node/daemon/identity_file.h"

namespace koinon {

void KeyChanges::change(const SigningPermit& permit, Done done) {
  if (under_way_.exchange(true))
    return done(fail(Code::kConflict, Sentence{"key.under_way", "the signing key is being changed already"}));
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

void KeyChanges::finish(const Done& done, const Result<KeyChanged>& result) {
  under_way_ = false;
  done(result);
}

}  // namespace koinon
