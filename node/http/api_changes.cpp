// The part of the API that changes something: publishing, peers.
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/http/api.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

// Waits for a callback that another thread gives, and goes on on this coroutine's own.
template <typename T>
using Beginning = std::function<void(std::function<void(T)>)>;
template <typename T>
asio::awaitable<T> from_callback(Beginning<T> begin) {
  const auto executor = co_await asio::this_coro::executor;
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
      [begin, executor](auto handler) {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        begin([shared, executor](T value) {
          asio::post(executor, [shared, value = std::move(value)]() mutable { (*shared)(std::move(value)); });
        });
      },
      asio::use_awaitable);
}

Result<json::object> parse_object(const std::string& body) {
  json::parse_options options;
  options.max_depth = 16;
  boost::system::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object()) return fail(Code::kMalformed, "the request is not the JSON that this address takes", "body");
  return std::move(value.as_object());
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

Result<std::vector<std::string>> texts_of(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const auto* value = object.if_contains(key);
  if (value == nullptr) return out;
  if (!value->is_array()) return fail(Code::kInvalidArgument, "it is a list of texts", std::string(key));
  for (const auto& item : value->as_array()) {
    if (!item.is_string()) return fail(Code::kInvalidArgument, "it is a list of texts", std::string(key));
    out.emplace_back(item.as_string());
  }
  return out;
}

bool flag_of(const json::object& object, std::string_view key, bool otherwise) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->as_bool() : otherwise;
}

Status check_keys(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& item : object) {
    if (std::find(known.begin(), known.end(), std::string_view(item.key())) == known.end()) {
      return fail(Code::kInvalidArgument, "the request has an unknown field", std::string(item.key()));
    }
  }
  return {};
}

// The content fields of a note, given as JSON with the proto's names.
Status read_content(NoteFile& note, const json::value& content) {
  const std::string kind = std::string(kind_name(note.kind));
  const json::object wrapped{{kind == "node-notice" ? "node_notice" : kind, content}};
  v1::Body parsed;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status = google::protobuf::util::JsonStringToMessage(json::serialize(wrapped), &parsed, options);
  if (!status.ok()) return fail(Code::kInvalidArgument, std::string(status.message()), "content");
  note.body.MergeFrom(parsed);
  return {};
}

Status read_refs(NoteFile& note, const json::object& object) {
  const auto* refs = object.if_contains("refs");
  if (refs == nullptr) return {};
  if (!refs->is_array()) return fail(Code::kInvalidArgument, "it is a list", "refs");
  for (const auto& item : refs->as_array()) {
    if (!item.is_object()) return fail(Code::kInvalidArgument, "each has a role and a ref", "refs");
    const v1::RefRole role = role_of_key(text_of(item.as_object(), "role"));
    if (role == v1::REF_ROLE_UNSPECIFIED) return fail(Code::kInvalidArgument, "no such role", "refs.role");
    note.refs.push_back({role, text_of(item.as_object(), "ref")});
  }
  return {};
}

// From a file, from fields, or both: the fields are added to what the file says.
Result<NoteFile> read_note(const json::object& object) {
  KOINON_TRY(check_keys(object, {"file", "kind", "language", "topics", "to", "refs", "content", "office", "person", "again"}));
  NoteFile note;
  if (const std::string file = text_of(object, "file"); !file.empty()) {
    KOINON_ASSIGN(note, parse_note_file(file));
  }
  if (const std::string kind = text_of(object, "kind"); !kind.empty()) {
    KOINON_ASSIGN(const v1::Kind wanted, parse_kind(kind));
    if (object.contains("file") && wanted != note.kind) {
      return fail(Code::kInvalidArgument, "the file is a " + std::string(kind_name(note.kind)) + ", not a " + kind, "kind");
    }
    note.kind = wanted;
  }
  if (const std::string language = text_of(object, "language"); !language.empty()) note.language = language;
  KOINON_ASSIGN(const auto topics, texts_of(object, "topics"));
  for (const auto& topic : topics) note.topics.push_back(Vocabulary::builtin().canonical(topic));
  KOINON_ASSIGN(const auto to, texts_of(object, "to"));
  note.to.insert(note.to.end(), to.begin(), to.end());
  KOINON_TRY(read_refs(note, object));
  if (const std::string office = text_of(object, "office"); !office.empty()) note.body.mutable_author()->set_office(office);
  if (const std::string person = text_of(object, "person"); !person.empty()) note.body.mutable_author()->set_person(person);
  if (const auto* content = object.if_contains("content")) KOINON_TRY(read_content(note, *content));
  return note;
}

bool is_reply(v1::RefRole role) {
  return role == v1::REF_ROLE_ADOPTS || role == v1::REF_ROLE_ABOUT || role == v1::REF_ROLE_ANSWERS;
}

// Replies carry their target's topics, so that whoever follows a topic gets the whole conversation.
void inherit_topics(StoreReader& store, v1::Entry& entry) {
  for (const auto& ref : entry.refs()) {
    if (!is_reply(ref.role())) continue;
    const auto record = store.record(LogId::from(ref.log_id()), EntryIndex(ref.index()));
    const auto target = record.ok() ? parse_entry(record->entry) : Result<v1::Entry>(record.error());
    if (!target.ok()) continue;
    for (const auto& topic : target->topics()) {
      const bool there = std::find(entry.topics().begin(), entry.topics().end(), topic) != entry.topics().end();
      if (!there && static_cast<std::size_t>(entry.topics_size()) < limits::kTopics) entry.add_topics(topic);
    }
  }
}

Result<Draft> to_draft(Directory& directory, const NoteFile& note) {
  Draft draft;
  draft.entry.set_kind(note.kind);
  draft.entry.set_language(note.language);
  for (const auto& topic : note.topics) draft.entry.add_topics(topic);
  for (const auto& ref : note.refs) {
    KOINON_ASSIGN(const auto found, directory.find_ref(ref.ref));
    auto* out = draft.entry.add_refs();
    out->set_role(ref.role);
    out->set_log_id(found.log.id.bytes());
    out->set_index(found.index.value);
  }
  for (const auto& city : note.to) {
    KOINON_ASSIGN(const LogState log, directory.find_city(city));
    draft.entry.add_to(log.id.bytes());
  }
  draft.body = note.body;
  return draft;
}

}  // namespace

asio::awaitable<HttpResponse> Api::publish(HttpRequest request) {
  Directory directory(*parts_.store);
  std::vector<std::string> warnings;
  const auto prepare = [&]() -> Result<Draft> {
    KOINON_ASSIGN(const json::object object, parse_object(request.body));
    KOINON_ASSIGN(NoteFile note, read_note(object));
    if (note.language.empty() && !object.contains("file")) {
      KOINON_ASSIGN(const auto latest, parts_.index->latest(parts_.facts.identity.log_id(), v1::KIND_PROFILE));
      if (latest) {
        KOINON_ASSIGN(const auto profile, parts_.index->get(parts_.facts.identity.log_id(), *latest));
        if (profile) note.language = profile->language;
      }
    }
    KOINON_TRY(check_note(note));
    warnings = note.warnings;
    KOINON_ASSIGN(Draft draft, to_draft(directory, note));
    draft.again = flag_of(object, "again", false);
    return draft;
  };
  auto draft = prepare();
  if (!draft.ok()) co_return problem(draft.error());
  const DraftMaker maker = [draft = *draft](StoreReader& store) -> Result<Draft> {
    Draft out = draft;
    inherit_topics(store, out.entry);
    return out;
  };
  StoreWriter* writer = &parts_.writer;
  Beginning<Result<Published>> begin = [writer, maker](std::function<void(Result<Published>)> done) {
    writer->publish(maker, std::move(done));
  };
  const auto published = co_await from_callback<Result<Published>>(std::move(begin));
  if (!published.ok()) co_return problem(published.error());
  json::object body;
  body["ref"] = directory.ref(parts_.facts.identity.log_id(), published->index);
  body["index"] = published->index.value;
  body["warnings"] = json::array(warnings.begin(), warnings.end());
  co_return json_response(body, 201);
}

asio::awaitable<HttpResponse> Api::reindex() {
  Beginning<Status> begin = parts_.reindex;
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  co_return json_response({{"state", "rebuilding"}}, 202);
}

asio::awaitable<HttpResponse> Api::add_peer(HttpRequest request) {
  const auto prepare = [&]() -> Result<PeerRecord> {
    KOINON_ASSIGN(const json::object object, parse_object(request.body));
    KOINON_TRY(check_keys(object, {"line", "vouch"}));
    KOINON_ASSIGN(const PeerLine line, parse_peer_line(text_of(object, "line")));
    const auto origin = parse_origin(line.vkey.name);
    if (!origin.ok()) return origin.error();
    if (origin->log == parts_.facts.identity.log_id() || line.node_key == parts_.facts.node_key) {
      return fail(Code::kInvalidArgument, "that is this node itself", "peer");
    }
    PeerRecord peer;
    peer.node_key = line.node_key;
    peer.log = origin->log;
    peer.name = origin->name;
    peer.vkey = line.vkey.text();
    peer.address = line.address;
    peer.vouch = flag_of(object, "vouch", true);
    peer.added_at = parts_.clock.wall();
    return peer;
  };
  const auto peer = prepare();
  if (!peer.ok()) co_return problem(peer.error());
  StoreWriter* writer = &parts_.writer;
  const auto put = [record = *peer](Store& store) -> Status {
    KOINON_ASSIGN(const StoreState state, store.load_state());
    if (state.peers.size() >= limits::kPeers) return fail(Code::kTooLarge, "a node has at most 1024 peers", "peer");
    return store.put_peer(record);
  };
  Beginning<Status> begin = [writer, put](std::function<void(Status)> done) { writer->change(put, std::move(done)); };
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  parts_.network.add_peer(*peer);
  co_return json_response({{"name", peer->name}, {"address", peer->address}, {"vouch", peer->vouch}}, 201);
}

asio::awaitable<HttpResponse> Api::remove_peer(std::string which) {
  const NetworkStatus network = co_await ask_network();
  std::vector<PeerStatus> found;
  for (const PeerStatus& peer : network.peers) {
    if (peer.name == which || to_text(peer.node_key) == which) found.push_back(peer);
  }
  if (found.empty()) co_return problem(fail(Code::kNotFound, "no peer is called so", which));
  if (found.size() > 1) {
    co_return problem(fail(Code::kConflict, "several peers are called so; give the node key that `koinon peer list` shows", which));
  }
  const NodeKey key = found.front().node_key;
  StoreWriter* writer = &parts_.writer;
  Beginning<Status> begin = [writer, key](std::function<void(Status)> done) {
    writer->change([key](Store& store) { return store.remove_peer(key); }, std::move(done));
  };
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  parts_.network.remove_peer(key);
  co_return json_response({{"removed", found.front().name}});
}

}  // namespace koinon
