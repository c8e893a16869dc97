// Colleagues by what they are called. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/api/inbox_api.h"

namespace koinon {

// "Kim Minji · Health office (minji)": what a list shows, and what is sent back when it is chosen.
std::string colleague_label(const Colleague& colleague);

// The account that is meant by a label, an account's name, a person's name, or an office of one colleague.
// Empty: nobody was named. kNotFound: nobody is called so, or several are; the error names them.
Result<std::string> colleague_named(const std::vector<Colleague>& colleagues, std::string_view typed);

}  // namespace koinon
