#include "node/delivery/mail_dialogue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/text/plain_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kAnswerBytes = 1'000;
constexpr std::size_t kCodeBytes = 4;  // "550 ", or "550-" if more lines follow

constexpr std::array<std::pair<std::string_view, MailStep>, 7> kCommands{{{"ehlo", MailStep::kHello},
                                                                          {"helo", MailStep::kHello},
                                                                          {"starttls", MailStep::kTls},
                                                                          {"auth", MailStep::kLogin},
                                                                          {"mail", MailStep::kSender},
                                                                          {"rcpt", MailStep::kRecipient},
                                                                          {"data", MailStep::kText}}};

}  // namespace

std::string_view mail_step_text(MailStep step) {
  switch (step) {
    case MailStep::kConnect:
      return "connect";
    case MailStep::kGreeting:
      return "greeting";
    case MailStep::kHello:
      return "hello";
    case MailStep::kTls:
      return "tls";
    case MailStep::kLogin:
      return "login";
    case MailStep::kSender:
      return "sender";
    case MailStep::kRecipient:
      return "recipient";
    case MailStep::kText:
      return "text";
  }
  return "";
}

// Only the command's name is looked at. The lines after AUTH have none, and leave the step as it is.
void MailDialogue::sent(std::string_view line) {
  const std::string command = ascii_lower(line.substr(0, line.find_first_of(" \r\n")));
  if (command == "quit") is_over_ = true;
  const auto found =
      std::find_if(kCommands.begin(), kCommands.end(), [&](const auto& one) { return one.first == command; });
  if (is_over_ || found == kCommands.end()) return;
  step_ = found->second;
  answer_.clear();
}

void MailDialogue::heard(std::string_view line) {
  if (is_over_) return;
  if (step_ == MailStep::kConnect) step_ = MailStep::kGreeting;
  if (is_whole_) answer_.clear();
  is_whole_ = line.size() < kCodeBytes || line[kCodeBytes - 1] != '-';
  const std::string code(line.substr(0, kCodeBytes - 1));
  const std::string text = line.size() > kCodeBytes ? trimmed(line.substr(kCodeBytes)) : std::string();
  if (answer_.empty()) answer_ = trimmed(code);
  if (!text.empty() && answer_.size() < kAnswerBytes) answer_ += " " + text;
}

std::string MailDialogue::answer() const { return plain_line(clipped_utf8(answer_, kAnswerBytes)); }

}  // namespace koinon
