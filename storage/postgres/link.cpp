#include "storage/postgres/link.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>

#include "storage/postgres/errors.h"
#include "storage/postgres/portable.h"
#include "storage/postgres/server_types.h"

namespace koinon::postgres {
namespace {

// So many statements are sent before the socket is looked at.
constexpr std::size_t kSentAtOnce = 64;
constexpr const char* kConnectSeconds = "5";

std::array<char, 8> big_endian(std::uint64_t value) {
  std::array<char, 8> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<char>(value >> (56 - 8 * i));
  return out;
}

// Of what the server says besides its answers only that it warns.
void note_warning(void* warned, const PGresult* notice) {
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity != nullptr && std::string_view(severity) == "WARNING") *static_cast<bool*>(warned) = true;
}

bool is_failure(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
    case PGRES_PIPELINE_SYNC:
    case PGRES_COPY_IN:
      return false;
    default:
      return true;
  }
}

// What the server does with this session. Where this machine loses its power, or this process hangs, the
// server must end the session soon: its transaction may hold the lease, and nobody could take over. Its
// warnings must come, whatever it is told elsewhere: has_warned() goes by them.
std::string settings_of(const Link::Options& options) {
  std::string out =
      "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2 -c "
      "tcp_user_timeout=20000 -c client_min_messages=warning";
  if (options.to_primary) out += " -c idle_in_transaction_session_timeout=60000";
  if (!options.schema.empty()) out += " -c search_path=" + options.schema + " -c extra_float_digits=3";
  return out;
}

}  // namespace

Values::Value& Values::at(int position, Oid type) {
  const auto index = static_cast<std::size_t>(position - 1);
  if (values_.size() <= index) complete(position);
  types_[index] = type;
  return values_[index];
}

void Values::complete(int parameters) {
  types_.resize(static_cast<std::size_t>(parameters), 0);
  values_.resize(static_cast<std::size_t>(parameters));
}

void Values::put(int position, std::int64_t value) {
  Value& at_place = at(position, server_type::kInt8);
  at_place.own = big_endian(static_cast<std::uint64_t>(value));
  at_place.null = false;
}

void Values::put_real(int position, double value) {
  Value& at_place = at(position, server_type::kFloat8);
  at_place.own = big_endian(std::bit_cast<std::uint64_t>(value));
  at_place.null = false;
}

void Values::put_blob(int position, BytesView value) {
  at(position, server_type::kBytea) = {value, std::nullopt, {}, false};
}
void Values::put_text(int position, std::string_view value) {
  Value& at_place = at(position, server_type::kText);
  at_place = {value, std::nullopt, {}, false};
  auto kept = text_for_server(value);
  if (!kept) return;
  at_place.text = std::move(*kept);
  at_place.bytes = {};
}
void Values::put_null(int position) { at(position, 0) = {}; }

Result<std::unique_ptr<Link>> Link::open(const std::string& url, const Options& options) {
  const std::string settings = settings_of(options);
  const std::array<const char*, 11> names = {"dbname",
                                             "target_session_attrs",
                                             "application_name",
                                             "options",
                                             "connect_timeout",
                                             "client_encoding",
                                             "tcp_user_timeout",
                                             "keepalives_idle",
                                             "keepalives_interval",
                                             "keepalives_count",
                                             nullptr};
  const std::array<const char*, 11> values = {url.c_str(),
                                              options.to_primary ? "read-write" : "any",
                                              options.name.c_str(),
                                              settings.c_str(),
                                              kConnectSeconds,
                                              "UTF8",
                                              "20000",
                                              "10",
                                              "5",
                                              "2",
                                              nullptr};
  std::unique_ptr<PGconn, Close> connection(PQconnectdbParams(names.data(), values.data(), 1));
  if (!connection) return fail(Code::kIo, "out of memory", "store");
  if (PQstatus(connection.get()) != CONNECTION_OK) return error_of(connection.get());
  if (PQsetnonblocking(connection.get(), 1) != 0) return error_of(connection.get());
  std::unique_ptr<Link> link(new Link(std::move(connection), options.deadline));
  PQsetNoticeReceiver(link->connection_.get(), note_warning, link->warned_.get());
  KOINON_TRY(link->enter_pipeline());
  return link;
}

Error Link::lost(std::string_view why) {
  alive_ = false;
  in_flight_.clear();
  return away(why);
}

Error Link::give_up(std::string_view why) {
  interrupt();
  return lost(why);
}

void Link::interrupt() { (void)::shutdown(PQsocket(connection_.get()), SHUT_RDWR); }

Status Link::sent(int done) { return done == 1 ? Status() : Status(lost(PQerrorMessage(connection_.get()))); }

Status Link::wait_for(bool to_write, Deadline until) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return lost("it did not answer in time");
    pollfd socket{PQsocket(connection_.get()), static_cast<short>(POLLIN | (to_write ? POLLOUT : 0)), 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno != EINTR) return lost("its socket failed");
    if (ready <= 0) continue;
    if ((socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) == 0)
      return lost(PQerrorMessage(connection_.get()));
    return {};
  }
}

Status Link::flush(Deadline until) {
  while (true) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return lost(PQerrorMessage(connection_.get()));
    KOINON_TRY(wait_for(true, until));
  }
}

// Null: the answers to one statement have ended.
Result<Answer> Link::next(Deadline until) {
  while (PQisBusy(connection_.get()) != 0) KOINON_TRY(wait_for(false, until));
  Answer answer(PQgetResult(connection_.get()));
  if (answer && PQresultStatus(answer.get()) == PGRES_FATAL_ERROR &&
      PQstatus(connection_.get()) == CONNECTION_BAD)
    return lost(PQresultErrorMessage(answer.get()));
  return answer;
}

Status Link::enter_pipeline() {
  if (in_pipeline_) return {};
  if (PQenterPipelineMode(connection_.get()) != 1) return lost("it takes no statements one behind the other");
  in_pipeline_ = true;
  return {};
}

Status Link::leave_pipeline() {
  KOINON_TRY(settle());
  if (!in_pipeline_) return {};
  if (PQexitPipelineMode(connection_.get()) != 1) return lost(PQerrorMessage(connection_.get()));
  in_pipeline_ = false;
  return {};
}

Status Link::send(Program& program, const Values& values) {
  if (!alive_) return away("the connection is gone");
  KOINON_TRY(enter_pipeline());
  const int count = static_cast<int>(values.values_.size());
  if (!program.prepared) {
    KOINON_TRY(sent(PQsendPrepare(connection_.get(), program.name.c_str(), program.text.c_str(), count,
                                  program.types.data())));
    program.prepared = true;
    in_flight_.push_back({&program});
  }
  std::vector<const char*> data;
  std::vector<int> lengths;
  const std::vector<int> formats(values.values_.size(), 1);
  for (const Values::Value& value : values.values_) {
    const BytesView viewed = value.text.empty() ? value.bytes : BytesView(value.text);
    const char* bytes = value.own ? value.own->data() : viewed.data();
    data.push_back(value.null ? nullptr : bytes == nullptr ? "" : bytes);
    lengths.push_back(static_cast<int>(value.own ? value.own->size() : viewed.size()));
  }
  KOINON_TRY(sent(PQsendQueryPrepared(connection_.get(), program.name.c_str(), count, data.data(),
                                      lengths.data(), formats.data(), 1)));
  in_flight_.push_back({});
  return in_flight_.size() % kSentAtOnce == 0 ? flush(until()) : Status();
}

Status Link::send(const char* text) {
  if (!alive_) return away("the connection is gone");
  KOINON_TRY(enter_pipeline());
  KOINON_TRY(sent(PQsendQueryParams(connection_.get(), text, 0, nullptr, nullptr, nullptr, nullptr, 1)));
  in_flight_.push_back({});
  return {};
}

// The answers to all that is in flight, in order. `last`: the answer to the last statement.
Status Link::take(Answer& last, bool& of_earlier) {
  const Deadline deadline = until();
  KOINON_TRY(sent(PQpipelineSync(connection_.get())));
  KOINON_TRY(flush(deadline));
  std::optional<Error> failed;
  while (!in_flight_.empty()) {
    const Sent one = in_flight_.front();
    KOINON_ASSIGN(Answer answer, next(deadline));
    if (!answer) return lost("an answer is missing");
    const bool fails = is_failure(answer.get());
    if (fails && one.prepares != nullptr) one.prepares->prepared = false;
    if (fails && !failed) {
      failed = error_of(answer.get());
      of_earlier = in_flight_.size() > (one.prepares != nullptr ? 2U : 1U);
    }
    if (const char* count = PQcmdTuples(answer.get()); one.prepares == nullptr) {
      changes_ = 0;
      std::from_chars(count, count + std::strlen(count), changes_);
      last = std::move(answer);
    }
    KOINON_ASSIGN(const Answer end, next(deadline));
    if (end) return lost("an answer is too long");
    in_flight_.pop_front();
  }
  KOINON_ASSIGN(const Answer sync, next(deadline));
  if (!sync || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC) return lost("its answers are out of order");
  return failed ? Status(*failed) : Status();
}

Status Link::settle() {
  if (!alive_) return away("the connection is gone");
  if (in_flight_.empty()) return {};
  Answer last;
  bool of_earlier = false;
  return take(last, of_earlier);
}

Result<Answer> Link::ask(Program& program, const Values& values, bool& of_earlier) {
  of_earlier = false;
  KOINON_TRY(send(program, values));
  Answer last;
  KOINON_TRY(take(last, of_earlier));
  return last;
}

Result<Answer> Link::ask(const char* text, bool& of_earlier) {
  of_earlier = false;
  KOINON_TRY(send(text));
  Answer last;
  KOINON_TRY(take(last, of_earlier));
  return last;
}

Result<Answer> Link::run_text(const std::string& text, std::chrono::milliseconds deadline) {
  KOINON_TRY(leave_pipeline());
  KOINON_TRY(sent(PQsendQuery(connection_.get(), text.c_str())));
  const Deadline end = std::chrono::steady_clock::now() + deadline;
  KOINON_TRY(flush(end));
  std::optional<Error> failed;
  Answer last;
  while (true) {
    KOINON_ASSIGN(Answer answer, next(end));
    if (!answer) break;
    if (is_failure(answer.get()) && !failed) failed = error_of(answer.get());
    last = std::move(answer);
  }
  if (failed) return *failed;
  return last;
}

Status Link::begin_copy(const std::string& text) {
  KOINON_TRY(leave_pipeline());
  KOINON_TRY(sent(PQsendQuery(connection_.get(), text.c_str())));
  KOINON_TRY(flush(until()));
  KOINON_ASSIGN(const Answer answer, next(until()));
  if (answer && PQresultStatus(answer.get()) == PGRES_COPY_IN) return {};
  if (!answer) return lost("an answer is missing");
  const Error why = error_of(answer.get());
  KOINON_ASSIGN(const Answer end, next(until()));
  (void)end;
  return why;
}

Status Link::put_copy(BytesView bytes) {
  const Deadline deadline = until();
  while (true) {
    const int put = PQputCopyData(connection_.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (put == 1) return {};
    if (put < 0) return lost(PQerrorMessage(connection_.get()));
    KOINON_TRY(wait_for(true, deadline));
  }
}

Status Link::end_copy(const char* why) {
  const Deadline deadline = until();
  while (true) {
    const int put = PQputCopyEnd(connection_.get(), why);
    if (put == 1) break;
    if (put < 0) return lost(PQerrorMessage(connection_.get()));
    KOINON_TRY(wait_for(true, deadline));
  }
  KOINON_TRY(flush(deadline));
  std::optional<Error> failed;
  while (true) {
    KOINON_ASSIGN(const Answer answer, next(deadline));
    if (!answer) break;
    if (is_failure(answer.get()) && !failed) failed = error_of(answer.get());
  }
  return failed ? Status(*failed) : Status();
}

}  // namespace koinon::postgres
