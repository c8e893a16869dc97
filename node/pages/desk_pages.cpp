#include "node/pages/desk_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/calls_api.h"
#include "node/api/desk_api.h"
#include "node/api/drafts_api.h"
#include "node/api/inbox_api.h"
#include "node/api/search_api.h"
#include "node/api/worksheets_api.h"
#include "node/pages/call_model.h"
#include "node/pages/drafted_form.h"
#include "node/pages/follow_up_pages.h"
#include "node/pages/form_values.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;

void DeskPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/desk", Need::kPublisher, "showDesk", "Drafts, what waits, what was published",
             [this](Visit visit) { return show(std::move(visit)); },
             {"watched_from", "drafts_from", "held_from", "worksheets_from"});
}

namespace {

json::array draft_rows(const Visit& visit, const DraftListView& list) {
  json::array rows;
  for (const DraftView& draft : list.items) {
    const std::string title = text_at(object_at(draft.note, "content"), "title");
    rows.push_back(
        json::object{{"id", draft.id.value},
                     {"version", draft.version},
                     {"has_form", !form_of_draft(draft).empty()},
                     {"title", title.empty() ? visit.say("desk.untitled") : title},
                     {"title_language", title.empty() ? "" : language_tag(text_at(draft.note, "language"))},
                     {"owner", draft.owner},
                     {"date", date_of(visit, draft.updated_at)}});
  }
  return rows;
}

json::array held_rows(const Visit& visit, const HeldListView& list) {
  json::array rows;
  for (const HeldView& note : list.items) {
    if (note.state == HeldState::kSigned || note.state == HeldState::kCancelled) continue;
    std::string title = title_of_held(visit, note);
    // An answer has no title. It is called what it is.
    const std::string kind = text_at(note.request, "kind");
    if (title.empty()) title = kind.empty() ? visit.say("desk.untitled") : visit.named("kind", kind);
    rows.push_back(json::object{
        {"id", note.id.value},
        {"title", title},
        {"title_language", language_of_held(visit, note)},
        {"who", note.who},
        {"state_name", visit.say("held.state_" + std::string(held_state_text(note.state, note.kept)))},
        {"date", visit.words->date_and_time(note.due_at, visit.zone)}});
  }
  return rows;
}

// Of what the index does not have nothing is known but its ref.
json::object watched_card(const Visit& visit, const WatchedView& item) {
  if (item.note) return card(visit, *item.note);
  SummaryView unknown;
  unknown.ref = item.ref;
  json::object out = card(visit, unknown);
  for (const char* member : {"kind", "kind_name", "created_at", "date", "status", "standing_code"})
    out[member] = "";
  return out;
}

json::array watched_cards(const Visit& visit, const WatchListView& list) {
  json::array out;
  for (const WatchedView& item : list.items) out.push_back(watched_card(visit, item));
  return out;
}

constexpr std::size_t kWorksheetsShown = 20;  // before the desk's other lists

json::array worksheet_rows(const Visit& visit, const WorksheetListView& list) {
  json::array rows;
  for (const WorksheetLine& one : list.items)
    rows.push_back(json::object{{"of", one.ref},
                                {"title", one.title.empty() ? one.ref : one.title},
                                {"language", language_tag(one.language)},
                                {"fit_code", word_of(one.verdict)},
                                {"fit", visit.named("worksheet.verdict", word_of(one.verdict))},
                                {"who", one.by},
                                {"date", date_of(visit, one.updated_at)}});
  return rows;
}

// Where the desk shows what one of its lists has after these; empty: nothing.
std::string more_of(const std::string& next, const std::string& from) {
  return next.empty() ? "" : "/desk?" + from + "=" + query_escaped(next);
}

// A list that cannot be had is shown as an empty one: the desk has others.
template <typename View>
View shown(const Result<View>& list) {
  return list.ok() ? *list : View();
}

}  // namespace

asio::awaitable<HttpResponse> DeskPages::show(Visit visit) {
  PageView view{"desk", visit.say("desk.title"), {}, 200, "", ""};
  const DraftListView drafts = shown(co_await frame_.call(
      visit, drafts_.list, read_draft_list_query({{"cursor", visit.request.param("drafts_from")}})));
  const HeldListView held = shown(co_await frame_.call(
      visit, desk_.list_held, read_held_list_query({{"cursor", visit.request.param("held_from")}})));
  const std::string own = frame_.shared().parts.facts.name;
  const SearchView mine = shown(
      co_await frame_.call(visit, search_.search, read_note_search({{"city", own}, {"order", "newest"}})));
  const WatchListView watched = shown(co_await frame_.call(
      visit, inbox_.watchlist, read_watch_list_query({{"cursor", visit.request.param("watched_from")}})));
  const WorksheetListView worksheets = shown(
      co_await frame_.call(visit, worksheets_.list,
                           read_worksheet_list_query({{"cursor", visit.request.param("worksheets_from")},
                                                      {"limit", std::to_string(kWorksheetsShown)}})));
  view.model = {
      {"has_worksheets", !worksheets.items.empty()},
      {"worksheets", worksheet_rows(visit, worksheets)},
      {"more_worksheets", more_of(worksheets.next ? place_text(*worksheets.next) : "", "worksheets_from")},
      {"drafts", draft_rows(visit, drafts)},
      {"more_drafts", more_of(drafts.next ? place_text(*drafts.next) : "", "drafts_from")},
      {"held", held_rows(visit, held)},
      {"more_held", more_of(held.next ? std::to_string(held.next->value) : "", "held_from")},
      {"published", cards(visit, mine.items)},
      {"watched", watched_cards(visit, watched)},
      {"more_watched", more_of(watched.next ? watch_place_text(*watched.next) : "", "watched_from")}};
  co_await put_due(frame_, follow_ups_, visit, view.model);
  put_desk_calls(frame_, visit, shown(co_await frame_.call(visit, calls_.list, CallListQuery{})),
                 frame_.may(visit, desk_.publish.facts), view.model);
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
