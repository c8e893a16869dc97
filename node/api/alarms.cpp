#include "node/api/alarms.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>

#include "node/reading/kept_fault.h"

namespace koinon {
namespace {

constexpr std::size_t kLagArrivals = 1000;
constexpr std::chrono::minutes kIndexPatience{1};
constexpr std::chrono::minutes kMissingPatience{10};
constexpr std::chrono::seconds kCosignerPatience{120};
constexpr std::uint64_t kMegabyte = 1'000'000;

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 10;
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kNamed ? out + " …" : out;
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// As the page's message alarm.clock tells them apart.
std::string clock_witness(ClockDoubt because) {
  switch (because) {
    case ClockDoubt::kOwnEntry:
      return "own";
    case ClockDoubt::kPeers:
      return "peers";
    case ClockDoubt::kJump:
      return "jump";
  }
  return "";
}

std::string clock_reason(ClockDoubt because) {
  switch (because) {
    case ClockDoubt::kOwnEntry:
      return "our newest entry is of a later time";
    case ClockDoubt::kPeers:
      return "so say the connected peers";
    case ClockDoubt::kJump:
      return "it jumped just now, and counts once it has stood for ten minutes";
  }
  return "";
}

class Found {
 public:
  explicit Found(UnixMillis now) : now_(now) {}
  void add(std::string id, Severity severity, std::string text, MessageArguments arguments = {},
           std::chrono::milliseconds patience = {}) {
    alarms_.push_back(
        {std::move(id), severity, std::move(text), std::move(arguments), std::nullopt, now_, patience});
  }
  // One that an error explains: its argument `why`.
  void add(std::string id, Severity severity, std::string text, const Error& why,
           MessageArguments arguments = {}) {
    arguments.emplace_back("why", why.message);
    alarms_.push_back({std::move(id), severity, std::move(text), std::move(arguments), why, now_, {}});
  }
  std::vector<Alarm> take() { return std::move(alarms_); }

 private:
  UnixMillis now_;
  std::vector<Alarm> alarms_;
};

// What is done about it, as the page's message alarm.clock tells it apart. A jump may be the right time.
std::string clock_answer(const ClockStanding& clock) {
  if (clock.signing_waits) return "yes";
  return clock.because.front() == ClockDoubt::kJump ? "jump" : "no";
}

std::string clock_advice(const ClockStanding& clock) {
  if (clock.signing_waits) return "; nothing is signed until it is set, or until koinon clock --is-right";
  return clock.because.front() == ClockDoubt::kJump
             ? "; if the new time is right, say koinon clock --is-right, else set it"
             : "; set it";
}

// It does not do all that it is for where signing waits.
void look_at_clock(const ClockStanding& clock, Found& out) {
  const ClockDoubt because = clock.because.front();
  const std::int64_t off = std::chrono::duration_cast<std::chrono::minutes>(clock.behind).count();
  const std::int64_t minutes = std::abs(off);
  out.add("clock", clock.signing_waits ? Severity::kCritical : Severity::kWarning,
          "the clock of this node seems to be " +
              counted(static_cast<std::uint64_t>(minutes), "minute", "minutes") +
              (off > 0 ? " behind: " : " ahead: ") + clock_reason(because) + clock_advice(clock),
          {{"count", minutes}, {"because", clock_witness(because)}, {"waits", clock_answer(clock)}});
}

// It waits by itself at first, and for the operator where nothing else helps.
void look_at_standing(const SigningNow& standing, Found& out) {
  if (const auto why = why_not_signed(standing); why && standing.view.state != SigningState::kForked) {
    const bool by_itself = standing.view.state == SigningState::kAsks && !standing.view.needs_word;
    out.add("standing", by_itself ? Severity::kWarning : Severity::kCritical, why->message, *why);
  }
  if (!standing.cannot_show.empty())
    out.add("cannot_show", Severity::kWarning,
            "claims to have seen more of our own log than it can show: " + listed(standing.cannot_show) +
                "; call",
            {{"cities", listed(standing.cannot_show)}});
}

void look_at_node(const AlarmInput& input, Found& out) {
  if (input.signing_stopped)
    out.add("signing", Severity::kCritical, "the node does not sign: " + input.signing_stopped->message,
            *input.signing_stopped);
  if (input.store)
    out.add("store", Severity::kCritical,
            "the store cannot write: " + input.store->error.text() +
                "; reading goes on, and writing resumes by itself once there is room",
            input.store->error);
  if (input.others_wait)
    out.add(
        "reserve", Severity::kCritical,
        "what other cities send waits: the room that is left on the disk is kept for this city's own notes, "
        "which go on; make room, or lower disk.reserve_bytes");
  if (input.disk_free_bytes && *input.disk_free_bytes < input.rules.disk_free_bytes) {
    const auto left = static_cast<std::int64_t>(*input.disk_free_bytes / kMegabyte);
    out.add("disk", Severity::kWarning,
            "only " + std::to_string(left) +
                " MB are free on the disk; make room before the node must stop writing",
            {{"count", left}});
  }
  if (input.clock.off()) look_at_clock(input.clock, out);
  if (input.standing) look_at_standing(*input.standing, out);
  if (input.index) {
    out.add("index_stopped", Severity::kWarning,
            "the search index does not go on: " + input.index->error.text() + "; it goes on by itself",
            input.index->error);
  } else if (input.index_lag > kIndexLag) {
    out.add("index", Severity::kWarning,
            counted(input.index_lag, "record waits", "records wait") + " to be indexed; searches miss them",
            {{"count", static_cast<std::int64_t>(input.index_lag)}}, kIndexPatience);
  }
}

// Of a reader. It is one only where it is more than its operator allows.
void look_at_behind(const AlarmInput& input, Found& out) {
  if (!input.behind) return;
  const std::int64_t seconds = input.behind->count();
  out.add("behind", Severity::kCritical,
          "this reader is " + counted(static_cast<std::uint64_t>(seconds), "second", "seconds") +
              " behind the database server on which its node writes; it goes on by itself",
          {{"count", seconds}});
}

void look_at_office(const AlarmInput& input, Found& out) {
  const Waits& waits = input.waits_for_look;
  if (waits.notes + waits.credentials == 0) return;
  out.add("set_aside", Severity::kWarning,
          counted(waits.notes, "change", "changes") + " and " +
              counted(waits.credentials, "token", "tokens") +
              " came back with an old copy of this node and wait for a look: koinon held list, koinon paused "
              "list",
          {{"notes", static_cast<std::int64_t>(waits.notes)},
           {"tokens", static_cast<std::int64_t>(waits.credentials)}});
}

// The node makes another one by itself once it has been able to sign for limits::kRenewalWait.
void look_at_cosigner(const AlarmInput& input, Found& out) {
  if (!input.cosigner_lost) return;
  out.add(
      "cosigner", Severity::kWarning,
      "this node was put back from a copy, and may have forgotten what it confirmed last of the logs of "
      "others; it confirms nothing until it has a new cosigner key, which it makes once it has been able to "
      "sign for half a minute",
      MessageArguments{}, kCosignerPatience);
}

void look_at_mark(const AlarmInput& input, Found& out) {
  if (!input.mark_lost) return;
  out.add(
      "mark", Severity::kWarning,
      "the mark of what was signed last cannot be written; after the next start peers are asked before this "
      "node signs; the log says why",
      MessageArguments{});
}

void look_at_sending(const AlarmInput& input, Found& out) {
  const std::uint64_t count = input.failing.waiting + input.failing.given_up;
  if (input.courier)
    out.add("deliveries", Severity::kWarning, "webhooks and mail wait: " + input.courier->error.text(),
            input.courier->error, {{"count", std::int64_t{0}}});
  else if (count > 0)
    out.add("deliveries", Severity::kWarning,
            counted(count, "message does", "messages do") + " not arrive (" + input.failing.last +
                "); Operate, Sending says where they were to go",
            kept_fault(input.failing.last, input.failing.last_fault),
            {{"count", static_cast<std::int64_t>(count)}});
}

void look_at_peers(const AlarmInput& input, Found& out) {
  std::vector<std::string> unpinned;
  std::vector<std::string> away;
  std::vector<std::string> lied;
  for (const PeerStatus& peer : input.peers) {
    if (peer.conduct.lies > 0) lied.push_back(peer.name);
    if (peer.connected || peer.paused) continue;
    if (peer.trouble == PeerTrouble::kNotPinnedThere) {
      unpinned.push_back(peer.name);
    } else if (input.now.value - peer.away_since.value >= input.rules.peer_away.count()) {
      away.push_back(peer.name);
    }
  }
  const auto count = [](const auto& names) { return static_cast<std::int64_t>(names.size()); };
  if (!input.frozen.empty())
    out.add("frozen", Severity::kWarning,
            "these cities signed two histories, and nothing more is taken of their logs: " +
                listed(input.frozen) + "; call them",
            {{"cities", listed(input.frozen)}});
  if (!input.for_good.empty())
    out.add("frozen_for_good", Severity::kWarning,
            "the recovery keys of these cities said two things, and nothing thaws their logs: " +
                listed(input.for_good) + "; they need new ones",
            {{"cities", listed(input.for_good)}});
  if (!unpinned.empty())
    out.add("unpinned", Severity::kWarning,
            listed(unpinned) + ": has not pinned this node yet; send its operator the line of koinon id",
            {{"count", count(unpinned)}, {"cities", listed(unpinned)}});
  if (!away.empty())
    out.add("away", Severity::kWarning,
            "not connected: " + listed(away) + "; koinon peers says why, and if it lasts, call",
            {{"count", count(away)}, {"cities", listed(away)}});
  if (!lied.empty())
    out.add("lies", Severity::kWarning,
            "sent something that does not verify: " + listed(lied) + "; call before you remove it",
            {{"count", count(lied)}, {"cities", listed(lied)}});
  if (input.knocks > 0)
    out.add("knocks", Severity::kWarning,
            counted(input.knocks, "node knocks", "nodes knock") +
                " that this one has not pinned; koinon peers says what to do",
            {{"count", static_cast<std::int64_t>(input.knocks)}});
  if (input.bodies_missing > 0)
    out.add("missing", Severity::kWarning,
            counted(input.bodies_missing, "note has", "notes have") +
                " not arrived yet; koinon explain says of each",
            {{"count", static_cast<std::int64_t>(input.bodies_missing)}}, kMissingPatience);
}

// Whether an alarm stands for want of room on the disk.
bool is_for_room(const Alarm& alarm) {
  return alarm.id == "reserve" || alarm.id == "disk" || (alarm.why && alarm.why->code == Code::kDiskFull);
}

// A disk that is full has many effects and one remedy. So it has one alarm, the most urgent: others would
// only be read, and cleared, beside it.
void tell_of_room_once(std::vector<Alarm>& alarms) {
  constexpr std::array<std::string_view, 5> kMostUrgentFirst = {"store", "reserve", "index_stopped",
                                                                "deliveries", "disk"};
  const auto urgency = [&](const Alarm& alarm) {
    return std::find(kMostUrgentFirst.begin(), kMostUrgentFirst.end(), alarm.id) - kMostUrgentFirst.begin();
  };
  auto least = static_cast<std::ptrdiff_t>(kMostUrgentFirst.size());
  for (const Alarm& alarm : alarms) {
    if (is_for_room(alarm)) least = std::min(least, urgency(alarm));
  }
  std::erase_if(alarms, [&](const Alarm& alarm) { return is_for_room(alarm) && urgency(alarm) > least; });
}

}  // namespace

std::string_view severity_text(Severity severity) {
  return severity == Severity::kCritical ? "critical" : "warning";
}

const std::vector<std::string>& alarm_ids() {
  static const std::vector<std::string> kIds = {
      "signing",       "standing", "cannot_show", "store",     "reserve",         "disk",     "clock",
      "index_stopped", "index",    "deliveries",  "frozen",    "frozen_for_good", "unpinned", "away",
      "lies",          "knocks",   "missing",     "set_aside", "cosigner",        "mark",     "behind"};
  return kIds;
}

std::uint64_t index_lag(StoreReader& store, ArrivalSeq indexed) {
  const auto behind = store.arrivals(indexed, kLagArrivals);
  std::uint64_t lag = 0;
  if (behind.ok()) {
    for (const auto& arrival : *behind) lag += arrival.count;
  }
  return lag;
}

std::vector<Alarm> alarms_of(const AlarmInput& input) {
  Found out(input.now);
  look_at_node(input, out);
  look_at_behind(input, out);
  look_at_office(input, out);
  look_at_cosigner(input, out);
  look_at_mark(input, out);
  look_at_sending(input, out);
  look_at_peers(input, out);
  std::vector<Alarm> found = out.take();
  tell_of_room_once(found);
  return found;
}

}  // namespace koinon
