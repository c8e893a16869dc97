#include "node/daemon/named_key_changes.h"

#include <utility>

#include "node/publishing/node_key_wait.h"
#include "node/replication/ask_writer.h"
#include "node/replication/cosigner_loss.h"

namespace koinon {
namespace {

NodeKey node_key_of(const SigningKey& key) { return NodeKey::from(key.public_key().view()); }

Error waits_already(const std::vector<std::string>& awaited) {
  if (awaited.empty())
    return fail(Code::kConflict, Sentence{"key.node_ready",
                                          "a new node key is named already, and all peers know it; it is "
                                          "used from the next start on"});
  std::string names;
  for (const std::string& name : awaited) names += (names.empty() ? "" : ", ") + name;
  return fail(Code::kConflict, Sentence{"key.node_waits",
                                        "a new node key is named already, and waits for {peers}; --now uses "
                                        "it at the next start, and shuts out who does not know it by then",
                                        {{"peers", names}}});
}

}  // namespace

void NamedKeyChanges::change(const SigningPermit& permit, const NamedKeyWish& wish, Done done) {
  if (const Status begun = parts_.guard.begin(); !begun.ok()) return done(begun.error());
  ask_writer<Before>(
      parts_.writer, [this](StoreReader& store) { return look(store); },
      [this, permit, wish, done = std::move(done)](const Result<Before>& before) {
        if (!before.ok()) return finish(done, before.error());
        begin(permit, wish, *before, done);
      });
}

Result<NamedKeyChanges::Before> NamedKeyChanges::look(StoreReader& store) const {
  Before out;
  KOINON_ASSIGN(out.named, store.log_keys(parts_.log));
  if (!waits(out.named)) return out;
  KOINON_ASSIGN(const NodeKeyWait wait, read_node_key_wait(store, out.named.node));
  KOINON_ASSIGN(const auto awaited, awaited_for(store, wait));
  for (const PeerRecord& peer : awaited) out.awaited.push_back(peer.name);
  return out;
}

bool NamedKeyChanges::waits(const LogKeys& named) const {
  return node_key_waits(named, keys_.keys().next_node);
}

void NamedKeyChanges::begin(const SigningPermit& permit, const NamedKeyWish& wish, const Before& before,
                            const Done& done) {
  if (wish.which == NewKey::kNode && waits(before.named)) {
    if (!wish.now) return finish(done, waits_already(before.awaited));
    return keep_wait(wish, done);
  }
  const auto next = prepare(wish, before.named);
  if (!next.ok()) return finish(done, next.error());
  if (wish.which == NewKey::kNode) {
    keys_.set_next_node(*next);
    const NodeKeyWait wait{node_key_of(*next), wish.now};
    return announce(
        permit, wish, [wait](Store& store) { return write_node_key_wait(store, wait); }, done);
  }
  keys_.set_next_cosigner(*next);
  if (!wish.cosigner_lost) return publish(permit, wish, done);
  announce(
      permit, wish, [key = next->public_key()](Store& store) { return note_replacement(store, key); }, done);
}

// Durable before the entry is: a start behind a crash must know what the entry is for.
void NamedKeyChanges::announce(const SigningPermit& permit, const NamedKeyWish& wish,
                               std::function<Status(Store&)> note, const Done& done) {
  parts_.writer.change(std::move(note), [this, permit, wish, done](const Status& kept) {
    if (!kept.ok()) return finish(done, kept.error());
    publish(permit, wish, done);
  });
}

// The node key that counts is the one that this node shows.
Result<SigningKey> NamedKeyChanges::prepare(const NamedKeyWish& wish, const LogKeys& named) {
  if (wish.cosigner_lost) return unused_cosigner(named);
  if (wish.which == NewKey::kCosigner)
    return next_key(parts_.folder, KeyFile::kCosigner, parts_.passphrase_file, named.cosigner);
  return next_key(parts_.folder, KeyFile::kNode, parts_.passphrase_file, keys_.keys().now.node.public_key());
}

// A next key that came back with a copy may have been named, used and replaced since.
Result<SigningKey> NamedKeyChanges::unused_cosigner(const LogKeys& named) {
  const auto there = keys_.keys().next_cosigner;
  const bool is_unknown = there && there->public_key() != made_;
  KOINON_ASSIGN(SigningKey next, next_key(parts_.folder, KeyFile::kCosigner, parts_.passphrase_file,
                                          is_unknown ? there->public_key() : named.cosigner));
  made_ = next.public_key();
  return next;
}

// Where it fails, the next key stays: whether a commit that the disk failed was made is known at a start.
void NamedKeyChanges::publish(const SigningPermit& permit, const NamedKeyWish& wish, const Done& done) {
  parts_.writer.publish(permit, new_key_maker(parts_.log, keys_, wish.which, wish.cosigner_lost),
                        [this, wish, done](const Result<Published>& published) {
                          if (!published.ok()) return finish(done, published.error());
                          if (wish.which == NewKey::kNode) return keep_wait(wish, done);
                          on_cosigner(done);
                        });
}

// What peers have said meanwhile stays.
Result<NamedKeyChanged> NamedKeyChanges::put_wait(Store& store, bool now) const {
  KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(parts_.log));
  if (!waits(standing.keys))
    return fail(Code::kConflict, "another entry names other keys by now; try again", "keys");
  KOINON_ASSIGN(NodeKeyWait wait, read_node_key_wait(store, standing.keys.node));
  wait.now = wait.now || now;
  KOINON_TRY(write_node_key_wait(store, wait));
  return NamedKeyChanged{PublicKey::from(standing.keys.node.view()), standing.node_since};
}

void NamedKeyChanges::keep_wait(const NamedKeyWish& wish, const Done& done) {
  change_and_ask<NamedKeyChanged>(
      parts_.writer, [this, now = wish.now](Store& store) { return put_wait(store, now); },
      [this, now = wish.now, done](const Result<NamedKeyChanged>& kept) {
        if (kept.ok())
          parts_.log_lines.info(log_event::kNodeKeyWaits,
                                now ? "the next start uses the new node key, whoever knows it"
                                    : "our log names a new node key; the old one serves until peers know it");
        finish(done, kept);
      });
}

void NamedKeyChanges::on_cosigner(const Done& done) {
  ask_writer<StandingKeys>(
      parts_.writer, [log = parts_.log](StoreReader& store) { return store.standing_keys(log); },
      [this, done](const Result<StandingKeys>& standing) {
        if (!standing.ok()) return finish(done, standing.error());
        finish(done, put_in_place(*standing));
      });
}

// What fails now the next start makes up for.
NamedKeyChanged NamedKeyChanges::put_in_place(const StandingKeys& standing) {
  if (const Status placed = put_next_key(parts_.folder, KeyFile::kCosigner); !placed.ok())
    parts_.log_lines.error(log_event::kKeyNotInPlace,
                           "the new cosigner key is not in its place yet; the next start puts it there",
                           {{"reason", placed.error().text()}});
  keys_.take_next_cosigner();
  parts_.log_lines.info(log_event::kKeyChanged, "the cosigner key was changed");
  return {standing.keys.cosigner, standing.cosigner_since};
}

void NamedKeyChanges::finish(const Done& done, const Result<NamedKeyChanged>& result) {
  parts_.guard.end();
  done(result);
}

}  // namespace koinon
