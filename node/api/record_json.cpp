#include "node/api/record_json.h"

#include <boost/json.hpp>

#include "node/api/attachments_json.h"
#include "node/api/key_views_json.h"
#include "node/api/message_json.h"
#include "node/reading/shown_record.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;

json::array refs_json(const std::vector<RefView>& refs) {
  json::array out;
  for (const RefView& ref : refs) {
    json::object item{{"role", role_name(ref.role)}, {"ref", ref.ref}, {"held", ref.held}};
    if (ref.is_void) item["void"] = true;
    if (ref.indexed) {
      item["title"] = ref.title;
      item["status"] = status_text(ref.status);
    }
    out.push_back(std::move(item));
  }
  return out;
}

namespace {

json::array referring_json(const std::vector<ReferringView>& referring) {
  json::array out;
  for (const ReferringView& one : referring) {
    json::object item{{"role", role_name(one.role)}, {"ref", one.ref}, {"status", status_text(one.status)}};
    if (one.indexed) {
      item["kind"] = kind_name(one.kind);
      item["title"] = one.title;
      item["language"] = one.language;
    }
    if (one.adoption) {
      item["stage"] = one.adoption->stage;
      item["outcome"] = one.adoption->outcome;
    }
    out.push_back(std::move(item));
  }
  return out;
}

// What can be read of its entry and body.
void put_content(const RecordView& view, json::object& out) {
  out["language"] = view.language;
  out["topics"] = json::array(view.topics.begin(), view.topics.end());
  out["created_at"] = time_text(view.created_at);
  if (view.arrived_at) out["arrived_at"] = time_text(*view.arrived_at);
  out["refs"] = refs_json(view.refs);
  out["to"] = json::array(view.to.begin(), view.to.end());
  if (view.control) out["control"] = message_json(*view.control);
  if (view.key_change) out["key_change"] = key_change_json(*view.key_change);
  if (view.stated_keys) out["stated_keys"] = stated_keys_json(*view.stated_keys);
  out["referred_by"] = referring_json(view.referred_by);
  if (view.body_unreadable_because) out["body_unreadable_because"] = view.body_unreadable_because->text();
  if (!view.body) return;
  out["body"] = message_json(*view.body);
  json::array attachments;
  for (const AttachmentView& file : view.attachments) attachments.push_back(attachment_json(file));
  out["attachments"] = std::move(attachments);
}

}  // namespace

json::object summary_json(const SummaryView& view) {
  json::object out;
  out["ref"] = view.ref;
  out["city"] = view.city;
  if (!view.city_name.empty()) out["city_name"] = view.city_name;
  out["index"] = view.index.value;
  out["kind"] = view.kind_text();
  out["title"] = view.title;
  out["summary"] = view.summary;
  out["language"] = view.language;
  out["topics"] = json::array(view.topics.begin(), view.topics.end());
  out["created_at"] = time_text(view.created_at);
  out["arrival"] = view.arrival.value;
  out["status"] = status_text(view.status);
  if (!view.status_by.empty()) out["status_by"] = view.status_by;
  if (view.key_change) out["key_change"] = key_change_json(*view.key_change);
  return out;
}

json::array about_json(Directory& directory, StoreReader& store, IndexReader& index,
                       const IndexedRecord& record) {
  const auto entry = read_entry(store, record);
  if (!entry.ok()) return {};
  return refs_json(read_refs(directory, store, index, *entry));
}

json::object told_json(Directory& directory, StoreReader& store, IndexReader& index,
                       const IndexedRecord& record, const std::optional<std::string>& because) {
  json::object out = summary_json(read_summary(directory, record));
  if (because) out["because"] = *because;
  if (json::array about = about_json(directory, store, index, record); !about.empty())
    out["about"] = std::move(about);
  return out;
}

json::object record_json(const RecordView& view) {
  json::object out{{"ref", view.ref}, {"city", view.city}};
  if (!view.city_name.empty()) out["city_name"] = view.city_name;
  out["log_id"] = to_text(view.log);
  out["index"] = view.index.value;
  out["leaf_hash"] = to_hex(view.leaf_hash.view());
  out["signed_by"] = view.signed_by;
  out["proven_against"] = view.proven_against.value;
  out["frozen"] = view.frozen;
  out["body_state"] = body_state_text(view.body_state, view.hidden);
  out["status"] = status_text(view.status);
  if (!view.status_by.empty()) out["status_by"] = view.status_by;
  if (view.withdrawn_at) out["withdrawn_at"] = time_text(*view.withdrawn_at);
  if (!view.withdrawn_because.empty()) out["withdrawn_because"] = view.withdrawn_because;
  out["readable"] = view.readable();
  out["kind"] = view.kind_text();
  if (view.readable()) {
    put_content(view, out);
  } else {
    out["unreadable_because"] = view.unreadable_because->text();
  }
  return out;
}

}  // namespace koinon
