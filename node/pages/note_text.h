// What a note itself says, as templates/note_text shows it: its sections, what can be said in a line each,
// its links and sources. On the reading thread of `shared`.
#pragma once

#include <optional>
#include <string>

#include <boost/json.hpp>

#include "node/pages/page_frame.h"

namespace koinon {

// The levels of the headings below which texts stand: the title, a section's name, the name of a section or
// the title of what others said.
inline constexpr unsigned kTitleLevel = 1;
inline constexpr unsigned kSectionLevel = 2;
inline constexpr unsigned kWithinSectionLevel = 3;

// The texts that stand under a heading of their own, rendered below the level `above`.
boost::json::array sections_of(ApiShared& shared, const Visit& visit,
                               const google::protobuf::Message& content, unsigned above);
// Of a list that a template shows only if it has something: the list, and `has_` its name.
void put_list(boost::json::object& model, const std::string& name, boost::json::array items);
void put_note_text(ApiShared& shared, const Visit& visit, const std::optional<v1::Body>& body,
                   boost::json::object& model);

}  // namespace koinon
