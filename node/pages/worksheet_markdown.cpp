#include "node/pages/worksheet_markdown.h"

#include "node/pages/worksheet_form.h"
#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/ascii.h"

namespace koinon {
namespace {

bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

void heading(std::string& out, const std::string& text) {
  out.append("\n## ").append(markdown_escaped(text)).append("\n\n");
}

void item(std::string& out, const std::string& name, const std::string& value) {
  out.append("- ").append(markdown_escaped(name));
  if (!value.empty()) out.append(": ").append(markdown_escaped(value));
  out += '\n';
}

// Of another city: its words without its marks, each line as a quote.
void quote(std::string& out, const std::string& markdown) {
  std::string_view rest = markdown;
  const std::string plain = plain_text(markdown_text(rest));
  rest = plain;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string line = markdown_escaped(rest.substr(0, end));
    out.append(line.empty() ? ">" : "> ").append(line).append(line.empty() ? "\n" : "  \n");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  out += '\n';
}

void add_verdict(const Visit& visit, const WorksheetView& view, std::string& out) {
  heading(out, visit.say("worksheet.verdict"));
  const auto named = [&](WorksheetVerdict verdict) {
    return visit.named("worksheet.verdict", word_of(verdict));
  };
  out.append("**").append(markdown_escaped(named(verdict_of(view.answers)))).append("**\n\n");
  if (view.answers.verdict != WorksheetVerdict::kNone)
    item(out, visit.say("worksheet.proposed"), named(view.proposed.verdict));
  const auto needs = [&](const char* key, const std::vector<std::size_t>& places) {
    for (const std::size_t place : places)
      item(out, visit.say(key), need_name(visit, view.questions.needs.at(place)));
  };
  if (view.proposed.core_lost) item(out, visit.say("worksheet.core_lost"), "");
  needs("worksheet.lacking", view.proposed.lacking);
  needs("worksheet.to_get", view.proposed.to_get);
  if (view.proposed.core_open) item(out, visit.say("worksheet.core_open"), "");
  needs("worksheet.open", view.proposed.open);
}

void add_needs(const Visit& visit, const WorksheetView& view, std::string& out) {
  heading(out, visit.say("worksheet.needs"));
  for (std::size_t i = 0; i < view.questions.needs.size(); ++i) {
    const WorksheetNeed& need = view.questions.needs[i];
    const NeedReply reply = i < view.answers.needs.size() ? view.answers.needs[i] : NeedReply();
    const std::string asked = need_text(visit, view.questions, need);
    out.append("- **").append(markdown_escaped(need_name(visit, need))).append("**");
    if (!asked.empty()) out.append(" ").append(markdown_escaped(asked));
    const std::string answer = answer_name(visit, "worksheet.answer", word_of(reply.answer));
    out.append("  \n  ").append(
        markdown_escaped(answer.empty() ? visit.say("worksheet.unanswered") : answer));
    if (!reply.remark.empty()) out.append(": ").append(markdown_escaped(reply.remark));
    out += '\n';
  }
}

void add_context(const Visit& visit, const WorksheetView& view, const std::string& they,
                 const std::string& we, std::string& out) {
  heading(out, visit.say("worksheet.context"));
  out.append("|  | ").append(markdown_escaped(they)).append(" | ").append(markdown_escaped(we));
  out.append(" | ").append(markdown_escaped(visit.say("worksheet.does_it_matter"))).append(" |\n");
  out += "| --- | --- | --- | --- |\n";
  for (std::size_t i = 0; i < kContextMeasures.size(); ++i) {
    const std::string_view measure = kContextMeasures.at(i);
    const std::string matters = answer_name(visit, "worksheet.matters", word_of(view.answers.context.at(i)));
    for (const std::string& cell :
         {visit.say(std::string("measure.name.").append(measure)), measure_text(visit, view.they, measure),
          measure_text(visit, view.we, measure), matters})
      out.append("| ").append(markdown_escaped(cell)).append(" ");
    out += "|\n";
  }
}

// The office's own Markdown, as it was written.
void add_own(const Visit& visit, const char* key, const std::string& text, std::string& out) {
  heading(out, visit.say(key));
  out.append(text.empty() ? markdown_escaped(visit.say("worksheet.unanswered")) : plain_text(text)) += '\n';
}

}  // namespace

std::string markdown_escaped(std::string_view line) {
  std::string out;
  for (const char c : trimmed(plain_line(line))) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      if (is_punctuation(c)) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string worksheet_markdown(const Visit& visit, const WorksheetView& view, const std::string& they,
                               const std::string& we) {
  std::string out = "# " + markdown_escaped(visit.say("worksheet.title")) + "\n\n";
  item(out, visit.say("worksheet.practice"), view.title.empty() ? view.ref : view.title);
  item(out, they, view.ref);
  if (!view.office.empty()) item(out, visit.say("worksheet.office"), view.office);
  add_verdict(visit, view, out);
  heading(out, visit.say("worksheet.core"));
  if (!view.questions.core.empty()) quote(out, view.questions.core);
  const std::string core = answer_name(visit, "worksheet.core", word_of(view.answers.core));
  item(out, visit.say("worksheet.keep_core"), core.empty() ? visit.say("worksheet.unanswered") : core);
  add_needs(visit, view, out);
  add_context(visit, view, they, we, out);
  add_own(visit, "worksheet.changes", view.answers.changes, out);
  add_own(visit, "worksheet.plan", view.answers.plan, out);
  return out;
}

}  // namespace koinon
