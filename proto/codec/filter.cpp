#include "proto/codec/filter.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {

bool BodyFilter::wants(const v1::Entry& entry) const {
  if (all || entry.topics_size() == 0) return true;
  if (entry.kind() == v1::KIND_PROFILE || entry.kind() == v1::KIND_VOUCH ||
      entry.kind() == v1::KIND_WITHDRAWAL) {
    return true;
  }
  if (self && std::any_of(entry.to().begin(), entry.to().end(),
                          [&](const auto& city) { return city == self->view(); })) {
    return true;
  }
  return std::any_of(entry.topics().begin(), entry.topics().end(), [&](const auto& topic) {
    return std::any_of(topics.begin(), topics.end(),
                       [&](const auto& wanted) { return topic_covers(wanted, topic); });
  });
}

v1::Filter BodyFilter::message() const {
  v1::Filter out;
  out.set_all(all);
  if (!all) {
    for (const auto& topic : topics) out.add_topics(topic);
  }
  return out;
}

std::string BodyFilter::text() const {
  if (all) return "all";
  std::string out;
  for (const auto& topic : topics) out += (out.empty() ? "" : ",") + topic;
  return out;
}

Result<BodyFilter> parse_filter(std::string_view text) {
  BodyFilter filter;
  filter.all = text == "all";
  for (std::size_t begin = 0; !filter.all && begin < text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    const std::string topic = Vocabulary::builtin().canonical(text.substr(begin, end - begin));
    // The word "all" means everything, in capital letters too. It is never a topic.
    if (topic == "all") return BodyFilter();
    KOINON_TRY(check_topic(topic));
    if (std::find(filter.topics.begin(), filter.topics.end(), topic) == filter.topics.end())
      filter.topics.push_back(topic);
    begin = end + 1;
  }
  if (filter.topics.size() > limits::kFilterTopics)
    return fail(
        Code::kTooLarge,
        Sentence{"topic.too_many", "at most {most} topics", {{"most", std::int64_t{limits::kFilterTopics}}}},
        "topics");
  return filter;
}

Result<BodyFilter> read_filter(const v1::Filter& message) {
  BodyFilter filter;
  filter.all = message.all();
  if (filter.all) return filter;
  if (static_cast<std::size_t>(message.topics_size()) > limits::kFilterTopics) {
    return fail(Code::kTooLarge,
                Sentence{"filter.too_many_topics",
                         "a filter has at most {most} topics",
                         {{"most", std::int64_t{limits::kFilterTopics}}}},
                "filter");
  }
  for (const auto& topic : message.topics()) {
    KOINON_TRY(check_topic(topic));
    filter.topics.push_back(topic);
  }
  return filter;
}

}  // namespace koinon
