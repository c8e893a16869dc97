// A witness without a node around it, for a test that ends it hundreds of times: the witness and its file are
// those of koinond, with their fsyncs.
//
//   witness_alone DB LIST NAME SEED
//
// DB is made if it is not there. LIST is a list of logs, SEED the key's in hex. Standard input is a socket.
// On it comes one request after the other: its length (4 bytes, big-endian), the letter A and the body of an
// add-checkpoint, or the letter C and the hash of an origin. Each answer is its length, the status, a newline
// and the body.
#include <chrono>
#include <cstdio>

#include <sys/socket.h>

#include "crypto/key_file.h"
#include "node/witness/witness.h"
#include "proto/base/clock.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr int kSocket = 0;

// Nothing: the other end is closed.
Bytes receive(std::size_t count) {
  Bytes out(count, '\0');
  for (std::size_t at = 0; at < count;) {
    const ssize_t got = ::recv(kSocket, out.data() + at, count - at, 0);
    if (got <= 0) return {};
    at += static_cast<std::size_t>(got);
  }
  return out;
}

// At once, so that one call of send() is one answer.
bool answer_with(const WitnessAnswer& answer) {
  const std::string text = std::to_string(answer.status) + "\n" + answer.body;
  Bytes out;
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  out += text;
  return ::send(kSocket, out.data(), out.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(out.size());
}

Result<WitnessDb> open_or_make(const std::filesystem::path& path) {
  auto db = WitnessDb::open(path);
  if (db.ok() || db.error().code != Code::kNotFound) return db;
  return WitnessDb::make(path, {"alone", {}});
}

Status serve(const std::string& path, const std::string& list_file, const std::string& name,
             const std::string& seed_in_hex) {
  KOINON_TRY(init_crypto());
  KOINON_ASSIGN(WitnessDb db, open_or_make(path));
  KOINON_ASSIGN(const Bytes list, read_file(list_file, limits::kWitnessListBytes));
  KOINON_ASSIGN(const Bytes seed, from_hex(seed_in_hex));
  if (seed.size() != kSeedBytes) return fail(Code::kInvalidArgument, "a seed has 32 bytes");
  WitnessedLogs logs;
  for (const std::string& warning : logs.add_list(list)) std::fprintf(stderr, "%s\n", warning.c_str());
  Witness witness(std::move(logs), {1000, 1000}, name, SigningKey::from_seed(seed), db);
  const Clock clock = system_clock();
  while (true) {
    const Bytes length = receive(4);
    if (length.empty()) return {};
    const Bytes request = receive(get_u32(length));
    if (request.empty()) return {};
    const std::string body = request.substr(1);
    const WitnessAnswer answer = request[0] == 'C' ? witness.checkpoint(body)
                                                   : witness.add_checkpoint(body, clock.wall(), clock.mono());
    if (!answer_with(answer)) return {};
  }
}

}  // namespace
}  // namespace koinon

int main(int count, char** words) {
  if (count != 5) return 2;
  const auto done = koinon::serve(words[1], words[2], words[3], words[4]);
  if (!done.ok()) std::fprintf(stderr, "%s\n", done.error().text().c_str());
  return done.ok() ? 0 : 1;
}
