#include "node/api/templates_api.h"

#include <boost/json.hpp>

#include "node/api/change_request.h"
#include "node/api/message_json.h"
#include "node/api/records_api.h"
#include "node/api/signing_query.h"
#include "node/publishing/meant_refs.h"
#include "node/publishing/note_file.h"
#include "node/publishing/note_template.h"
#include "node/text/time_text.h"
#include "proto/codec/name.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string id_of_made(const DraftView& view) { return std::to_string(view.id.value); }

Status check_is_template(const ApiShared& shared, const RecordView& original) {
  if (original.kind != v1::KIND_PRACTICE)
    return fail(Code::kInvalidArgument,
                Sentence{"template.no_practice", "only a practice can be the template of one"}, "of");
  if (original.log == shared.parts.facts.log())
    return fail(Code::kInvalidArgument,
                Sentence{"template.own", "this practice is your city’s own: revise it"}, "of");
  if (original.status == RecordStatus::kWithdrawn || original.status == RecordStatus::kErased)
    return fail(Code::kRefused, Sentence{"template.withdrawn", "its city has withdrawn this practice"}, "of");
  if (!original.body || !original.body->has_practice())
    return fail(Code::kNotFound, Sentence{"template.no_text", "the text of this practice is not here"}, "of");
  return {};
}

// Whether the note has this practice as its template. A new version or a translation of ours may name it as
// well.
bool is_made_of(const json::object& note, const std::string& ref) {
  const auto* refs = note.if_contains("refs");
  if (text_member(note, "kind") != "practice" || refs == nullptr || !refs->is_array()) return false;
  bool derives = false;
  for (const json::value& item : refs->get_array()) {
    if (!item.is_object()) continue;
    const v1::RefRole role = role_of_key(text_member(item.get_object(), "role"));
    if (role == v1::REF_ROLE_REVISES || role == v1::REF_ROLE_TRANSLATES) return false;
    derives = derives || (role == v1::REF_ROLE_DERIVES_FROM && text_member(item.get_object(), "ref") == ref);
  }
  return derives;
}

// An entry that refers to the record, for check_meant.
v1::Entry entry_about(const RecordView& record) {
  v1::Entry out;
  v1::Ref& ref = *out.add_refs();
  ref.set_log_id(std::string(record.log.view()));
  ref.set_index(record.index.value);
  ref.set_leaf_hash(std::string(record.leaf_hash.view()));
  return out;
}

}  // namespace

Result<json::object> template_request(const ApiShared& shared, const RecordView& original,
                                      const std::string& language) {
  KOINON_TRY(check_is_template(shared, original));
  const std::string& url = shared.access.options().url;
  const TemplateOrigin origin{original.city_name.empty() ? original.city : original.city_name, original.ref,
                              time_text(original.created_at).substr(0, std::string_view("2020-03-17").size()),
                              url.empty() ? std::string() : url + "/records/" + original.ref};
  const v1::Practice ours =
      practice_of_template(original.body->practice(), original.language, language, origin);
  return json::object{{"kind", "practice"},
                      {"language", language},
                      {"topics", json::array(original.topics.begin(), original.topics.end())},
                      {"refs", json::array{json::object{{"role", "derives_from"}, {"ref", original.ref}}}},
                      {"content", message_json(ours)}};
}

TemplatesApi::TemplatesApi(ApiShared& shared, DraftsApi& drafts)
    : make({.method = "POST",
            .pattern = "/api/v1/drafts/template",
            .need = Need::kPublisher,
            .id = "makeTemplate",
            .tag = "publishing",
            .summary = "Begin a practice of our own with another city's as its template",
            .takes = "TemplateRequest",
            .gives = "Draft",
            .status = 201,
            .body_limit = kSmallBody},
           this, &TemplatesApi::make_draft, {.made = id_of_made}),
      shared_(shared),
      parts_(shared.parts),
      drafts_(drafts) {}

// Empty: our profile says none.
Result<std::string> TemplatesApi::own_language() {
  const auto own = parts_.facts.log();
  if (!own) return std::string();
  KOINON_ASSIGN(const auto latest, parts_.index->latest(*own, v1::KIND_PROFILE));
  if (!latest) return std::string();
  KOINON_ASSIGN(const auto profile, parts_.index->get(*own, *latest));
  return profile ? profile->language : std::string();
}

// What stood at the place of the record before its city took its log back is another practice.
Result<std::optional<DraftView>> TemplatesApi::made_before(const Asker& asker, const RecordView& original,
                                                           const std::string& language) {
  const v1::Entry about = entry_about(original);
  return drafts_.find_own(asker, original.ref, [&](const StoredDraft& draft) {
    const json::object note = kept_request(draft.note);
    const bool is_in_it = language.empty() || text_member(note, "language") == language;
    return is_in_it && is_made_of(note, original.ref) && check_meant(draft.meant, about).ok();
  });
}

Result<DraftView> TemplatesApi::make_draft(const Asker& asker, const TemplateQuery& query) {
  if (!parts_.facts.log()) return observer_refusal();
  const auto found = get_record({*parts_.store, *parts_.index, parts_.nearness}, query.of, false);
  if (!found.ok()) return again_as(found.error().code, found.error(), "of");
  const RecordView& original = *found;
  std::string language = query.language;
  if (language.empty()) {
    KOINON_ASSIGN(language, own_language());
  }
  if (language.empty()) language = original.language;
  KOINON_TRY(check_language(language));
  KOINON_ASSIGN(json::object note, template_request(shared_, original, language));
  KOINON_ASSIGN(auto before, made_before(asker, original, query.any_language ? std::string() : language));
  if (before) return std::move(*before);
  return drafts_.add_draft(asker, NewDraft{std::move(note)});
}

}  // namespace koinon
