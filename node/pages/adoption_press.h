// Adoptions in one press: in the words of people, what each press says of stage and outcome. A failure is
// told by one press, as a success is.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

struct AdoptionWord {
  std::string stage;    // as in record.proto
  std::string outcome;  // empty: none is stated
};

// What a press says: trying, going (nothing has changed), worked, partly, did-not, stopped. `before`: what
// was said last; empty members: nothing.
AdoptionWord pressed_word(const std::string& press, const AdoptionWord& before);

bool is_press(const std::string& text);

// The buttons of a form, and its line for the reason. `again`: something was said before.
void put_presses(const Visit& visit, bool again, boost::json::object& model);
// Where a form was sent by such a button (`do`): what it says of stage and outcome, and the line (`why`), in
// the content of the adoption. What the content has of stage and outcome was said before.
void apply_press(const Visit& visit, boost::json::object& content);

// Stage and outcome as badges: their names here, and the outcome's key.
void put_word(const Visit& visit, const AdoptionWord& word, boost::json::object& model);

}  // namespace koinon
