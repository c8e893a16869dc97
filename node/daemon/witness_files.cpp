#include "node/daemon/witness_files.h"

#include <system_error>

#include "crypto/hash.h"
#include "crypto/key_file.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr const char* kWitnessRole = "witness";
constexpr std::size_t kNameBytesOfKey = 5;  // eight characters
constexpr const char* kAnew = "begin anew under another key, with koinond stopped: koinon witness --new";

Result<bool> is_in_folder(const std::filesystem::path& path) {
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  if (error) return fail(Code::kIo, "it cannot be looked at: " + error.message(), path.string());
  return there;
}

VKey vkey_of(const std::string& base, const PublicKey& key) {
  const std::string of_key = to_base32(sha256(key.view()).view().substr(0, kNameBytesOfKey));
  return {base + "/" + of_key, SignatureType::kCosignatureV1, key};
}

Result<std::string> passphrase_of(const DataFolder& folder, const std::string& passphrase_file) {
  KOINON_ASSIGN(const bool is_sealed, keys_are_sealed(folder));
  if (!is_sealed) return std::string();
  return read_passphrase(passphrase_file);
}

// The mark, which names all that was made when this returns. Without one nothing shows that the file is an
// older one, unless it is mixed of two.
Result<WitnessMark> marked(const DataFolder& folder, const std::string& mark_folder, const PublicKey& key,
                           WitnessDb& db, UnixMillis now) {
  KOINON_ASSIGN(WitnessMark mark, WitnessMark::open(mark_folder, key));
  KOINON_ASSIGN(const std::uint64_t made, db.made());
  KOINON_ASSIGN(const auto found_at, db.put_back_at());
  KOINON_ASSIGN(const bool is_of_one_copy, db.is_of_one_copy());
  const bool is_behind = mark.is_ahead_of(made) || !is_of_one_copy;
  // Where it cannot be noted, the mark says it again at the next start.
  if (is_behind && !found_at) (void)db.note_put_back(now);
  if (is_behind || found_at)
    return fail(Code::kRefused,
                std::string("it was put back from a copy, and what the witness has cosigned since is "
                            "forgotten; ") +
                    kAnew,
                folder.witness().string());
  KOINON_TRY(mark.keep(made));
  return mark;
}

// What it cosigns is kept first: a key that is on the disk never lacks it.
Result<OpenedWitness> make_witness(const DataFolder& folder, const WitnessOptions& options,
                                   const std::string& passphrase, UnixMillis now) {
  const SigningKey key = SigningKey::generate();
  const VKey vkey = vkey_of(options.base, key.public_key());
  auto db = WitnessDb::make(folder.witness(), {vkey.text(), now});
  if (!db.ok() && db.error().code == Code::kConflict)
    return fail(
        Code::kRefused,
        std::string(
            "the key of the witness is missing, but it has cosigned; put keys/witness.key back, or ") +
            kAnew,
        folder.key(kWitnessRole).string());
  if (!db.ok()) return db.error();
  KOINON_TRY(write_key_file(folder.key(kWitnessRole), kWitnessRole, key.seed(), passphrase));
  KOINON_ASSIGN(WitnessMark mark, marked(folder, options.mark, vkey.key, *db, now));
  return OpenedWitness{key, vkey, std::move(*db), std::move(mark)};
}

// Whether what was cosigned is this witness's.
Status check_owner(const DataFolder& folder, const WitnessDb& db, const VKey& vkey) {
  if (db.owner().vkey == vkey.text()) return {};
  const auto owner = parse_vkey(db.owner().vkey);
  if (owner.ok() && owner->key == vkey.key)
    return fail(Code::kRefused,
                "the witness is known as " + owner->name +
                    ", and one key has one name; put the old witness.name back, or " + kAnew,
                "witness.name");
  return fail(
      Code::kRefused,
      std::string("its key is not the one that has cosigned what witness.db says; put that back, or ") +
          kAnew,
      folder.key(kWitnessRole).string());
}

}  // namespace

Result<OpenedWitness> open_witness(const DataFolder& folder, const WitnessOptions& options, UnixMillis now) {
  if (!is_key_name(options.base + "/"))
    return fail(Code::kInvalidArgument,
                "it is a name without spaces and plus signs, such as seoul.example/witness", "witness.name");
  KOINON_ASSIGN(const std::string passphrase, passphrase_of(folder, options.passphrase_file));
  KOINON_ASSIGN(const bool has_key, is_in_folder(folder.key(kWitnessRole)));
  if (!has_key) return make_witness(folder, options, passphrase, now);
  auto db = WitnessDb::open(folder.witness());
  if (!db.ok() && db.error().code == Code::kNotFound)
    return fail(
        Code::kRefused,
        std::string("what the witness has cosigned is missing, and without that its key must not sign; ") +
            kAnew,
        folder.witness().string());
  if (!db.ok()) return db.error();
  KOINON_ASSIGN(Bytes seed, read_key_file(folder.key(kWitnessRole), kWitnessRole, passphrase));
  const SigningKey key = SigningKey::from_seed(seed, KeyMemory::kLocked);
  wipe(seed);
  const VKey vkey = vkey_of(options.base, key.public_key());
  KOINON_TRY(check_owner(folder, *db, vkey));
  KOINON_ASSIGN(WitnessMark mark, marked(folder, options.mark, vkey.key, *db, now));
  return OpenedWitness{key, vkey, std::move(*db), std::move(mark)};
}

Status forget_witness(const DataFolder& folder, UnixMillis now) {
  KOINON_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  KOINON_ASSIGN(const bool has_key, is_in_folder(folder.key(kWitnessRole)));
  if (has_key) KOINON_TRY(remove_file(folder.key(kWitnessRole)));
  KOINON_ASSIGN(const bool has_db, is_in_folder(folder.witness()));
  if (!has_db) return {};
  const std::string aside = folder.witness().parent_path() / ("witness-" + std::to_string(now.value) + ".db");
  // The write-ahead log first: the database opens without it, and it is never that of another one.
  for (const char* end : {"-wal", "-shm", ""}) {
    const std::string from = folder.witness().string() + end;
    KOINON_ASSIGN(const bool there, is_in_folder(from));
    if (there) KOINON_TRY(replace_file(from, aside + end));
  }
  return {};
}

}  // namespace koinon
