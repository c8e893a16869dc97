// Commands that publish: a note, or the city's profile. Or they say what would be signed.
#include <filesystem>
#include <iostream>
#include <utility>

#include <boost/json.hpp>

#include "crypto/hash.h"
#include "proto/base/encoding.h"
#include "proto/base/limits.h"
#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/input_file.h"
#include "tools/reading_client.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Of the commands that take a note under another name only they themselves know how they were called.
std::string by_pipe(const NoteArguments& arguments) {
  return arguments.kind.empty() ? "koinon publish -" : "the same command with - in place of its name,";
}

std::string first_line(const std::string& text) {
  return text.substr(0, std::min<std::size_t>(text.find('\n'), 120));
}

// The content fields that the options give, by the proto's names.
json::object content_of(const NoteArguments& arguments) {
  json::object content;
  put_given(content, "title", arguments.title);
  put_given(content, "stage", arguments.stage);
  put_given(content, "outcome", arguments.outcome);
  put_given(content, "urgency", arguments.urgency);
  put_given(content, "section", arguments.section);
  put_given(content, "instead_of", arguments.instead_of);
  put_given(content, "reason", arguments.reason);
  if (arguments.kind == "proposal-reply") {
    content["decision"] = "declined";
    put_given(content, "reason", arguments.text);
    return content;
  }
  if (arguments.text.empty()) return content;
  content[arguments.kind == "adoption" ? "changes" : "text"] = arguments.text;
  if ((arguments.kind == "question" || arguments.kind == "proposal") && arguments.title.empty())
    content["title"] = first_line(arguments.text);
  return content;
}

json::array to_array(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

// Without its files: for those they are read, or given to the node.
Result<json::object> request_of(const NoteArguments& arguments) {
  json::object request;
  if (!arguments.file.empty()) {
    const auto file = read_input(arguments.file, limits::kNoteFileBytes, by_pipe(arguments));
    if (!file.ok()) return file.error();
    // JSON can only carry text. Bytes that are not UTF-8 would arrive changed.
    if (!is_utf8(*file))
      return fail(Code::kMalformed, "the file is not UTF-8; save it as UTF-8 and try again", arguments.file);
    request["file"] = *file;
  } else if (arguments.text.empty() && arguments.stage.empty()) {
    return fail(Code::kInvalidArgument, "give a FILE, or --text", "");
  }
  put_given(request, "kind", arguments.kind);
  put_given(request, "language", arguments.language);
  put_given(request, "office", arguments.office);
  put_given(request, "person", arguments.person);
  if (!arguments.topics.empty()) request["topics"] = to_array(arguments.topics);
  if (!arguments.to.empty()) request["to"] = to_array(arguments.to);
  json::array refs;
  for (const auto& ref : arguments.refs) refs.push_back(json::object{{"role", ref.role}, {"ref", ref.ref}});
  if (!refs.empty()) request["refs"] = std::move(refs);
  if (json::object content = content_of(arguments); !content.empty()) request["content"] = std::move(content);
  if (arguments.again) request["again"] = true;
  if (!arguments.any_topic) request["strict_topics"] = true;
  return request;
}

// --- what would be signed ---

std::string ref_text(const json::value& ref) {
  std::string out = member(ref, "ref") + "  " + member(ref, "title");
  if (const std::string status = member(ref, "status"); !status.empty() && status != "current")
    out += " (" + status + ")";
  if (member(ref, "void") == "yes") out += " (void)";
  return out;
}

std::string when_text(const json::value& preview) {
  const std::string when = member(preview, "when");
  std::string out = when == "now" ? "at once" : "after " + member(preview, "due_at");
  if (when == "after-review") out = "once a reviewer has released it, " + out;
  if (const auto* waits = preview.as_object().if_contains("signing_waits"); waits != nullptr)
    out += ", as soon as this node may sign" + render_signing_waits(*waits);
  return out;
}

std::string preview_text(const json::value& preview) {
  std::string out = "A dry run: nothing is signed.\n\n";
  add_field(out, "kind", member(preview, "kind"));
  add_field(out, "language", member(preview, "language"));
  add_field(out, "office", member(preview, "office"));
  add_field(out, "topics", joined(preview, "topics", ", "));
  add_field(out, "to", joined(preview, "to", ", "));
  for (const auto& ref : preview.at("refs").as_array()) add_field(out, member(ref, "role"), ref_text(ref));
  add_field(out, "signed", when_text(preview));
  const std::string markdown(preview.at("markdown").as_string());
  return out + "\n" + harmless(markdown, true);
}

// What stands in the way of signing it, whatever is right with it.
Status would_be_signed(const json::value& preview) {
  if (const std::string why = member(preview, "signing_stopped"); !why.empty())
    return fail(Code::kRefused, "it would be refused: " + why);
  if (const std::string ref = member(preview, "stands_as"); !ref.empty())
    return fail(Code::kConflict, "it would be refused: the same note stands already as " + ref +
                                     "; --again publishes it anew");
  return {};
}

Status show_dry_run(const Common& common, json::object request, const NoteArguments& arguments) {
  if (!arguments.attach.empty()) {
    KOINON_ASSIGN(request["attachments"], named_attachments(arguments.attach));
  }
  KOINON_ASSIGN(const auto preview, ApiClient(common.data).post_json("/api/v1/previews", request));
  KOINON_TRY(show_answer(common, preview, common.json ? std::string() : preview_text(preview)));
  show_warnings(common, preview);
  return would_be_signed(preview);
}

}  // namespace

Status run_publish(const Common& common, const NoteArguments& arguments) {
  KOINON_ASSIGN(json::object request, request_of(arguments));
  if (arguments.dry) return show_dry_run(common, std::move(request), arguments);
  if (!arguments.attach.empty()) {
    KOINON_ASSIGN(request["attachments"], upload_attachments(common, arguments.attach));
  }
  KOINON_ASSIGN(const auto published, ApiClient(common.data).post_json("/api/v1/records", request));
  const std::string ref = member(published, "ref");
  KOINON_TRY(show_answer(common, published, ref.empty() ? render_kept(published) : ref + "\n"));
  show_warnings(common, published);
  return {};
}

// --- the city's profile ---

namespace {

// The latest one's ref; empty: there is none.
Result<std::string> profile_ref(ReadingClient& node, const std::string& city) {
  KOINON_ASSIGN(const auto page,
                node.records({{"kind", "profile"}, {"city", city}, {"limit", "100"}, {"cursor", ""}}));
  for (const auto& item : page.at("items").as_array()) {
    if (member(item, "status") == "current") return member(item, "ref");
  }
  return std::string();
}

Result<std::string> own_name(const Common& common) {
  KOINON_ASSIGN(const auto id, read_id(common));
  if (member(id, "observer") == "yes")
    return fail(Code::kRefused, "this node is an observer, and has no profile", "profile");
  return member(id, "name");
}

}  // namespace

Status run_profile(const Common& common, const std::string& city) {
  std::string name = city;
  if (name.empty()) {
    KOINON_ASSIGN(name, own_name(common));
  }
  ReadingClient node(common.data, common.config);
  KOINON_ASSIGN(const std::string ref, profile_ref(node, name));
  if (ref.empty()) return fail(Code::kNotFound, "no profile of it is here", name);
  if (common.json) {
    KOINON_ASSIGN(const auto record, node.record(ref));
    return show_answer(common, record, {});
  }
  KOINON_ASSIGN(const std::string text, node.markdown(ref));
  std::cerr << "koinon: this is " << ref << "\n";
  std::cout << harmless(text, true);
  return {};
}

// The latest profile of a city is what it says of itself: it revises none.
Status run_profile_set(const Common& common, NoteArguments arguments) {
  arguments.kind = "profile";
  return run_publish(common, arguments);
}

}  // namespace koinon
