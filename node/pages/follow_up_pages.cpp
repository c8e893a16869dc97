#include "node/pages/follow_up_pages.h"

#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include "node/api/follow_ups_api.h"
#include "node/pages/adoption_press.h"
#include "node/pages/drafted_form.h"
#include "node/pages/held_pages.h"
#include "node/pages/note_view.h"
#include "node/text/language.h"
#include "node/text/time_text.h"

namespace koinon {
namespace asio = boost::asio;
namespace json = boost::json;
namespace {

constexpr std::int64_t kOnceMs = 24LL * 3600 * 1000;

json::object word_model(const Visit& visit, const FollowUpView& said) {
  json::object out{{"of", said.of},
                   {"of_title", said.title.empty() ? said.of : said.title},
                   {"of_language", said.title.empty() ? "" : language_tag(said.language)},
                   {"of_city", said.of_city},
                   {"last", said.last},
                   {"said_at", time_text(said.said_at)},
                   {"said_date", date_of(visit, said.said_at)}};
  put_word(visit, {said.stage, said.outcome}, out);
  return out;
}

}  // namespace

void FollowUpPages::add_routes(RouteTable& routes) {
  frame_.get(routes, "/follow-up", Need::kPublisher, "showFollowUp",
             "What our city said of a practice last, and how it goes now",
             [this](Visit visit) { return form(std::move(visit)); }, {"of"});
  frame_.post(routes, "/follow-up", Need::kPublisher, "postFollowUp", "Say how a practice goes, in one press",
              [this](Visit visit) { return say(std::move(visit)); });
}

HttpResponse FollowUpPages::show(const Visit& visit, const FollowUpView& said,
                                 const std::optional<Error>& failed) {
  PageView view{"follow_up",
                visit.say("follow_up.title"),
                word_model(visit, said),
                failed ? status_of(failed->code) : 200U,
                "",
                ""};
  view.model["problem"] = failed ? visit.fault(*failed) : "";
  view.model["has_problems"] = false;
  put_presses(visit, true, view.model);
  return frame_.show(visit, std::move(view));
}

asio::awaitable<HttpResponse> FollowUpPages::form(Visit visit) {
  const std::string of = visit.request.param("of");
  const auto said = co_await frame_.call(visit, follow_ups_.our_word, NamedRecord{of});
  if (said.ok()) co_return show(visit, *said, std::nullopt);
  // What nothing was said of yet is said for the first time.
  if (said.error().id == "follow_up.nothing_said") co_return PageFrame::go("/adopt?of=" + query_escaped(of));
  co_return frame_.failed(visit, said.error());
}

asio::awaitable<HttpResponse> FollowUpPages::say(Visit visit) {
  const auto said = co_await frame_.call(visit, follow_ups_.our_word, NamedRecord{visit.field("of")});
  if (!said.ok()) co_return frame_.failed(visit, said.error());
  if (!is_press(visit.field("do"))) co_return show(visit, *said, std::nullopt);
  json::object content{{"stage", said->stage}};
  if (!said->outcome.empty()) content["outcome"] = said->outcome;
  if (!said->title.empty()) content["title"] = said->title;
  apply_press(visit, content);
  json::object request{{"kind", "adoption"},
                       {"language", visit.words->tag()},
                       {"refs", json::array{json::object{{"role", "adopts"}, {"ref", said->of}}}},
                       {"content", std::move(content)}};
  // Who says after months that nothing has changed says the same once more; who presses twice says it once.
  const UnixMillis now = frame_.shared().parts.clock.wall();
  if (now.value - said->said_at.value > kOnceMs) request["again"] = true;
  const auto done = co_await publish_form(frame_, desk_, drafts_, visit, std::move(request));
  if (!done.ok() && done.error().id == "note.stands_already") co_return PageFrame::go("/records/" + said->of);
  if (!done.ok()) co_return show(visit, *said, done.error());
  co_return go_to_published(*done, said->of);
}

asio::awaitable<void> put_due(PageFrame& frame, FollowUpsApi& follow_ups, Visit visit, json::object& model) {
  const auto due = co_await frame.call(visit, follow_ups.list, Nothing{});
  json::array rows;
  if (due.ok()) {
    for (const FollowUpView& one : *due) {
      json::object row = word_model(visit, one);
      row["since"] = visit.say("desk.since", {{"months", std::int64_t{one.months}}});
      rows.push_back(std::move(row));
    }
  }
  put_presses(visit, true, model);
  model["has_followups"] = !rows.empty();
  model["followups"] = std::move(rows);
}

asio::awaitable<void> put_our_word(PageFrame& frame, FollowUpsApi& follow_ups, Visit visit,
                                   std::string practice, bool may_say, json::object& model) {
  model["our_word"] = false;
  if (!may_say) co_return;
  const auto said = co_await frame.call(visit, follow_ups.our_word, NamedRecord{std::move(practice)});
  if (said.ok()) model["our_word"] = word_model(visit, *said);
}

}  // namespace koinon
