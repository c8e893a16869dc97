#include "node/daemon/key_changes.h"

#include <memory>
#include <utility>

#include "node/daemon/identity_file.h"

namespace koinon {

void KeyChanges::change(const SigningPermit& permit, Done done) {
  if (under_way_.exchange(true))
    return done(fail(Code::kConflict, Sentence{"key.under_way", "the signing key is being changed already"}));
  const SigningKey next = SigningKey::generate();
  if (const Status prepared = prepare(next); !prepared.ok()) return finish(done, prepared.error());
  Draft draft;
  draft.next_key = next;
  parts_.writer.publish(
      permit, [draft](StoreReader&) { return Result<Draft>(draft); },
      [this, next, done = std::move(done)](const Result<Published>& published) {
        if (published.ok()) return on_signed(next, *published, done);
        // Whether a commit that the disk failed was made is known at the next start.
        const Status dropped = published.error().code == Code::kIo ? Status() : drop_next_key(parts_.folder);
        if (!dropped.ok())
          parts_.log_lines.warning("a key that was not used cannot be removed",
                                   {{"reason", dropped.error().text()}});
        finish(done, published.error());
      });
}

Status KeyChanges::prepare(const SigningKey& next) const {
  KOINON_ASSIGN(const bool sealed, keys_are_sealed(parts_.folder));
  std::string passphrase;
  if (sealed) {
    KOINON_ASSIGN(passphrase, read_passphrase(parts_.passphrase_file));
    if (passphrase.empty())
      return fail(Code::kRefused,
                  Sentence{"key.no_passphrase",
                           "the keys are sealed, and the passphrase is not at hand; the key stays as it is"});
  }
  return write_next_key(parts_.folder, next, passphrase);
}

// The statement is durable. What fails now the next start makes up for.
void KeyChanges::on_signed(const SigningKey& next, const Published& published, const Done& done) {
  const auto keys = std::make_shared<KeyHistory>();
  parts_.network.set_city_key(next);
  parts_.writer.change(
      [this, keys](Store& store) -> Status {
        KOINON_ASSIGN(const LogState own, store.log_state(parts_.log));
        *keys = own.keys;
        return {};
      },
      [this, keys, published, done](const Status& read) {
        if (!read.ok()) return finish(done, read.error());
        Status placed = put_next_key(parts_.folder);
        if (placed.ok()) placed = write_identity_file(parts_.folder.identity(), *keys);
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
