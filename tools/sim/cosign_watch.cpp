#include "tools/sim/cosign_watch.h"

#include <algorithm>
#include <tuple>

#include "proto/base/limits.h"
#include "proto/codec/name.h"
#include "storage/store/settings.h"
#include "tools/sim/liar.h"

namespace koinon::sim {
namespace {

auto order_of(const LastCosigned& head) { return std::tuple(head.recoveries, head.size); }

LastCosigned which(const CosignedHead& head) { return {head.recoveries, head.head.size, head.head.root}; }

Bytes line_key(const NoteSignature& signature) { return signature.name + "\n" + signature.signature; }

std::string entries_of(const LastCosigned& head) { return std::to_string(head.size.value) + " entries"; }

bool holds_whole(SimNode& node, const LogId& log, const LastCosigned& head) {
  const auto held = node.store().log_state(log);
  return held.ok() && held->keys.recoveries() == head.recoveries && held->whole &&
         held->whole->size >= head.size;
}

bool contains(const std::vector<std::size_t>& numbers, std::size_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

}  // namespace

std::string CosignWatch::name_of(const LogId& log) const {
  return truth_.known(log) ? truth_.log(log).identity.name : "nobody";
}

// --- starts ---

void CosignWatch::starting(SimNode& node, bool older) {
  if (node.liar() != nullptr) return;
  Cosigner& cosigner = cosigners_[node.index()];
  if (older) {
    ++cosigner.era;
    cosigner.owed.clear();
  }
  for (auto& [log, owed] : cosigner.owed) check_owed(node, log, owed);
  const auto lost = node.store().setting(kCosignerLost);
  if ((lost.ok() && *lost) || node.mark_says() == MarkSays::kBehind) rolled_back(node);
}

void CosignWatch::rolled_back(const SimNode& node) {
  Cosigner& cosigner = cosigners_[node.index()];
  cosigner.lost.insert(cosigner.used.begin(), cosigner.used.end());
}

// After the end of a run, and a crash: what has left outlives it.
void CosignWatch::check_owed(SimNode& node, const LogId& log, Owed& owed) {
  const auto last = node.store().last_cosigned(log);
  if (!last.ok() || !*last || order_of(**last) < order_of(owed.head))
    rules_.fail(node, "has forgotten that it cosigned " + entries_of(owed.head) + " of " + name_of(log));
  if (!owed.held) return;
  const auto held = node.store().log_state(log);
  if (!held.ok() || held->keys.recoveries() > owed.head.recoveries) {
    owed.held = false;  // it was removed, or taken back, as the power went
  } else if (!holds_whole(node, log, owed.head)) {
    rules_.fail(node, "has lost entries of " + name_of(log) + ", of which it cosigned " +
                          std::to_string(owed.head.size.value));
  }
}

// --- what is signed ---

void CosignWatch::signing(SimNode& node, const Checkpoint& checkpoint, const CosignatureLine& line,
                          const PublicKey& key) {
  const auto origin = parse_origin(checkpoint.origin);
  if (!origin.ok()) return rules_.fail(node, "cosigns what is no log of a city: " + checkpoint.origin);
  const bool honest = node.liar() == nullptr;
  Said& said =
      said_.try_emplace({key, origin->log}, Said{node.index(), node.name(), origin->log, honest, {}, 0})
          .first->second;
  Statement next;
  next.head = {origin->recoveries, checkpoint.size, checkpoint.root};
  if (honest) {
    next.era = cosigners_[node.index()].era;
    check_signing(node, origin->log, next.head, key);
    compare(node, said, next);
  }
  lines_.try_emplace(line_key(line.signature), Place{&said, said.statements.size()});
  said.statements.push_back(std::move(next));
}

void CosignWatch::check_signing(SimNode& node, const LogId& log, const LastCosigned& head,
                                const PublicKey& key) {
  Cosigner& cosigner = cosigners_[node.index()];
  cosigner.used.insert(key);
  const std::string what = "cosigns " + entries_of(head) + " of " + name_of(log) + ", ";
  if (cosigner.lost.contains(key))
    rules_.fail(node, what + "with a key whose statements it has lost track of");
  if (log == node.log()) rules_.fail(node, what + "its own log");
  const auto held = node.store().log_state(log);
  if (!holds_whole(node, log, head)) return rules_.fail(node, what + "and does not hold it whole");
  if (held->frozen) rules_.fail(node, what + "which is frozen");
  const auto root = node.store().root_at(log, head.size);
  if (!root.ok() || *root != head.root) rules_.fail(node, what + "and holds another tree");
}

// The tree that is held now says which of its earlier statements it extends.
void CosignWatch::compare(SimNode& node, const Said& said, Statement& next) {
  for (std::size_t i = said.compared_from; i < said.statements.size(); ++i) {
    const LastCosigned& before = said.statements[i].head;
    if (order_of(next.head) < order_of(before)) {
      next.goes_back.push_back(i);
    } else if (next.head.recoveries == before.recoveries) {
      const auto root = node.store().root_at(said.log, before.size);
      if (!root.ok() || *root != before.root) next.contradicts.push_back(i);
    }
  }
}

// --- what leaves ---

void CosignWatch::sent(SimNode& from, const v1::Cosignatures& frame) {
  for (const v1::CosignedNote& shown : frame.notes()) {
    const auto note = parse_note(shown.note());
    if (!note.ok()) {
      rules_.fail(from, "sends cosignatures that are no note");
      continue;
    }
    for (const NoteSignature& signature : note->signatures) {
      const auto line = lines_.find(line_key(signature));
      if (line != lines_.end()) leaves(from, *line->second.said, line->second.number);
    }
  }
}

// Whoever passes it on: it is known now.
void CosignWatch::leaves(SimNode& from, Said& said, std::size_t number) {
  Statement& statement = said.statements[number];
  if (!said.honest || std::exchange(statement.left, true)) return;
  said.compared_from = std::max(said.compared_from, number);
  for (std::size_t i = 0; i < said.statements.size(); ++i) {
    const Statement& other = said.statements[i];
    if (!other.left || i == number) continue;
    const auto& [before, after] =
        i < number ? std::tie(other, std::as_const(statement)) : std::tie(std::as_const(statement), other);
    const std::size_t first = std::min(i, number);
    if (contains(after.goes_back, first)) report(from, said, before, after, " after ");
    if (contains(after.contradicts, first)) report(from, said, before, after, ", and of another tree ");
  }
  if (from.index() == said.cosigner) owe(from, said.log, statement.head);
}

// Where nothing proves that a store was put back, nobody can know what its cosigner has said.
void CosignWatch::report(SimNode& from, const Said& said, const Statement& before, const Statement& after,
                         const char* how) {
  if (before.era != after.era) return counters_.add("cosigners put back unnoticed that went back");
  rules_.fail(from, "sends what one key of " + said.city + " has cosigned: " + entries_of(after.head) +
                        " of " + name_of(said.log) + how + entries_of(before.head));
}

void CosignWatch::owe(SimNode& node, const LogId& log, const LastCosigned& head) {
  const auto last = node.store().last_cosigned(log);
  if (!last.ok() || !*last || order_of(**last) < order_of(head))
    rules_.fail(node, "sends a cosignature of " + entries_of(head) + " of " + name_of(log) +
                          " that its store does not know of");
  Owed& owed = cosigners_[node.index()].owed[log];
  if (order_of(head) < order_of(owed.head)) return;
  owed = {head, holds_whole(node, log, head)};
}

// --- what is kept ---

void CosignWatch::committed(SimNode& node, const IntentBody& body) {
  const auto taken_away = [&](const LogId& log) {
    auto& owed = cosigners_[node.index()].owed;
    if (const auto it = owed.find(log); it != owed.end()) it->second.held = false;
  };
  if (const auto* removal = std::get_if<CommitRemoval>(&body)) return taken_away(removal->log);
  if (const auto* recovery = std::get_if<CommitRecovery>(&body)) return taken_away(recovery->recovery.log);
  if (const auto* cosigned = std::get_if<CommitCosigned>(&body)) {
    check_lines(node, cosigned->log, cosigned->head);
    (void)check_kept(node, cosigned->log);
  } else if (const auto* own = std::get_if<CommitCosign>(&body)) {
    (void)check_kept(node, own->log);
  }
}

// What is to be kept now.
void CosignWatch::check_lines(SimNode& node, const LogId& log, const CosignedHead& head) {
  for (const CosignatureLine& line : head.lines) {
    if (line.city == log && !line.seconds) continue;  // of an unknown kind, under the log's own name
    const std::string what = "keeps a line of " + name_of(line.city) + " on a head of " + name_of(log);
    if (line.city == log) rules_.fail(node, what + ", its own");
    if (!rules_.admits(node, line.city)) rules_.fail(node, what + ", which is outside its policy");
    if (line.seconds && !verifies(node, log, head, line)) rules_.fail(node, what + " that does not verify");
  }
}

std::optional<bool> CosignWatch::was_signed(const LogId& log, const CosignedHead& head,
                                            const CosignatureLine& line) const {
  const auto known = lines_.find(line_key(line.signature));
  if (known == lines_.end()) return std::nullopt;
  const auto& [said, number] = known->second;
  return said->log == log && said->statements[number].head == which(head);
}

// A liar may have made it by hand.
bool CosignWatch::verifies(SimNode& node, const LogId& log, const CosignedHead& head,
                           const CosignatureLine& line) const {
  if (const auto known = was_signed(log, head, line)) return *known;
  const auto note = parse_note(head.head.note);
  const auto keys = node.store().cosigner_keys(line.city);
  return note.ok() && keys.ok() && std::any_of(keys->begin(), keys->end(), [&](const CosignerKey& named) {
           const VKey key{line.signature.name, SignatureType::kCosignatureV1, named.key};
           return verify_cosignature({note->text, {line.signature}}, key).ok();
         });
}

// Not too many heads, nor lines.
std::vector<CosignedHead> CosignWatch::check_kept(SimNode& node, const LogId& log) {
  const auto heads = node.store().cosigned(log);
  const std::string of = " of " + name_of(log);
  if (!heads.ok()) {
    rules_.fail(node, "cannot read the cosigned heads" + of);
    return {};
  }
  if (heads->size() > limits::kCosignedHeads)
    rules_.fail(node, "keeps " + std::to_string(heads->size()) + " cosigned heads" + of);
  for (const CosignedHead& head : *heads) {
    std::set<LogId> cities;
    for (const CosignatureLine& line : head.lines) {
      if (line.seconds && !cities.insert(line.city).second)
        rules_.fail(node, "keeps two lines of " + name_of(line.city) + " on a head" + of);
    }
    const std::size_t unknown = head.lines.size() - head.cities();
    if (head.lines.size() > limits::kCosignatures || unknown > limits::kUnknownLines)
      rules_.fail(node, "keeps " + std::to_string(head.lines.size()) + " lines on a head" + of + ", " +
                            std::to_string(unknown) + " of unknown kinds");
  }
  return *heads;
}

// Each is a head of what is held, and its lines are.
void CosignWatch::check_store(SimNode& node) {
  const auto state = node.store().load_state();
  if (!state.ok()) return;
  for (const LogCosigned& cosigned : state->cosigned) {
    const LogId& log = cosigned.log;
    const std::string of = " of " + name_of(log);
    const auto held = node.store().log_state(log);
    for (const CosignedHead& head : check_kept(node, log)) {
      for (const CosignatureLine& line : head.lines) {
        if (line.seconds && !was_signed(log, head, line).value_or(true))
          rules_.fail(node, "keeps a line of another head on a head" + of);
      }
      if (!held.ok() || held->keys.recoveries() != head.recoveries) continue;
      const auto root = node.store().root_at(log, head.head.size);
      if (!holds_whole(node, log, which(head)) || !root.ok() || *root != head.head.root)
        rules_.fail(node, "keeps a cosigned head" + of + " that it does not hold whole");
    }
  }
}

// --- after all is calm ---

namespace {

// Whether the peer has, or is to make, a line of the author's newest head that the author can verify.
bool owes(SimNode& peer, SimNode& author, const LastCosigned& newest) {
  if (!peer.up() || peer.liar() != nullptr || !peer.cosigns() || !peer.peers_with(author) ||
      !peer.connected_to(author) || peer.engine().signing().state != SigningState::kSigns)
    return false;
  const auto lost = peer.store().setting(kCosignerLost);
  const auto known = author.store().cosigner_keys(peer.log());
  if (!lost.ok() || *lost || !known.ok() || known->empty() || known->front().key != peer.cosigner_key())
    return false;
  const auto held = peer.store().log_state(author.log());
  if (!held.ok() || held->frozen || held->out_since || !held->whole ||
      LastCosigned{held->keys.recoveries(), held->whole->size, held->whole->root} != newest)
    return false;
  const auto last = peer.store().last_cosigned(author.log());
  if (!last.ok()) return false;
  if (*last != newest) return may_follow(*last, newest);
  // It has signed it, maybe with a key that is lost, or the line went with the log.
  const auto heads = peer.store().cosigned(author.log());
  const auto own = peer.store().log_state(peer.log());
  if (!heads.ok() || !own.ok()) return false;
  const VKey key{own->keys.vkey().name, SignatureType::kCosignatureV1, peer.cosigner_key()};
  return std::any_of(heads->begin(), heads->end(), [&](const CosignedHead& head) {
    return which(head) == newest &&
           std::any_of(head.lines.begin(), head.lines.end(), [&](const CosignatureLine& line) {
             return line.city == peer.log() && line.signature.key_id == key.id();
           });
  });
}

}  // namespace

std::vector<std::string> CosignWatch::lacking(SimNode& node) const {
  std::vector<std::string> out;
  if (!node.cosigns() || node.engine().signing().state != SigningState::kSigns) return out;
  if (const auto lost = node.store().setting(kCosignerLost); lost.ok() && *lost)
    out.emplace_back("has not replaced its cosigner key, which is lost");
  const auto own = node.store().log_state(node.log());
  const auto heads = node.store().cosigned(node.log());
  if (!own.ok() || !heads.ok() || !own->whole || own->frozen) return out;
  const LastCosigned newest{own->keys.recoveries(), own->whole->size, own->whole->root};
  const auto head = std::find_if(heads->begin(), heads->end(),
                                 [&](const CosignedHead& one) { return which(one) == newest; });
  if (head == heads->end()) {
    out.push_back("has not put up its newest head, of " + entries_of(newest));
    return out;
  }
  if (head->cities() >= limits::kCosignatures) return out;
  for (SimNode* peer : node.peers()) {
    const bool has = std::any_of(head->lines.begin(), head->lines.end(), [&](const CosignatureLine& line) {
      return line.seconds && line.city == peer->log();
    });
    if (has || !owes(*peer, node, newest)) continue;
    if (!rules_.admits(node, peer->log()) || !rules_.admits(*peer, node.log())) continue;
    out.push_back("lacks the cosignature of " + peer->name() + " on its newest head, of " +
                  entries_of(newest));
  }
  return out;
}

}  // namespace koinon::sim
