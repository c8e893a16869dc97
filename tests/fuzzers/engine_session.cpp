// A session with a peer that is pinned and hostile: every frame that it could send, after a proper Hello.
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

// A node with a log of its own and one peer, made once.
struct World {
  std::unique_ptr<Store> store;
  StoreState state;
  OwnEpochs epochs;
  PeerRecord peer;
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

Answer written(const IntentBody& body) {
  if (std::holds_alternative<CommitRun>(body)) __builtin_trap();  // no signature can verify
  if (const auto* want = std::get_if<CommitWant>(&body)) {
    AttachmentState state;
    state.id = want->want.id;
    return state;
  }
  if (std::holds_alternative<BeginEpoch>(body)) __builtin_trap();  // no epoch is authentic
  const auto* chunk = std::get_if<CommitChunk>(&body);
  if (chunk == nullptr) return Done{};
  if (chunk->commit.chunk.bytes != "a small file") __builtin_trap();  // nothing else is proven
  return ChunkStored{chunk->commit.chunk.number + 1};
}

// Carries out what the engine asks, in order. Nothing that a hostile peer sent may reach the store's logs.
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
          engine.on_completion(now, {id, written(intent->body)});
          break;
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World world;
  EngineConfig config;
  config.node_key = NodeKey::from(Bytes(32, 'n'));
  config.epochs = world.epochs;
  Now now;
  now.wall = {1};
  Engine engine(config, world.state, now);
  engine.on_connected(now, SessionId(1), world.peer.node_key, false);
  engine.on_bytes(now, SessionId(1), world.hello);
  engine.want_file(now, world.want);
  settle(world, engine, now);
  // Each piece is a frame of its own: the first byte says how long, so that lengths need no guessing.
  BytesView rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const std::size_t take = std::min<std::size_t>(rest.size() - 1, static_cast<unsigned char>(rest[0]) * 4U);
    Bytes frame;
    const auto length = static_cast<std::uint32_t>(take);
    for (int shift = 24; shift >= 0; shift -= 8) frame.push_back(static_cast<char>((length >> shift) & 0xFF));
    frame += rest.substr(1, take);
    rest.remove_prefix(1 + take);
    engine.on_bytes(now, SessionId(1), frame);
    settle(world, engine, now);
    now.mono += std::chrono::seconds(1);
    engine.on_tick(now);
  }
  return 0;
}
