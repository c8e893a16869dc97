#include "node/text/mail_address.h"

#include <algorithm>
#include <string_view>

namespace koinon {
namespace {

constexpr std::size_t kEmailBytes = 254;

// Takes less than RFC 5321 allows: a name, an @ and a host, of characters that are safe in a header and in an
// SMTP command.
bool is_address(const std::string& text) {
  const auto at = text.find('@');
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7F &&
           std::string_view("<>()[],;:\\\"").find(static_cast<char>(c)) == std::string::npos;
  });
  return plain && text.size() <= kEmailBytes && at != std::string::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string::npos;
}

}  // namespace

Status check_mail_address(const std::string& text, const std::string& field) {
  if (is_address(text)) return {};
  return fail(Code::kInvalidArgument,
              Sentence{"account.email", "it is an address such as press@city.example"}, field);
}

Status check_email(const std::string& text) {
  return text.empty() ? Status() : check_mail_address(text, "email");
}

}  // namespace koinon
