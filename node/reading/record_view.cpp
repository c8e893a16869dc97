#include "node/reading/record_view.h"

#include "node/reading/shown_record.h"
#include "node/text/markdown.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace {

constexpr std::size_t kBriefItems = 50;
constexpr std::size_t kBriefTextBytes = 4 * limits::kKiB;

// What the index has of the entry that stands there. Nothing: it is not indexed, or the index still has one
// that is void.
Result<std::optional<IndexedRecord>> find_indexed(IndexReader& index, const RecordView& record) {
  KOINON_ASSIGN(auto indexed, index.get(record.log, record.index));
  if (indexed && indexed->leaf != record.leaf_hash) indexed.reset();
  return indexed;
}

// What other records say of this one. The outcomes of adoptions are in their bodies. Only a limited number of
// bytes of these is read.
Result<std::vector<ReferringView>> read_referring(Directory& directory, StoreReader& store,
                                                  IndexReader& index, const LogId& log, EntryIndex entry,
                                                  bool brief) {
  std::vector<ReferringView> out;
  std::size_t bytes_read = 0;
  KOINON_ASSIGN(const auto related, index.referring(log, entry, brief ? kBriefItems : limits::kReferring));
  for (const auto& item : related) {
    if (brief && out.size() == kBriefItems) break;
    ReferringView one;
    one.role = item.role;
    one.status = item.status;
    KOINON_ASSIGN(const auto indexed, index.get(item.log, item.index));
    one.ref = indexed ? directory.ref(*indexed) : directory.ref(item.log, item.index);
    if (indexed) {
      one.indexed = true;
      one.kind = indexed->kind;
      one.title = title_line(indexed->title);
      one.language = indexed->language;
    }
    out.push_back(std::move(one));
    if (item.role != v1::REF_ROLE_ADOPTS || !indexed || brief || bytes_read > limits::kReferringBytes)
      continue;
    const auto record = shown_record(store, *indexed);
    if (record.ok()) bytes_read += record->body.size();
    const auto body = record.ok() ? parse_body(record->body) : Result<v1::Body>(fail(Code::kNotFound, ""));
    if (body.ok() && body->has_adoption())
      out.back().adoption = AdoptionOutcome{body->adoption().stage(), body->adoption().outcome()};
  }
  return out;
}

// Shortens every text and every list of a message, and of the messages inside it.
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

// Fills in what became of the record after it was published.
Status put_fate(Directory& directory, StoreReader& store, const std::optional<IndexedRecord>& indexed,
                const StoredRecord& record, RecordView& out) {
  if (indexed) out.status = indexed->status;
  std::optional<EntryIndex> by = indexed ? indexed->status_by : std::nullopt;
  if (record.state == BodyState::kErased) {  // the index may not know it yet
    out.status = RecordStatus::kErased;
    by = record.erased_by;
  }
  if (!by) return {};
  if (!is_gone(out.status)) {
    out.status_by = directory.ref(out.log, *by);
    return {};
  }
  const auto withdrawal = store.entry(out.log, *by);
  const auto said = withdrawal.ok() ? parse_entry(*withdrawal) : Result<v1::Entry>(withdrawal.error());
  // The withdrawal may be void, and the index not have read that: another entry stands there.
  if (said.ok() && said->control().withdrawal().index() != out.index.value) return {};
  out.status_by = directory.ref(out.log, *by);
  if (said.ok()) out.withdrawn_at = UnixMillis{said->created_at_ms()};
  out.withdrawn_because = withdrawal_reason(store, out.log, *by);
  return {};
}

void put_body(StoreReader& store, const Bytes& bytes, bool brief, RecordView& out) {
  if (bytes.empty()) return;
  auto body = parse_body(bytes);
  if (!body.ok()) {
    out.body_unreadable_because = body.error();
    return;
  }
  body->clear_salt();
  out.attachments = read_attachments(store, out.log, out.index, *body);
  if (brief) cut_short(*body);
  out.body = std::move(*body);
}

// The size of the head that proves an entry. Where the log was taken back, and no head of its new origin has
// come yet, its recovery does.
TreeSize proven_against(const LogState& state, EntryIndex index) {
  if (state.whole && state.whole->size.value > index.value) return state.whole->size;
  return state.seen ? state.seen->size : state.range.size();
}

// The key that signed the head which proves it. After a change of keys that may be an earlier one.
VKey signer_of(const LogState& state) {
  const auto& newest = state.whole ? state.whole : state.seen;
  // None: the log was taken back, and no head of its new origin has come yet.
  if (state.keys.changes().empty() || !newest) return state.keys.vkey();
  const auto head = state.keys.open_any_head(newest->note);
  return head.ok() ? head->key : state.keys.vkey();
}

}  // namespace

std::string_view RecordView::kind_text() const { return readable() ? kind_name(kind) : "unreadable"; }

RefView read_ref(Directory& directory, StoreReader& store, const v1::Ref& ref) {
  const LogId log = LogId::from(ref.log_id());
  const EntryIndex at(ref.index());
  const Hash meant = Hash::from(ref.leaf_hash());
  const auto stands = store.entry(log, at);
  const bool was_taken_back = directory.was_taken_back(log);
  RefView out;
  out.role = ref.role();
  out.held = stands.ok() && leaf_hash(*stands) == meant;
  if (!out.held && was_taken_back) {
    out.is_void = directory.is_known_void(log, at, meant);
    out.stands_not = stands.ok() && !out.is_void;
  }
  const bool awaited = !stands.ok() && !was_taken_back;
  out.ref = out.held || awaited ? directory.ref(log, at) : directory.lasting_ref(log, at, meant);
  return out;
}

std::vector<RefView> read_refs(Directory& directory, StoreReader& store, IndexReader& index,
                               const v1::Entry& entry) {
  std::vector<RefView> out;
  for (const auto& ref : entry.refs()) {
    RefView item = read_ref(directory, store, ref);
    const auto indexed = index.get(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    if (indexed.ok() && *indexed && (*indexed)->leaf.view() == ref.leaf_hash()) {
      item.indexed = true;
      item.title = title_line((*indexed)->title);
      item.status = (*indexed)->status;
    }
    out.push_back(std::move(item));
  }
  return out;
}

Result<RecordView> read_record(Directory& directory, StoreReader& store, IndexReader& index, const LogId& log,
                               EntryIndex entry_index, bool brief) {
  KOINON_ASSIGN(const StoredRecord record, shown_record(store, log, entry_index));
  KOINON_ASSIGN(const LogState state, store.log_state(log));
  RecordView out;
  out.log = log;
  out.index = entry_index;
  out.ref = directory.ref(log, entry_index);
  out.city = directory.city(log);
  out.city_name = directory.display_name(log);
  out.leaf_hash = leaf_hash(record.entry);
  out.signed_by = signer_of(state).text();
  out.proven_against = proven_against(state, entry_index);
  out.frozen = state.frozen;
  out.body_state = record.state;
  out.hidden = record.hidden;
  KOINON_ASSIGN(const auto indexed, find_indexed(index, out));
  KOINON_TRY(put_fate(directory, store, indexed, record, out));
  const auto entry = parse_entry(record.entry);
  if (!entry.ok()) {
    out.unreadable_because = entry.error();
    return out;
  }
  out.kind = entry->kind();
  out.language = entry->language();
  out.topics.assign(entry->topics().begin(), entry->topics().end());
  out.created_at = UnixMillis{entry->created_at_ms()};
  KOINON_ASSIGN(const auto arrival, store.arrival_of(log, entry_index));
  if (arrival) out.arrived_at = arrival->at;
  out.refs = read_refs(directory, store, index, *entry);
  for (const auto& city : entry->to()) out.to.push_back(directory.city(LogId::from(city)));
  if (entry->has_control()) out.control = entry->control();
  out.key_change = key_change_of(store, state.keys, entry_index, *entry);
  out.stated_keys = read_stated_keys(log, *entry);
  if (indexed) {
    KOINON_ASSIGN(out.referred_by, read_referring(directory, store, index, log, entry_index, brief));
  }
  put_body(store, record.body, brief, out);
  return out;
}

}  // namespace koinon
