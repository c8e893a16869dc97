#include "node/delivery/transfers.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <curl/curl.h>

#include "node/delivery/address_policy.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

// A redirect is not followed: nobody has checked its address.
constexpr long kFollowsRedirects = 0;

extern "C" {
// Called before each connection, with the address to which the name resolves at that moment.
static curl_socket_t koinon_open_socket(void* refused, curlsocktype, struct curl_sockaddr* address) {
  if (!koinon::is_public_address(address->addr)) {
    *static_cast<bool*>(refused) = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
struct Answer {
  std::size_t most = 64 * limits::kKiB;
  bool is_kept = false;
  std::size_t total = 0;
  std::string text;
};
static size_t koinon_take(char* part, size_t size, size_t count, void* taken) {
  // Nobody waits for the end of a long answer.
  auto* answer = static_cast<Answer*>(taken);
  answer->total += size * count;
  if (answer->total > answer->most) return 0;
  if (answer->is_kept) answer->text.append(part, size * count);
  return size * count;
}
struct Upload {
  std::string text;
  std::size_t sent = 0;
};
static size_t koinon_read(char* buffer, size_t size, size_t count, void* source) {
  auto* upload = static_cast<Upload*>(source);
  const std::size_t part = std::min(size * count, upload->text.size() - upload->sent);
  std::memcpy(buffer, upload->text.data() + upload->sent, part);
  upload->sent += part;
  return part;
}
static int koinon_overhear(CURL*, curl_infotype type, char* line, size_t size, void* dialogue) {
  auto* heard = static_cast<koinon::MailDialogue*>(dialogue);
  if (type == CURLINFO_HEADER_OUT) heard->sent({line, size});
  if (type == CURLINFO_HEADER_IN) heard->heard({line, size});
  return 0;
}
}

}  // namespace

struct Transfers::Transfer {
  Transfer() = default;
  ~Transfer() {
    curl_slist_free_all(lines);
    if (easy != nullptr) curl_easy_cleanup(easy);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy = curl_easy_init();
  curl_slist* lines = nullptr;  // headers, or recipients
  Upload upload;
  Answer answer;
  MailDialogue dialogue;
  bool refused_address = false;
  bool is_mail = false;
  std::chrono::seconds deadline = limits::kSendDeadline;
  Number number = 0;
};

namespace {

// Why no answer came.
Sentence failure_told(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return Sentence{"send.no_such_host", "the receiver's host cannot be looked up"};
    case CURLE_COULDNT_CONNECT:
      return Sentence{"send.no_connection", "the receiver cannot be reached"};
    case CURLE_OPERATION_TIMEDOUT:
      return Sentence{"send.too_slow", "the receiver did not answer in time"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_USE_SSL_FAILED:
      return Sentence{"send.no_tls",
                      "no secure connection (TLS) to the receiver: it has none, or its certificate does not "
                      "hold"};
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
      return Sentence{"send.broke_off", "the connection to the receiver broke off"};
    case CURLE_LOGIN_DENIED:
      return Sentence{"send.login_denied", "the mail server refused the account or its password"};
    default:
      return Sentence{"send.failed",
                      "{why} (libcurl {code})",
                      {{"why", curl_easy_strerror(code)}, {"code", static_cast<std::int64_t>(code)}}};
  }
}

void judge_mail(CURLcode code, long status, Transfers::Outcome& out) {
  constexpr long kRefused = 400;
  constexpr long kForGood = 500;
  out.arrived = code == CURLE_OK;
  out.final = !out.arrived && status >= kForGood && status < kForGood + 100;
  if (out.arrived) {
    out.told = Sentence{"send.answered", "{status}", {{"status", std::int64_t{status}}}};
  } else if (code == CURLE_LOGIN_DENIED || status < kRefused) {
    out.told = failure_told(code);
  } else {
    out.told = Sentence{
        "send.mail_refused", "{status}: the mail server refused it", {{"status", std::int64_t{status}}}};
  }
}

void judge_post(CURLcode code, long status, Transfers::Outcome& out) {
  // A long answer is cut off, but it counts as an answer.
  const bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && status > 0);
  if (!answered && status == 0) {
    out.told = failure_told(code);
    return;
  }
  out.arrived = status >= 200 && status < 300;
  out.final = status == 410;
  out.told = Sentence{"send.answered", "{status}", {{"status", std::int64_t{status}}}};
}

}  // namespace

Result<std::unique_ptr<Transfers>> Transfers::make() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(Code::kInternal, "libcurl could not be started");
  std::unique_ptr<Transfers> out(new Transfers);
  out->multi_ = curl_multi_init();
  if (out->multi_ == nullptr) return fail(Code::kInternal, "libcurl could not be started");
  return out;
}

Transfers::~Transfers() {
  for (const auto& [number, transfer] : open_) curl_multi_remove_handle(multi_, transfer->easy);
  open_.clear();
  curl_multi_cleanup(multi_);
}

void Transfers::wake() { curl_multi_wakeup(multi_); }

Transfers::Number Transfers::begin(std::unique_ptr<Transfer> transfer) {
  CURL* easy = transfer->easy;
  transfer->number = ++last_;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name that is still being looked up when its time is over, or ours: its thread is left to itself. Else
  // the other transfers, and a stop, would wait until the name server has given up.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_TIMEOUT, static_cast<long>(transfer->deadline.count()));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, koinon_take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer->answer);
  curl_multi_add_handle(multi_, easy);
  const Number number = transfer->number;
  open_.emplace(number, std::move(transfer));
  return number;
}

Transfers::Number Transfers::post(const PostRequest& request) {
  auto transfer = std::make_unique<Transfer>();
  CURL* easy = transfer->easy;
  for (const auto& header : request.headers)
    transfer->lines = curl_slist_append(transfer->lines, header.c_str());
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, kFollowsRedirects);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request.reuses ? 0L : 1L);
  if (request.answer_bytes > 0) transfer->answer = {request.answer_bytes, true, 0, {}};
  transfer->deadline = request.deadline;
  if (!request.private_addresses) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, koinon_open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer->refused_address);
  }
  return begin(std::move(transfer));
}

Transfers::Number Transfers::mail(const MailRequest& request) {
  auto transfer = std::make_unique<Transfer>();
  transfer->is_mail = true;
  CURL* easy = transfer->easy;
  transfer->lines = curl_slist_append(nullptr, ("<" + request.recipient + ">").c_str());
  transfer->upload.text = request.message;
  curl_easy_setopt(easy, CURLOPT_URL, request.server.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_USE_SSL,
                   static_cast<long>(request.server.plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  if (!request.server.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, request.server.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request.server.password.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, ("<" + request.from + ">").c_str());
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->lines);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, koinon_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, &transfer->upload);
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  if (request.is_watched) {
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    // Without VERBOSE the function hears nothing. With it, nothing goes to standard error.
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, koinon_overhear);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, &transfer->dialogue);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
  }
  return begin(std::move(transfer));
}

std::vector<Transfers::Outcome> Transfers::wait(std::chrono::milliseconds most) {
  int running = 0;
  curl_multi_perform(multi_, &running);
  std::vector<Outcome> out;
  const auto collect = [&] {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      out.push_back(outcome_of(*transfer, message->data.result));
      curl_multi_remove_handle(multi_, transfer->easy);
      open_.erase(transfer->number);
    }
  };
  collect();
  if (!out.empty()) return out;
  curl_multi_poll(multi_, nullptr, 0, static_cast<int>(most.count()), nullptr);
  curl_multi_perform(multi_, &running);
  collect();
  return out;
}

Transfers::Outcome Transfers::outcome_of(Transfer& transfer, int code) {
  Outcome out;
  out.number = transfer.number;
  long status = 0;
  curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &status);
  out.status = status;
  if (transfer.answer.is_kept) {
    curl_off_t pause = 0;
    curl_easy_getinfo(transfer.easy, CURLINFO_RETRY_AFTER, &pause);
    if (pause > 0) out.retry_after = std::chrono::seconds(pause);
    out.answer = std::move(transfer.answer.text);
    out.cut = code != CURLE_OK;
  }
  if (transfer.refused_address) {
    out.told = Sentence{"send.private_address",
                        "the address is of a private network; webhooks.allow_private would allow it"};
    out.final = true;
  } else if (transfer.is_mail) {
    judge_mail(static_cast<CURLcode>(code), status, out);
    // Where the server offers no TLS, it is not asked for it.
    out.step = code == CURLE_USE_SSL_FAILED ? MailStep::kTls : transfer.dialogue.step();
    out.said = transfer.dialogue.answer();
  } else {
    judge_post(static_cast<CURLcode>(code), status, out);
  }
  return out;
}

}  // namespace koinon
