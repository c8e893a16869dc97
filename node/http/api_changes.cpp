// The part of the API that changes something: publishing, peers.
#include <algorithm>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/http/api.h"
#include "node/http/change_request.h"
#include "node/http/from_callback.h"
#include "node/publishing/vouching.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

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
      const bool there =
          std::find(entry.topics().begin(), entry.topics().end(), topic) != entry.topics().end();
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
  const auto own = parts_.facts.log();
  if (!own) co_return problem(observer_refusal());
  const auto prepare = [&]() -> Result<Draft> {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_ASSIGN(NoteFile note, read_publish_request(object));
    if (note.language.empty() && !object.contains("file")) {
      KOINON_ASSIGN(const auto latest, parts_.index->latest(*own, v1::KIND_PROFILE));
      if (latest) {
        KOINON_ASSIGN(const auto profile, parts_.index->get(*own, *latest));
        if (profile) note.language = profile->language;
      }
    }
    KOINON_TRY(check_note(note));
    warnings = note.warnings;
    KOINON_ASSIGN(Draft draft, to_draft(directory, note));
    draft.again = flag_member(object, "again", false);
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
  body["ref"] = directory.ref(*own, published->index);
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

asio::awaitable<Status> Api::pin_peer(PeerRecord peer) {
  co_return co_await change_store([record = std::move(peer)](Store& store) -> Status {
    KOINON_ASSIGN(const StoreState state, store.load_state());
    if (state.peers.size() >= limits::kPeers)
      return fail(Code::kTooLarge, "a node has at most 1024 peers", "peer");
    return store.put_peer(record);
  });
}

asio::awaitable<HttpResponse> Api::add_peer(HttpRequest request) {
  const auto prepare = [&]() -> Result<PeerRecord> {
    KOINON_ASSIGN(const json::object object, parse_request(request.body));
    KOINON_TRY(check_members(object, {"line", "vouch"}));
    KOINON_ASSIGN(PeerRecord peer, peer_of_line(text_member(object, "line"), parts_.facts.log(),
                                                parts_.facts.node_key, parts_.clock.wall()));
    peer.vouch = flag_member(object, "vouch", true) && peer.log && parts_.facts.log();
    return peer;
  };
  const auto peer = prepare();
  if (!peer.ok()) co_return problem(peer.error());
  const Status status = co_await pin_peer(*peer);
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
    co_return problem(fail(Code::kConflict,
                           "several peers are called so; give the node key that `koinon peer list` shows",
                           which));
  }
  const NodeKey key = found.front().node_key;
  StoreWriter* writer = &parts_.writer;
  Beginning<Status> begin = [writer, key](std::function<void(Status)> done) {
    writer->change([key](Store& store) { return store.remove_peer(key); }, std::move(done));
  };
  const auto status = co_await from_callback<Status>(std::move(begin));
  if (!status.ok()) co_return problem(status.error());
  parts_.network.remove_peer(key);
  // Another node of the same city may be pinned still.
  const auto city = found.front().log;
  const bool last =
      city && std::none_of(network.peers.begin(), network.peers.end(),
                           [&](const PeerStatus& peer) { return peer.log == city && peer.node_key != key; });
  if (last && parts_.facts.log()) {
    const auto withdrawn = co_await publish_made(vouch_withdrawal_maker(*city));
    if (!withdrawn.ok() && withdrawn.error().code != Code::kNotFound) co_return problem(withdrawn.error());
  }
  co_return json_response({{"removed", found.front().name}});
}

}  // namespace koinon
