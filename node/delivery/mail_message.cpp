#include "node/delivery/mail_message.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "node/text/language.h"
#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace {

constexpr std::size_t kWordBytes = 42;  // of text in one encoded word: 56 characters of base64
constexpr std::size_t kLine = 76;
constexpr std::size_t kSubjectBytes = 200;
constexpr std::string_view kBoundary = "=_koinon_part";  // no base64 has it

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; }) &&
         text.find("=?") == std::string_view::npos && text.size() < kLine;
}

std::string base64_lines(std::string_view text) {
  const std::string all = to_base64(text);
  std::string out;
  for (std::size_t i = 0; i < all.size(); i += kLine) out += all.substr(i, kLine) + "\r\n";
  return out;
}

std::string part(std::string_view type, std::string_view text) {
  std::string out = "--" + std::string(kBoundary) + "\r\nContent-Type: " + std::string(type) +
                    "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  return out + base64_lines(text);
}

// As the clocks of the office show it, with how far they are ahead of UTC (RFC 5322, section 3.3).
std::string date_text(UnixMillis time, const TimeZone& zone) {
  const std::chrono::minutes ahead = zone.ahead(time);
  const std::time_t seconds = time.value / 1000 + std::chrono::seconds(ahead).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 40> buffer{};
  const std::size_t size = std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S ", &parts);
  const auto minutes = std::chrono::abs(ahead).count();
  const std::string digits = std::to_string(10'000 + minutes / 60 * 100 + minutes % 60).substr(1);
  return std::string(buffer.data(), size) + (ahead.count() < 0 ? "-" : "+") + digits;
}

std::string heading(const MailItem& item) {
  const std::string title = plain_line(item.title);
  return title.empty() ? "A " + item.kind : title;
}

std::string plain_part(const MailContent& content) {
  std::string out = plain_text(content.opening) + "\r\n";
  for (const MailItem& item : content.items) {
    out += "\r\n* " + heading(item) + "\r\n  " + plain_line(item.city) + ", " + item.kind + "\r\n  " +
           item.url + "\r\n";
    if (!item.summary.empty()) out += "\r\n" + markdown_text(item.summary);
  }
  if (content.unsubscribe.empty()) return out;
  return out + "\r\n-- \r\nTo get no more of these: " + content.unsubscribe + "\r\n";
}

// What stands for a title that is empty is English, as the mail is.
std::string title_language(const MailItem& item) {
  if (plain_line(item.title).empty()) return {};
  const std::string tag = language_tag(item.language);
  return (tag.empty() ? "" : " lang=\"" + tag + "\"") + " dir=\"auto\"";
}

std::string html_part(const MailContent& content) {
  constexpr unsigned kTitleLevel = 2;
  std::string out = "<!doctype html><html lang=\"en\"><body><p>" + html_escaped(content.opening) + "</p>";
  for (const MailItem& item : content.items) {
    out += "<h2" + title_language(item) + "><a href=\"" + html_escaped(item.url) + "\">" +
           html_escaped(heading(item)) + "</a></h2><p>" + html_escaped(plain_line(item.city)) + ", " +
           html_escaped(item.kind) + "</p>" + "<div " + language_attributes(item.language) + ">" +
           markdown_html(item.summary, kTitleLevel) + "</div>";
  }
  if (!content.unsubscribe.empty())
    out += "<p><a href=\"" + html_escaped(content.unsubscribe) + "\">Get no more of these</a></p>";
  return out + "</body></html>\r\n";
}

}  // namespace

std::string header_field(const std::string& name, const std::string& text) {
  // Once more: what is cut within a flag leaves tags that nobody sees.
  std::string left = plain_line(clipped_utf8(plain_line(text), kSubjectBytes));
  if (is_plain(left)) return name + ": " + left + "\r\n";
  std::string out = name + ":";
  for (bool first = true; !left.empty(); first = false) {
    const std::size_t size = clipped_utf8(left, kWordBytes).size();
    out += std::string(first ? "" : "\r\n") + " =?UTF-8?B?" + to_base64(left.substr(0, size)) + "?=";
    left.erase(0, size);
  }
  return out + "\r\n";
}

std::string mail_message(const MailContent& content) {
  std::string out = header_field("Subject", content.subject);
  std::string sender = header_field("From", content.from_name);
  sender.resize(sender.size() - 2);
  out += sender + "\r\n <" + content.from + ">\r\nTo: <" + content.to +
         ">\r\nDate: " + date_text(content.date, content.zone) + "\r\nMessage-ID: <" + content.message_id +
         ">\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n";
  if (!content.unsubscribe.empty())
    out += "List-Unsubscribe: <" + content.unsubscribe +
           ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  out += "Content-Type: multipart/alternative; boundary=\"" + std::string(kBoundary) + "\"\r\n\r\n";
  return out + part("text/plain", plain_part(content)) + part("text/html", html_part(content)) + "--" +
         std::string(kBoundary) + "--\r\n";
}

}  // namespace koinon
