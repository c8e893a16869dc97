// SHA-256 (FIPS 180-4) through OpenSSL. Pure; safe from any thread.
#pragma once

#include <initializer_list>
#include <memory>

#include "proto/base/types.h"

struct evp_md_ctx_st;  // of OpenSSL

namespace koinon {

Hash sha256(BytesView bytes);
// The hash of the parts, one after the other.
Hash sha256(std::initializer_list<BytesView> parts);

// For bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void update(BytesView bytes);
  Hash finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace koinon
