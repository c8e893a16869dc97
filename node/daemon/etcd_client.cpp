#include "node/daemon/etcd_client.h"

#include <algorithm>
#include <thread>
#include <utility>

#include <curl/curl.h>

#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr long kEtcdDone = 200;
constexpr long kEtcdNotUnderstood = 400;
constexpr long kEtcdHasNoRoom = 429;
constexpr long kEtcdFails = 500;
constexpr std::size_t kToldBytes = 200;  // of an answer, to people

struct EtcdIntake {
  std::string text;
  bool is_too_large = false;
};

extern "C" {
static size_t koinon_take_from_etcd(char* data, size_t size, size_t count, void* target) {
  auto* intake = static_cast<EtcdIntake*>(target);
  const size_t bytes = size * count;
  if (bytes > koinon::limits::kEtcdAnswerBytes - intake->text.size()) {
    intake->is_too_large = true;
    return 0;
  }
  intake->text.append(data, bytes);
  return bytes;
}
}

}  // namespace

struct EtcdClient::Reply {
  CURLcode code = CURLE_OK;
  long status = 0;
  bool is_sent = false;
  EtcdIntake intake;

  bool is_done() const { return code == CURLE_OK && status == kEtcdDone; }
  // Another address would say the same.
  bool is_refused() const {
    return code == CURLE_OK && (status == kEtcdNotUnderstood || status == kEtcdHasNoRoom);
  }
  bool may_be_done() const { return is_sent && (code != CURLE_OK || status >= kEtcdFails); }
  Error error(const std::string& address) const {
    if (intake.is_too_large) return fail(Code::kIo, "the answer is larger than one of etcd", address);
    if (code != CURLE_OK)
      return fail(Code::kIo, "etcd does not answer: " + std::string(curl_easy_strerror(code)), address);
    const std::string told = is_utf8(intake.text) ? std::string(clipped_utf8(intake.text, kToldBytes)) : "";
    return fail(Code::kIo, "etcd answers " + std::to_string(status) + ": " + told, address);
  }
};

EtcdClient::EtcdClient(std::vector<std::string> addresses) : addresses_(std::move(addresses)) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) easy_ = curl_easy_init();
  headers_ = curl_slist_append(nullptr, "Content-Type: application/json");
}

EtcdClient::~EtcdClient() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(static_cast<curl_slist*>(headers_));
}

EtcdClient::Reply EtcdClient::ask(const std::string& url, const std::string& body,
                                  std::chrono::milliseconds at_most) {
  CURL* easy = easy_;
  Reply out;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits::kEtcdConnect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(at_most.count()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(headers_));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, koinon_take_from_etcd);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &out.intake);
  out.code = curl_easy_perform(easy);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &out.status);
  long sent = 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
  out.is_sent = sent > 0;
  return out;
}

Error EtcdClient::rest(Error why) {
  failed_ = why;
  rests_until_ = std::chrono::steady_clock::now() + limits::kEtcdRest;
  return why;
}

Result<std::string> EtcdClient::post(const std::string& path, const std::string& body) {
  using Clock = std::chrono::steady_clock;
  if (easy_ == nullptr) return fail(Code::kUnavailable, "libcurl could not be started");
  if (failed_ && Clock::now() < rests_until_) return again_as(Code::kUnavailable, *failed_, failed_->field);
  const auto deadline = Clock::now() + limits::kEtcdDeadline;
  bool may_be_done = false;
  for (std::size_t tried = 1;; ++tried) {
    const std::string& address = addresses_[at_];
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    Reply reply = ask(address + path, body, std::clamp(left, limits::kEtcdPause, limits::kEtcdRequest));
    if (reply.is_done() || reply.is_refused()) failed_.reset();
    if (reply.is_done()) return std::move(reply.intake.text);
    may_be_done = may_be_done || reply.may_be_done();
    if (reply.is_refused())
      return again_as(may_be_done ? Code::kIo : Code::kRefused, reply.error(address), address);
    // Where etcd was away already nobody waits for it to choose a leader.
    const bool is_over =
        Clock::now() + limits::kEtcdPause >= deadline || (failed_ && tried >= addresses_.size());
    if (is_over || reply.intake.is_too_large)
      return rest(again_as(may_be_done ? Code::kIo : Code::kUnavailable, reply.error(address), address));
    at_ = (at_ + 1) % addresses_.size();
    if (tried % addresses_.size() == 0) std::this_thread::sleep_for(limits::kEtcdPause);
  }
}

}  // namespace koinon
