#include "node/pages/note_form.h"

#include <algorithm>

#include <boost/json.hpp>

#include "node/pages/form_values.h"
#include "node/pages/needs_field.h"
#include "node/pages/note_original.h"
#include "node/pages/note_view.h"
#include "node/pages/topic_field.h"
#include "node/publishing/fill_in.h"
#include "node/publishing/note_rules.h"
#include "node/text/time_text.h"
#include "node/text/written_values.h"
#include "proto/base/ascii.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace json = boost::json;
namespace {

enum class Kind : unsigned char {
  kLine,
  kArea,
  kNumber,
  kChoice,
  kGoals,
  kLines,
  kTopics,
  kCurrency,
  kNeeds
};

struct Field {
  const char* name;
  const char* fault;  // what the API calls it
  Kind kind;
  std::string_view choices = {};  // of kChoice: the messages' keys, after the field's name
};

struct Group {
  const char* name;
  bool quick;  // shown at once
  std::vector<Field> fields;
};

// Quick first: what a note cannot do without.
const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      {"quick",
       true,
       {{"title", "title", Kind::kLine},
        {"solution", "text", Kind::kArea},
        {"topics", "topics", Kind::kTopics},
        {"contact", "contact", Kind::kLine}}},
      {"carries",
       false,
       {{"core", "core", Kind::kArea},
        {"adaptable", "adaptable", Kind::kArea},
        {"needs", "needs", Kind::kNeeds},
        {"went_wrong", "went_wrong", Kind::kArea},
        {"not_again", "not_again", Kind::kArea}}},
      {"story",
       false,
       {{"summary", "summary", Kind::kArea},
        {"challenge", "challenge", Kind::kArea},
        {"results", "results", Kind::kArea},
        {"lessons", "lessons", Kind::kArea},
        {"conditions", "conditions", Kind::kArea}}},
      {"facts",
       false,
       {{"status", "status", Kind::kChoice, "planned pilot running ended"},
        {"evidence", "evidence", Kind::kChoice, "1 2 3 4 5"},
        {"period", "period", Kind::kLine},
        {"cost_amount", "cost.amount", Kind::kNumber},
        {"cost_currency", "cost.currency", Kind::kCurrency},
        {"cost_note", "cost.note", Kind::kLine},
        {"staff", "staff", Kind::kLine},
        {"time_to_launch", "time_to_launch", Kind::kLine},
        {"people_reached", "people_reached", Kind::kLine}}},
      {"links",
       false,
       {{"sdgs", "sdgs", Kind::kGoals},
        {"commitments", "commitments", Kind::kLines},
        {"partners", "partners", Kind::kLines},
        {"links", "links.url", Kind::kLines},
        {"sources", "sources.url", Kind::kLines},
        {"licence", "licence", Kind::kLine}}}};
  return kGroups;
}

// "Title | https://…": whatever is an address is the address.
json::object link_of_line(const std::string& line, std::initializer_list<const char*> members) {
  json::object out;
  auto parts = split(line, '|');
  const auto url = std::find_if(parts.begin(), parts.end(), [](const std::string& part) {
    return part.find("://") != std::string::npos || part.starts_with("mailto:");
  });
  if (url != parts.end()) {
    out["url"] = *url;
    parts.erase(url);
  }
  auto part = parts.begin();
  for (const char* member : members) {
    if (part == parts.end()) break;
    out[member] = *part++;
  }
  if (const std::string date = text_at(out, "date"); !date.empty())
    out["date"] = read_written_date(date).value_or(date);  // what is none is refused by its own sentence
  return out;
}

void put_facts(const Visit& visit, json::object& content) {
  json::object cost;
  const std::string typed = trimmed(visit.field("cost_amount"));
  const auto amount = read_amount(typed);
  if (!typed.empty()) cost["amount"] = amount ? json_number(amount->value) : json::value(typed);
  std::string currency = trimmed(visit.field("cost_currency"));
  currency = currency.empty() && amount ? amount->currency : visit.words->currency_named(currency);
  if (!currency.empty()) cost["currency"] = currency;
  if (const std::string note = trimmed(visit.field("cost_note")); !note.empty()) cost["note"] = note;
  if (!cost.empty()) content["cost"] = std::move(cost);
  if (const std::string evidence = visit.field("evidence"); !evidence.empty())
    content["evidence"] = number_or_text(evidence);
  json::array goals;
  for (int goal = 1; goal <= 17; ++goal) {
    if (!visit.field("sdg_" + std::to_string(goal)).empty()) goals.emplace_back(goal);
  }
  if (!goals.empty()) content["sdgs"] = std::move(goals);
}

void put_lists(const Visit& visit, json::object& content) {
  json::array partners;
  for (auto& line : split(unix_lines(visit.field("partners")), '\n')) partners.emplace_back(line);
  if (!partners.empty()) content["partners"] = std::move(partners);
  json::array commitments = pairs_of_lines(visit.field("commitments"), "agreement", "target");
  if (!commitments.empty()) content["commitments"] = std::move(commitments);
  json::array needs = needs_of_form(visit.form);
  if (!needs.empty()) content["needs"] = std::move(needs);
  json::array links;
  for (const auto& line : split(unix_lines(visit.field("links")), '\n'))
    links.push_back(link_of_line(line, {"title"}));
  if (!links.empty()) content["links"] = std::move(links);
  json::array sources;
  for (const auto& line : split(unix_lines(visit.field("sources")), '\n'))
    sources.push_back(link_of_line(line, {"publisher", "title", "date"}));
  if (!sources.empty()) content["sources"] = std::move(sources);
}

// "sha256 media/type name", a line a file, as the script wrote them.
json::array files_of_form(const Visit& visit) {
  json::array out;
  for (const auto& line : split(unix_lines(visit.field("files")), '\n')) {
    const auto first = line.find(' ');
    const auto second = first == std::string::npos ? first : line.find(' ', first + 1);
    if (second == std::string::npos) continue;
    json::object file{{"sha256", line.substr(0, first)},
                      {"media_type", line.substr(first + 1, second - first - 1)},
                      {"name", line.substr(second + 1)}};
    if (const std::string alt = trimmed(visit.field("alt_" + line.substr(0, first))); !alt.empty())
      file["alt"] = alt;
    out.push_back(std::move(file));
  }
  return out;
}

std::string lines_of(const json::array& items, std::initializer_list<const char*> members) {
  std::string out;
  for (const auto& item : items) {
    std::string line;
    if (item.is_string()) line = item.as_string();
    for (const char* member : members) {
      const std::string part = item.is_object() ? text_at(item.as_object(), member) : "";
      if (!part.empty() && !line.empty()) line += " | ";
      line += part;
    }
    out += line + "\n";
  }
  return out;
}

// The lists of what may be chosen, beside those that the field itself names.
void put_choices(const Visit& visit, const Field& field, const std::map<std::string, std::string>& values,
                 json::object& out) {
  if (field.kind == Kind::kTopics) put_topics(visit, values, out);
  if (field.kind == Kind::kNeeds) put_need_rows(visit, values, out);
  if (field.kind != Kind::kGoals && field.kind != Kind::kCurrency) return;
  json::array choices;
  for (int goal = 1; field.kind == Kind::kGoals && goal <= 17; ++goal) {
    const std::string number = std::to_string(goal);
    const auto chosen = values.find("sdg_" + number);
    choices.push_back(json::object{{"key", number},
                                   {"text", visit.say("sdg." + number)},
                                   {"chosen", chosen != values.end() && !chosen->second.empty()}});
  }
  if (field.kind == Kind::kCurrency) {
    for (const auto& [code, name] : visit.words->currencies())
      choices.push_back(json::object{{"key", code}, {"text", name}});
  }
  out["choices"] = std::move(choices);
}

std::string value_at(const std::map<std::string, std::string>& values, const std::string& key) {
  const auto it = values.find(key);
  return it == values.end() ? std::string() : it->second;
}

// What the original says in a field, unless the field says the same. Goals and topics need no translation.
void put_original_text(const Visit& visit, const Field& field, const std::string& value,
                       const OriginalNote& original, json::object& out) {
  std::string text;
  json::array needs;
  if (field.kind == Kind::kNeeds) {
    needs = needs_to_read(visit, original.needs);
  } else if (field.kind != Kind::kGoals && field.kind != Kind::kTopics) {
    text = trimmed(value_at(original.values, field.name));
    if (text == trimmed(value)) text.clear();
    if (field.kind == Kind::kChoice && !text.empty()) text = visit.named(field.name, text);
  }
  out["original"] = !text.empty() || !needs.empty();
  if (!text.empty()) out["original"] = std::move(text);
  out["original_needs"] = std::move(needs);
}

json::object field_view(const Visit& visit, const Field& field,
                        const std::map<std::string, std::string>& values, const FormFaults& faults,
                        const OriginalNote& original) {
  const std::string name = field.name;
  const auto at = [&](const std::string& key) { return value_at(values, key); };
  json::object out{{"name", name},
                   {"label", visit.say("field." + name)},
                   {"help", visit.say("help." + name)},
                   {"value", at(name)},
                   {"required", name == "title" || name == "solution" || name == "topics"},
                   {"error", faults.at(name)},
                   {"is_line", field.kind == Kind::kLine},
                   {"is_number", field.kind == Kind::kNumber},
                   {"is_area", field.kind == Kind::kArea},
                   {"is_lines", field.kind == Kind::kLines},
                   {"is_choice", field.kind == Kind::kChoice},
                   {"is_goals", field.kind == Kind::kGoals},
                   {"is_topics", field.kind == Kind::kTopics},
                   {"is_currency", field.kind == Kind::kCurrency},
                   {"is_needs", field.kind == Kind::kNeeds},
                   {"is_country", false}};
  put_original_text(visit, field, at(name), original, out);
  json::array choices;
  for (const auto& choice : split(std::string(field.choices), ' '))
    choices.push_back(
        json::object{{"key", choice}, {"text", visit.named(name, choice)}, {"chosen", at(name) == choice}});
  out["choices"] = std::move(choices);
  put_choices(visit, field, values, out);
  return out;
}

}  // namespace

json::object request_of_form(const Visit& visit) {
  json::object content;
  for (const char* member : {"title", "summary", "core", "adaptable", "challenge", "solution", "results",
                             "went_wrong", "not_again", "lessons", "conditions", "status", "period", "staff",
                             "time_to_launch", "people_reached", "contact", "licence"}) {
    if (const std::string text = trimmed(unix_lines(visit.field(member))); !text.empty())
      content[member] = text;
  }
  put_facts(visit, content);
  put_lists(visit, content);
  json::object out{{"kind", "practice"}, {"content", std::move(content)}};
  if (const std::string language = visit.field("language"); !language.empty()) out["language"] = language;
  for (const char* member : {"office", "person"}) {
    if (const std::string text = trimmed(visit.field(member)); !text.empty()) out[member] = text;
  }
  const TypedTopics typed = typed_topics(visit.form);
  json::array topics;
  for (const auto* names : {&typed.slugs, &typed.unknown}) {  // a draft keeps also what is not known yet
    for (const std::string& name : *names) topics.emplace_back(name);
  }
  if (!topics.empty()) out["topics"] = std::move(topics);
  json::array refs;
  for (const char* role : {"revises", "translates", "derives_from", "accepts"}) {
    if (const std::string ref = trimmed(visit.field(role)); !ref.empty())
      refs.push_back(json::object{{"role", role}, {"ref", ref}});
  }
  if (!refs.empty()) out["refs"] = std::move(refs);
  if (json::array files = files_of_form(visit); !files.empty()) out["attachments"] = std::move(files);
  if (const std::string at = trimmed(visit.field("at")); !at.empty()) {
    const auto time = zone_of_form(visit, visit.form).read_local(at);
    out["at"] = time ? time_text(*time) : at;  // what is no time is refused where it is read
  }
  return out;
}

Result<SigningQuery> query_with(std::vector<Error> faults, Result<SigningQuery> query) {
  if (faults.empty()) return query;
  Status others = query.ok() ? Status() : query.error();
  if (query.ok()) {
    if (const auto* written = std::get_if<NoteRequest>(&query->request)) {
      NoteFile note = written->note;
      if (note.language.empty()) note.language = "en";  // whoever signs says which
      make_plain(note);
      others = check_note(note);
    }
  }
  if (!others.ok()) {
    // What a field is asked about already is missing from the rest, and is not told a second time.
    const auto is_told = [&](const Error& other) {
      return std::any_of(faults.begin(), faults.end(),
                         [&](const Error& one) { return one.field == other.field; });
    };
    std::vector<Error> rest = others.error().also;
    Error first = others.error();
    first.also.clear();
    rest.insert(rest.begin(), std::move(first));
    std::erase_if(rest, is_told);
    faults.insert(faults.end(), rest.begin(), rest.end());
  }
  return all_faults(std::move(faults)).error();
}

Result<SigningQuery> query_of_form(const Visit& visit) {
  std::vector<Error> faults = topic_faults(typed_topics(visit.form));
  const std::string amount = trimmed(visit.field("cost_amount"));
  if (!amount.empty() && !read_amount(amount))
    faults.push_back(
        fail(Code::kInvalidArgument,
             Sentence{"form.no_number", "“{typed}” is not read as one number", {{"typed", amount}}},
             "cost.amount"));
  // The rest is read without what is at fault already.
  Visit rest = visit;
  for (const Error& fault : faults) rest.form.erase(fault.field == "topics" ? "topics" : "cost_amount");
  return query_with(std::move(faults), read_note_query(request_of_form(rest)));
}

std::optional<FormField> note_field(const Visit& visit, const std::string& fault) {
  const std::string name = fault == "sources.date" ? "sources.url" : fault;
  for (const Group& group : groups()) {
    for (const Field& field : group.fields) {
      if (name == field.fault || name == field.name || name.starts_with(std::string(field.name) + "."))
        return FormField{field.name, visit.say(std::string("field.") + field.name)};
    }
  }
  if (name == "files" || name.starts_with("attachments"))
    return FormField{"attachments", visit.say("publish.files")};
  if (name == "language" || name == "at") return FormField{name, visit.say("field." + name)};
  return std::nullopt;
}

FormFaults note_faults(const Visit& visit, const Error& error) {
  return {visit, error, [&](const std::string& fault) { return note_field(visit, fault); }};
}

TimeZone zone_of_form(const Visit& visit, const std::map<std::string, std::string>& values) {
  const auto named = values.find("zone");
  return TimeZone::find(named == values.end() ? std::string() : named->second).value_or(visit.zone);
}

std::map<std::string, std::string> form_of_request(const json::object& request, const TimeZone& zone) {
  std::map<std::string, std::string> out;
  if (const std::string at = text_at(request, "at"); !at.empty()) {
    const auto time = parse_time(at, "at");
    out["at"] = time.ok() ? zone.local_text(*time) : at;
    out["zone"] = zone.name();
  }
  const json::object& content = object_at(request, "content");
  for (const auto& item : content) {
    if (!item.value().is_object() && !item.value().is_array()) out[item.key()] = text_at(content, item.key());
  }
  const json::object& cost = object_at(content, "cost");
  for (const char* member : {"amount", "currency", "note"})
    out[std::string("cost_") + member] = text_at(cost, member);
  for (const auto& goal : array_at(content, "sdgs")) out["sdg_" + json::serialize(goal)] = "on";
  put_needs(array_at(content, "needs"), out);
  out["commitments"] = lines_of(array_at(content, "commitments"), {"agreement", "target"});
  out["partners"] = lines_of(array_at(content, "partners"), {});
  out["links"] = lines_of(array_at(content, "links"), {"title", "url"});
  out["sources"] = lines_of(array_at(content, "sources"), {"publisher", "title", "date", "url"});
  for (const char* member : {"language", "office", "person"}) out[member] = text_at(request, member);
  std::string topics;
  for (const auto& topic : array_at(request, "topics")) {
    if (topic.is_string()) topics += (topics.empty() ? "" : ", ") + std::string(topic.as_string());
  }
  out["topics"] = topics;
  for (const auto& ref : array_at(request, "refs")) {
    if (ref.is_object()) out[text_at(ref.get_object(), "role")] = text_at(ref.get_object(), "ref");
  }
  std::string files;
  for (const auto& item : array_at(request, "attachments")) {
    if (!item.is_object()) continue;
    const json::object& file = item.get_object();
    out["alt_" + text_at(file, "sha256")] = text_at(file, "alt");
    files += text_at(file, "sha256") + " " + text_at(file, "media_type") + " " + text_at(file, "name") + "\n";
  }
  out["files"] = files;
  return out;
}

json::array field_groups(const Visit& visit, const std::map<std::string, std::string>& values,
                         const FormFaults& faults, const OriginalNote& original) {
  json::array out;
  const bool is_template = fields_to_fill_in(values) > 0;
  for (const Group& group : groups()) {
    json::array fields;
    bool filled = group.quick;
    bool asks = group.quick;
    for (const Field& field : group.fields) {
      json::object made = field_view(visit, field, values, faults, original);
      for (const char* member : {"value", "error"}) filled = filled || !text_at(made, member).empty();
      const bool needs = field.kind == Kind::kNeeds && !needs_of_form(values).empty();
      filled = filled || made.at("original") != json::value(false) || needs;
      asks = asks || needs || has_fill_in(text_at(made, "value")) || !text_at(made, "error").empty();
      fields.push_back(std::move(made));
    }
    out.push_back(json::object{{"id", group.name},
                               {"name", visit.say(std::string("group.") + group.name)},
                               {"quick", group.quick},
                               {"open", is_template ? asks : filled},
                               {"fields", std::move(fields)}});
  }
  return out;
}

json::array note_languages(const Visit& visit, const std::string& chosen) {
  json::array out;
  bool there = false;
  for (const std::string tag : {"en", "es", "fr", "pt", "it", "de", "nl", "ko", "ja", "zh", "ar", "hi", "id",
                                "sw", "th", "tr", "uk", "vi"}) {
    there = there || tag == chosen;
    out.push_back(
        json::object{{"tag", tag}, {"name", visit.words->language_name(tag)}, {"chosen", tag == chosen}});
  }
  if (!there && !chosen.empty())
    out.push_back(
        json::object{{"tag", chosen}, {"name", visit.words->language_name(chosen)}, {"chosen", true}});
  return out;
}

}  // namespace koinon
