// The command about worksheets: would a practice work here?
#include <iostream>

#include <boost/json.hpp>

#include "tools/api_client.h"
#include "tools/commands.h"
#include "tools/render.h"

namespace koinon {
namespace json = boost::json;
namespace {

std::string render_worksheet(const json::value& sheet) {
  std::string out = member(sheet, "title") + "\n  verdict: " + member(sheet, "verdict");
  const json::value& answers = sheet.at("answers");
  if (!member(answers, "verdict").empty())
    out += " (from the answers: " + member(sheet.at("proposed"), "verdict") + ")";
  out += "\n  core: " + (member(answers, "core").empty() ? "not answered" : member(answers, "core")) + "\n";
  const json::array& needs = sheet.at("questions").at("needs").as_array();
  const json::array& replies = answers.at("needs").as_array();
  for (std::size_t i = 0; i < needs.size() && i < replies.size(); ++i) {
    const std::string answer = member(replies[i], "answer");
    const std::string remark = member(replies[i], "remark");
    out += "  " + member(needs[i], "what") + ": " + (answer.empty() ? "not answered" : answer);
    out += (remark.empty() ? "" : " (" + remark + ")") + "\n";
  }
  for (const char* text : {"changes", "plan"}) {
    if (!member(answers, text).empty())
      out.append("\n").append(text).append(":\n").append(member(answers, text)).append("\n");
  }
  return harmless(out, true);
}

}  // namespace

Status run_worksheet(const Common& common, const std::string& ref, bool markdown) {
  KOINON_TRY(record_target(ref));
  const ApiClient client(common.data);
  KOINON_ASSIGN(const auto sheet, client.get_json("/api/v1/worksheets/" + ref));
  if (!markdown) return show_answer(common, sheet, render_worksheet(sheet));
  // The file that the page gives: it is made in one place.
  KOINON_ASSIGN(const std::string text,
                client.get(with_query("/worksheet/markdown", {{"of", member(sheet, "ref")}})));
  std::cout << harmless(text, true);
  return {};
}

}  // namespace koinon
