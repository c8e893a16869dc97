#include "node/reading/rendered_texts.h"

#include "crypto/hash.h"
#include "proto/base/limits.h"

namespace koinon {

std::shared_ptr<const MarkdownHtml> RenderedTexts::render(std::string_view text, unsigned above) {
  const bool worth_keeping = text.size() >= limits::kRenderedLeast;
  const std::string place = std::to_string(above) + " ";
  const Hash digest = worth_keeping ? sha256({place, text}) : Hash();
  if (worth_keeping) {
    const std::lock_guard lock(mutex_);
    if (const auto it = by_digest_.find(digest); it != by_digest_.end()) {
      kept_.splice(kept_.begin(), kept_, it->second);
      return it->second->rendered;
    }
  }
  auto rendered = std::make_shared<const MarkdownHtml>(render_markdown(text, above));
  const std::lock_guard lock(mutex_);
  ++renderings_;
  if (worth_keeping) keep(digest, rendered);
  return rendered;
}

void RenderedTexts::keep(const Hash& digest, std::shared_ptr<const MarkdownHtml> rendered) {
  const std::size_t size = rendered->html.size();
  if (size > most_ || by_digest_.contains(digest)) return;
  kept_.push_front({digest, std::move(rendered)});
  by_digest_[digest] = kept_.begin();
  bytes_ += size;
  while (bytes_ > most_) {
    bytes_ -= kept_.back().rendered->html.size();
    by_digest_.erase(kept_.back().digest);
    kept_.pop_back();
  }
}

std::string RenderedTexts::html(std::string_view text, unsigned above) {
  return with_notice(*render(text, above));
}

std::uint64_t RenderedTexts::renderings() const {
  const std::lock_guard lock(mutex_);
  return renderings_;
}

}  // namespace koinon
