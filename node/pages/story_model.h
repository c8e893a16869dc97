// The story of a practice in plain sentences and a picture, as pages show it.
//
// On the reading thread of the frame.
#pragma once

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"
#include "node/reading/story_view.h"

namespace koinon {

// For the first page: a few steps, the last word of each city, and who asked and was answered.
boost::json::object story_strip(const PageFrame& frame, const Visit& visit, const StoryView& story);
// All of it.
boost::json::object whole_story(const PageFrame& frame, const Visit& visit, const StoryView& story);

// Which steps the first page tells, in the order in which
// their cities came in: at most two adoptions by other cities, those first that
// say how it went, and the first question that was answered, with its answer. Pure.
std::vector<StoryStep> told_steps(const StoryView& story);

}  // namespace koinon
