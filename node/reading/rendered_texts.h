// Keeps rendered texts of others by the digest of the text and its place, so that a text for which many ask
// is rendered once. Any thread. Rendering is done outside the lock.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "node/text/markdown.h"
#include "proto/base/types.h"

namespace koinon {

class RenderedTexts {
 public:
  // Keeps at most `most` bytes. Texts that were not asked for the longest go first.
  explicit RenderedTexts(std::size_t most) : most_(most) {}

  // `above`: the level of the heading under which the text stands, as for render_markdown.
  std::shared_ptr<const MarkdownHtml> render(std::string_view text, unsigned above = 0);
  // The HTML. If the text is shown as it was written, a line before it says so.
  std::string html(std::string_view text, unsigned above = 0);
  // How many texts were rendered since the start.
  std::uint64_t renderings() const;

 private:
  struct Kept {
    Hash digest;
    std::shared_ptr<const MarkdownHtml> rendered;
  };
  void keep(const Hash& digest, std::shared_ptr<const MarkdownHtml> rendered);

  std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  // the text that was asked for last comes first
  std::unordered_map<Hash, std::list<Kept>::iterator> by_digest_;
  std::size_t bytes_ = 0;
  std::uint64_t renderings_ = 0;
};

}  // namespace koinon
