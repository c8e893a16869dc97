#include "node/daemon/named_key_changes.h"

#include <memory>
#include <utility>

#include "node/publishing/node_key_wait.h"

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
  if (under_way_.exchange(true))
    return done(fail(Code::kConflict, Sentence{"key.named_under_way", "a key is being changed already"}));
  const auto before = std::make_shared<Before>();
  parts_.writer.change(
      [this, before](Store& store) -> Status {
        KOINON_ASSIGN(*before, look(store));
        return {};
      },
      [this, before, permit, wish, done = std::move(done)](const Status& read) {
        if (!read.ok()) return finish(done, read.error());
        begin(permit, wish, *before, done);
      });
}

Result<NamedKeyChanges::Before> NamedKeyChanges::look(Store& store) const {
  Before out;
  KOINON_ASSIGN(out.named, store.log_keys(parts_.log));
  if (!waits(out.named)) return out;
  KOINON_ASSIGN(const NodeKeyWait wait, read_node_key_wait(store, out.named.node));
  KOINON_ASSIGN(const auto awaited, awaited_for(store, wait));
  for (const PeerRecord& peer : awaited) out.awaited.push_back(peer.name);
  return out;
}

bool NamedKeyChanges::waits(const LogKeys& named) const {
  const auto next = parts_.keys.keys().next_node;
  return next && node_key_of(*next) == named.node;
}

void NamedKeyChanges::begin(const SigningPermit& permit, const NamedKeyWish& wish, const Before& before,
                            const Done& done) {
  if (wish.which == NewKey::kNode && waits(before.named)) {
    if (!wish.now) return finish(done, waits_already(before.awaited));
    return keep_wait(wish, done);
  }
  const auto next = prepare(wish.which, before.named);
  if (!next.ok()) return finish(done, next.error());
  if (wish.which == NewKey::kNode) {
    parts_.keys.set_next_node(*next);
    return announce(permit, wish, node_key_of(*next), done);
  }
  parts_.keys.set_next_cosigner(*next);
  publish(permit, wish, done);
}

// Durable before the entry is: a start behind a crash must know the operator's word.
void NamedKeyChanges::announce(const SigningPermit& permit, const NamedKeyWish& wish, const NodeKey& next,
                               const Done& done) {
  parts_.writer.change(
      [next, now = wish.now](Store& store) {
        return write_node_key_wait(store, {next, now});
      },
      [this, permit, wish, done](const Status& kept) {
        if (!kept.ok()) return finish(done, kept.error());
        publish(permit, wish, done);
      });
}

// A key that lies there is used: where a change was cut short, it was not named.
Result<SigningKey> NamedKeyChanges::prepare(NewKey which, const LogKeys& named) const {
  KOINON_ASSIGN(const OpenedKeys open, open_keys(parts_.folder, parts_.passphrase_file));
  if (!open.keys.city) return fail(Code::kInternal, "the city's keys are missing", "keys");
  const auto& there = which == NewKey::kNode ? open.keys.next_node : open.keys.city->next_cosigner;
  if (there && which == NewKey::kCosigner && there->public_key() == named.cosigner) {
    KOINON_TRY(put_next_key(parts_.folder, KeyFile::kCosigner));
  } else if (there) {
    return *there;
  }
  const SigningKey next = SigningKey::generate();
  KOINON_TRY(write_next_key(parts_.folder, which == NewKey::kNode ? KeyFile::kNode : KeyFile::kCosigner, next,
                            open.passphrase));
  return next;
}

// Where it fails, the next key stays: whether a commit that the disk failed was made is known at a start.
void NamedKeyChanges::publish(const SigningPermit& permit, const NamedKeyWish& wish, const Done& done) {
  parts_.writer.publish(permit, new_key_maker(parts_.log, parts_.keys, wish.which),
                        [this, wish, done](const Result<Published>& published) {
                          if (!published.ok()) return finish(done, published.error());
                          if (wish.which == NewKey::kNode) return keep_wait(wish, done);
                          on_cosigner(done);
                        });
}

// What peers have said meanwhile stays.
void NamedKeyChanges::keep_wait(const NamedKeyWish& wish, const Done& done) {
  const auto made = std::make_shared<NamedKeyChanged>();
  parts_.writer.change(
      [this, wish, made](Store& store) -> Status {
        KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(parts_.log));
        if (!waits(standing.keys))
          return fail(Code::kConflict, "another entry names other keys by now; try again", "keys");
        KOINON_ASSIGN(NodeKeyWait wait, read_node_key_wait(store, standing.keys.node));
        wait.now = wait.now || wish.now;
        *made = {PublicKey::from(standing.keys.node.view()), standing.node_since};
        return write_node_key_wait(store, wait);
      },
      [this, wish, made, done](const Status& kept) {
        if (!kept.ok()) return finish(done, kept.error());
        parts_.log_lines.info(wish.now
                                  ? "the next start uses the new node key, whoever knows it"
                                  : "our log names a new node key; the old one serves until peers know it");
        finish(done, *made);
      });
}

// What fails now the next start makes up for.
void NamedKeyChanges::on_cosigner(const Done& done) {
  const auto made = std::make_shared<NamedKeyChanged>();
  parts_.writer.change(
      [this, made](Store& store) -> Status {
        KOINON_ASSIGN(const StandingKeys standing, store.standing_keys(parts_.log));
        *made = {standing.keys.cosigner, standing.cosigner_since};
        return {};
      },
      [this, made, done](const Status& read) {
        if (!read.ok()) return finish(done, read.error());
        if (const Status placed = put_next_key(parts_.folder, KeyFile::kCosigner); !placed.ok())
          parts_.log_lines.error("the new cosigner key is not in its place yet; the next start puts it there",
                                 {{"reason", placed.error().text()}});
        parts_.keys.take_next_cosigner();
        parts_.log_lines.info("the cosigner key was changed");
        finish(done, *made);
      });
}

void NamedKeyChanges::finish(const Done& done, const Result<NamedKeyChanged>& result) {
  under_way_ = false;
  done(result);
}

}  // namespace koinon
