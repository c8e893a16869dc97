// The keys of this node that our own log names, and those that are to replace some of them. A next key counts
// from the moment on at which the log names it; until then, and where the log lost it again, the old one
// does.
//
// Any thread.
#pragma once

#include <mutex>
#include <optional>

#include "crypto/ed25519.h"
#include "crypto/identity.h"

namespace koinon {

// Private halves where the key must prove itself.
struct NamedKeys {
  SigningKey cosigner;
  SealingKey sealing;
  SigningKey node;
};

class OwnKeys {
 public:
  struct Keys {
    NamedKeys now;
    std::optional<SigningKey> next_cosigner = std::nullopt;
    std::optional<SigningKey> next_node = std::nullopt;
  };

  explicit OwnKeys(Keys keys) : keys_(std::move(keys)) {}
  OwnKeys(const OwnKeys&) = delete;
  OwnKeys& operator=(const OwnKeys&) = delete;

  Keys keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  void set_next_node(const SigningKey& next) {
    const std::lock_guard lock(mutex_);
    keys_.next_node = next;
  }
  void set_next_cosigner(const SigningKey& next) {
    const std::lock_guard lock(mutex_);
    keys_.next_cosigner = next;
  }
  // The log names it: it is the cosigner key.
  void take_next_cosigner() {
    const std::lock_guard lock(mutex_);
    if (!keys_.next_cosigner) return;
    keys_.now.cosigner = *keys_.next_cosigner;
    keys_.next_cosigner.reset();
  }

 private:
  mutable std::mutex mutex_;
  Keys keys_;
};

}  // namespace koinon
