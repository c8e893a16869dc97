#include "node/pages/note_page.h"

#include <algorithm>
#include <set>

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/attachments_api.h"
#include "node/api/desk_api.h"
#include "node/api/figures_api.h"
#include "node/api/fit_api.h"
#include "node/api/inbox_api.h"
#include "node/api/linked_api.h"
#include "node/api/proofs_api.h"
#include "node/api/query_params.h"
#include "node/api/records_api.h"
#include "node/pages/adoption_pictures.h"
#include "node/pages/call_model.h"
#include "node/pages/fit_box.h"
#include "node/pages/follow_up_pages.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_content.h"
#include "node/pages/note_text.h"
#include "node/pages/note_view.h"
#include "node/pages/pictures.h"
#include "node/pages/proposal_pages.h"
#include "node/reading/shown_record.h"
#include "node/text/language.h"
#include "node/text/time_text.h"
#include "proto/base/encoding.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

using google::protobuf::Message;

constexpr std::size_t kOthersShown = 30;  // of a kind
constexpr std::size_t kTalksShown = 10;
constexpr std::size_t kTalksTried = 2 * kTalksShown;  // of some the text may not be here

// Where the page lists what refers to the note.
struct RoleList {
  v1::RefRole role;
  const char* member;  // of the model
};
constexpr std::array<RoleList, 7> kLists = {{{v1::REF_ROLE_ADOPTS, "adoptions"},
                                             {v1::REF_ROLE_ABOUT, "questions"},
                                             {v1::REF_ROLE_ANSWERS, "answers"},
                                             {v1::REF_ROLE_TRANSLATES, "translations"},
                                             {v1::REF_ROLE_DERIVES_FROM, "derived"},
                                             {v1::REF_ROLE_REVISES, "revisions"},
                                             {v1::REF_ROLE_WITHDRAWS, "withdrawals"}}};

std::string ref_of(const Visit& visit) { return ref_arg(visit.request); }

// To it and to the versions before it, the oldest first.
std::vector<ReferringView> said_to(const RecordForReader& found) {
  std::vector<ReferringView> out = found.said_before;
  out.insert(out.end(), found.record.referred_by.begin(), found.record.referred_by.end());
  return out;
}

// What an office may take back.
bool is_of_office(v1::Kind kind) {
  return is_note(kind) || kind == v1::KIND_PROFILE || kind == v1::KIND_NODE_NOTICE;
}

// What a note is to what it refers to.
std::string how(const Visit& visit, v1::RefRole role) { return visit.named("ref", role_name(role)); }

json::array files_of(const Visit& visit, const RecordView& record) {
  json::array out;
  for (const AttachmentView& file : record.attachments) {
    const bool here = file.state == FileState::kHere;
    const std::string digest = to_hex(file.id.sha256.view());
    const auto kilobytes = static_cast<std::int64_t>(file.id.size / 1024);
    out.push_back(json::object{
        {"name", file.name},
        {"href", "/api/v1/records/" + record.ref + "/attachments/" + digest},
        {"sha256", digest},
        {"here", here},
        {"picture", here && is_shown_as_picture(file.media_type, file.id.size)},
        {"picture_href", "/records/" + record.ref + "/pictures/" + digest},
        {"alt", file.alt.empty() ? file.name : file.alt},
        {"size", visit.say("file.kilobytes", {{"count", std::max<std::int64_t>(kilobytes, 1)}})}});
  }
  return out;
}

void put_files(const Visit& visit, const RecordView& record, json::object& model) {
  const auto missing =
      std::count_if(record.attachments.begin(), record.attachments.end(),
                    [](const AttachmentView& file) { return file.state != FileState::kHere; });
  model["several_missing"] = missing > 1;
  put_list(model, "files", files_of(visit, record));
}

// Which cities have signed that they hold the log, and when.
json::array cosigners_of(const Visit& visit, const SignersView& signers) {
  json::array out;
  for (const CosignerView& one : signers.cosigners)
    out.push_back(
        json::object{{"city", one.city}, {"date", visit.words->date_and_time(signed_at(one), visit.zone)}});
  return out;
}

// Which witnesses have cosigned the head that proves it, and when.
json::array witnesses_of(const Visit& visit, const SignersView& signers) {
  json::array out;
  for (const WitnessSigner& one : signers.witnesses)
    out.push_back(
        json::object{{"name", one.name}, {"date", visit.words->date_and_time(signed_at(one), visit.zone)}});
  return out;
}

// A clock that was ahead has dated it: the date stands, and beside it when it came. Empty where it is not so.
// Through the text that the API writes: an author's clock may say anything.
std::string dated_ahead(const Visit& visit, const RecordView& record) {
  if (!record.readable() || !record.arrived_at) return {};
  const auto created = parse_time(time_text(record.created_at), "created_at");
  const auto arrived = parse_time(time_text(*record.arrived_at), "arrived_at");
  if (!created.ok() || !arrived.ok()) return {};
  const std::chrono::milliseconds ahead(created->value - arrived->value);
  return ahead > limits::kClockOff ? visit.say("note.dated_ahead", {{"date", visit.words->date(*arrived)}})
                                   : "";
}

// Its state, its author and what is missing of it.
void put_standing(const Visit& visit, const RecordView& record, json::object& model) {
  model["is_gone"] = is_gone(record.status);
  model["dated_ahead"] = dated_ahead(visit, record);
  model["withdrawn_date"] = record.withdrawn_at ? date_of(visit, *record.withdrawn_at) : std::string();
  model["withdrawn_because"] =
      record.withdrawn_because.empty()
          ? ""
          : visit.say("note.withdrawn_because", {{"reason", record.withdrawn_because}});
  const v1::Author& author = record.body ? record.body->author() : v1::Author::default_instance();
  model["office"] = author.office();
  model["person"] = author.person();
  model["body_missing"] =
      record.body_state == BodyState::kHeld && !record.hidden
          ? ""
          : visit.say("body." + std::string(body_state_text(record.body_state, record.hidden)));
}

// A newer version that was withdrawn in its turn is none to go to.
json::array still_standing(const json::array& revisions) {
  json::array out;
  for (const auto& item : revisions) {
    const auto* code = item.as_object().if_contains("standing_code");
    if (code == nullptr || (*code != "withdrawn" && *code != "erased")) out.push_back(item);
  }
  return out;
}

}  // namespace

void NotePage::add_routes(RouteTable& routes) {
  const std::string one = "/records/{city}/{index}";
  frame_.get(routes, one, Need::kReading, "getNotePage", "A note to be read in a browser",
             [this](Visit visit) { return read(std::move(visit)); });
  frame_.post(routes, one + "/watch", Need::kReader, "postWatch", "Watch a note, or no longer",
              [this](Visit visit) { return watch(std::move(visit)); });
  frame_.get(routes, one + "/pictures/{sha256}", Need::kReading, "getPicture",
             "A picture that goes with a note", [this](Visit visit) { return picture(std::move(visit)); });
  frame_.post(routes, one + "/files", Need::kReader, "postFiles",
              "Fetch a file of a note, or all, from other cities",
              [this](Visit visit) { return fetch(std::move(visit)); });
  frame_.get(routes, one + "/withdraw", Need::kPublisher, "showWithdraw", "Before a note is taken back",
             [this](Visit visit) { return withdraw_page(std::move(visit)); });
  frame_.post(routes, one + "/withdraw", Need::kPublisher, "postWithdraw", "Take a note back",
              [this](Visit visit) { return withdraw(std::move(visit)); });
}

bool RepliesBudget::takes(const json::array& sections) {
  std::size_t bytes = 0;
  for (const auto& section : sections) bytes += section.as_object().at("text_html").as_string().size();
  const bool fits = bytes <= left_;
  left_ = fits ? left_ - bytes : 0;
  return fits;
}

asio::awaitable<json::object> NotePage::other(Visit visit, std::string ref, bool with_answers,
                                              Budget budget) {
  const auto found =
      co_await frame_.call(visit, records_.get, RecordQuery{.ref = ref, .brief = true, .with_call = false});
  if (!found.ok())
    co_return json::object{{"ref", ref},        {"title", ref},
                           {"language", ""},    {"text_dir", "auto"},
                           {"city_name", ref},  {"sections", json::array()},
                           {"elsewhere", true}, {"answers", json::array()}};
  const Message& content = content_of(found->record.body);
  json::object out = card(visit, found->record, text_of(content, "title"));
  out["sections"] = json::array();
  out["elsewhere"] = false;
  if (budget) {
    json::array sections =
        budget->any() ? sections_of(frame_.shared(), visit, content, kWithinSectionLevel) : json::array();
    const bool here = budget->any() && budget->takes(sections);
    out["elsewhere"] = !here;
    if (here) out["sections"] = std::move(sections);
  }
  for (const char* member : {"stage", "outcome", "urgency"}) {
    const std::string value = text_of(content, member);
    out[member] = value.empty() ? "" : visit.named(member, value);
    out[std::string(member) + "_code"] = value;
  }
  out["can_answer"] =
      with_answers && !is_gone(found->record.status) && frame_.may(visit, desk_.publish.facts);
  out["answers"] = json::array();
  if (with_answers)
    out["answers"] = co_await others(visit, found->record.referred_by, v1::REF_ROLE_ANSWERS, budget);
  co_return out;
}

asio::awaitable<json::array> NotePage::others(Visit visit, std::vector<ReferringView> referring,
                                              v1::RefRole role, Budget budget) {
  json::array out;
  const std::set<std::string> outdated =
      role == v1::REF_ROLE_ADOPTS ? earlier_words(referring) : std::set<std::string>();
  // The newest word first, however it went.
  if (role == v1::REF_ROLE_ADOPTS) std::reverse(referring.begin(), referring.end());
  for (const ReferringView& item : referring) {
    if (out.size() == kOthersShown) break;
    if (item.role != role || outdated.contains(item.ref)) continue;
    if (role == v1::REF_ROLE_ABOUT && item.kind == v1::KIND_CALL) continue;  // it has a list of its own
    json::object made = co_await other(visit, item.ref, role == v1::REF_ROLE_ABOUT, budget);
    out.push_back(std::move(made));
  }
  co_return out;
}

// The newest first.
asio::awaitable<json::array> NotePage::talks(Visit visit, std::vector<ReferringView> referring) {
  json::array out;
  std::size_t tried = 0;
  for (auto item = referring.rbegin(); item != referring.rend() && out.size() < kTalksShown; ++item) {
    const bool is_call = item->role == v1::REF_ROLE_ABOUT && item->kind == v1::KIND_CALL;
    if (!is_call || is_gone(item->status)) continue;
    if (tried++ == kTalksTried) break;
    const auto found = co_await frame_.call(visit, records_.get, RecordQuery{item->ref, true});
    if (found.ok() && found->call) out.push_back(talk_model(frame_, visit, *found->call));
  }
  co_return out;
}

// A log that is still being fetched has no proof yet, and nobody who has signed it.
asio::awaitable<void> NotePage::put_proof(Visit visit, const RecordView& record, json::object& model) {
  const auto found = co_await frame_.call(visit, proofs_.signers, NamedRecord{record.ref});
  const SignersView signers =
      found.ok() ? *found : SignersView{record.ref, record.proven_against, {}, {}, {}};
  const std::string city = frame_.city_in_full(visit, record.city);
  model["proof_short"] =
      record.frozen
          ? ""
          : visit.say("proof.short", {{"city", frame_.city_name(visit, record.city)},
                                      {"count", static_cast<std::int64_t>(signers.cosigners.size())}});
  model["proof_sentence"] =
      visit.say("proof.sentence", {{"city", city}, {"entry", std::to_string(record.index.value)}});
  model["proof_against"] =
      visit.say("proof.against", {{"count", static_cast<std::int64_t>(signers.entries.value)}});
  model["cosigned_sentence"] =
      visit.say("proof.cosigned", {{"count", static_cast<std::int64_t>(signers.cosigners.size())}});
  put_list(model, "cosigners", cosigners_of(visit, signers));
  put_list(model, "witnesses", witnesses_of(visit, signers));
  model["signed_by"] = found.ok() ? signers.key.text() : record.signed_by;
  model["log_id"] = to_text(record.log);
  model["leaf_hash"] = to_hex(record.leaf_hash.view());
  model["frozen"] = record.frozen;
}

asio::awaitable<void> NotePage::put_fit(Visit visit, const RecordView& record, json::object& model) {
  model["fit"] = false;
  if (!record.readable() || record.kind != v1::KIND_PRACTICE || !record.body || is_gone(record.status))
    co_return;
  const auto found = co_await frame_.call(visit, fit_.get, NamedRecord{record.ref});
  if (found.ok()) model["fit"] = fit_box(visit, *found, frame_.works_as(visit, Role::kReviewer));
}

asio::awaitable<json::array> NotePage::what_it_refers_to(Visit visit, std::vector<RefView> refs) {
  json::array out;
  for (const RefView& ref : refs) {
    const bool has_link = !ref.is_void && !ref.stands_not;
    json::object one = has_link ? co_await other(visit, ref.ref, false, nullptr) : json::object();
    one["has_link"] = has_link;
    one["is_void"] = ref.is_void;
    one["how"] = how(visit, ref.role);
    out.push_back(std::move(one));
  }
  co_return out;
}

asio::awaitable<json::array> NotePage::pictures_of(Visit visit, std::string ref) {
  const auto figures = co_await frame_.call(visit, figures_.of_practice, NamedRecord{std::move(ref)});
  if (!figures.ok()) co_return json::array();
  co_return adoption_pictures(visit, *figures, frame_.shared().parts.clock.wall());
}

// An account watches; a reader keeps no list.
bool NotePage::may_watch(const Visit& visit) const {
  return frame_.works_as(visit, Role::kReader) && visit.request.caller.user.value != 0;
}

asio::awaitable<HttpResponse> NotePage::read(Visit visit) {
  const auto found =
      co_await frame_.call(visit, records_.get, RecordQuery{.ref = ref_of(visit), .with_said_before = true});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const RecordView& record = found->record;
  const auto own = frame_.shared().parts.facts.log();
  const bool ours = own == record.log;

  const bool is_profile = record.readable() && record.kind == v1::KIND_PROFILE;
  const std::string title = text_of(content_of(record.body), is_profile ? "display_name" : "title");
  PageView view{"note", title, card(visit, record, title), 200, "", ""};
  // An answer has no title, and what is erased has none left: then what it is, and which.
  if (view.title.empty()) view.title = visit.named("kind", record.kind_text()) + " " + record.ref;
  view.description = description_of(content_of(record.body));
  view.article = true;
  const bool gone = is_gone(record.status);
  // The page can be read without what programs of others find in it.
  if (auto linked = co_await frame_.call(visit, linked_.note, NamedRecord{record.ref}); linked.ok())
    view.linked = std::move(*linked);
  view.feed_title = visit.say("feed.city", {{"city", frame_.city_name(visit, record.city)}});
  view.feed_path = "/feeds/city/" + record.city + ".atom";
  json::object& model = view.model;
  model["heading"] = view.title;
  put_note_text(frame_.shared(), visit, record.body, model);
  put_files(visit, record, model);
  put_standing(visit, record, model);
  put_list(model, "about", co_await what_it_refers_to(visit, record.refs));
  const bool is_practice = record.readable() && record.kind == v1::KIND_PRACTICE;
  const std::vector<ReferringView> said = said_to(*found);
  const auto budget = std::make_shared<RepliesBudget>();  // what is not said to the note is named alone
  for (const auto& [role, member] : kLists) {
    const bool is_said_to_it =
        role == v1::REF_ROLE_ADOPTS || role == v1::REF_ROLE_ABOUT || role == v1::REF_ROLE_ANSWERS;
    json::array items;  // what is said to a call stands with it
    if (role != v1::REF_ROLE_ANSWERS || record.kind != v1::KIND_CALL)
      items = co_await others(visit, said, role, is_said_to_it ? budget : nullptr);
    model[std::string("count_") + member] = items.size();
    put_list(model, member, role == v1::REF_ROLE_REVISES ? still_standing(items) : std::move(items));
  }
  model["is_practice"] = is_practice;
  if (is_practice) put_list(model, "pictures", co_await pictures_of(visit, record.ref));
  model["is_question"] = record.readable() && record.kind == v1::KIND_QUESTION;
  model["ours"] = ours;
  model["has_body"] = record.body_state == BodyState::kHeld && !record.hidden;
  model["may_withdraw"] = ours && !gone && record.readable() && frame_.may(visit, desk_.withdraw.facts) &&
                          is_of_office(record.kind);
  // To what was taken back nothing can be added.
  model["may_publish"] = !gone && frame_.may(visit, desk_.publish.facts) && own.has_value();
  model["call"] = false;
  if (found->call) {
    json::object call = call_model(frame_, visit, *found->call, frame_.may(visit, desk_.publish.facts));
    call["is_reply"] = record.kind == v1::KIND_CALL_REPLY;
    model["call"] = std::move(call);
  }
  put_list(model, "talks", record.kind == v1::KIND_PRACTICE ? co_await talks(visit, said) : json::array());
  model["may_fetch"] = frame_.may(visit, attachments_.fetch.facts);
  model["may_watch"] = may_watch(visit) && (!gone || found->watched.value_or(false));
  model["watched"] = found->watched.value_or(false);
  const bool may_adopt = model.at("is_practice").as_bool() && !ours && model.at("may_publish").as_bool();
  co_await put_our_word(frame_, follow_ups_, visit, record.ref, may_adopt, model);
  co_await put_proposals(frame_, proposals_, desk_, visit, record, model);
  model["has_more_actions"] = frame_.may(visit, desk_.publish.facts) || model.at("may_watch").as_bool();
  co_await put_fit(visit, record, model);
  co_await put_proof(visit, record, model);
  const bool just_published = is_just_published(visit, record.ref);
  model["just_published"] = just_published;
  HttpResponse out = frame_.show(visit, std::move(view));
  if (just_published) end_just_published(out);
  co_return out;
}

asio::awaitable<HttpResponse> NotePage::picture(Visit visit) {
  auto file = co_await frame_.call(visit, attachments_.get,
                                   read_file_query(ref_of(visit), visit.request.arg("sha256")));
  if (!file.ok()) co_return frame_.failed(visit, file.error());
  auto shown = picture_response(std::move(file->bytes));
  co_return shown.ok() ? std::move(*shown) : frame_.failed(visit, shown.error());
}

asio::awaitable<HttpResponse> NotePage::fetch(Visit visit) {
  const std::string ref = ref_of(visit);
  if (visit.field("all") == "yes") {
    const auto files = co_await frame_.call(visit, attachments_.list, NamedRecord{ref});
    if (!files.ok()) co_return frame_.failed(visit, files.error());
    for (const AttachmentView& file : *files) {
      if (file.state == FileState::kHere) continue;
      const auto asked = co_await frame_.call(visit, attachments_.fetch, FileQuery{ref, file.id.sha256});
      if (!asked.ok()) co_return frame_.failed(visit, asked.error());
    }
    co_return PageFrame::go("/records/" + ref);
  }
  const std::string sha256 = visit.field("sha256");
  const auto asked =
      co_await frame_.call(visit, attachments_.fetch, read_file_query(ref, sha256), ref + "/" + sha256);
  if (!asked.ok()) co_return frame_.failed(visit, asked.error());
  co_return PageFrame::go("/records/" + ref);
}

asio::awaitable<HttpResponse> NotePage::watch(Visit visit) {
  const std::string ref = ref_of(visit);
  Result<Nothing> done = Nothing{};
  if (visit.field("stop") == "yes") {
    done = co_await frame_.call(visit, inbox_.unwatch, NamedRecord{ref});
  } else {
    done = co_await frame_.call(visit, inbox_.watch, WatchWish{ref, ""});
  }
  if (!done.ok()) co_return frame_.failed(visit, done.error());
  co_return PageFrame::go("/records/" + ref);
}

asio::awaitable<HttpResponse> NotePage::withdraw_page(Visit visit) {
  const auto found = co_await frame_.call(visit, records_.get, RecordQuery{ref_of(visit), false});
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  PageView view{"withdraw", visit.say("withdraw.title"), {}, 200, "", ""};
  view.model = {{"ref", found->record.ref},
                {"note_title", title_of(found->record)},
                {"note_title_language", language_tag(found->record.language)},
                {"earlier_ref", ""},
                {"earlier_title", ""}};
  for (const RefView& ref : found->record.refs) {
    if (ref.role != v1::REF_ROLE_REVISES || is_gone(ref.status)) continue;
    view.model["earlier_ref"] = ref.ref;
    view.model["earlier_title"] = ref.title.empty() ? ref.ref : ref.title;
  }
  co_return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> NotePage::withdraw(Visit visit) {
  const std::string ref = ref_of(visit);
  json::object request{
      {"ref", ref}, {"reason", visit.field("reason")}, {"erase", visit.field("erase") == "yes"}};
  const auto done = co_await frame_.call(visit, desk_.withdraw, read_withdrawal_query(std::move(request)));
  if (!done.ok()) co_return frame_.failed(visit, done.error());
  co_return done->held ? go_to_published(*done) : PageFrame::go("/records/" + ref);
}

}  // namespace koinon
