#include "tools/audit/fetcher.h"

#include <algorithm>
#include <thread>

#include <curl/curl.h>

#include "node/daemon/version.h"
#include "proto/base/ascii.h"
#include "proto/base/limits.h"

namespace koinon::audit {
namespace {

constexpr long kOk = 200;
constexpr long kUnknownCaller = 401;
constexpr long kForbidden = 403;
constexpr long kMissing = 404;
constexpr long kTimedOut = 408;
constexpr long kGone = 410;
constexpr long kTooEarly = 425;
constexpr long kTooManyRequests = 429;
constexpr long kServerErrors = 500;

struct Intake {
  Bytes bytes;
  std::size_t most = 0;
  bool is_too_large = false;
};

// An answer may be another one in a moment.
bool may_change(long status) {
  return status >= kServerErrors || status == kTimedOut || status == kTooEarly || status == kTooManyRequests;
}

extern "C" {
// libcurl has unpacked the bytes: the limit holds for what they become.
static size_t koinon_audit_take(char* data, size_t size, size_t count, void* target) {
  auto* intake = static_cast<Intake*>(target);
  const size_t bytes = size * count;
  if (bytes > intake->most - intake->bytes.size()) {
    intake->is_too_large = true;
    return 0;
  }
  intake->bytes.append(data, bytes);
  return bytes;
}
}

template <typename T>
void set_option(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

}  // namespace

Result<std::string> log_prefix(std::string url) {
  const auto wrong = [](const char* why) { return fail(Code::kInvalidArgument, why, "URL"); };
  if (!url.starts_with("https://") && !url.starts_with("http://"))
    return wrong("it begins with https:// or http://");
  if (url.find_first_of("?#\\ ") != std::string::npos || has_control(url))
    return wrong("it is an address without a query, such as https://city.example/log/LOGID");
  const auto cut = [&url](std::string_view end) {
    const bool is_there = url.ends_with(end);
    if (is_there) url.resize(url.size() - end.size());
    return is_there;
  };
  while (cut("/")) {
  }
  cut("/checkpoint");
  while (cut("/")) {
  }
  if (url.size() <= std::string_view("https:/").size() || url.size() > limits::kAuditUrlBytes)
    return wrong("it names no host, or is too long");
  return url;
}

struct Fetcher::Answer {
  CURLcode code = CURLE_OK;
  long status = 0;
  Intake intake;

  bool is_worth_another_try() const {
    if (code == CURLE_OK || intake.is_too_large) return may_change(status);
    return code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_TOO_MANY_REDIRECTS &&
           code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT;
  }
};

Result<std::unique_ptr<Fetcher>> Fetcher::make(std::string prefix) {
  std::unique_ptr<Fetcher> out(new Fetcher(std::move(prefix)));
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) out->easy_ = curl_easy_init();
  if (out->easy_ == nullptr) return fail(Code::kInternal, "libcurl could not be started");
  out->fresh_lines_ = curl_slist_append(nullptr, "Cache-Control: no-cache");
  return out;
}

Fetcher::~Fetcher() {
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(static_cast<curl_slist*>(fresh_lines_));
}

void Fetcher::prepare(bool is_fresh) {
  CURL* easy = easy_;
  const char* schemes = prefix_.starts_with("https:") ? "https" : "http,https";
  set_option(easy, CURLOPT_PROTOCOLS_STR, schemes);
  set_option(easy, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
  set_option(easy, CURLOPT_FOLLOWLOCATION, 1L);
  set_option(easy, CURLOPT_MAXREDIRS, limits::kAuditRedirects);
  set_option(easy, CURLOPT_NOSIGNAL, 1L);
  set_option(easy, CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits::kConnectDeadline.count()));
  set_option(easy, CURLOPT_TIMEOUT, static_cast<long>(limits::kAuditDeadline.count()));
  // C2SP tlog-tiles asks clients for both.
  set_option(easy, CURLOPT_ACCEPT_ENCODING, "gzip, identity");
  set_option(easy, CURLOPT_USERAGENT, ("koinon-audit-log/" + std::string(kVersion)).c_str());
  set_option(easy, CURLOPT_HTTPHEADER, is_fresh ? static_cast<curl_slist*>(fresh_lines_) : nullptr);
}

Fetcher::Answer Fetcher::ask(const std::string& url, std::size_t most) {
  Answer out;
  out.intake.most = most;
  set_option(easy_, CURLOPT_URL, url.c_str());
  set_option(easy_, CURLOPT_WRITEFUNCTION, koinon_audit_take);
  set_option(easy_, CURLOPT_WRITEDATA, &out.intake);
  out.code = curl_easy_perform(easy_);
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &out.status);
  return out;
}

Result<Bytes> Fetcher::get(const std::string& path, std::size_t most) {
  const std::string url = prefix_ + "/" + path;
  prepare(path.ends_with("checkpoint") || path == "keys");
  for (unsigned tries = 1;; ++tries) {
    Answer answer = ask(url, most);
    if (answer.code == CURLE_OK && answer.status == kOk) return std::move(answer.intake.bytes);
    if (answer.code == CURLE_OK && (answer.status == kMissing || answer.status == kGone))
      return fail(Code::kNotFound,
                  "the log answers " + std::to_string(answer.status) + ": it has no such file", url);
    // The text of a refusal may be of any length; it is not the file.
    if (answer.intake.is_too_large && answer.status == kOk)
      return fail(Code::kTooLarge, "the answer is larger than it can be", url);
    if (answer.is_worth_another_try() && tries < limits::kAuditTries) {
      wait(tries);
      continue;
    }
    if (answer.status == kMissing || answer.status == kGone)
      return fail(Code::kNotFound, "the log answers " + std::to_string(answer.status), url);
    if (answer.code == CURLE_OK || answer.intake.is_too_large)
      return fail(Code::kUnavailable,
                  "the log answers " + std::to_string(answer.status) +
                      (answer.status == kUnknownCaller || answer.status == kForbidden
                           ? ": it is not open to everybody"
                           : "; try again later"),
                  url);
    return fail(
        Code::kUnavailable,
        "the log cannot be reached: " + std::string(curl_easy_strerror(answer.code)) + "; try again later",
        url);
  }
}

void Fetcher::wait(unsigned tries) {
  const auto doubled = limits::kAuditBackoff * (1U << std::min(tries - 1, 10U));
  std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(doubled, limits::kAuditBackoffMax));
}

}  // namespace koinon::audit
