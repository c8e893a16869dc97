// A session with a peer that is pinned and hostile: every frame that it could send, after a proper Hello. Of
// a third city, which is pinned too, the corpus has what its keys really signed, on more than one side:
// heads, statements, evidence. They are the examples of PROTOCOL.md, whose author fell for a thief.
#include <cstddef>
#include <cstdint>

#include "crypto/hash.h"
#include "node/engine/engine.h"
#include "node/publishing/own_log.h"
#include "node/replication/execute.h"
#include "proto/codec/entry.h"
#include "proto/codec/frame.h"
#include "storage/store/sqlite_store.h"

using namespace koinon;

namespace {

// The log of "A worked example".
LogIdentity example_identity() {
  Bytes signing, recovery;
  for (char i = 0; i < 32; ++i) signing.push_back(i);
  for (char i = 0; i < 32; ++i) recovery.push_back(static_cast<char>(0x20 + i));
  return {"seoul.example", SigningKey::from_seed(signing).public_key(),
          SigningKey::from_seed(recovery).public_key()};
}

// A node with a log of its own and its peers, made once. What an input has it write is taken back after it.
struct World {
  std::unique_ptr<Store> store;
  StoreState state;
  OwnEpochs epochs;
  PeerRecord peer;
  LogId other;          // of the third city
  AttachmentWant want;  // a file that a note of the peer names, and that is not here
  Bytes hello;

  World() {
    (void)init_crypto();
    auto opened = open_sqlite_store(":memory:", with_epochs(unkeyed_epochs()));
    if (!opened.ok()) __builtin_trap();
    store = std::move(*opened);
    const SigningKey key = SigningKey::from_seed(Bytes(32, 's'));
    epochs = own_epochs(key);
    OwnLog log({"seoul.example", key.public_key(), key.public_key()}, key);
    const v1::Entry genesis =
        make_genesis(log.identity(), key, SealingSecret::from_seed(Bytes(32, 'x')).public_key(), key, {1});
    (void)store->begin(true);
    (void)log.publish(*store, {[&](StoreReader&) -> Result<Draft> {
      return Draft{genesis, std::nullopt, false};
    }},
                      {1});
    (void)store->set_own_log(log.id());
    peer.node_key = NodeKey::from(Bytes(32, 'p'));
    const SigningKey theirs = SigningKey::from_seed(Bytes(32, 't'));
    OwnLog their_log({"la.example", theirs.public_key(), theirs.public_key()}, theirs);
    peer.log = their_log.id();
    (void)store->put_peer(peer);
    other = example_identity().log_id();
    PeerRecord third;
    third.node_key = NodeKey::from(Bytes(32, 'q'));
    third.log = other;
    (void)store->put_peer(third);
    const CutAttachment file = *cut_attachment("a small file");
    (void)store->put_attachment(file, {1});
    Draft note;
    note.entry.set_kind(v1::KIND_PRACTICE);
    note.body.emplace();
    note.body->mutable_practice()->add_attachments()->set_sha256(file.id.sha256.bytes());
    (void)their_log.publish(*store, {[&](StoreReader&) -> Result<Draft> { return note; }}, {1});
    (void)store->drop_attachment(file.id);
    want = {their_log.id(), EntryIndex(0), file.id, AttachmentWish::kByHand, 0};
    (void)store->commit();
    state = *store->load_state();
    v1::Frame frame;
    frame.mutable_hello()->set_min_version(1);
    frame.mutable_hello()->set_max_version(1);
    frame.mutable_hello()->set_log_id(peer.log->bytes());
    frame.mutable_hello()->set_epoch(Bytes(Epoch::kSize, 'j'));
    hello = *encode_frame(frame);
  }
};

// Whose log these are about. Only what its keys have signed brings them.
const LogId& log_of(const CommitRun& intent) { return intent.run.log; }
const LogId& log_of(const CommitEvidence& intent) { return intent.evidence.log; }
const LogId& log_of(const CommitStatements& intent) { return intent.log; }
const LogId& log_of(const CommitRecovery& intent) { return intent.recovery.log; }

Result<Answer> written(World& world, const IntentBody& body) {
  // The keys of the other logs have signed nothing that the corpus has.
  std::visit(
      [&]<typename T>(const T& intent) {
        if constexpr (requires { log_of(intent); }) {
          if (log_of(intent) != world.other) __builtin_trap();
        }
      },
      body);
  if (std::holds_alternative<BeginEpoch>(body)) __builtin_trap();  // no epoch is authentic
  const auto* chunk = std::get_if<CommitChunk>(&body);
  if (chunk != nullptr && chunk->commit.chunk.bytes != "a small file")
    __builtin_trap();  // nothing else is proven
  return execute_write(*world.store, body);
}

// Carries out what the engine asks, in order.
void settle(World& world, Engine& engine, const Now& now) {
  for (int rounds = 0; rounds < 1000; ++rounds) {
    auto outputs = engine.take_outputs();
    if (outputs.empty()) return;
    for (Output& output : outputs) {
      if (const auto* send = std::get_if<SendBytes>(&output))
        engine.on_sent(now, send->session, send->bytes.size());
      auto* intent = std::get_if<Intent>(&output);
      if (intent == nullptr) continue;
      const IntentId id = intent->id;
      switch (intent_class(intent->body)) {
        case IntentClass::kCheck:
          engine.on_completion(now, {id, execute_check(std::move(intent->body))});
          break;
        case IntentClass::kRead:
          engine.on_completion(now, {id, execute_read(*world.store, intent->body)});
          break;
        case IntentClass::kWrite:
          engine.on_completion(now, {id, written(world, intent->body)});
          break;
      }
    }
  }
}

// Takes the next frame: its first byte says how long it is, so that lengths need no guessing; 255: the two
// bytes behind it do.
BytesView next_frame(BytesView& rest) {
  std::size_t take = static_cast<unsigned char>(rest[0]) * 4U;
  rest.remove_prefix(1);
  if (take == 255 * 4U && rest.size() >= 2) {
    take = static_cast<unsigned char>(rest[0]) * 256U + static_cast<unsigned char>(rest[1]);
    rest.remove_prefix(2);
  }
  const BytesView out = rest.substr(0, take);
  rest.remove_prefix(out.size());
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  EngineConfig config;
  config.node_key = NodeKey::from(Bytes(32, 'n'));
  config.epochs = world.epochs;
  Now now;
  now.wall = {1};
  if (!world.store->begin(false).ok()) __builtin_trap();
  Engine engine(config, world.state, now);
  engine.on_connected(now, SessionId(1), world.peer.node_key, false);
  engine.on_bytes(now, SessionId(1), world.hello);
  engine.want_file(now, world.want);
  settle(world, engine, now);
  BytesView rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const BytesView sent = next_frame(rest);
    Bytes frame;
    const auto length = static_cast<std::uint32_t>(sent.size());
    for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>((length >> shift) & 0xFF));
    frame += sent;
    engine.on_bytes(now, SessionId(1), frame);
    settle(world, engine, now);
    now.mono += std::chrono::seconds(1);
    engine.on_tick(now);
    settle(world, engine, now);
  }
  world.store->rollback();
  return 0;
}
