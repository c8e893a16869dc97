#include "node/pages/worksheet_form.h"

#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "node/pages/note_text.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "proto/base/limits.h"

namespace koinon {
namespace json = boost::json;
namespace {

constexpr std::array<const char*, 4> kNeedChoices = {"have", "can-get", "lack", "unsure"};
constexpr std::array<const char*, 3> kCoreChoices = {"yes", "partly", "no"};
constexpr std::array<const char*, 3> kMattersChoices = {"yes", "no", "unsure"};
constexpr std::array<const char*, 4> kVerdictChoices = {"fits", "fits-with-changes", "missing", "too-early"};
constexpr unsigned kPartLevel = 2;  // of the headings below which long texts stand

template <std::size_t N>
json::array choices_of(const Visit& visit, const char* subject, const std::string& field,
                       const std::array<const char*, N>& values, std::string_view chosen) {
  json::array out;
  for (const char* value : values)
    out.push_back(json::object{{"choice_id", field + "-" + value},
                               {"choice_name", field},
                               {"choice_value", value},
                               {"choice_text", answer_name(visit, subject, value)},
                               {"choice_chosen", value == chosen}});
  return out;
}

json::array needs_of(const Visit& visit, const WorksheetView& view, const FormFaults& faults) {
  json::array out;
  for (std::size_t i = 0; i < view.questions.needs.size(); ++i) {
    const WorksheetNeed& need = view.questions.needs[i];
    const NeedReply reply = i < view.answers.needs.size() ? view.answers.needs[i] : NeedReply();
    const std::string number = std::to_string(i);
    const bool general = need.text.empty();
    const std::string language = general ? visit.words->tag() : view.language;
    out.push_back(json::object{{"number", number},
                               {"need_name", need_name(visit, need)},
                               {"need_text", need_text(visit, view.questions, need)},
                               {"need_language", language_tag(language)},
                               {"answer_name", answer_name(visit, "worksheet.answer", word_of(reply.answer))},
                               {"need_choices", choices_of(visit, "worksheet.answer", "need_" + number,
                                                           kNeedChoices, word_of(reply.answer))},
                               {"remark", reply.remark},
                               {"error_remark", faults.at("remark_" + number)}});
  }
  return out;
}

json::array contexts_of(const Visit& visit, const WorksheetView& view) {
  json::array out;
  for (std::size_t i = 0; i < kContextMeasures.size(); ++i) {
    const std::string measure(kContextMeasures.at(i));
    const std::string_view answer = word_of(view.answers.context.at(i));
    out.push_back(json::object{
        {"measure", measure},
        {"measure_name", visit.say("measure.name." + measure)},
        {"they_value", measure_text(visit, view.they, measure)},
        {"we_value", measure_text(visit, view.we, measure)},
        {"matters_name", answer_name(visit, "worksheet.matters", answer)},
        {"matters_choices",
         choices_of(visit, "worksheet.matters", "context_" + measure, kMattersChoices, answer)}});
  }
  return out;
}

json::array named_needs(const Visit& visit, const WorksheetView& view,
                        const std::vector<std::size_t>& places) {
  json::array out;
  for (const std::size_t place : places) {
    const WorksheetNeed& need = view.questions.needs.at(place);
    out.push_back(json::object{{"item_name", need_name(visit, need)},
                               {"item_text", need.text},
                               {"item_language", language_tag(view.language)}});
  }
  return out;
}

}  // namespace

std::string need_name(const Visit& visit, const WorksheetNeed& need) {
  return visit.named("need", need.what);
}

std::string need_text(const Visit& visit, const WorksheetQuestions& questions, const WorksheetNeed& need) {
  if (!questions.general) return need.text;
  return visit.named("worksheet.general", need.what);
}

// A class of Koeppen and Geiger says nothing to most readers. Profiles of others say what they like.
std::string climate_text(const Visit& visit, const std::string& climate) {
  const bool is_class =
      !climate.empty() && climate.size() <= 3 && climate.front() >= 'A' && climate.front() <= 'E';
  if (!is_class) return climate;
  return visit.say("three_figures.climate_line",
                   {{"class", climate}, {"words", visit.say("fit.group." + climate.substr(0, 1))}});
}

std::string measure_text(const Visit& visit, const CityMeasures& city, std::string_view measure) {
  const auto figure = [&](double value) { return value > 0 ? visit.words->number(value) : std::string(); };
  std::string out;
  if (measure == "population") out = figure(city.population);
  if (measure == "density") out = figure(city.density);
  if (measure == "climate") out = climate_text(visit, city.climate);
  if (measure == "income" && city.income >= 0) out = visit.named("income", income_text(city.income));
  return out.empty() ? visit.say("worksheet.not_said") : out;
}

std::string answer_name(const Visit& visit, const char* subject, std::string_view answer) {
  return answer.empty() ? std::string() : visit.named(subject, answer);
}

json::object answers_of_form(const Visit& visit, std::size_t needs) {
  json::array replies;
  for (std::size_t i = 0; i < needs; ++i) {
    const std::string number = std::to_string(i);
    replies.push_back(
        json::object{{"answer", visit.field("need_" + number)}, {"remark", visit.field("remark_" + number)}});
  }
  json::object context;
  for (const std::string_view measure : kContextMeasures)
    context[measure] = visit.field("context_" + std::string(measure));
  return {{"needs", std::move(replies)},
          {"core", visit.field("core")},
          {"context", std::move(context)},
          {"changes", unix_lines(visit.field("changes"))},
          {"plan", unix_lines(visit.field("plan"))},
          {"verdict", visit.field("verdict")}};
}

FormFaults worksheet_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& field) -> std::optional<FormField> {
            if (field == "changes" || field == "plan")
              return FormField{field, visit.say("worksheet." + field)};
            // needs.3.remark
            if (field.starts_with("needs.") && field.ends_with(".remark"))
              return FormField{"remark_" + field.substr(6, field.size() - 13), visit.say("worksheet.remark")};
            return std::nullopt;
          }};
}

void put_verdict(const Visit& visit, const WorksheetView& view, json::object& model) {
  const ProposedVerdict& proposed = view.proposed;
  const std::string code(word_of(proposed.verdict));
  model["proposed_code"] = code;
  model["proposed_text"] = visit.named("worksheet.verdict", code);
  put_list(model, "lacking", named_needs(visit, view, proposed.lacking));
  put_list(model, "to_get", named_needs(visit, view, proposed.to_get));
  put_list(model, "open_needs", named_needs(visit, view, proposed.open));
  model["core_lost"] = proposed.core_lost;
  model["core_open"] = proposed.core_open;
  const std::string said(word_of(view.answers.verdict));
  model["said_code"] = said;
  model["said_text"] = answer_name(visit, "worksheet.verdict", said);
}

json::object worksheet_model(ApiShared& shared, const Visit& visit, const WorksheetView& view,
                             const FormFaults& faults) {
  json::object out{
      {"of", view.ref},
      {"of_title", view.title.empty() ? view.ref : view.title},
      {"of_language", language_tag(view.language)},
      {"city", view.city},
      {"version", std::to_string(view.version)},
      {"begun", view.version > 0},
      {"office", view.office},
      {"core_html", shared.html(view.questions.core, kPartLevel)},
      {"core_dir", text_direction(view.language)},
      {"core_answer", answer_name(visit, "worksheet.core", word_of(view.answers.core))},
      {"core_choices", choices_of(visit, "worksheet.core", "core", kCoreChoices, word_of(view.answers.core))},
      {"general", view.questions.general},
      {"needs", needs_of(visit, view, faults)},
      {"contexts", contexts_of(visit, view)},
      {"changes", view.answers.changes},
      {"changes_html", shared.html(view.answers.changes, kPartLevel)},
      {"plan", view.answers.plan},
      {"plan_html", shared.html(view.answers.plan, kPartLevel)},
      {"verdict_choices",
       choices_of(visit, "worksheet.verdict", "verdict", kVerdictChoices, word_of(view.answers.verdict))},
      {"as_proposed", view.answers.verdict == WorksheetVerdict::kNone},
      {"remark_most", std::int64_t{limits::kWorksheetRemarkBytes}},
      {"changed_text", ""}};
  if (view.updated_at)
    out["changed_text"] = visit.say(view.by.empty() ? "worksheet.changed_on" : "worksheet.changed_by",
                                    {{"who", view.by}, {"date", date_of(visit, *view.updated_at)}});
  faults.put(out);
  for (const std::string field : {"changes", "plan"}) out["error_" + field] = faults.at(field);
  put_verdict(visit, view, out);
  return out;
}

}  // namespace koinon
