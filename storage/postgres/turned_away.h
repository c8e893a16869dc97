// Whether a database server answers, and turns this node away. Whoever waits for the server would wait for
// ever then: somebody must correct the user, the password or the name of the database.
#pragma once

#include <string>

namespace koinon::postgres {

// Asks on a connection of its own, for a second at most. False also where no server has answered by then.
bool is_turned_away(const std::string& url);

}  // namespace koinon::postgres
