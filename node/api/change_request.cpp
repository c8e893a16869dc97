#include "node/api/change_request.h"

#include <algorithm>

#include <boost/json.hpp>
#include <boost/url.hpp>
#include <google/protobuf/util/json_util.h>

#include "node/text/time_text.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"
#include "proto/codec/name.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::size_t kObserverNameKey = 8;  // characters of its node key that tell observers apart

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

// "(practice) titel: Cannot find field." names the field that is meant. The words are the library's: they are
// not passed on.
Error content_error(const std::string& message) {
  std::string field = "content";
  const auto begin = message.find(") ");
  const auto end = message.find(": ", begin == std::string::npos ? 0 : begin);
  if (begin != std::string::npos && end != std::string::npos) {
    field += "." + message.substr(begin + 2, end - begin - 2);
  }
  if (message.find("Cannot find field") != std::string::npos)
    return fail(Code::kInvalidArgument, Sentence{"content.no_field", "a note of this kind has no such field"},
                std::move(field));
  return fail(Code::kInvalidArgument, Sentence{"content.no_value", "this field does not take such a value"},
              std::move(field));
}

// The content fields of a note, given as JSON with the proto's names.
Status read_content(NoteFile& note, const json::value& content) {
  std::string member(kind_name(note.kind));  // of Body
  std::replace(member.begin(), member.end(), '-', '_');
  const json::object wrapped{{member, content}};
  v1::Body parsed;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status = google::protobuf::util::JsonStringToMessage(json::serialize(wrapped), &parsed, options);
  if (!status.ok()) return content_error(std::string(status.message()));
  note.body.MergeFrom(parsed);
  return {};
}

Status read_refs(NoteFile& note, const json::object& object) {
  const auto* refs = object.if_contains("refs");
  if (refs == nullptr) return {};
  if (!refs->is_array()) return fail(Code::kInvalidArgument, "it is a list", "refs");
  for (const auto& item : refs->as_array()) {
    if (!item.is_object()) return fail(Code::kInvalidArgument, "each has a role and a ref", "refs");
    const v1::RefRole role = role_of_key(text_member(item.as_object(), "role"));
    if (role == v1::REF_ROLE_UNSPECIFIED) return fail(Code::kInvalidArgument, "no such role", "refs.role");
    note.refs.push_back({role, text_member(item.as_object(), "ref")});
  }
  return {};
}

// The file that a note names by its name alone: nobody types digests, but what a picture shows is written
// where the note is. Null: there is none.
v1::Attachment* named_without_digest(v1::Practice& practice, const std::string& name) {
  for (auto& attachment : *practice.mutable_attachments()) {
    if (attachment.sha256().empty() && attachment.name() == name) return &attachment;
  }
  return nullptr;
}

// Files that the node has been given before, by their digests.
Status read_attachments(NoteFile& note, const json::object& object) {
  const auto* attachments = object.if_contains("attachments");
  if (attachments == nullptr) return {};
  if (!attachments->is_array()) return fail(Code::kInvalidArgument, "it is a list", "attachments");
  if (note.kind != v1::KIND_PRACTICE)
    return fail(Code::kInvalidArgument, Sentence{"file.not_of_practice", "only a practice has attachments"},
                "attachments");
  for (const auto& item : attachments->as_array()) {
    if (!item.is_object()) return fail(Code::kInvalidArgument, "each has a sha256 and a name", "attachments");
    KOINON_TRY(check_members(item.as_object(), {"sha256", "name", "media_type", "alt"}));
    const std::string name = text_member(item.as_object(), "name");
    v1::Practice& practice = *note.body.mutable_practice();
    auto* attachment = named_without_digest(practice, name);
    if (attachment == nullptr) attachment = practice.add_attachments();
    const auto digest = from_hex(text_member(item.as_object(), "sha256"));
    if (!digest.ok())
      return fail(Code::kInvalidArgument, "it is the SHA-256 of a file in hexadecimal", "attachments.sha256");
    attachment->set_sha256(*digest);
    attachment->set_name(name);
    attachment->set_media_type(text_member(item.as_object(), "media_type"));
    if (const std::string alt = text_member(item.as_object(), "alt"); !alt.empty()) attachment->set_alt(alt);
  }
  return {};
}

// The kinds that people write; others come about by what they do.
bool has_note_form(v1::Kind kind) {
  return is_note(kind) || kind == v1::KIND_PROFILE || kind == v1::KIND_NODE_NOTICE;
}

}  // namespace

Result<std::map<std::string, std::string>> read_form(const std::string& body) {
  const auto parsed = boost::urls::parse_query(body);
  if (parsed.has_error())
    return fail(Code::kMalformed, Sentence{"form.malformed", "the form does not parse"}, "body");
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  std::map<std::string, std::string> out;
  for (const auto& field : *parsed) {
    if (out.size() >= limits::kFormParts)
      return fail(Code::kTooLarge, "a form has at most 200 fields", "body");
    const std::string value = field.value.decode(options);
    if (!is_utf8(value))
      return fail(Code::kMalformed, Sentence{"form.not_utf8", "the form is not UTF-8"}, "body");
    out[field.key.decode(options)] = value;
  }
  return out;
}

Result<json::object> parse_request(const std::string& body) {
  json::parse_options options;
  options.max_depth = limits::kJsonDepth;
  boost::system::error_code error;
  json::value value = json::parse(body, error, {}, options);
  if (error || !value.is_object())
    return fail(Code::kMalformed, "the request is not the JSON that this address takes");
  return std::move(value.as_object());
}

std::string text_member(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

bool flag_member(const json::object& object, std::string_view key, bool otherwise) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->as_bool() : otherwise;
}

Status check_members(const json::object& object, std::initializer_list<std::string_view> known) {
  for (const auto& item : object) {
    if (std::find(known.begin(), known.end(), std::string_view(item.key())) == known.end()) {
      return fail(Code::kInvalidArgument, "the request has an unknown field", std::string(item.key()));
    }
  }
  return {};
}

std::vector<std::string> ref_texts(const json::object& note) {
  std::vector<std::string> out;
  if (const std::string file = text_member(note, "file"); !file.empty()) {
    const auto read = parse_note_file(file);
    if (read.ok()) {
      for (const NamedRef& ref : read->refs) out.push_back(ref.ref);
    }
  }
  const auto* refs = note.if_contains("refs");
  if (refs == nullptr || !refs->is_array()) return out;
  for (const auto& ref : refs->get_array()) {
    if (ref.is_object()) out.push_back(text_member(ref.get_object(), "ref"));
  }
  return out;
}

Result<NoteFile> read_publish_request(const json::object& object) {
  KOINON_TRY(check_members(object, {"file", "kind", "language", "topics", "to", "refs", "content", "office",
                                    "person", "again", "strict_topics", "attachments"}));
  NoteFile note;
  if (const std::string file = text_member(object, "file"); !file.empty()) {
    KOINON_ASSIGN(note, parse_note_file(file));
  }
  if (const std::string kind = text_member(object, "kind"); !kind.empty()) {
    KOINON_ASSIGN(const v1::Kind wanted, parse_kind(kind));
    if (object.contains("file") && wanted != note.kind) {
      return fail(Code::kInvalidArgument,
                  "the file is a " + std::string(kind_name(note.kind)) + ", not a " + kind, "kind");
    }
    note.kind = wanted;
  }
  if (!has_note_form(note.kind))
    return fail(Code::kInvalidArgument,
                "a " + std::string(kind_name(note.kind)) + " is not published as a note", "kind");
  if (const std::string language = text_member(object, "language"); !language.empty())
    note.language = language;
  KOINON_ASSIGN(const auto topics, texts_of(object, "topics"));
  for (const auto& topic : topics) KOINON_TRY(add_topic(note, topic));
  KOINON_ASSIGN(const auto to, texts_of(object, "to"));
  note.to.insert(note.to.end(), to.begin(), to.end());
  KOINON_TRY(read_refs(note, object));
  KOINON_TRY(read_attachments(note, object));
  if (const std::string office = text_member(object, "office"); !office.empty())
    note.body.mutable_author()->set_office(office);
  if (const std::string person = text_member(object, "person"); !person.empty())
    note.body.mutable_author()->set_person(person);
  if (const auto* content = object.if_contains("content")) KOINON_TRY(read_content(note, *content));
  return note;
}

namespace {

Result<WithdrawalRequest> read_withdrawal(const json::object& request) {
  KOINON_TRY(check_members(request, {"withdraw"}));
  if (!request.at("withdraw").is_object()) return fail(Code::kInvalidArgument, "it has a ref", "withdraw");
  const json::object& object = request.at("withdraw").as_object();
  KOINON_TRY(check_members(object, {"ref", "reason", "erase"}));
  return WithdrawalRequest{text_member(object, "ref"), text_member(object, "reason"),
                           flag_member(object, "erase", false)};
}

Result<VouchRequest> read_vouch(const json::object& request) {
  KOINON_TRY(check_members(request, {"vouch"}));
  if (!request.at("vouch").is_object()) return fail(Code::kInvalidArgument, "it has a city", "vouch");
  const json::object& object = request.at("vouch").as_object();
  KOINON_TRY(check_members(object, {"city", "withdrawn", "asked_at"}));
  VouchRequest out{text_member(object, "city"), flag_member(object, "withdrawn", false), {}};
  KOINON_ASSIGN(out.asked_at, parse_time(text_member(object, "asked_at"), "asked_at"));
  return out;
}

}  // namespace

json::object vouch_object(const VouchRequest& request) {
  return {{"vouch", json::object{{"city", request.city},
                                 {"withdrawn", request.withdrawn},
                                 {"asked_at", time_text(request.asked_at)}}}};
}

Result<SigningRequest> read_signing_request(const json::object& object) {
  if (object.contains("vouch")) {
    KOINON_ASSIGN(VouchRequest vouch, read_vouch(object));
    return SigningRequest(std::move(vouch));
  }
  if (object.contains("withdraw")) {
    KOINON_ASSIGN(WithdrawalRequest withdrawal, read_withdrawal(object));
    return SigningRequest(std::move(withdrawal));
  }
  NoteRequest out;
  KOINON_ASSIGN(out.note, read_publish_request(object));
  out.is_file = object.contains("file");
  out.again = flag_member(object, "again", false);
  out.strict_topics = flag_member(object, "strict_topics", false);
  return SigningRequest(std::move(out));
}

json::object request_of_held(const HeldNote& note) {
  auto out = parse_request(note.request);
  if (!out.ok() || out->empty()) return {};
  if (!note.hold) (*out)["at"] = time_text(note.due_at);
  return std::move(*out);
}

StoredRequests stored_requests() {
  return {[](const std::string& text) -> Result<SigningRequest> {
            KOINON_ASSIGN(const json::object object, parse_request(text));
            return read_signing_request(object);
          },
          [](const HeldNote& note) -> std::optional<std::string> {
            const json::object object = request_of_held(note);
            if (object.empty() || object.contains("withdraw") || object.contains("vouch"))
              return std::nullopt;
            return json::serialize(object);
          }};
}

Result<PeerRecord> peer_of_line(const std::string& text, const std::optional<LogId>& own_log,
                                const NodeKey& own_key, UnixMillis now) {
  KOINON_ASSIGN(const PeerLine line, parse_peer_line(without_blanks(text)));
  const Error itself =
      fail(Code::kInvalidArgument, Sentence{"peer.this_node", "that is this node itself"}, "peer");
  if (line.node_key == own_key) return itself;
  PeerRecord peer;
  peer.node_key = line.node_key;
  if (line.vkey) {
    KOINON_ASSIGN(const auto origin, parse_origin(line.vkey->name));
    if (origin.log == own_log) return itself;
    peer.log = origin.log;
    peer.name = origin.name;
    peer.vkey = line.vkey->text();
  } else {
    peer.name = "observer~" + to_text(line.node_key).substr(0, kObserverNameKey);
    peer.vouch = false;
  }
  peer.address = line.address;
  peer.added_at = now;
  return peer;
}

}  // namespace koinon
