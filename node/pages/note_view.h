// Notes as pages list them: models for the templates, made of typed views.
#pragma once

#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"
#include "node/reading/record_view.h"
#include "node/reading/search_view.h"

namespace koinon {

// What a template of a list needs of one note: names in the reader's language, addresses, dates.
boost::json::object card(const Visit& visit, const SummaryView& note);
// Of a record that is read in full, without its summary; its title is in the text.
boost::json::object card(const Visit& visit, const RecordView& record, const std::string& title);
// With what was searched for marked.
boost::json::object card(const Visit& visit, const FoundNote& found);
boost::json::array cards(const Visit& visit, const std::vector<FoundNote>& found);
// The label of a topic in the reader's language, or its slug.
std::string topic_label(const Visit& visit, const std::string& slug);
boost::json::array topic_list(const Visit& visit, const std::vector<std::string>& slugs);
std::string date_of(const Visit& visit, UnixMillis time);
// The refs of adoptions that are not shown. A city that says again how it went updates its card: of each city
// the last word counts, and one that it took back only where there is no other.
std::set<std::string> earlier_words(const std::vector<ReferringView>& referring);

}  // namespace koinon
