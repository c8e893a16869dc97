#include "node/api/explanation.h"

#include <algorithm>
#include <array>

#include "node/reading/attachment_view.h"
#include "node/reading/city_view.h"
#include "node/reading/shown_record.h"
#include "node/text/time_text.h"
#include "proto/codec/entry.h"
#include "proto/codec/ref.h"

namespace koinon {
namespace {

class Explanation {
 public:
  explicit Explanation(std::string subject) { view_.subject = std::move(subject); }
  void verdict(std::string verdict) { view_.verdict = std::move(verdict); }
  void because(std::string sentence) { view_.because.push_back(std::move(sentence)); }
  void change(std::string sentence) { view_.change.push_back(std::move(sentence)); }
  ExplanationView take() { return std::move(view_); }

 private:
  ExplanationView view_;
};

std::string enumerated(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
  return out;
}

std::string path_text(Directory& directory, const TrustPath& path) {
  std::string out = "this city";
  for (const LogId& log : path) out += " -> " + directory.city(log);
  return out;
}

std::vector<std::string> names_of(Directory& directory, const std::vector<LogId>& logs) {
  std::vector<std::string> out;
  for (const LogId& log : logs) out.push_back(directory.city(log));
  return out;
}

// As people say it: 8.0 GiB, 512 bytes.
std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 4> kUnits = {" KiB", " MiB", " GiB", " TiB"};
  if (bytes < 1024) return std::to_string(bytes) + " bytes";
  std::size_t unit = 0;
  for (; bytes >= 1024 * 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return std::to_string(bytes / 1024) + "." + std::to_string(bytes % 1024 * 10 / 1024) + kUnits.at(unit);
}

// How much of it is held and taken, and why it rests.
void explain_quota(Explanation& out, std::uint64_t held, const CityStanding& standing) {
  const std::uint64_t allowed = standing.log.bytes_allowed;
  if (!standing.trusted || allowed == 0 || standing.path.empty()) return;
  const std::size_t hops = standing.path.size();
  out.because(size_text(held) + " of it are held; of a city " + std::to_string(hops) +
              (hops == 1 ? " hop" : " hops") + " away this node takes " + size_text(allowed) +
              " (quota.log_bytes, an eighth for each hop further)");
  if (!standing.log.resting || standing.log.frozen) return;
  if (held >= allowed) {
    out.because("that is all that is taken of it: it rests at its last whole head");
    return out.change("raise quota.log_bytes, or come nearer to it: peer with it, or vouch for it");
  }
  out.because("it rests: it wrote more in a short time than this node takes, and is taken up again later");
}

void explain_trust(Explanation& out, Directory& directory, const std::optional<LogId>& own, const LogId& city,
                   const CityStanding& standing) {
  if (city == own) return out.because("it is this node's own city");
  if (standing.blocked) {
    out.because("the operator has blocked it");
    return out.change("koinon block --undo " + directory.city(city));
  }
  if (standing.trusted) {
    return out.because(standing.path.size() == 1
                           ? "it is trusted: a peer, or a city that this one vouches for"
                           : "it is trusted: " + path_text(directory, standing.path));
  }
  if (standing.vouchers.empty()) {
    out.because("it is no peer, and nobody known here vouches for it");
    return out.change("peer with it, or with a city that vouches for it");
  }
  out.because("it is vouched for by " + enumerated(names_of(directory, standing.vouchers)));
  if (standing.trusted_vouchers.empty()) {
    out.because("none of them is trusted here");
  } else if (standing.trusted_vouchers.size() < standing.rules.paths) {
    out.because("trust.paths asks for " + std::to_string(standing.rules.paths) +
                " paths that share no city, and " + std::to_string(standing.trusted_vouchers.size()) +
                " was found");
    out.change("another vouch for it by a trusted city, or a smaller trust.paths");
  } else {
    out.because("vouches reach " + std::to_string(standing.rules.hops) +
                " hops here (trust.hops), and a voucher admits " + std::to_string(standing.rules.admits) +
                " cities at most (trust.admits)");
  }
  out.change("peer with it, vouch for it (koinon vouch), or raise trust.hops");
}

void explain_log(Explanation& out, StoreReader& store, const LogId& city, const CityStanding& standing) {
  const auto state = store.log_state(city);
  if (!state.ok()) {
    out.because("nothing of its log is here yet");
    if (standing.trusted) {
      out.because(standing.connected.empty() ? "no peer is connected"
                                             : "it was asked for at " + enumerated(standing.connected));
      out.change("a connected peer that holds it and trusts it too");
    }
    return;
  }
  out.because(std::to_string(state->range.size().value) + " entries of its log are held");
  if (state->out_since)
    out.because("it has been outside the policy since " + time_text(*state->out_since) +
                "; its data go once this node has run for trust.grace_days since");
  if (standing.log.for_good) {
    out.because(
        "its recovery words were used twice, in different ways: the log is frozen for good, the evidence is "
        "kept, and nothing more is taken of it");
    out.change("the city, which begins a new log; nothing thaws this one");
  } else if (standing.log.frozen) {
    out.because(
        "it signed two histories: the log is frozen, the evidence is kept, and nothing more is taken of it");
    out.change(
        "the city, which takes its log back with its recovery words; or you, for this node alone: koinon "
        "thaw");
  }
  if (const auto kept = store.evidence(state->id); kept.ok() && !kept->empty()) {
    if (const auto shown = read_contradiction(shown_evidence(*kept)->bytes); shown)
      out.because(contradiction_text(*shown) + ": koinon evidence writes the proof");
  }
  if (standing.log.thawed)
    out.because("it signed two histories; an operator here lets its log go on, and the evidence is kept");
  if (standing.log.over_quota) {
    out.because("it claims more entries than quota.log_entries allows, and stops at its last whole head");
    out.change("raise quota.log_entries");
  }
  explain_quota(out, state->bytes, standing);
  if (standing.log.fetching) out.because("more of it is being fetched now");
}

Status explain_attachments(Explanation& out, Directory& directory, StoreReader& store, const LogId& city,
                           EntryIndex index) {
  KOINON_ASSIGN(const auto attachments, read_attachments(store, city, index));
  for (const AttachmentView& file : attachments) {
    out.because("its attachment " + file.name + " is " + std::string(file_state_text(file.state)));
    if (file.state == FileState::kNotHere) {
      out.because(
          "files are fetched when somebody asks for them, or with their notes up to "
          "attachments.fetch_up_to bytes, within attachments.max_bytes");
      out.change("koinon attachment " + directory.ref(city, index) + " \"" + file.name + "\" -o FILE");
    }
  }
  return {};
}

}  // namespace

ExplanationView explain_unknown(const std::string& name) {
  Explanation out(name);
  out.verdict("unknown");
  out.because("no log of that name is held here, and no city known here vouches for one");
  out.change("peer with it, or with a city that vouches for it; koinon cities lists who is trusted");
  return out.take();
}

ExplanationView explain_city(Directory& directory, StoreReader& store, const std::optional<LogId>& own,
                             const LogId& city, const std::string& name, const CityStanding& standing) {
  Explanation out(name);
  const auto state = store.log_state(city);
  out.verdict(standing.blocked                   ? "blocked"
              : city != own && !standing.trusted ? "not trusted"
              : standing.log.frozen              ? "frozen"
              : state.ok()                       ? "held"
                                                 : "awaited");
  explain_trust(out, directory, own, city, standing);
  explain_log(out, store, city, standing);
  if (state.ok() && directory.shares_name(*state))
    out.because("another log claims the same name; they are shown apart, and koinon cities has both keys");
  return out.take();
}

namespace {

Status explain_arrival(Explanation& out, StoreReader& store, const std::optional<LogId>& own,
                       const LogId& city, EntryIndex index, const CityStanding& standing) {
  KOINON_ASSIGN(const auto arrival, store.arrival_of(city, index));
  if (arrival) {
    const auto peer = arrival->source ? standing.peers.find(*arrival->source) : standing.peers.end();
    const std::string from = city == own                    ? ", published here"
                             : peer != standing.peers.end() ? ", from " + peer->second
                             : arrival->source              ? ", from a peer that is pinned no longer"
                                                            : "";
    out.because("it is here since " + time_text(arrival->at) + from);
  }
  return {};
}

}  // namespace

Result<ExplanationView> explain_record(Directory& directory, StoreReader& store,
                                       const std::optional<LogId>& own, const LogId& city, EntryIndex index,
                                       const CityStanding& standing,
                                       const std::optional<IndexedRecord>& indexed) {
  Explanation out(directory.ref(city, index));
  const auto state = store.log_state(city);
  if (!state.ok() || index.value >= state->range.size().value) {
    out.verdict("not held");
    explain_trust(out, directory, own, city, standing);
    explain_log(out, store, city, standing);
    if (state.ok()) out.change("the city publishing so many entries, and a peer that has them");
    return out.take();
  }
  KOINON_ASSIGN(const StoredRecord record, store.record(city, index));
  KOINON_TRY(explain_arrival(out, store, own, city, index, standing));
  explain_trust(out, directory, own, city, standing);
  const auto entry = parse_entry(record.entry);
  switch (record.state) {
    case BodyState::kHeld:
      out.verdict(entry.ok() ? "held" : "unreadable");
      if (!entry.ok()) out.because("the entry cannot be read: " + entry.error().text());
      if (record.hidden)
        out.because("its text is hidden here: the withdrawal that erases it waits to be signed");
      if (indexed && indexed->status_by && is_gone(indexed->status)) {
        out.verdict("withdrawn");
        const std::string reason = withdrawal_reason(store, city, *indexed->status_by);
        out.because("its city withdrew it: " + directory.ref(city, *indexed->status_by) +
                    (reason.empty() ? "" : ", \"" + reason + "\""));
      }
      if (indexed && indexed->status == RecordStatus::kSuperseded && indexed->status_by)
        out.because("there is a newer version: " + directory.ref(city, *indexed->status_by));
      KOINON_TRY(explain_attachments(out, directory, store, city, index));
      break;
    case BodyState::kErased:
      out.verdict("erased");
      out.because("its city withdrew it and asked all to erase it: " + directory.ref(city, record.erased_by));
      break;
    case BodyState::kNotAsked: {
      out.verdict("entry only");
      std::vector<std::string> topics(
          entry.ok() ? entry->topics().begin() : decltype(entry->topics().begin()){},
          entry.ok() ? entry->topics().end() : decltype(entry->topics().end()){});
      out.because("its topics (" + enumerated(topics) + ") are not among those subscribed to (" +
                  standing.topics + ")");
      if (record.transit) out.because("the note itself is held for a peer, apart from what is shown here");
      if (!topics.empty()) out.change("koinon subscribe " + topics.front());
      break;
    }
    case BodyState::kNotHeld: {
      out.verdict("wanted");
      out.because("the note itself is wanted, and no peer has given it yet");
      std::vector<std::string> asked;
      if (const auto missing = standing.log.missing.find(index); missing != standing.log.missing.end()) {
        for (const NodeKey& key : missing->second) {
          if (const auto peer = standing.peers.find(key); peer != standing.peers.end())
            asked.push_back(peer->second);
        }
      }
      if (!asked.empty()) out.because("asked in vain: " + enumerated(asked));
      if (standing.connected.empty()) out.because("no peer is connected");
      out.change("one connected peer that holds it; it is asked for again by itself");
      break;
    }
  }
  return out.take();
}

}  // namespace koinon
