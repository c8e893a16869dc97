// A witness for other systems' logs (C2SP tlog-witness): what it answers to a request. It cosigns the head of
// a log if that head extends all heads of this log that it cosigned before.
//
// The order is: verify, keep the new head on the disk, cosign, answer. If the process ends after the head is
// kept, its log has no answer, and the next start knows the head. Whoever passes an answer on may write a
// mark of it first (node/daemon/witness_mark.h).
//
// No sockets and no clocks. It belongs to one thread, so that of two requests for one log the second sees
// what the first has left.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "crypto/ed25519.h"
#include "node/witness/add_checkpoint.h"
#include "node/witness/witnessed_logs.h"
#include "proto/base/limits.h"
#include "storage/witness/witness_db.h"

namespace koinon {

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

struct WitnessAnswer {
  unsigned status = 200;
  std::string body;  // of a refusal: one sentence
  std::string content_type = std::string(kPlainText);
  unsigned retry_after = 0;  // seconds; 0: it is not said
  std::string origin = {};   // 422: of the log, which has signed what contradicts itself
};

// How often a log's heads are cosigned. What its list says (`qpd`) counts where it is less.
struct WitnessRate {
  double at_once = limits::kWitnessAtOnce;
  double per_second = limits::kWitnessPerSecond;  // above 0
};

class Witness {
 public:
  // `name` is the name of the cosigner, `key` its key of type cosignature/v1. `db` must live longer than
  // this.
  Witness(WitnessedLogs logs, WitnessRate rate, std::string name, SigningKey key, WitnessDb& db);

  // POST add-checkpoint. 200 with the cosignature's line, 400, 403, 404, 409 with the size that was cosigned
  // last, 422; 429 if the log asks too often, 500 if the disk fails, 503 if it is full.
  WitnessAnswer add_checkpoint(BytesView body, UnixMillis now, MonoTime mono);
  // GET ORIGINHASH/checkpoint: the newest head that was cosigned, with the log's signatures and ours. 404:
  // none was, or it is no hash in lower-case hex.
  WitnessAnswer checkpoint(std::string_view origin_hash);

  std::size_t logs() const { return logs_.size(); }
  Result<std::uint64_t> heads() { return db_.count(); }

 private:
  // A bucket of what a log may still do.
  struct Bucket {
    double left = 0;
    MonoTime at{};
  };
  // Whoever has a log's newest head may show it again. That must not use up what the log has for new heads.
  struct Buckets {
    Bucket growing;
    Bucket again;
  };
  Result<SignedNote> verified(const SignedNote& note, const WitnessedLog& log) const;
  Status check_history(const AddCheckpoint& request, const HeadOfOthers* stands) const;
  bool may_ask(const WitnessedLog& log, bool grows, MonoTime now);
  WitnessAnswer accept(const AddCheckpoint& request, const SignedNote& note, UnixMillis now);

  WitnessedLogs logs_;
  WitnessRate rate_;
  std::string name_;
  SigningKey key_;
  WitnessDb& db_;
  std::map<std::string, Buckets> buckets_;  // by origin, of the lists alone
};

}  // namespace koinon
