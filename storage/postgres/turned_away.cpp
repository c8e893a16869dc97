#include "storage/postgres/turned_away.h"

#include <array>
#include <chrono>
#include <memory>
#include <string_view>

#include <libpq-fe.h>
#include <poll.h>

namespace koinon::postgres {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kAsked{1};
constexpr std::size_t kStateLength = 5;

// True: it can go on. False: nothing came until then.
bool wait_for(PGconn* connection, bool to_read, steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd socket{PQsocket(connection), static_cast<short>(to_read ? POLLIN : POLLOUT), 0};
  return ::poll(&socket, 1, static_cast<int>(left.count())) > 0;
}

// True: a server, or this machine, has said no.
bool has_failed(PGconn* connection) {
  const auto until = steady_clock::now() + kAsked;
  PostgresPollingStatusType now = PGRES_POLLING_WRITING;
  while (PQstatus(connection) != CONNECTION_BAD && now != PGRES_POLLING_OK && now != PGRES_POLLING_FAILED) {
    if (!wait_for(connection, now == PGRES_POLLING_READING, until)) return false;
    now = PQconnectPoll(connection);
  }
  return now != PGRES_POLLING_OK;
}

// The code of PostgreSQL ("SQLSTATE") at the end of a message; empty: a program has said it that has none.
std::string_view state_of(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  if (message.size() < kStateLength) return {};
  message.remove_prefix(message.size() - kStateLength);
  return message;
}

// The user, or the password; a database that there is not; a database that the user may not use.
bool is_of_this_node(std::string_view state) {
  return state.starts_with("28") || state == "3D000" || state == "42501";
}

}  // namespace

// Of a connection that could not be made libpq tells no code but in its message, and only where it is asked
// to before. What the message says otherwise is in the server's language. Where a server turns this node
// away, libpq asks no further server: so the code stands at the end.
bool is_turned_away(const std::string& url) {
  const std::array<const char*, 3> names = {"dbname", "application_name", nullptr};
  const std::array<const char*, 3> values = {url.c_str(), "koinon", nullptr};
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectStartParams(names.data(), values.data(), 1), PQfinish);
  if (!connection) return false;
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  if (!has_failed(connection.get())) return false;
  return PQconnectionNeedsPassword(connection.get()) != 0 ||
         is_of_this_node(state_of(PQerrorMessage(connection.get())));
}

}  // namespace koinon::postgres
