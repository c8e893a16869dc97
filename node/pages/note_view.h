// Notes as pages list them, made of the API's summaries.
#pragma once

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// What a template of a list needs of one note: names in the reader's language, addresses, dates.
boost::json::object card(const Visit& visit, const boost::json::object& summary);
boost::json::array cards(const Visit& visit, const boost::json::array& summaries);
// The label of a topic in the reader's language, or its slug.
std::string topic_label(const Visit& visit, const std::string& slug);
boost::json::array topic_list(const Visit& visit, const boost::json::array& slugs);
// A time as the API writes it, as the reader's language does; empty for what is none.
std::string date_of(const Visit& visit, const std::string& time);
// "seoul.example/17" in two.
std::map<std::string, std::string> ref_args(const std::string& ref);

}  // namespace koinon
