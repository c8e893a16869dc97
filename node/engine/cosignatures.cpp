#include "node/engine/cosignatures.h"

#include <algorithm>
#include <utility>

#include "node/engine/cosigned_frames.h"
#include "proto/base/limits.h"

namespace koinon::engine {
namespace {

// Key IDs of one log that a peer has shown for nothing. Beyond it the log's are forgotten: the worst is that
// they are asked for again.
constexpr std::size_t kUselessOfLog = 64;
// Cities whose lines a peer has shown before their keys were known here, and logs of each.
constexpr std::size_t kMissedOfLink = 256;
// Heads of a peer that the store could not take.
constexpr std::size_t kUnkeptOfLink = 1024;

// Whether nothing need be waited for: the log stands whole that far, under that origin or a later one.
bool is_reached(const Log& log, const CosignedBrief& told) {
  return !log.recovering() && told.recoveries <= log.state().keys.recoveries() &&
         told.size.value <= log.whole_size();
}

bool is_in(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// A cosignature that counts. A line of an unknown kind may bear any key ID: it stands for no cosignature.
bool has_cosignature(const CosignedBrief& head, std::uint32_t key_id) { return is_in(head.key_ids, key_id); }

bool has_line(const CosignedBrief& head, const CosignatureLine& line) {
  return is_in(line.seconds ? head.key_ids : head.unknown, line.signature.key_id);
}

std::size_t count_of(const std::vector<std::uint32_t>& ids, std::uint32_t id) {
  return static_cast<std::size_t>(std::count(ids.begin(), ids.end(), id));
}

bool has_cosignature(const std::vector<CosignedBrief>& heads, std::uint32_t key_id) {
  return std::any_of(heads.begin(), heads.end(),
                     [key_id](const CosignedBrief& head) { return has_cosignature(head, key_id); });
}

// The head is known, and all its lines.
bool says_nothing_new(const CosignedHeads& heads, const LogId& log, const CosignedHead& shown) {
  const CosignedBrief* known = heads.find(log, shown.recoveries, shown.head.size, shown.head.root);
  return known != nullptr &&
         std::all_of(shown.lines.begin(), shown.lines.end(),
                     [known](const CosignatureLine& line) { return has_line(*known, line); });
}

void drop_news(std::map<LogId, std::map<SessionId, std::vector<CosignedBrief>>>& waiting, const LogId& log,
               SessionId session) {
  const auto news = waiting.find(log);
  if (news == waiting.end()) return;
  news->second.erase(session);
  if (news->second.empty()) waiting.erase(news);
}

}  // namespace

Cosignatures::Cosignatures(Effects& effects, StoreHealth& store, const TrustPolicy& trust, Logs& logs,
                           Links& links, Forks& forks, CosignedHeads& heads, Cosigning& cosigning)
    : effects_(effects),
      store_(store),
      trust_(trust),
      logs_(logs),
      links_(links),
      forks_(forks),
      heads_(heads),
      cosigning_(cosigning) {}

// --- what peers tell ---

void Cosignatures::on_news(Link& link, const v1::CosignedHeads& news) {
  auto heads = read_cosigned_heads(news);
  if (!heads.ok()) return links_.end_for_lie(link, heads.error());
  const LogId id = LogId::from(news.log_id());
  if (!logs_.admits(id) && !logs_.is_own(id)) return;
  if (const Log* log = logs_.find(id); log != nullptr) {
    weigh(link, *log, *heads);
    std::erase_if(*heads, [log](const CosignedBrief& told) { return is_reached(*log, told); });
  }
  wait_for(link, id, std::move(*heads));
}

void Cosignatures::wait_for(Link& link, const LogId& log, std::vector<CosignedBrief> heads) {
  if (!heads.empty()) {
    waiting_[log][link.id] = std::move(heads);
    link.cosignatures->waiting.insert(log);
  } else if (link.cosignatures->waiting.erase(log) > 0) {
    drop_news(waiting_, log, link.id);
  }
}

// Of a log that was removed, or is new here, nobody may tell anything soon: its author is asked.
void Cosignatures::log_whole(const Log& log) {
  if (const auto waiting = waiting_.find(log.id()); waiting != waiting_.end()) {
    News& news = waiting->second;
    for (auto it = news.begin(); it != news.end();) {
      if (Link* link = links_.find(it->first); link != nullptr) weigh(*link, log, it->second);
      std::erase_if(it->second, [&](const CosignedBrief& told) { return is_reached(log, told); });
      it = it->second.empty() ? news.erase(it) : std::next(it);
    }
    if (news.empty()) waiting_.erase(waiting);
  }
  if (logs_.is_own(log.id()) || !heads_.of(log.id()).empty()) return;
  for (const auto& [id, link] : links_.all()) {
    if (link->ready && link->peer_log == log.id()) ask_author(*link);
  }
}

// Those that we hold so far.
void Cosignatures::weigh(Link& link, const Log& log, const std::vector<CosignedBrief>& heads) {
  if (log.state().frozen || log.recovering()) return;
  Wanted wanted;
  for (const CosignedBrief& told : heads) {
    if (told.size.value > log.whole_size() || told.recoveries != log.state().keys.recoveries()) continue;
    if (auto lines = lacking(link, log.id(), told))
      wanted.emplace(CosignedAsk{log.id(), told.recoveries, told.size, told.root}, std::move(*lines));
  }
  want(link, log.id(), wanted);
}

void Cosignatures::want(Link& link, const LogId& log, const Wanted& heads) {
  link.cosignatures->wants.replace(log, heads);
  send_requests(link);
}

// Whether it is a head that would be kept, which comes with all its lines. Which heads are put up says their
// author alone, or who has cosigned them: else a peer could have each city sign another one.
bool Cosignatures::would_keep(const Link& link, const LogId& log, const CosignedBrief& told) const {
  if (link.peer_log != log && told.key_ids.empty()) return false;
  std::size_t newer = 0;
  std::size_t most = 0;
  for (const CosignedBrief& head : heads_.of(log)) {
    if (head.size > told.size) ++newer;
    most = std::max(most, head.key_ids.size());
  }
  return newer < limits::kOpenHeads || told.key_ids.size() > most;
}

// The lines that we lack: none of a head that is new here, for all its lines are. Nothing: nothing is wanted.
// Two keys may have one ID, which some owner has looked for: each is told.
std::optional<std::vector<std::uint32_t>> Cosignatures::lacking(const Link& link, const LogId& log,
                                                                const CosignedBrief& told) const {
  std::vector<std::uint32_t> out;
  const CosignedBrief* known = heads_.find(log, told.recoveries, told.size, told.root);
  if (known == nullptr) return would_keep(link, log, told) ? std::optional(out) : std::nullopt;
  const auto useless = link.cosignatures->useless.find(log);
  for (const std::uint32_t id : told.key_ids) {
    const bool in_vain = useless != link.cosignatures->useless.end() && useless->second.contains(id);
    const bool is_lacked = count_of(known->key_ids, id) < count_of(told.key_ids, id);
    if (!in_vain && is_lacked && !is_in(out, id)) out.push_back(id);
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

// What came of a city before it was trusted is asked for, if its key is here.
void Cosignatures::cosigners_trusted(const std::vector<LogId>& cities) {
  for (const auto& [id, link] : links_.all()) link->cosignatures->useless.clear();
  for (const LogId& city : cities) {
    if (has_keys(city)) cosigner_known(city);
  }
}

bool Cosignatures::has_keys(const LogId& city) const {
  const Log* log = logs_.find(city);
  return log != nullptr && log->has_identity() && log->held().value > 0;
}

void Cosignatures::ask_author(Link& link) {
  if (!link.peer_log) return;
  const Log* log = logs_.find(*link.peer_log);
  if (log == nullptr || !log->state().whole || !logs_.serves(log->id()) || log->state().frozen) return;
  const StoredHead& whole = *log->state().whole;
  const LastCosigned newest{log->state().keys.recoveries(), whole.size, whole.root};
  if (heads_.last(log->id()) == newest || heads_.find(log->id(), newest.recoveries, newest.size, newest.root))
    return;
  want(link, log->id(), {{{log->id(), newest.recoveries, newest.size, newest.root}, {}}});
}

// --- what we ask for ---

void Cosignatures::send_requests(Link& link) {
  CosignedWants& wants = link.cosignatures->wants;
  while (wants.has_next()) links_.send(link, *wants.next(effects_.next_request()));
}

void Cosignatures::on_refused(Link& link, std::uint64_t request_id) {
  if (!link.cosignatures->wants.take(request_id).empty()) send_requests(link);
}

void Cosignatures::on_cosignatures(Link& link, const v1::Cosignatures& answer) {
  if (const Status fits = check(link, answer); !fits.ok()) return links_.end_for_lie(link, fits.error());
  for (const v1::CosignedNote& note : answer.notes()) take(link, LogId::from(note.log_id()), note.note());
  send_requests(link);
}

// A city sends its own line to the log's author at once; all else was asked for.
Status Cosignatures::check(Link& link, const v1::Cosignatures& answer) {
  const auto lied = [](const char* why, const char* field) { return fail(Code::kMalformed, why, field); };
  std::set<LogId> logs;
  if (answer.request_id() == 0) {
    if (answer.notes_size() != 1) return lied("a city sends one line of its own", "cosignatures.notes");
    if (const auto own = logs_.own()) logs.insert(*own);
  } else {
    const auto asked = link.cosignatures->wants.take(answer.request_id());
    if (asked.empty()) return lied("cosignatures came that were not asked for", "cosignatures.request_id");
    for (const CosignedAsk& ask : asked) logs.insert(ask.log);
    if (static_cast<std::size_t>(answer.notes_size()) > asked.size())
      return lied("more heads came than were asked for", "cosignatures.notes");
  }
  for (const v1::CosignedNote& note : answer.notes()) {
    if (note.log_id().size() != LogId::kSize) return lied("it has not 32 bytes", "cosigned_note.log_id");
    if (!logs.contains(LogId::from(note.log_id())))
      return lied("a head came that was not asked for", "cosigned_note.log_id");
    if (note.note().size() > limits::kHeadNoteBytes)
      return fail(Code::kTooLarge, "the note of a head has at most 32 KiB", "cosigned_note.note");
  }
  return {};
}

// --- the checks ---

void Cosignatures::take(Link& link, const LogId& id, Bytes note, bool is_second) {
  const Log* log = logs_.find(id);
  if (log == nullptr || !log->state().whole || log->state().frozen || log->recovering()) return;
  Shown shown{link.id, id, std::move(note), {}, {}, {}, is_second};
  shown.lines = cities_in(shown.note, id);
  ReadCosigners read;
  for (const auto& [city, lines] : shown.lines) {
    const Log* of_city = logs_.find(city);
    const auto rank = trust_.rank(city);
    if (logs_.is_own(city)) continue;
    if (!rank || of_city == nullptr || !of_city->has_identity()) {
      note_missed(shown, city);
      continue;
    }
    shown.cosigners.push_back(
        {city, {of_city->state().keys.vkey().name, SignatureType::kCosignatureV1, {}}, *rank});
    read.cities.push_back(city);
  }
  ++link.unverified;
  effects_.ask(std::move(read),
               [this, shown = std::move(shown)](const Result<CosignersRead>& answer) mutable {
                 if (!answer.ok() || answer->keys.size() != shown.cosigners.size()) return done(shown.source);
                 take_keys(std::move(shown), *answer);
               });
}

void Cosignatures::take_keys(Shown shown, const CosignersRead& read) {
  std::vector<KnownCosigner> known;
  bool anew = false;
  for (std::size_t i = 0; i < read.keys.size(); ++i) {
    KnownCosigner& cosigner = shown.cosigners[i];
    if (!read.keys[i]) {
      // It may have come while the question was on its way: then it is asked for at once, and once.
      const bool was_there = has_keys(cosigner.city) && !shown.is_second;
      note_missed(shown, cosigner.city);
      if (was_there) anew = true;
      continue;
    }
    cosigner.vkey.key = *read.keys[i];
    note_other_keys(shown, cosigner);
    known.push_back(std::move(cosigner));
  }
  shown.cosigners = std::move(known);
  Link* link = links_.find(shown.source);
  if (!anew || link == nullptr) return verify(std::move(shown));
  done(shown.source);
  take(*link, shown.log, std::move(shown.note), true);
}

// The city may have a newer key than the one that we know.
void Cosignatures::note_other_keys(Shown& shown, const KnownCosigner& cosigner) {
  KeyIds& lines = shown.lines[cosigner.city];
  lines.erase(key_id(cosigner.vkey.name, SignatureType::kCosignatureV1, cosigner.vkey.key));
  if (!lines.empty()) note_missed(shown, cosigner.city);
}

// Once the city is trusted and its key is here, its lines are asked for again.
void Cosignatures::note_missed(Shown& shown, const LogId& city) {
  Link* link = links_.find(shown.source);
  if (link == nullptr) return;
  auto& missed = link->cosignatures->missed;
  if (missed.size() >= kMissedOfLink && !missed.contains(city)) return;
  // Only what is remembered: else it would be asked for without end.
  shown.missed.push_back(city);
  auto& logs = missed[city];
  if (logs.size() >= kMissedOfLink && !logs.contains(shown.log)) return;
  KeyIds& lines = logs[shown.log];
  lines.insert(shown.lines[city].begin(), shown.lines[city].end());
  // Older ones than the newest note has are of keys that the city has replaced since.
  if (lines.size() > limits::kCosignatures) lines = shown.lines[city];
}

void Cosignatures::ask_again(Link& link, const LogId& log, const KeyIds& lines) {
  // What could not be verified was shown for nothing then, and is not now.
  if (const auto useless = link.cosignatures->useless.find(log); useless != link.cosignatures->useless.end())
    for (const std::uint32_t id : lines) useless->second.erase(id);
  Wanted again;
  for (const CosignedBrief& head : heads_.of(log))
    again.emplace(CosignedAsk{log, head.recoveries, head.size, head.root},
                  std::vector<std::uint32_t>(lines.begin(), lines.end()));
  link.cosignatures->wants.add(again);
  send_requests(link);
}

void Cosignatures::cosigner_known(const LogId& city) {
  if (!trust_.rank(city)) return;
  for (const SessionId id : links_.ids()) {
    Link* link = links_.find(id);
    if (link == nullptr) continue;
    const auto missed = link->cosignatures->missed.extract(city);
    if (missed.empty()) continue;
    for (const auto& [log, lines] : missed.mapped()) ask_again(*link, log, lines);
  }
}

// A key may have come while the head was on its way to the store.
void Cosignatures::ask_for_missed(const Shown& shown) {
  Link* link = links_.find(shown.source);
  if (link == nullptr) return;
  KeyIds lines;
  for (const LogId& city : shown.missed) {
    if (!link->cosignatures->missed.contains(city))
      lines.insert(shown.lines.at(city).begin(), shown.lines.at(city).end());
  }
  if (!lines.empty()) ask_again(*link, shown.log, lines);
}

void Cosignatures::verify(Shown shown) {
  VerifyCosigned check{log_of(shown.log).state().keys, shown.note, shown.cosigners};
  effects_.ask(std::move(check), [this, shown = std::move(shown)](Result<CosignedHead> answer) {
    if (answer.ok()) return compare(shown, std::move(*answer));
    // Who knows statements that we lack, or lacks some of ours, shows heads of another key in good faith.
    const Code code = answer.error().code;
    Link* link = links_.find(shown.source);
    if (link != nullptr && (code == Code::kMalformed || code == Code::kTooLarge))
      links_.end_for_lie(*link, answer.error());
    done(shown.source);
  });
}

// Its tree must be the one that we hold; another one is a fork, as a head of another tree is that comes
// alone. It answers no question about the log's newest head, and has no row: so it comes from no session.
void Cosignatures::compare(const Shown& shown, CosignedHead head) {
  Log& log = log_of(shown.log);
  const LogState& state = log.state();
  const bool is_ours = head.recoveries == state.keys.recoveries() && head.head.size.value <= log.whole_size();
  const bool is_followed = logs_.admits(shown.log) || logs_.is_own(shown.log);
  if (!is_ours || !is_followed || state.frozen || log.recovering()) return done(shown.source);
  if (logs_.is_own(shown.log)) return keep(shown, std::move(head));
  const Offer offer{shown.log,      state.identity(), head.head,
                    SessionId(0),   JournalSeq(0),    state.keys.changes().size(),
                    head.recoveries};
  if (forks_.freeze_if_forked(log, offer)) return done(shown.source);
  forks_.check_old_head(offer, [this, shown, head = std::move(head)](bool compared) mutable {
    if (!compared) return done(shown.source);
    keep(shown, std::move(head));
  });
}

// By its author, or by cities that have signed it.
bool Cosignatures::is_put_up(const Shown& shown, const CosignedHead& head) const {
  const Link* link = links_.find(shown.source);
  return head.cities() > 0 || (link != nullptr && link->peer_log == shown.log) ||
         heads_.find(shown.log, head.recoveries, head.head.size, head.head.root) != nullptr;
}

// The store refuses what is not the tree that it holds.
void Cosignatures::keep(const Shown& shown, CosignedHead head) {
  if (says_nothing_new(heads_, shown.log, head)) {
    note_useless(shown);
    ask_for_missed(shown);
    return done(shown.source);
  }
  if (!is_put_up(shown, head)) return done(shown.source);
  head.since = effects_.now().wall;
  const CosignedAsk which{shown.log, head.recoveries, head.head.size, head.head.root};
  heads_.keep(shown.log, std::move(head), [this, shown, which](const Status& kept) {
    done(shown.source);
    if (!kept.ok()) return note_unkept(shown, which, kept.error());
    note_useless(shown);
    ask_for_missed(shown);
    cosigning_.look_at(shown.log);
  });
}

// A full disk loses no line: the peer tells of it once.
void Cosignatures::note_unkept(const Shown& shown, const CosignedAsk& head, const Error& error) {
  if (error.code == Code::kConflict || error.code == Code::kNotFound) return;
  if (Link* link = links_.find(shown.source); link != nullptr) {
    auto& unkept = link->cosignatures->unkept;
    if (unkept.size() < kUnkeptOfLink) unkept.insert(head);
  }
  store_.note_failure(shown.log, error);
}

void Cosignatures::store_again() {
  for (const SessionId id : links_.ids()) {
    Link* link = links_.find(id);
    if (link == nullptr) continue;
    Wanted again;
    for (const CosignedAsk& head : std::exchange(link->cosignatures->unkept, {}))
      again.emplace(head, std::vector<std::uint32_t>());
    link->cosignatures->wants.add(again);
    send_requests(*link);
  }
}

// Lines that came and are not kept: of cities that we do not trust, or farther away than those that are.
void Cosignatures::note_useless(const Shown& shown) {
  Link* link = links_.find(shown.source);
  const auto note = parse_note(shown.note);
  if (link == nullptr || !note.ok()) return;
  auto& useless = link->cosignatures->useless[shown.log];
  if (useless.size() > kUselessOfLog) useless.clear();
  // What stands under the log's own name says nothing of a city's line with the same key ID.
  const std::string own = log_of(shown.log).state().keys.vkey().name;
  for (const NoteSignature& signature : note->signatures) {
    if (signature.name != own && !has_cosignature(heads_.of(shown.log), signature.key_id))
      useless.insert(signature.key_id);
  }
}

void Cosignatures::done(SessionId source) {
  if (Link* link = links_.find(source); link != nullptr) --link->unverified;
}

void Cosignatures::forget(Link& link) {
  for (const LogId& id : link.cosignatures->waiting) drop_news(waiting_, id, link.id);
}

}  // namespace koinon::engine
