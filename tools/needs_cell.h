// What a practice needs, as a cell of a table: "money: 300,000 EUR a year; people: two nurses". Pure
// functions, for any thread; linear.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/array.hpp>

namespace koinon {

// Needs as the API takes them, from items as in list_cell.h. Before the colon stands the kind, by its name or
// by what it is called in a language of the vocabulary. An item that names no kind is a need without one.
boost::json::array read_needs_cell(std::string_view cell);
// The inverse. Texts come out plain. A need without a kind begins with a colon if it would else be read as
// one with a kind.
std::string needs_cell(const boost::json::array& needs);

}  // namespace koinon
