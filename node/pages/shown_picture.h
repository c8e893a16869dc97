// A picture on a page: what is drawn, and beside it the same as a table. Template: picture.mustache.
#pragma once

#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "node/drawing/svg.h"
#include "node/pages/page_frame.h"

namespace koinon {

struct TableCell {
  std::string text;
  std::string href = {};      // a path on this node; empty: no link
  std::string language = {};  // of the text, if it is another city's
};

struct ShownPicture {
  PictureText text;
  std::string shape;  // the figure's class: its width on a page
  std::string svg;
  std::vector<std::string> notes;  // sentences below it; empty ones are left out
  std::vector<std::string> head;   // of the table's columns; the first cell of a row heads it
  std::vector<std::vector<TableCell>> rows;
};

// What all drawings need of a visit. `id`: once on a page.
PictureText picture_text(const Visit& visit, std::string id, std::string title, std::string told);
// The model of the template picture.
boost::json::object picture_model(ShownPicture picture);
// A count as a message has it.
MessageArgument shown_count(std::uint64_t count);

}  // namespace koinon
