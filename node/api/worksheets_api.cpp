#include "node/api/worksheets_api.h"

#include <boost/json.hpp>

#include "crypto/merkle.h"
#include "node/api/query_params.h"
#include "node/api/worksheets_json.h"
#include "node/reading/shown_record.h"
#include "node/reading/summary_view.h"
#include "node/text/markdown.h"
#include "node/text/plain_text.h"
#include "proto/base/limits.h"
#include "proto/codec/entry.h"

namespace koinon {
namespace json = boost::json;
namespace {

// Nothing: all offices, for whoever is at the machine.
std::optional<std::string> office_of(const Caller& caller) {
  if (caller.by == Caller::By::kSocket) return std::nullopt;
  return caller.office;
}

// What cannot be read any more is as if nobody had answered.
WorksheetAnswers stored_answers(const std::string& text) {
  boost::system::error_code error;
  const json::value value = json::parse(text, error);
  if (error || !value.is_object()) return {};
  const auto answers = read_answers(value.get_object());
  return answers.ok() ? *answers : WorksheetAnswers();
}

Status check_text(const std::string& text, std::size_t most, const std::string& field) {
  if (text.size() <= most) return {};
  return fail(Code::kTooLarge,
              Sentence{"worksheet.length",
                       "it has at most {most} bytes; nothing was changed",
                       {{"most", static_cast<std::int64_t>(most)}}},
              field);
}

// Without what nobody sees, and with an answer to each question.
Status make_whole(WorksheetAnswers& answers, std::size_t questions) {
  if (answers.needs.size() > questions)
    return fail(Code::kInvalidArgument, "it answers more than is asked", "needs");
  answers.needs.resize(questions);
  for (std::size_t i = 0; i < questions; ++i) {
    NeedReply& reply = answers.needs[i];
    reply.remark = plain_line(reply.remark);
    KOINON_TRY(
        check_text(reply.remark, limits::kWorksheetRemarkBytes, "needs." + std::to_string(i) + ".remark"));
  }
  answers.changes = plain_text(answers.changes);
  answers.plan = plain_text(answers.plan);
  KOINON_TRY(check_text(answers.changes, limits::kWorksheetTextBytes, "changes"));
  return check_text(answers.plan, limits::kWorksheetTextBytes, "plan");
}

// What the audit lines say of these operations.
std::string target_of_change(const WorksheetChange& change) { return change.ref; }
std::string target_of_removal(const WorksheetRemoval& removal) { return removal.ref; }

}  // namespace

Result<WorksheetListQuery> read_worksheet_list_query(const Params& params) {
  WorksheetListQuery out;
  KOINON_ASSIGN(out.limit, read_limit(params, limits::kPageSize, limits::kPageSizeMax));
  KOINON_ASSIGN(out.after, read_change_place<WorksheetId>(param(params, "cursor")));
  return out;
}

WorksheetsApi::WorksheetsApi(ApiShared& shared)
    : list({.method = "GET",
            .pattern = "/api/v1/worksheets",
            .need = Need::kPublisher,
            .id = "listWorksheets",
            .tag = "publishing",
            .summary = "Worksheets of one's office: would a practice work here?",
            .query = {"limit", "cursor"},
            .gives = "WorksheetList"},
           this, &WorksheetsApi::list_worksheets),
      get({.method = "GET",
           .pattern = "/api/v1/worksheets/{city}/{index}",
           .need = Need::kPublisher,
           .id = "getWorksheet",
           .tag = "publishing",
           .summary = "What a practice asks of a city, and what one's office has answered; version 0: nobody "
                      "has answered yet",
           .gives = "Worksheet"},
          this, &WorksheetsApi::get_worksheet),
      put({.method = "PUT",
           .pattern = "/api/v1/worksheets/{city}/{index}",
           .need = Need::kPublisher,
           .id = "putWorksheet",
           .tag = "publishing",
           .summary = "Keep the answers of one's office; If-Match names the version that was read",
           .takes = "WorksheetAnswers",
           .gives = "Worksheet"},
          this, &WorksheetsApi::put_worksheet, {.target = target_of_change}),
      remove({.method = "DELETE",
              .pattern = "/api/v1/worksheets/{city}/{index}",
              .need = Need::kPublisher,
              .id = "removeWorksheet",
              .tag = "publishing",
              .summary = "Throw the answers of one's office away; If-Match names the version that was read",
              .status = 204},
             this, &WorksheetsApi::remove_worksheet, {.target = target_of_removal}),
      shared_(shared),
      parts_(shared.parts) {}

Result<WorksheetsApi::Asked> WorksheetsApi::find_practice(const std::string& ref) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(ref));
  KOINON_ASSIGN(const StoredRecord record, shown_record(*parts_.store, found.log.id, found.index));
  KOINON_ASSIGN(const v1::Entry entry, parse_entry(record.entry));
  if (entry.kind() != v1::KIND_PRACTICE)
    return fail(Code::kInvalidArgument, Sentence{"worksheet.no_practice", "only a practice has a worksheet"},
                "ref");
  if (record.body.empty())
    return fail(Code::kNotFound, Sentence{"note.not_held", "the note itself is not held here"}, "body");
  KOINON_ASSIGN(const v1::Body body, parse_body(record.body));
  Asked out{found.log.id, found.index, leaf_hash(record.entry), {}};
  out.view.ref = directory.ref(found.log.id, found.index);
  out.view.city = directory.city(found.log.id);
  out.view.title = title_line(body.practice().title());
  out.view.language = entry.language();
  out.view.questions = questions_of(body.practice());
  out.view.answers.needs.resize(out.view.questions.needs.size());
  out.view.proposed = propose_verdict(out.view.answers);
  KOINON_ASSIGN(const auto they, parts_.index->measures(found.log.id));
  out.view.they = they.value_or(CityMeasures());
  if (const auto own = parts_.facts.log()) {
    KOINON_ASSIGN(const auto we, parts_.index->measures(*own));
    out.view.we = we.value_or(CityMeasures());
  }
  return out;
}

Result<std::string> WorksheetsApi::name_of(UserId user) {
  if (user.value == 0) return std::string("local");
  KOINON_ASSIGN(const auto account, shared_.accounts.get(user));
  return account ? account->name : std::string();
}

Result<WorksheetView> WorksheetsApi::view_of(Asked asked, const StoredWorksheet& stored) {
  WorksheetView out = std::move(asked.view);
  const std::size_t questions = out.questions.needs.size();
  out.answers = stored_answers(stored.answers);
  out.answers.needs.resize(questions);
  out.proposed = propose_verdict(out.answers);
  out.office = stored.office;
  KOINON_ASSIGN(out.by, name_of(stored.user));
  out.version = stored.version;
  out.updated_at = stored.updated_at;
  return out;
}

Result<WorksheetView> WorksheetsApi::get_worksheet(const Asker& asker, const NamedRecord& named) {
  KOINON_ASSIGN(Asked asked, find_practice(named.ref));
  const auto office = office_of(asker.caller);
  KOINON_ASSIGN(const auto stored, shared_.worksheets.find(asked.log, asked.index, asked.leaf, office));
  if (stored) return view_of(std::move(asked), *stored);
  asked.view.office = office.value_or("");
  return std::move(asked.view);
}

Result<WorksheetView> WorksheetsApi::put_worksheet(const Asker& asker, const WorksheetChange& change) {
  KOINON_ASSIGN(Asked asked, find_practice(change.ref));
  WorksheetAnswers answers = change.answers;
  KOINON_TRY(make_whole(answers, asked.view.questions.needs.size()));
  StoredWorksheet worksheet;
  worksheet.log = asked.log;
  worksheet.index = asked.index;
  worksheet.leaf = asked.leaf;
  worksheet.answers = json::serialize(answers_json(answers));
  KOINON_TRY(check_text(worksheet.answers, limits::kWorksheetBytes, "answers"));
  worksheet.updated_at = parts_.clock.wall();
  worksheet.user = asker.caller.user;
  const auto office = office_of(asker.caller);
  KOINON_ASSIGN(const auto stored, shared_.worksheets.find(asked.log, asked.index, asked.leaf, office));
  worksheet.office = office ? *office : stored ? stored->office : std::string();
  // The answer to an earlier try may have been lost on its way.
  if (stored && change.version && *change.version != stored->version && worksheet.answers == stored->answers)
    return view_of(std::move(asked), *stored);
  KOINON_ASSIGN(const StoredWorksheet kept, shared_.worksheets.put(std::move(worksheet), change.version));
  return view_of(std::move(asked), kept);
}

Result<Nothing> WorksheetsApi::remove_worksheet(const Asker& asker, const WorksheetRemoval& removal) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto found, directory.find_ref(removal.ref));
  KOINON_ASSIGN(const auto entry, parts_.store->entry(found.log.id, found.index));
  KOINON_ASSIGN(const auto stored, shared_.worksheets.find(found.log.id, found.index, leaf_hash(entry),
                                                           office_of(asker.caller)));
  if (!stored)
    return fail(Code::kNotFound, Sentence{"worksheet.unknown", "there is no such worksheet"}, "ref");
  KOINON_TRY(shared_.worksheets.remove(stored->id, removal.version));
  return Nothing{};
}

// A practice that the index does not have, or has another one in its place, is known by its ref alone.
Result<WorksheetLine> WorksheetsApi::line_of(Directory& directory, const StoredWorksheet& stored) {
  WorksheetLine out;
  out.ref = directory.ref(stored.log, stored.index);
  out.city = directory.city(stored.log);
  KOINON_ASSIGN(const auto record, parts_.index->get(stored.log, stored.index));
  if (record && record->leaf == stored.leaf) {
    const SummaryView summary = read_summary(directory, *record);
    out.title = summary.title;
    out.language = summary.language;
  }
  out.verdict = verdict_of(stored_answers(stored.answers));
  out.office = stored.office;
  KOINON_ASSIGN(out.by, name_of(stored.user));
  out.version = stored.version;
  out.updated_at = stored.updated_at;
  return out;
}

Result<WorksheetListView> WorksheetsApi::list_worksheets(const Asker& asker,
                                                         const WorksheetListQuery& query) {
  Directory directory(*parts_.store, parts_.nearness, parts_.index.get());
  KOINON_ASSIGN(const auto page, shared_.worksheets.list(office_of(asker.caller), query.limit, query.after));
  WorksheetListView out;
  for (const StoredWorksheet& stored : page.items) {
    KOINON_ASSIGN(WorksheetLine line, line_of(directory, stored));
    out.items.push_back(std::move(line));
  }
  if (page.more && !page.items.empty())
    out.next = WorksheetPlace{page.items.back().updated_at, page.items.back().id};
  return out;
}

}  // namespace koinon
