// Many transfers at once on one thread: HTTP posts and SMTP, by libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/delivery/mail_dialogue.h"
#include "proto/base/limits.h"
#include "proto/base/result.h"
#include "proto/base/sentence.h"

namespace koinon {

struct PostRequest {
  std::string url;
  std::vector<std::string> headers;  // Name: value
  std::string body;
  bool private_addresses = false;
  bool reuses = false;  // a connection that is open, as receivers with many requests wish
  // Of the answer's text, which is kept; 0: it is dropped, and nobody waits for the end of a long one.
  std::size_t answer_bytes = 0;
  std::chrono::seconds deadline = limits::kSendDeadline;
};

struct SmtpServer {
  std::string url;  // smtp://mail.city.example:587
  std::string user;
  std::string password;
  bool plain = false;  // do not insist on TLS
};
struct MailRequest {
  SmtpServer server;
  std::string from;
  std::string recipient;
  std::string message;
  // Goes over a connection of its own, so that all steps are made, and its outcome tells of them.
  bool is_watched = false;
};

class Transfers {
 public:
  using Number = std::uint64_t;
  struct Outcome {
    Number number = 0;
    bool arrived = false;
    bool final = false;  // to try again would change nothing
    Sentence told;       // what was answered, or why it failed
    long status = 0;     // of HTTP or SMTP; 0: no answer came
    // Of a post with answer_bytes.
    std::string answer;
    bool cut = false;  // it is longer, or did not come to its end
    std::optional<std::chrono::seconds> retry_after = std::nullopt;  // as the receiver wishes; not negative
    // Of a mail that is watched: at which step it ended, and what the server said to that.
    MailStep step = MailStep::kConnect;
    std::string said;
  };

  static Result<std::unique_ptr<Transfers>> make();
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  Number post(const PostRequest& request);
  Number mail(const MailRequest& request);
  std::size_t under_way() const { return open_.size(); }
  // Works until a transfer is done, somebody calls wake, or `most` is over.
  std::vector<Outcome> wait(std::chrono::milliseconds most);
  // Any thread.
  void wake();

 private:
  struct Transfer;
  Transfers() = default;
  Number begin(std::unique_ptr<Transfer> transfer);
  Outcome outcome_of(Transfer& transfer, int code);

  void* multi_ = nullptr;
  Number last_ = 0;
  std::map<Number, std::unique_ptr<Transfer>> open_;
};

}  // namespace koinon
