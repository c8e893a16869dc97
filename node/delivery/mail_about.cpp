#include "node/delivery/mail_about.h"

#include <boost/json.hpp>

#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;

std::string about_text(const MailAbout& about) {
  json::array refs;
  for (const auto& [arrival, record] : about.items)
    refs.push_back(json::array{to_text(record.first), record.second.value, arrival.value});
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
      const json::array& parts = item.as_array();
      const auto log = parse_log_id(std::string(parts.at(0).as_string()));
      if (!log.ok()) continue;
      const ArrivalSeq arrival(parts.size() > 2 ? parts.at(2).to_number<std::uint64_t>() : 0);
      out.items.push_back({arrival, {*log, EntryIndex(parts.at(1).to_number<std::uint64_t>())}});
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
