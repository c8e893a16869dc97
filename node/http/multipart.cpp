#include "node/http/multipart.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::string_view kType = "multipart/form-data";
constexpr std::size_t kBoundaryBytes = 70;  // RFC 2046
constexpr std::size_t kPartHeadBytes = 4096;

Error malformed() {
  return fail(Code::kMalformed, Sentence{"form.malformed", "the form does not parse"}, "body");
}

bool same_name(std::string_view a, std::string_view b) { return ascii_lower(a) == ascii_lower(b); }

// In a header only spaces and tabs are white space.
std::string_view stripped(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// `key="value"` or `key=value` after a semicolon. Browsers write a quote as %22. They write a backslash as it
// is.
std::optional<std::string> parameter(std::string_view header, std::string_view key) {
  for (auto begin = header.find(';'); begin != std::string_view::npos; begin = header.find(';')) {
    header.remove_prefix(begin + 1);
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = same_name(stripped(header.substr(0, equals)), key);
    header.remove_prefix(equals + 1);
    const bool quoted = header.starts_with('"');
    if (quoted) header.remove_prefix(1);
    const auto end = quoted ? header.find('"') : std::min(header.find(';'), header.size());
    if (end == std::string_view::npos) return std::nullopt;
    if (wanted) return std::string(quoted ? header.substr(0, end) : stripped(header.substr(0, end)));
    header.remove_prefix(end);
  }
  return std::nullopt;
}

std::string unescaped(std::string text) {
  for (const auto& [written, meant] :
       {std::pair<std::string_view, const char*>("%22", "\""), {"%0D", ""}, {"%0A", " "}}) {
    for (auto at = text.find(written); at != std::string::npos; at = text.find(written, at))
      text.replace(at, written.size(), meant);
  }
  return text;
}

bool is_plain(const std::string& text) { return is_utf8(text) && !has_control(text); }

Result<FormPart> read_head(std::string_view head) {
  FormPart out;
  bool named = false;
  while (!head.empty()) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return malformed();
    const std::string_view value = stripped(line.substr(colon + 1));
    if (same_name(line.substr(0, colon), "content-type")) out.media_type = std::string(value);
    if (!same_name(line.substr(0, colon), "content-disposition")) continue;
    const auto name = parameter(value, "name");
    if (!value.starts_with("form-data") || !name || named) return malformed();
    named = true;
    out.name = unescaped(*name);
    if (const auto file = parameter(value, "filename")) {
      out.is_file = true;
      out.file_name = unescaped(*file);
      // Some browsers send the whole path of the file on their computer.
      out.file_name = out.file_name.substr(out.file_name.find_last_of("/\\") + 1);
    }
  }
  if (!named || !is_plain(out.name) || !is_plain(out.file_name) || !is_plain(out.media_type))
    return malformed();
  return out;
}

}  // namespace

bool is_multipart(std::string_view content_type) {
  return same_name(stripped(content_type.substr(0, content_type.find(';'))), kType);
}

Result<std::vector<FormPart>> read_multipart(std::string_view body, std::string_view content_type) {
  const auto boundary = parameter(content_type, "boundary");
  if (!is_multipart(content_type) || !boundary || boundary->empty() || boundary->size() > kBoundaryBytes)
    return malformed();
  const std::string first = "--" + *boundary;
  const std::string between = "\r\n" + first;
  if (!body.starts_with(first)) return malformed();
  body.remove_prefix(first.size());
  std::vector<FormPart> out;
  while (!body.starts_with("--")) {
    if (!body.starts_with("\r\n")) return malformed();
    if (out.size() == limits::kFormParts)
      return fail(Code::kTooLarge, "a form has at most 200 parts", "body");
    body.remove_prefix(2);
    const auto head = body.find("\r\n\r\n");
    if (head == std::string_view::npos || head > kPartHeadBytes) return malformed();
    KOINON_ASSIGN(FormPart part, read_head(body.substr(0, head)));
    body.remove_prefix(head + 4);
    const auto end = body.find(between);
    if (end == std::string_view::npos) return malformed();
    part.content = std::string(body.substr(0, end));
    body.remove_prefix(end + between.size());
    if (!part.is_file && !is_utf8(part.content))
      return fail(Code::kMalformed, Sentence{"form.not_utf8", "the form is not UTF-8"}, "body");
    out.push_back(std::move(part));
  }
  return out;
}

}  // namespace koinon
