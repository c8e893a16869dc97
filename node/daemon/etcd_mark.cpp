#include "node/daemon/etcd_mark.h"

#include <utility>

#include <boost/json.hpp>

#include "crypto/hmac.h"
#include "crypto/secret_memory.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::string_view kMarkMacLabel = "koinon/v1 mark in etcd\n";
constexpr std::string_view kByWord = "by ";
constexpr std::string_view kMacWord = "mac ";
constexpr std::size_t kByBytes = 16;
constexpr std::size_t kMarkMacBytes = 32;
constexpr std::size_t kByLine = kByWord.size() + 2 * kByBytes + 1;
constexpr std::size_t kMacLine = kMacWord.size() + 2 * kMarkMacBytes + 1;

Error no_answer_of_etcd() { return fail(Code::kMalformed, "the answer is not one of etcd", "etcd"); }

Result<json::object> read_etcd_answer(const std::string& text) {
  json::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return no_answer_of_etcd();
  return value.get_object();
}

// Numbers of 64 bits are texts; what is 0 is left out.
Result<std::uint64_t> etcd_number(const json::object& in, const char* name) {
  const json::value* found = in.if_contains(name);
  if (found == nullptr) return std::uint64_t{0};
  if (!found->is_string()) return no_answer_of_etcd();
  return parse_decimal(std::string_view(found->get_string().data(), found->get_string().size()));
}

Result<Bytes> etcd_bytes(const json::object& in, const char* name) {
  const json::value* found = in.if_contains(name);
  if (found == nullptr) return Bytes();
  if (!found->is_string()) return no_answer_of_etcd();
  return from_base64(std::string_view(found->get_string().data(), found->get_string().size()));
}

const json::object* etcd_object(const json::object& in, const char* name) {
  const json::value* found = in.if_contains(name);
  return found == nullptr ? nullptr : found->if_object();
}

struct EtcdPair {
  std::uint64_t revision = 0;
  Bytes value;
};

// Of an answer about one key. No pair: the key is not there.
Result<EtcdPair> etcd_pair(const json::object& range) {
  const json::value* pairs = range.if_contains("kvs");
  if (pairs == nullptr) return EtcdPair{};
  if (!pairs->is_array() || pairs->get_array().size() != 1 || !pairs->get_array()[0].is_object())
    return no_answer_of_etcd();
  const json::object& pair = pairs->get_array()[0].get_object();
  EtcdPair out;
  KOINON_ASSIGN(out.revision, etcd_number(pair, "mod_revision"));
  KOINON_ASSIGN(out.value, etcd_bytes(pair, "value"));
  if (out.revision == 0) return no_answer_of_etcd();
  return out;
}

std::string swap_request(const std::string& name, std::uint64_t revision, const std::optional<Bytes>& text) {
  const std::string key = to_base64(name);
  const json::object at_key{{"key", key}};
  json::object put = at_key;
  if (text) put["value"] = to_base64(*text);
  json::object request;
  request["compare"] = json::array{json::object{
      {"key", key}, {"target", "MOD"}, {"result", "EQUAL"}, {"mod_revision", std::to_string(revision)}}};
  request["success"] = json::array{json::object{{text ? "request_put" : "request_delete_range", put}}};
  request["failure"] = json::array{json::object{{"request_range", at_key}}};
  return json::serialize(request);
}

// What a transaction that was not done has read in its place.
Result<EtcdPair> etcd_found(const json::object& answer) {
  const json::value* responses = answer.if_contains("responses");
  if (responses == nullptr || !responses->is_array() || responses->get_array().size() != 1 ||
      !responses->get_array()[0].is_object())
    return no_answer_of_etcd();
  const json::object* range = etcd_object(responses->get_array()[0].get_object(), "response_range");
  if (range == nullptr) return no_answer_of_etcd();
  return etcd_pair(*range);
}

Result<std::uint64_t> etcd_revision(const json::object& answer) {
  const json::object* header = etcd_object(answer, "header");
  if (header == nullptr) return no_answer_of_etcd();
  return etcd_number(*header, "revision");
}

Error taken_over(const std::string& name) {
  return fail(Code::kConflict,
              Sentence{"signing.mark_taken",
                       "nothing is signed: another node of this log has taken its mark in etcd over; end one "
                       "of the two for good, then start the other again"},
              name);
}

}  // namespace

EtcdMark::EtcdMark(Gateway gateway, const LogId& log, const EpochKey& key)
    : gateway_(std::move(gateway)),
      name_("/koinon/mark/" + to_text(log)),
      key_(key),
      by_(to_hex(random_bytes(kByBytes))) {}

Result<std::unique_ptr<MarkPlace>> EtcdMark::open(Gateway gateway, const LogId& log, const EpochKey& key) {
  std::unique_ptr<EtcdMark> out(new EtcdMark(std::move(gateway), log, key));
  for (unsigned tried = 0; tried < limits::kEtcdTries; ++tried) {
    const auto taken = out->take_over();
    if (!taken.ok()) return out->stays(taken.error());
    if (*taken) return std::unique_ptr<MarkPlace>(std::move(out));
  }
  return out->stays(fail(Code::kConflict, "others write there without end", out->name_));
}

// False: somebody has written, or removed it, since it was read. It is never put back then.
Result<bool> EtcdMark::take_over() {
  KOINON_ASSIGN(const Value found, look());
  revision_ = found.revision;
  mark_ = mark_in(found.text);
  may_stand_ = mark_.has_value();
  if (!mark_) return true;
  KOINON_ASSIGN(const Swapped swapped, swap(text_of(*mark_)));
  if (swapped.done) revision_ = swapped.value.revision;
  return swapped.done;
}

Status EtcdMark::write(const Mark& mark) {
  KOINON_TRY(change(text_of(mark)));
  mark_ = mark;
  return {};
}

Status EtcdMark::remove() {
  const Status removed = change(std::nullopt);
  if (removed.ok()) {
    mark_.reset();
    return {};
  }
  if (taken_) return removed;
  return may_stand_ ? Status(stays(removed.error())) : Status();
}

// `text`: nothing removes it.
Status EtcdMark::change(const std::optional<Bytes>& text) {
  if (taken_) return *taken_;
  for (unsigned tried = 0; tried < limits::kEtcdTries; ++tried) {
    const auto swapped = swap(text);
    if (!swapped.ok()) {
      const Code code = swapped.error().code;
      const bool is_untouched = code == Code::kUnavailable || code == Code::kRefused;
      may_stand_ = may_stand_ || (text && !is_untouched);
      return swapped.error();
    }
    const Value& now = swapped->value;
    revision_ = now.revision;
    may_stand_ = now.revision != 0;
    if (swapped->done) return {};
    if (now.revision == 0) continue;  // it was removed by hand, or by ourselves
    if (!is_ours(now.text)) {
      taken_ = taken_over(name_);
      return *taken_;
    }
    if (text && now.text == *text) return {};  // done, and not answered
  }
  return fail(Code::kIo, "etcd has another revision each time", name_);
}

// --- what etcd is asked ---

Result<EtcdMark::Value> EtcdMark::look() const {
  const json::object request{{"key", to_base64(name_)}};
  KOINON_ASSIGN(const std::string text, gateway_.post("/v3/kv/range", json::serialize(request)));
  KOINON_ASSIGN(const json::object answer, read_etcd_answer(text));
  // An answer of something else has no header.
  KOINON_ASSIGN(const std::uint64_t revision, etcd_revision(answer));
  if (revision == 0) return no_answer_of_etcd();
  KOINON_ASSIGN(EtcdPair pair, etcd_pair(answer));
  return Value{pair.revision, std::move(pair.value)};
}

Result<EtcdMark::Swapped> EtcdMark::swap(const std::optional<Bytes>& text) const {
  KOINON_ASSIGN(const std::string told, gateway_.post("/v3/kv/txn", swap_request(name_, revision_, text)));
  KOINON_ASSIGN(const json::object answer, read_etcd_answer(told));
  KOINON_ASSIGN(const std::uint64_t revision, etcd_revision(answer));
  if (revision == 0) return no_answer_of_etcd();
  const json::value* succeeded = answer.if_contains("succeeded");
  if (succeeded != nullptr && succeeded->is_bool() && succeeded->get_bool())
    return Swapped{true, {text ? revision : 0, {}}};
  KOINON_ASSIGN(EtcdPair pair, etcd_found(answer));
  return Swapped{false, {pair.revision, std::move(pair.value)}};
}

// --- what lies there ---

Bytes EtcdMark::mac_of(BytesView text) const {
  Bytes message(kMarkMacLabel);
  message.append(name_).append("\n").append(text);
  return hmac_sha256(key_.view(), message);
}

Bytes EtcdMark::text_of(const Mark& mark) const {
  Bytes out = mark_text(mark);
  out.append(kByWord).append(by_).append("\n");
  const Bytes mac = mac_of(out);
  out.append(kMacWord).append(to_hex(mac)).append("\n");
  return out;
}

std::optional<Mark> EtcdMark::mark_in(BytesView text) const {
  if (text.size() < kByLine + kMacLine || !text.ends_with("\n")) return std::nullopt;
  const BytesView signed_part = text.substr(0, text.size() - kMacLine);
  BytesView mac_line = text.substr(signed_part.size());
  if (!mac_line.starts_with(kMacWord)) return std::nullopt;
  mac_line.remove_prefix(kMacWord.size());
  mac_line.remove_suffix(1);
  if (!same_secret(mac_line, to_hex(mac_of(signed_part)))) return std::nullopt;
  auto mark = parse_mark(signed_part.substr(0, signed_part.size() - kByLine));
  return mark.ok() ? std::optional(*mark) : std::nullopt;
}

bool EtcdMark::is_ours(BytesView text) const {
  if (!mark_in(text)) return false;
  const BytesView by_line = text.substr(text.size() - kMacLine - kByLine, kByLine);
  return by_line == std::string(kByWord) + by_ + "\n";
}

Error EtcdMark::stays(const Error& why) const {
  return fail(Code::kConflict,
              Sentence{"signing.mark_etcd",
                       "nothing is signed: etcd does not take the mark of what was signed last, and an older "
                       "one may lie there, which would agree with an old copy of this node; see that etcd "
                       "runs, and that this machine reaches it: {addresses} ({why})",
                       {{"addresses", gateway_.addresses}, {"why", why.text()}}},
              name_);
}

}  // namespace koinon
