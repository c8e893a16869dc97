#include "node/delivery/hub.h"

#include <algorithm>
#include <utility>

#include "node/reading/shown_record.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kFeedsWaiting = 10'000;  // more are read once the hub was told of these
constexpr std::chrono::milliseconds kNothingToDo = std::chrono::hours(1);
constexpr unsigned kHubDoublings = 11;

// What is not unreserved (RFC 3986) as %XX.
std::string encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 0x0FU]};
    }
  }
  return out;
}

// The answers after which the same words may be taken later.
bool is_for_now(long status) {
  constexpr long kTimeout = 408;
  constexpr long kTooMany = 429;
  return status < 400 || status >= 500 || status == kTimeout || status == kTooMany;
}

}  // namespace

std::set<std::string> feeds_of(const std::string& city, const std::vector<std::string>& topics) {
  std::set<std::string> names = {"all", "city/" + encoded(city)};
  for (const std::string& topic : topics) {
    for (auto end = topic.find('/');; end = topic.find('/', end + 1)) {
      names.insert("topic/" + topic.substr(0, end));
      if (end == std::string::npos) break;
    }
  }
  std::set<std::string> out;
  for (const std::string& name : names) {
    out.insert("/feeds/" + name + ".atom");
    out.insert("/feeds/" + name + ".json");
  }
  return out;
}

Result<bool> Hub::read() {
  if (options_.url.empty()) return false;
  if (!written_) {
    KOINON_ASSIGN(written_, parts_.outbox.hub_cursor());
    KOINON_ASSIGN(read_, written_ ? Result<ArrivalSeq>(*written_) : parts_.index.position());
  }
  if (waiting_.size() >= kFeedsWaiting) return false;
  KOINON_ASSIGN(const News news, read_news(parts_.store, parts_.index, read_));
  Directory directory(parts_.store, parts_.nearness);
  for (const NewRecord& one : news.records) KOINON_TRY(add_feeds_of(one, directory));
  if (news.removed) waiting_.merge(std::set<std::string>{"/feeds/all.atom", "/feeds/all.json"});
  read_ = news.last;
  KOINON_TRY(write_down());
  return news.more;
}

// A note changes the feeds of its topics, and of those of the version before it; a withdrawal those of what
// it takes back.
Status Hub::add_feeds_of(const NewRecord& news, Directory& directory) {
  const IndexedRecord& record = news.record;
  if (!is_note(record.kind) && record.kind != v1::KIND_WITHDRAWAL) return {};
  std::vector<std::string> topics = record.topics;
  const auto entry = news.kind == ArrivalKind::kVoided
                         ? Result<v1::Entry>(fail(Code::kNotFound, "it is void"))
                         : read_entry(parts_.store, record);
  if (!entry.ok() && entry.error().code != Code::kNotFound) return entry.error();
  const auto add_topics_of = [&](std::uint64_t index) -> Status {
    KOINON_ASSIGN(const auto other, parts_.index.get(record.log, EntryIndex(index)));
    if (other) topics.insert(topics.end(), other->topics.begin(), other->topics.end());
    return {};
  };
  if (entry.ok() && entry->control().has_withdrawal())
    KOINON_TRY(add_topics_of(entry->control().withdrawal().index()));
  if (entry.ok()) {
    for (const v1::Ref& ref : entry->refs()) {
      if (ref.role() == v1::REF_ROLE_REVISES && ref.log_id() == record.log.view())
        KOINON_TRY(add_topics_of(ref.index()));
    }
  }
  waiting_.merge(feeds_of(directory.city(record.log), topics));
  return {};
}

Status Hub::write_down() {
  if (!waiting_.empty() || under_way_ || written_ == read_) return {};
  KOINON_TRY(parts_.outbox.set_hub_cursor(read_));
  written_ = read_;
  return {};
}

void Hub::tell(Transfers& transfers) {
  if (under_way_ || waiting_.empty() || parts_.clock.mono() < next_at_) return;
  // They take turns, so that one with which the hub has trouble does not hold up the others.
  auto next = waiting_.upper_bound(telling_);
  if (next == waiting_.end()) next = waiting_.begin();
  telling_ = waiting_.extract(next).value();
  const std::string body = "hub.mode=publish&hub.url=" + encoded(options_.base + telling_);
  under_way_ =
      transfers.post({options_.url,
                      {"Content-Type: application/x-www-form-urlencoded", "User-Agent: koinon", "Expect:"},
                      body,
                      options_.private_addresses});
}

bool Hub::note(const Transfers::Outcome& outcome) {
  if (under_way_ != outcome.number) return false;
  under_way_.reset();
  const bool refused = !outcome.arrived && !is_for_now(outcome.status);
  if (outcome.arrived || refused) {
    const bool failed_before = std::exchange(failures_, 0) > 0;
    next_at_ = {};
    if (parts_.on_change && (failed_before || refused))
      parts_.on_change(refused ? std::optional(outcome.told) : std::nullopt);
    return true;
  }
  waiting_.insert(telling_);
  if (++failures_ == 1 && parts_.on_change) parts_.on_change(outcome.told);
  const auto wait = std::min<std::chrono::milliseconds>(
      options_.backoff * (std::int64_t{1} << std::min(failures_ - 1, kHubDoublings)),
      limits::kSendBackoffMax);
  next_at_ = parts_.clock.mono() + wait;
  return true;
}

std::chrono::milliseconds Hub::until_next() const {
  if (options_.url.empty() || under_way_ || (waiting_.empty() && written_ == read_)) return kNothingToDo;
  const MonoTime now = parts_.clock.mono();
  if (next_at_ <= now) return std::chrono::milliseconds(1);
  return std::chrono::ceil<std::chrono::milliseconds>(next_at_ - now);
}

}  // namespace koinon
