#include "node/api/standing_json.h"

#include <boost/json.hpp>

#include "node/text/time_text.h"

namespace koinon {
namespace json = boost::json;

json::object standing_json(const SigningNow& standing) {
  const StandingView& view = standing.view;
  const auto why = why_not_signed(standing);
  return {{"state", signing_state_text(view.state)},
          {"reason", why ? why->message : ""},
          {"waits_for", json::array(standing.waits_for.begin(), standing.waits_for.end())},
          {"fewer_after", view.fewer_after ? time_text(*view.fewer_after) : ""},
          {"needs_word", view.needs_word},
          {"shown", view.shown.value},
          {"shown_by", standing.shown_by},
          {"rolled_back", view.rolled_back},
          {"cannot_show", json::array(standing.cannot_show.begin(), standing.cannot_show.end())}};
}

}  // namespace koinon
