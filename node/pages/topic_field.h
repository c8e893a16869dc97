// The field for topics of a form: people write their names or tick them, and are asked about what is none.
//
// `topics` of the form has names with commas between; `topic-for:NAME` is the answer about a NAME that no
// listed topic has (a slug, or "keep"); `topic:SLUG` is a tick in the list.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

struct TypedTopics {
  std::vector<std::string> slugs;    // what is meant, each once; the asked about are not among them
  std::vector<std::string> unknown;  // as typed: to be asked about
  std::vector<std::string> asked;    // as typed: all that were asked about, answered or not
};
TypedTopics typed_topics(const std::map<std::string, std::string>& form);

// One for each name that is to be asked about, at the field `topics`.
std::vector<Error> topic_faults(const TypedTopics& typed);
// The slug of a topic to follow, by a name of it; "all" where all topics are meant. One that is not listed is
// taken where it is written as a path or is like no other, since other cities may write of it. Else the error
// names what is near.
Result<std::string> followed_topic(const Visit& visit, const std::string& name, const std::string& field);
// The names of all listed topics in the reader's language, for a list to choose from.
boost::json::array topic_names(const Visit& visit);
// What templates/topics_input.mustache shows: the names in the reader's language, the list, the questions.
void put_topics(const Visit& visit, const std::map<std::string, std::string>& form,
                boost::json::object& model);

}  // namespace koinon
