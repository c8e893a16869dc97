#include "node/pages/note_view.h"

#include <map>
#include <utility>

#include <boost/json.hpp>

#include "node/text/language.h"
#include "node/text/time_text.h"
#include "proto/vocabulary/vocabulary.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string english_or(const Topic& topic, const std::string& language) {
  const auto it = topic.labels.find(language);
  if (it != topic.labels.end()) return it->second;
  const auto english = topic.labels.find("en");
  return english == topic.labels.end() ? topic.slug : english->second;
}

}  // namespace

std::string topic_label(const Visit& visit, const std::string& slug) {
  const Topic* topic = Vocabulary::builtin().find(slug);
  return topic == nullptr ? slug : english_or(*topic, visit.words->tag());
}

json::array topic_list(const Visit& visit, const std::vector<std::string>& slugs) {
  json::array out;
  for (const std::string& slug : slugs)
    out.push_back(json::object{{"slug", slug}, {"label", topic_label(visit, slug)}});
  return out;
}

// Through the text that the API writes: a time of no calendar year has the nearest date that has one.
std::string date_of(const Visit& visit, UnixMillis time) {
  const auto parsed = parse_time(time_text(time), "time");
  return parsed.ok() ? visit.words->date(*parsed) : std::string();
}

json::object card(const Visit& visit, const SummaryView& note) {
  json::object out;
  // Also where there is none: what is around it has such names too.
  for (const char* member : {"state", "assignee", "remark", "stage", "outcome", "outcome_code", "role"})
    out[member] = "";
  const std::string kind(note.kind_text());
  out["ref"] = note.ref;
  out["city"] = note.city;
  out["city_name"] = note.city_name.empty() ? note.city : note.city_name;
  out["kind"] = kind;
  out["kind_name"] = visit.say("kind." + kind);
  // Replies have no title. They are called what they are: what else has none is known by its ref alone.
  const bool is_reply = note.kind == v1::KIND_ANSWER || note.kind == v1::KIND_CALL_REPLY ||
                        note.kind == v1::KIND_PROPOSAL_REPLY;
  const std::string untitled = is_reply ? visit.say("kind." + kind) : note.ref;
  out["title"] = note.title.empty() ? untitled : note.title;
  out["summary"] = note.summary;
  out["created_at"] = time_text(note.created_at);
  out["date"] = date_of(visit, note.created_at);
  out["language"] = language_tag(note.language);
  out["text_dir"] = text_direction(note.language);
  out["other_language"] =
      !note.language.empty() && note.language.substr(0, note.language.find('-')) != visit.words->tag();
  out["language_name"] = visit.words->language_name(note.language);
  out["has_topics"] = !note.topics.empty();
  out["topics"] = topic_list(visit, note.topics);
  out["title_pieces"] = json::array();
  out["excerpt"] = false;
  out["has_reasons"] = false;
  out["stopped"] = note.stopped ? visit.say("outcome.stopped") : "";
  if (note.outcome != Outcome::kNone) {
    out["outcome_code"] = std::string(outcome_text(note.outcome));
    out["outcome"] = visit.named("outcome", outcome_text(note.outcome));
  }
  const std::string status(status_text(note.status));
  out["status"] = status;
  out["standing"] = note.status == RecordStatus::kCurrent ? "" : visit.say("standing." + status);
  out["standing_code"] = status;
  return out;
}

json::object card(const Visit& visit, const RecordView& record, const std::string& title) {
  SummaryView summary;
  summary.ref = record.ref;
  summary.city = record.city;
  summary.city_name = record.city_name;
  summary.kind = record.kind;
  summary.readable = record.readable();
  summary.title = title;
  summary.language = record.language;
  summary.topics = record.topics;
  summary.created_at = record.created_at;
  summary.status = record.status;
  json::object out = card(visit, summary);
  if (!record.readable()) {  // nor is it known when it was written
    out["created_at"] = "";
    out["date"] = "";
  }
  return out;
}

json::object card(const Visit& visit, const FoundNote& found) {
  const auto pieces = [](const std::vector<Piece>& of) {
    json::array out;
    for (const Piece& piece : of) out.push_back(json::object{{"text", piece.text}, {"match", piece.match}});
    return out;
  };
  json::object out = card(visit, found.note);
  out["title_pieces"] = pieces(found.title);
  if (!found.excerpt.empty()) out["excerpt"] = json::object{{"pieces", pieces(found.excerpt)}};
  return out;
}

json::array cards(const Visit& visit, const std::vector<FoundNote>& found) {
  json::array out;
  for (const FoundNote& one : found) out.push_back(card(visit, one));
  return out;
}

std::set<std::string> earlier_words(const std::vector<ReferringView>& referring) {
  std::set<std::string> out;
  std::map<std::string, const ReferringView*> last;
  for (const ReferringView& item : referring) {
    if (item.role != v1::REF_ROLE_ADOPTS) continue;
    auto& latest = last[item.ref.substr(0, item.ref.rfind('/'))];
    const bool replaces = latest == nullptr || is_gone(latest->status) || !is_gone(item.status);
    const ReferringView* earlier = replaces ? std::exchange(latest, &item) : &item;
    if (earlier != nullptr) out.insert(earlier->ref);
  }
  return out;
}

}  // namespace koinon
