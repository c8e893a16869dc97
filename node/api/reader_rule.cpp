#include "node/api/reader_rule.h"

namespace koinon {
namespace {

// Of storage/postgres.
constexpr std::string_view kServerAway = "database.away";
constexpr std::string_view kServerRefuses = "database.refused";

// What everybody may read, and what machines ask that watch it.
bool reads_for_all(const OperationFacts& facts) {
  return !facts.changes() && (facts.need <= Need::kReading || facts.need == Need::kMetrics);
}

}  // namespace

Error for_the_writer(const std::string& writer) {
  if (writer.empty())
    return fail(Code::kRefused,
                Sentence{"reader.alone",
                         "this node only shows, and changes nothing; go on at the address where this city "
                         "publishes"},
                "reader");
  return fail(Code::kRefused,
              Sentence{"reader.only",
                       "this node only shows, and changes nothing; go on at {address}",
                       {{"address", writer}}},
              "reader");
}

Status may_at_reader(const OperationFacts& facts, const ReaderFacts& reader) {
  const bool may =
      facts.at_reader == AtReader::kByNeed ? reads_for_all(facts) : facts.at_reader == AtReader::kYes;
  return may ? Status() : Status(for_the_writer(reader.writer));
}

bool is_for_the_writer(const Error& error) { return error.id == "reader.only" || error.id == "reader.alone"; }

Error office_away() {
  return fail(Code::kUnavailable,
              Sentence{"login.away",
                       "nobody can log in at this moment: the database with the accounts cannot be reached; "
                       "try again in a minute"},
              "office");
}

bool is_server_away(const Error& error) { return error.id == kServerAway || error.id == kServerRefuses; }

}  // namespace koinon
