#include "node/text/first_sentence.h"

#include <memory>

#include <unicode/brkiter.h>
#include <unicode/locid.h>
#include <unicode/utext.h>

#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"

namespace koinon {
namespace {

constexpr std::size_t kLookedAt = 4 * limits::kKiB;

// How many bytes of a line its first sentence has. All of it, where ICU finds none.
std::size_t sentence_end(std::string_view line) {
  UErrorCode failed = U_ZERO_ERROR;
  UText* const text = utext_openUTF8(nullptr, line.data(), static_cast<std::int64_t>(line.size()), &failed);
  const std::unique_ptr<UText, decltype(&utext_close)> closing(text, utext_close);
  const std::unique_ptr<icu::BreakIterator> sentences(
      icu::BreakIterator::createSentenceInstance(icu::Locale::getRoot(), failed));
  if (U_FAILURE(failed) != 0) return line.size();
  sentences->setText(text, failed);
  const std::int32_t end = U_FAILURE(failed) != 0 ? icu::BreakIterator::DONE : sentences->next();
  return end == icu::BreakIterator::DONE ? line.size() : static_cast<std::size_t>(end);
}

std::string_view without_end_blanks(std::string_view text) {
  const auto last = text.find_last_not_of(' ');
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

}  // namespace

std::string clipped_line(std::string_view line, std::size_t most) {
  const std::string plain = plain_line(line);
  const std::string_view whole = without_end_blanks(plain);
  if (whole.size() <= most) return std::string(whole);
  std::string_view cut = clipped_utf8(whole, most);
  // Where words are written apart, no half of one stands at the end.
  if (const auto blank = cut.rfind(' '); blank != std::string_view::npos && blank > most / 2)
    cut = cut.substr(0, blank);
  return std::string(without_end_blanks(cut)) + " …";
}

std::string first_sentence(std::string_view markdown, std::size_t most) {
  const std::string line = markdown_line(clipped_utf8(markdown, kLookedAt));
  return clipped_line(std::string_view(line).substr(0, sentence_end(line)), most);
}

}  // namespace koinon
