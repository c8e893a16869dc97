#include "node/replication/mark.h"

#include <sstream>

#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::string_view kTitle = "koinon/v1 mark";
constexpr std::string_view kAsks = "asks\n";

// "12", and "12/1" once the log was taken back.
std::string size_text(const MarkState& state) {
  const std::string size = std::to_string(state.size.value);
  return state.recoveries == 0 ? size : size + "/" + std::to_string(state.recoveries);
}

// As long as nothing was cosigned, it is what older versions write.
std::string state_text(const MarkState& state) {
  return size_text(state) + " " + to_hex(state.root.view()) + " " + std::to_string(state.row.value) + " " +
         to_hex(state.epoch.view()) +
         (state.cosigned == 0 ? std::string() : " " + std::to_string(state.cosigned)) + "\n";
}

Result<Bytes> read_hex(const std::string& text, std::size_t size) {
  KOINON_ASSIGN(Bytes bytes, from_hex(text));
  if (bytes.size() != size) return fail(Code::kMalformed, "a hash has another length", "mark");
  return bytes;
}

Result<MarkState> read_state(std::istringstream& text) {
  std::string line;
  std::getline(text, line);
  std::istringstream in(line);
  std::string size;
  std::string root;
  std::string row;
  std::string epoch;
  if (!(in >> size >> root >> row >> epoch)) return fail(Code::kMalformed, "a state is not whole", "mark");
  MarkState out;
  const auto slash = size.find('/');
  KOINON_ASSIGN(out.size.value, parse_decimal(size.substr(0, slash)));
  if (slash != std::string::npos) {
    KOINON_ASSIGN(out.recoveries, parse_decimal(size.substr(slash + 1)));
  }
  KOINON_ASSIGN(const Bytes root_bytes, read_hex(root, Hash::kSize));
  out.root = Hash::from(root_bytes);
  KOINON_ASSIGN(out.row.value, parse_decimal(row));
  KOINON_ASSIGN(const Bytes epoch_bytes, read_hex(epoch, Epoch::kSize));
  out.epoch = Epoch::from(epoch_bytes);
  if (std::string cosigned; in >> cosigned) {
    KOINON_ASSIGN(out.cosigned, parse_decimal(cosigned));
  }
  return out;
}

bool agrees(const MarkState& mark, const MarkState& store) {
  if (store.size != mark.size || store.root != mark.root || store.epoch != mark.epoch) return false;
  if (store.cosigned != mark.cosigned) return false;
  if (store.recoveries == mark.recoveries) return store.row >= mark.row;
  // The head that it named has lost its row with its word.
  return store.recoveries == mark.recoveries + 1 && store.row.value == 0;
}

bool is_older(const MarkState& mark, const MarkState& store) {
  if (store.recoveries != mark.recoveries) return store.recoveries < mark.recoveries;
  if (store.cosigned < mark.cosigned) return true;
  if (store.size != mark.size) return store.size < mark.size;
  if (store.root != mark.root) return false;
  if (store.epoch != mark.epoch) return counter_of(store.epoch) < counter_of(mark.epoch);
  return store.row < mark.row;
}

}  // namespace

MarkState mark_state(const LogState& own, const Epoch& epoch, std::uint64_t cosigned) {
  MarkState out;
  out.epoch = epoch;
  out.cosigned = cosigned;
  out.row = own.journal_seq;
  out.recoveries = own.keys.recoveries();
  if (own.whole) {
    out.size = own.whole->size;
    out.root = own.whole->root;
    return out;
  }
  const KeyHistory::Change* last = own.keys.last_recovery();
  if (last == nullptr || own.range.size() != last->statement.size) return out;
  out.size = last->statement.size;
  out.root = last->statement.root;
  return out;
}

std::string mark_text(const Mark& mark) {
  return std::string(kTitle) + "\n" + state_text(mark.before) + state_text(mark.after) +
         std::string(mark.asks ? kAsks : std::string_view());
}

Result<Mark> parse_mark(std::string_view text) {
  const std::string title = std::string(kTitle) + "\n";
  if (!text.starts_with(title)) return fail(Code::kMalformed, "it is no mark", "mark");
  std::istringstream in{std::string(text.substr(title.size()))};
  Mark out;
  KOINON_ASSIGN(out.before, read_state(in));
  KOINON_ASSIGN(out.after, read_state(in));
  out.asks = text.ends_with("\n" + std::string(kAsks));
  if (mark_text(out) != text) return fail(Code::kMalformed, "it is not written as a mark is", "mark");
  return out;
}

MarkSays compare_mark(const Mark& mark, const MarkState& store) {
  if (agrees(mark.before, store) || agrees(mark.after, store))
    return mark.asks ? MarkSays::kNone : MarkSays::kAgrees;
  return is_older(mark.before, store) && is_older(mark.after, store) ? MarkSays::kBehind : MarkSays::kNone;
}

// --- when it is written ---

MarkSays MarkRules::begin(const std::optional<Mark>& found, const MarkState& store) {
  now_ = store;
  says_ = found ? compare_mark(*found, store) : MarkSays::kNone;
  stands_ = says_ == MarkSays::kAgrees;
  return says_;
}

std::optional<Mark> MarkRules::before_epoch(const MarkState& store, const Epoch& next) {
  if (says_ != MarkSays::kAgrees) return std::nullopt;
  now_ = store;
  MarkState after = now_;
  after.epoch = next;
  return Mark{now_, after};
}

std::optional<Mark> MarkRules::before_commit(const MarkState& after) const {
  if (!stands_) return std::nullopt;
  return Mark{now_, after};
}

Mark MarkRules::after_commit(const MarkState& store) {
  stands_ = false;
  now_ = store;
  return {now_, now_};
}

std::optional<Mark> MarkRules::ask_anew(std::optional<Mark> found) {
  stands_ = false;
  if (!found || found->asks) return std::nullopt;
  found->asks = true;
  return found;
}

}  // namespace koinon
