#include "node/api/templates_api.h"

#include <boost/json.hpp>

#include "node/api/message_json.h"
#include "node/api/records_api.h"
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
  return drafts_.add_draft(asker, NewDraft{std::move(note)});
}

}  // namespace koinon
