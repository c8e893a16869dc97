// What a mail server and we say to each other about one mail (SMTP, RFC 5321), as far as an administrator
// needs it: how far it came, and what the server answered last. Account and password go by here, and are not
// kept.
//
// Belongs to one thread.
#pragma once

#include <string>
#include <string_view>

namespace koinon {

enum class MailStep {
  kConnect,    // no word of the server yet
  kGreeting,   // its first word
  kHello,      // EHLO
  kTls,        // STARTTLS
  kLogin,      // AUTH
  kSender,     // MAIL FROM
  kRecipient,  // RCPT TO
  kText,       // DATA, and the mail itself
};
// "connect", "greeting", "hello", "tls", "login", "sender", "recipient", "text".
std::string_view mail_step_text(MailStep step);

class MailDialogue {
 public:
  // A line to the server, but not of the mail itself.
  void sent(std::string_view line);
  // A line of the server.
  void heard(std::string_view line);

  // The step of the last command before QUIT.
  MailStep step() const { return step_; }
  // The answer to it: "550 5.1.1 no such user". One line of at most 1,000 bytes, made harmless. An answer of
  // several lines has its number once. Empty: none came, or it is not UTF-8.
  std::string answer() const;

 private:
  MailStep step_ = MailStep::kConnect;
  std::string answer_;
  bool is_whole_ = true;  // the last line of the answer has come
  bool is_over_ = false;  // what comes after QUIT is of no interest
};

}  // namespace koinon
