#include "node/pages/shown_picture.h"

#include <boost/json.hpp>

namespace koinon {
namespace json = boost::json;

PictureText picture_text(const Visit& visit, std::string id, std::string title, std::string told) {
  return {std::move(id), std::move(title), std::move(told),
          [words = visit.words](double value) { return words->number(value); }, visit.words->right_to_left()};
}

json::object picture_model(ShownPicture picture) {
  json::array notes;
  for (std::string& note : picture.notes) {
    if (!note.empty()) notes.push_back(json::object{{"text", std::move(note)}});
  }
  json::array head;
  for (std::string& name : picture.head) head.push_back(json::object{{"text", std::move(name)}});
  json::array rows;
  for (const auto& row : picture.rows) {
    json::array cells;
    for (std::size_t i = 0; i < row.size(); ++i)
      cells.push_back(json::object{
          {"is_head", i == 0}, {"text", row[i].text}, {"href", row[i].href}, {"language", row[i].language}});
    rows.push_back(json::object{{"cells", std::move(cells)}});
  }
  return {{"shape", std::move(picture.shape)},
          {"picture_id", picture.text.id},
          {"picture_title", std::move(picture.text.title)},
          {"svg_html", std::move(picture.svg)},
          {"picture_notes", std::move(notes)},
          {"has_rows", !rows.empty()},
          {"head", std::move(head)},
          {"rows", std::move(rows)}};
}

MessageArgument shown_count(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, INT64_MAX));
}

}  // namespace koinon
