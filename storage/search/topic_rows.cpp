#include "storage/search/topic_rows.h"

#include "storage/search/topic_levels.h"

namespace koinon {
namespace {

template <typename Each>
Status each_topic(std::string_view topics, Each each) {
  Status status;
  each_level_of_all(topics, [&](std::string_view topic) {
    if (status.ok()) status = each(topic);
  });
  return status;
}

}  // namespace

Status TopicRows::insert(std::int64_t id, const LogId& log, ArrivalSeq arrival, v1::Kind kind,
                         std::string_view topics) {
  return each_topic(topics, [&](std::string_view topic) -> Status {
    auto put = db_.prepare("INSERT OR IGNORE INTO topic (topic, arrival, doc) VALUES (?, ?, ?)");
    KOINON_TRY(put.bind_text(topic).bind(static_cast<std::int64_t>(arrival.value)).bind(id).run());
    auto of_log =
        db_.prepare("INSERT OR IGNORE INTO log_topic (log_id, topic, arrival, doc) VALUES (?, ?, ?, ?)");
    KOINON_TRY(of_log.bind_blob(log.view())
                   .bind_text(topic)
                   .bind(static_cast<std::int64_t>(arrival.value))
                   .bind(id)
                   .run());
    auto of_kind =
        db_.prepare("INSERT OR IGNORE INTO kind_topic (topic, kind, arrival, doc) VALUES (?, ?, ?, ?)");
    KOINON_TRY(of_kind.bind_text(topic)
                   .bind(static_cast<std::int64_t>(kind))
                   .bind(static_cast<std::int64_t>(arrival.value))
                   .bind(id)
                   .run());
    auto of_both = db_.prepare(
        "INSERT OR IGNORE INTO log_kind_topic (log_id, topic, kind, arrival, doc) VALUES (?, ?, ?, ?, ?)");
    return of_both.bind_blob(log.view())
        .bind_text(topic)
        .bind(static_cast<std::int64_t>(kind))
        .bind(static_cast<std::int64_t>(arrival.value))
        .bind(id)
        .run();
  });
}

Status TopicRows::set_standing(std::int64_t id, std::int64_t arrival, std::string_view topics, bool stands) {
  return each_topic(topics, [&](std::string_view topic) {
    auto change =
        db_.prepare(stands ? "INSERT OR IGNORE INTO standing_topic (topic, arrival, doc) VALUES (?, ?, ?)"
                           : "DELETE FROM standing_topic WHERE topic = ? AND arrival = ? AND doc = ?");
    return change.bind_text(topic).bind(arrival).bind(id).run();
  });
}

// Rows are found by their keys, which begin with the topic or the log.
Status TopicRows::remove(std::int64_t id, const LogId& log, std::int64_t arrival, std::int64_t kind,
                         std::string_view topics) {
  return each_topic(topics, [&](std::string_view topic) -> Status {
    for (const char* sql : {"DELETE FROM topic WHERE topic = ? AND arrival = ? AND doc = ?",
                            "DELETE FROM standing_topic WHERE topic = ? AND arrival = ? AND doc = ?"}) {
      auto remove = db_.prepare(sql);
      KOINON_TRY(remove.bind_text(topic).bind(arrival).bind(id).run());
    }
    auto of_log =
        db_.prepare("DELETE FROM log_topic WHERE log_id = ? AND topic = ? AND arrival = ? AND doc = ?");
    KOINON_TRY(of_log.bind_blob(log.view()).bind_text(topic).bind(arrival).bind(id).run());
    auto of_both = db_.prepare(
        "DELETE FROM log_kind_topic WHERE log_id = ? AND topic = ? AND kind = ? AND arrival = ? AND doc = "
        "?");
    KOINON_TRY(of_both.bind_blob(log.view()).bind_text(topic).bind(kind).bind(arrival).bind(id).run());
    auto of_kind =
        db_.prepare("DELETE FROM kind_topic WHERE topic = ? AND kind = ? AND arrival = ? AND doc = ?");
    return of_kind.bind_text(topic).bind(kind).bind(arrival).bind(id).run();
  });
}

}  // namespace koinon
