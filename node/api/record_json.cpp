#include "node/api/record_json.h"

#include <boost/json.hpp>

#include "node/api/attachments_json.h"
#include "node/api/message_json.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kBriefItems = 50;
constexpr std::size_t kBriefTextBytes = 4 * limits::kKiB;

std::string_view state_name(BodyState state) {
  switch (state) {
    case BodyState::kHeld:
      return "held";
    case BodyState::kNotAsked:
      return "not-asked";
    case BodyState::kErased:
      return "erased";
    case BodyState::kNotHeld:
      return "not-held";
  }
  return "unknown";
}

json::array refs_json(Directory& directory, StoreReader& store, IndexReader& searched,
                      const v1::Entry& entry) {
  json::array out;
  for (const auto& ref : entry.refs()) {
    const LogId log = LogId::from(ref.log_id());
    const EntryIndex index(ref.index());
    const auto target = store.entry(log, index);
    json::object item;
    item["role"] = role_name(ref.role());
    item["ref"] = directory.ref(log, index);
    item["held"] = target.ok() && leaf_hash(*target).view() == ref.leaf_hash();
    const auto indexed = searched.get(log, index);
    if (indexed.ok() && *indexed) {
      item["title"] = (*indexed)->title;
      item["status"] = status_text((*indexed)->status);
    }
    out.push_back(std::move(item));
  }
  return out;
}

// What other records say of this one. How adoptions went stands in their bodies, of which so much is read.
Result<json::array> referring_json(Directory& directory, StoreReader& store, IndexReader& index,
                                   const LogId& log, EntryIndex entry, bool brief) {
  json::array out;
  std::size_t bytes_read = 0;
  KOINON_ASSIGN(const auto related, index.referring(log, entry, brief ? kBriefItems : limits::kReferring));
  for (const auto& item : related) {
    if (brief && out.size() == kBriefItems) break;
    json::object object;
    object["role"] = role_name(item.role);
    object["ref"] = directory.ref(item.log, item.index);
    object["status"] = status_text(item.status);
    KOINON_ASSIGN(const auto indexed, index.get(item.log, item.index));
    if (indexed) {
      object["kind"] = kind_name(indexed->kind);
      object["title"] = indexed->title;
      object["language"] = indexed->language;
    }
    out.push_back(std::move(object));
    if (item.role != v1::REF_ROLE_ADOPTS || brief || bytes_read > limits::kReferringBytes) continue;
    const auto record = shown_record(store, item.log, item.index);
    if (record.ok()) bytes_read += record->body.size();
    const auto body = record.ok() ? parse_body(record->body) : Result<v1::Body>(fail(Code::kNotFound, ""));
    if (body.ok() && body->has_adoption()) {
      out.back().as_object()["stage"] = body->adoption().stage();
      out.back().as_object()["outcome"] = body->adoption().outcome();
    }
  }
  return out;
}

// Cuts every text of a message short, and every list, of those within it too.
void cut_short(google::protobuf::Message& message) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->is_repeated()) {
      while (reflection->FieldSize(message, field) > static_cast<int>(kBriefItems))
        reflection->RemoveLast(&message, field);
    }
    const bool is_message = field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
    if (is_message && field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i)
        cut_short(*reflection->MutableRepeatedMessage(&message, field, i));
    } else if (is_message) {
      cut_short(*reflection->MutableMessage(&message, field));
    } else if (field->type() == google::protobuf::FieldDescriptor::TYPE_STRING && !field->is_repeated()) {
      const std::string text = reflection->GetString(message, field);
      if (text.size() > kBriefTextBytes)
        reflection->SetString(&message, field, std::string(clipped_utf8(text, kBriefTextBytes)) + " …");
    }
  }
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
  return out;
}

json::object summary_json(Directory& directory, const IndexedRecord& record) {
  return summary_json(read_summary(directory, record));
}

json::array about_json(Directory& directory, StoreReader& store, IndexReader& index,
                       const IndexedRecord& record) {
  json::array out;
  const auto leaf = store.entry(record.log, record.index);
  const auto entry = leaf.ok() ? parse_entry(*leaf) : Result<v1::Entry>(leaf.error());
  return entry.ok() ? refs_json(directory, store, index, *entry) : out;
}

json::object told_json(Directory& directory, StoreReader& store, IndexReader& index,
                       const IndexedRecord& record, const std::optional<std::string>& because) {
  json::object out = summary_json(directory, record);
  if (because) out["because"] = *because;
  if (json::array about = about_json(directory, store, index, record); !about.empty())
    out["about"] = std::move(about);
  return out;
}

Result<json::object> record_json(Directory& directory, StoreReader& store, IndexReader& index,
                                 const LogId& log, EntryIndex entry_index, bool brief) {
  KOINON_ASSIGN(const StoredRecord record, shown_record(store, log, entry_index));
  KOINON_ASSIGN(const LogState state, store.log_state(log));
  json::object out;
  out["ref"] = directory.ref(log, entry_index);
  out["city"] = directory.city(log);
  if (const std::string name = directory.display_name(log); !name.empty()) out["city_name"] = name;
  out["log_id"] = to_text(log);
  out["index"] = entry_index.value;
  out["leaf_hash"] = to_hex(leaf_hash(record.entry).view());
  out["signed_by"] = state.identity.vkey().text();
  out["proven_against"] = state.whole && state.whole->size.value > entry_index.value ? state.whole->size.value
                                                                                     : state.seen->size.value;
  out["frozen"] = state.frozen;
  out["body_state"] = state_name(record.state);
  KOINON_ASSIGN(const auto indexed, index.get(log, entry_index));
  RecordStatus status = indexed ? indexed->status : RecordStatus::kCurrent;
  std::optional<EntryIndex> by = indexed ? indexed->status_by : std::nullopt;
  if (record.state == BodyState::kErased) {  // the index may be behind
    status = RecordStatus::kErased;
    by = record.erased_by;
  }
  out["status"] = status_text(status);
  if (by) out["status_by"] = directory.ref(log, *by);
  if (by && is_gone(status)) {
    const auto withdrawal = store.entry(log, *by);
    const auto said = withdrawal.ok() ? parse_entry(*withdrawal) : Result<v1::Entry>(withdrawal.error());
    if (said.ok()) out["withdrawn_at"] = time_text({said->created_at_ms()});
    if (const std::string reason = withdrawal_reason(store, log, *by); !reason.empty())
      out["withdrawn_because"] = reason;
  }
  const auto entry = parse_entry(record.entry);
  out["readable"] = entry.ok();
  if (!entry.ok()) {
    out["kind"] = "unreadable";
    out["unreadable_because"] = entry.error().text();
    return out;
  }
  out["kind"] = kind_name(entry->kind());
  out["language"] = entry->language();
  out["topics"] = json::array(entry->topics().begin(), entry->topics().end());
  out["created_at"] = time_text({entry->created_at_ms()});
  KOINON_ASSIGN(const auto arrival, store.arrival_of(log, entry_index));
  if (arrival) out["arrived_at"] = time_text(arrival->at);
  out["refs"] = refs_json(directory, store, index, *entry);
  json::array to;
  for (const auto& city : entry->to()) to.emplace_back(directory.city(LogId::from(city)));
  out["to"] = std::move(to);
  if (entry->has_control()) out["control"] = message_json(entry->control());
  KOINON_ASSIGN(out["referred_by"], referring_json(directory, store, index, log, entry_index, brief));
  if (record.body.empty()) return out;
  auto body = parse_body(record.body);
  if (!body.ok()) {
    out["body_unreadable_because"] = body.error().text();
    return out;
  }
  body->clear_salt();
  json::array attachments;
  for (const AttachmentView& file : read_attachments(store, log, entry_index, *body))
    attachments.push_back(attachment_json(file));
  if (brief) cut_short(*body);
  out["body"] = message_json(*body);
  out["attachments"] = std::move(attachments);
  return out;
}

Result<NoteFile> record_note(Directory& directory, const StoredRecord& record) {
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(record.entry));
  if (record.body.empty())
    return fail(Code::kNotFound, Sentence{"note.not_held", "the note itself is not held here"}, "body");
  NoteFile note;
  note.kind = entry.kind();
  note.language = entry.language();
  note.topics.assign(entry.topics().begin(), entry.topics().end());
  for (const auto& to : entry.to()) note.to.push_back(directory.city(LogId::from(to)));
  for (const auto& ref : entry.refs()) {
    note.refs.push_back({ref.role(), directory.ref(LogId::from(ref.log_id()), EntryIndex(ref.index()))});
  }
  KOINON_ASSIGN(note.body, parse_body(record.body));
  note.body.clear_salt();
  switch (note.kind) {
    case v1::KIND_PROFILE:
    case v1::KIND_PRACTICE:
    case v1::KIND_ADOPTION:
    case v1::KIND_QUESTION:
    case v1::KIND_ANSWER:
    case v1::KIND_NODE_NOTICE:
      return note;
    default:
      return fail(Code::kInvalidArgument, "a " + std::string(kind_name(note.kind)) + " has no Markdown form",
                  "format");
  }
}

}  // namespace koinon
