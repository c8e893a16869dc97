#include "node/text/markdown_writer.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>

#include "node/text/plain_text.h"

namespace koinon {
namespace {

// Processor time of this thread: other work of the machine does not count.
std::chrono::nanoseconds processor_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string utf8_of(std::uint32_t point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
  if (point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) point = 0xFFFD;
  std::string out;
  if (point < 0x80) return out + byte(point);
  if (point < 0x800) return out + byte(0xC0U | point >> 6U) + byte(0x80U | (point & 0x3FU));
  if (point < 0x10000)
    return out + byte(0xE0U | point >> 12U) + byte(0x80U | (point >> 6U & 0x3FU)) +
           byte(0x80U | (point & 0x3FU));
  return out + byte(0xF0U | point >> 18U) + byte(0x80U | (point >> 12U & 0x3FU)) +
         byte(0x80U | (point >> 6U & 0x3FU)) + byte(0x80U | (point & 0x3FU));
}

// The text of an attribute. Nothing: it has an entity that we cannot read.
std::optional<std::string> attribute_text(const MD_ATTRIBUTE& attribute) {
  std::string out;
  for (int i = 0; attribute.size > 0 && attribute.substr_offsets[i] < attribute.size; ++i) {
    const auto begin = attribute.substr_offsets[i];
    const std::string_view part(attribute.text + begin, attribute.substr_offsets[i + 1] - begin);
    if (attribute.substr_types[i] != MD_TEXT_ENTITY) {
      out += part;
      continue;
    }
    const auto text = entity_text(part);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

}  // namespace

std::optional<std::string> entity_text(std::string_view entity) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames = {
      {{"&amp;", "&"},
       {"&lt;", "<"},
       {"&gt;", ">"},
       {"&quot;", "\""},
       {"&apos;", "'"},
       {"&nbsp;", "\u00A0"},
       {"&lrm;", ""},
       {"&rlm;", ""}}};
  for (const auto& [name, text] : kNames) {
    if (entity == name) return std::string(text);
  }
  if (!entity.starts_with("&#") || !entity.ends_with(';')) return std::nullopt;
  std::string_view digits = entity.substr(2, entity.size() - 3);
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  std::uint32_t point = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), point, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) point = 0xFFFD;
  return plain_text(utf8_of(point));
}

MarkdownWriter::MarkdownWriter(std::size_t most, std::chrono::nanoseconds deadline)
    : most_(most), until_(processor_time() + deadline) {}

int MarkdownWriter::stop() {
  constexpr unsigned kLookAtClock = 256;
  if (is_full()) return -1;
  return ++calls_ % kLookAtClock == 0 && processor_time() > until_ ? -1 : 0;
}

std::string MarkdownWriter::take() {
  for (char& c : out_) {
    if (c == kStarKey) c = '*';
  }
  return std::move(out_);
}

std::string MarkdownWriter::code_in_cell(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (code.substr(i, 2) != "\\|") out += code[i];
  }
  return out;
}

std::optional<std::string> MarkdownWriter::link_of(const MD_ATTRIBUTE& attribute) {
  auto url = attribute_text(attribute);
  if (!url || !safe_link(*url)) return std::nullopt;
  return url;
}

}  // namespace koinon
