// What the forms of questions, answers and adoptions have in common.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// A value of the form, or of its draft, or of the address where the form comes first.
std::string given(const Visit& visit, const std::string& name);
// The values that a field may have, each with what it is called here.
boost::json::array choices(const Visit& visit, const std::string& name,
                           std::initializer_list<const char*> keys, const std::string& chosen);
// What all these forms show: what failed, the language of the note, its text, title, contact and draft.
boost::json::object form_model(const Visit& visit, const std::optional<Error>& failed);
// The status of a page that shows a form again where it failed.
unsigned status_after(const std::optional<Error>& failed);

}  // namespace koinon
