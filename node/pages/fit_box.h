// The box atop a practice: would it work in our city? Two cities side by side, who tried it, what it takes.
#pragma once

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"
#include "node/reading/fit_view.h"

namespace koinon {

// What templates/fit.mustache shows. Pure, but for the words of the visit.
boost::json::object fit_box(const Visit& visit, const FitView& fit, bool may_edit);

}  // namespace koinon
