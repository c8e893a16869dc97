// The data folder of a node: where its files are, the lock that keeps two programs from using it at once, and
// how its keys are read and written. A daemon that runs holds them together (folder_in_use.h).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/ed25519.h"
#include "proto/base/result.h"

namespace koinon {

class DataFolder {
 public:
  explicit DataFolder(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path store() const { return path_ / "store.db"; }
  std::filesystem::path index() const { return path_ / "index.db"; }
  std::filesystem::path office() const { return path_ / "office.db"; }
  // What the witness has cosigned (storage/witness/); left out of backups, as its key is.
  std::filesystem::path witness() const { return path_ / "witness.db"; }
  std::filesystem::path socket() const { return path_ / "koinond.sock"; }
  // What koinond and koinon go by where they are given no other file. Debian's package has that of its
  // folder, /var/lib/koinon, in /etc.
  std::filesystem::path config() const;
  // Whether it is the folder of koinond.service, as Debian's package has it.
  bool is_packaged() const;
  // Names the configuration where it is another one (config_place.h); left out of backups.
  std::filesystem::path config_note() const { return path_ / "koinond.config"; }
  std::filesystem::path key(std::string_view role) const {
    return path_ / "keys" / (std::string(role) + ".key");
  }
  // Public: whose keys these are. With it and the keys alone a lost store is made anew from peers.
  std::filesystem::path identity() const { return path_ / "keys" / "identity"; }
  // Left out of backups: a store that comes without its own token has been restored.
  std::filesystem::path instance() const { return path_ / "instance-token"; }
  std::filesystem::path lock_file() const { return path_ / "koinond.lock"; }

  // The folder is a reader's, which has no keys and no store: `koinond --reader` makes it.
  std::filesystem::path reader_mark() const { return path_ / "reader"; }

  // There while `koinon init` is at work: what it made so far is nobody's yet.
  std::filesystem::path unfinished() const { return path_ / "init-unfinished"; }

  // What of a node is here, and what is missing, by names within the folder.
  struct Contents {
    std::vector<std::string> found;
    std::vector<std::string> missing;
    bool unfinished = false;
  };
  // kRefused: this user may not look into the folder, which says nothing of what is there. A store that is on
  // a server is not missing here.
  Result<Contents> contents(bool store_on_server = false) const;
  // Whether a node lives here that can be started; else what was found, what is missing, and what to do about
  // it.
  Status check_node(bool store_on_server = false) const;
  // Moves what an init that was cut short left into a folder beside it: whatever it is, it is not destroyed.
  Status set_aside() const;

 private:
  std::filesystem::path path_;
};

// Held while a program uses the folder. Released when destroyed, or when the process ends in any way.
class FolderLock {
 public:
  static Result<FolderLock> take(const DataFolder& folder);
  FolderLock(FolderLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// The keys of a log.
struct CityKeys {
  SigningKey signing;
  SigningKey cosigner;
  SealingSecret sealing;
  // Made to replace the key of that name. Only the log says whether it does.
  std::optional<SigningKey> next_signing = std::nullopt;
  std::optional<SigningKey> next_cosigner = std::nullopt;
};
struct NodeKeys {
  SigningKey node;
  std::optional<CityKeys> city;  // none: an observer
  std::optional<SigningKey> next_node = std::nullopt;
};

CityKeys generate_city_keys();
Status write_keys(const DataFolder& folder, const NodeKeys& keys, std::string_view passphrase);
// A folder without a signing key is an observer's.
Result<NodeKeys> read_keys(const DataFolder& folder, std::string_view passphrase);
// The keys that are replaced one by one.
enum class KeyFile : unsigned char { kSigning, kCosigner, kNode };
// The key that is to replace one is on disk before our log says so. One that lies there is never written
// over: another node may have stated it.
Status write_next_key(const DataFolder& folder, KeyFile which, const SigningKey& next,
                      std::string_view passphrase);
// It counts now: its file takes the place of the old one, which is gone for good.
Status put_next_key(const DataFolder& folder, KeyFile which);
Result<bool> keys_are_sealed(const DataFolder& folder);

// The passphrase of sealed keys: from `file` if one is named, else from the credential `passphrase` of the
// service manager if there is one (service_manager.h); empty if neither. kRefused: others may read the file.
Result<std::string> read_passphrase(const std::string& file);

// The keys of a folder, read anew, with the passphrase that opens them. Those of a node that runs must open
// before another one is sealed beside them: the next start reads all with one passphrase. kRefused: they are
// sealed, and it is not at hand.
struct OpenedKeys {
  NodeKeys keys;
  std::string passphrase;
};
Result<OpenedKeys> open_keys(const DataFolder& folder, const std::string& passphrase_file);
// The key that is to replace one of a city's node, which is on disk then. One that lies there is used: where
// a change was cut short, nobody but the log knows whether it was stated. `counts`: the key that counts now;
// where that is the one that lies there, it goes into its place, and another is made.
Result<SigningKey> next_key(const DataFolder& folder, KeyFile which, const std::string& passphrase_file,
                            const PublicKey& counts);

}  // namespace koinon
