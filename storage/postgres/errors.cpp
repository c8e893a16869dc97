#include "storage/postgres/errors.h"

#include <algorithm>
#include <string>

namespace koinon::postgres {
namespace {

constexpr const char* kField = "store";

// libpq's messages have several lines, and end with one.
std::string one_line(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool says(std::string_view state, std::string_view what) { return state.starts_with(what); }

}  // namespace

Error away(std::string_view why) {
  return fail(
      Code::kUnavailable,
      Sentence{"database.away", "the database server cannot be reached: {why}", {{"why", one_line(why)}}},
      kField);
}

Error turned_away(const Error& error) {
  return fail(
      Code::kRefused,
      Sentence{"database.refused",
               "the database server turns this node away: {why}; correct the user and the database in "
               "the URL, or the password",
               {{"why", error.arguments.front().second}}},
      kField);
}

// The classes of PostgreSQL, appendix A, "Error Codes".
Error error_of(const PGresult* result) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string message = one_line(primary == nullptr ? PQresultErrorMessage(result) : primary);
  if (says(state, "53100"))
    return fail(
        Code::kDiskFull,
        Sentence{"disk.full", "the disk (or its quota) is full; free some space, writing resumes by itself"},
        kField);
  if (state.empty() || says(state, "08") || says(state, "57P") || says(state, "53300")) return away(message);
  if (says(state, "23")) return fail(Code::kConflict, message, kField);
  if (says(state, "40") || says(state, "55") || says(state, "57014"))
    return fail(Code::kUnavailable,
                Sentence{"database.in_use", "the database is in use: {why}", {{"why", message}}}, kField);
  if (says(state, "25006")) return away("it takes no changes: it is a copy that follows another server");
  if (says(state, "28") || says(state, "42501"))
    return fail(Code::kRefused, "the database server refuses this user: " + message, kField);
  if (says(state, "XX001") || says(state, "XX002"))
    return fail(Code::kIo,
                Sentence{"database.damaged",
                         "the database is damaged: {why}; restore it from a backup or a peer",
                         {{"why", message}}},
                kField);
  if (says(state, "42") || says(state, "22")) return fail(Code::kInternal, message, kField);
  return fail(Code::kIo, message, kField);
}

Error error_of(const PGconn* connection) { return away(PQerrorMessage(connection)); }

}  // namespace koinon::postgres
