#include "node/delivery/mail_about.h"

#include <boost/json.hpp>

#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;

std::string about_text(const MailAbout& about) {
  json::array refs;
  for (const auto& [log, index] : about.items) refs.push_back(json::array{to_text(log), index.value});
  json::object out{{"what", about.what},
                   {"items", std::move(refs)},
                   {"unsubscribe", about.unsubscribe},
                   {"id", about.message_id},
                   {"at", about.at.value}};
  if (about.more) out["more"] = *about.more;
  return json::serialize(out);
}

std::optional<MailAbout> read_about(const std::string& text) {
  try {
    const json::value parsed = json::parse(text);
    const json::object& object = parsed.as_object();
    MailAbout out;
    out.what = std::string(object.at("what").as_string());
    for (const auto& item : object.at("items").as_array()) {
      const auto log = parse_log_id(std::string(item.as_array().at(0).as_string()));
      if (log.ok())
        out.items.emplace_back(*log, EntryIndex(item.as_array().at(1).to_number<std::uint64_t>()));
    }
    out.unsubscribe = std::string(object.at("unsubscribe").as_string());
    out.message_id = std::string(object.at("id").as_string());
    out.at = {object.at("at").to_number<std::int64_t>()};
    if (const auto* more = object.if_contains("more")) out.more = more->to_number<std::uint64_t>();
    return out;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace koinon
