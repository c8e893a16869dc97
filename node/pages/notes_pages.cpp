#include "node/pages/notes_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/records_api.h"
#include "node/pages/note_view.h"
#include "proto/base/encoding.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::size_t kNotesShown = 50;

// 0: it is not given.
Result<ArrivalSeq> arrival_of(const Visit& visit, const char* name) {
  const std::string text = visit.request.param(name);
  if (text.empty()) return ArrivalSeq(0);
  const auto number = parse_decimal(text);
  if (!number.ok() || *number == 0)
    return fail(Code::kInvalidArgument, "it is the number of an arrival", name);
  return ArrivalSeq(*number);
}

Result<RecordListQuery> read_wanted(const Visit& visit) {
  Params asked;
  for (const char* name : {"topic", "city", "kind"}) asked[name] = visit.request.param(name);
  KOINON_ASSIGN(RecordListQuery out, read_record_list_query(asked));
  KOINON_ASSIGN(out.query.before, arrival_of(visit, "before"));
  KOINON_ASSIGN(out.query.after, arrival_of(visit, "after"));
  out.query.standing_notes = true;
  out.query.limit = kNotesShown;
  return out;
}

// Where the list goes on: behind the notes that were shown, or behind the arrival at which this page ends.
std::string next_address(const Visit& visit, const RecordListQuery& wanted, const RecordListView& found) {
  if (!found.next && wanted.query.after.value == 0) return "";
  std::string out = "/notes?";
  for (const char* name : {"topic", "city", "kind"}) {
    const std::string value = visit.request.param(name);
    if (!value.empty()) out += std::string(name) + "=" + query_escaped(value) + "&";
  }
  if (!found.next) return out + "before=" + std::to_string(wanted.query.after.value + 1);
  const std::string after = visit.request.param("after");
  return out + (after.empty() ? "" : "after=" + query_escaped(after) + "&") +
         "before=" + std::to_string(found.next->value);
}

std::string title_of(PageFrame& frame, const Visit& visit) {
  const std::string topic = visit.request.param("topic");
  const std::string city = visit.request.param("city");
  const std::string kind = visit.request.param("kind");
  if (!topic.empty()) return topic_label(visit, topic);
  if (!city.empty()) return frame.city_name(visit, city);
  if (kind == "question") return visit.say("questions.title");
  return visit.say("notes.title");
}

}  // namespace

void NotesPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/notes", Need::kReading, "showNotes",
             "All notes that stand, or those of a topic, a city or a kind, by when they came here",
             [this](Visit visit) { return show(std::move(visit)); },
             {"topic", "city", "kind", "before", "after"});
}

asio::awaitable<HttpResponse> NotesPages::show(Visit visit) {
  auto wanted = read_wanted(visit);
  if (!wanted.ok()) co_return frame_.failed(visit, wanted.error());
  const auto found = co_await frame_.call(visit, records_.list, *wanted);
  if (!found.ok()) co_return frame_.failed(visit, found.error());
  const std::string topic = visit.request.param("topic");
  const std::string city = visit.request.param("city");
  PageView view{"notes", title_of(frame_, visit), {}, 200, "", ""};
  if (!topic.empty()) {
    view.feed_title = view.title;
    view.feed_path = "/feeds/topic/" + topic + ".atom";
  } else if (!city.empty()) {
    view.feed_title = visit.say("feed.city", {{"city", city}});
    view.feed_path = "/feeds/city/" + city + ".atom";
  }
  json::array items;
  for (const SummaryView& note : found->items) items.push_back(card(visit, note));
  view.model = {
      {"heading", view.title}, {"items", std::move(items)}, {"next", next_address(visit, *wanted, *found)}};
  co_return frame_.show(visit, std::move(view));
}

}  // namespace koinon
