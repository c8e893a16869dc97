// Texts of others as HTML, kept by the digest of the text, so that what many ask for is rendered once. Any
// thread; rendering itself is done outside the lock.
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
  // At most so many bytes are kept; what was asked for longest ago goes first.
  explicit RenderedTexts(std::size_t most) : most_(most) {}

  std::shared_ptr<const MarkdownHtml> render(std::string_view text);
  // The HTML, with a line before it where the text is shown as it was written.
  std::string html(std::string_view text);
  // How often something was rendered, since the start.
  std::uint64_t renderings() const;

 private:
  struct Kept {
    Hash digest;
    std::shared_ptr<const MarkdownHtml> rendered;
  };
  void keep(const Hash& digest, std::shared_ptr<const MarkdownHtml> rendered);

  std::size_t most_;
  mutable std::mutex mutex_;
  std::list<Kept> kept_;  // asked for last first
  std::unordered_map<Hash, std::list<Kept>::iterator> by_digest_;
  std::size_t bytes_ = 0;
  std::uint64_t renderings_ = 0;
};

}  // namespace koinon
