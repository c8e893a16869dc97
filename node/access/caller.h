// Who sends a request, and what they may do.
#pragma once

#include <string>

#include "storage/office/accounts.h"

namespace koinon {

struct Caller {
  // How the caller is known. If a browser sends the credential by itself, a change also needs a token against
  // forged requests.
  enum class By : unsigned char { kNothing, kSocket, kToken, kSession, kProxy, kFeedKey };

  By by = By::kNothing;
  Role role = Role::kNobody;
  UserId user;         // 0: no account
  std::string name;    // of the account; "local" over the Unix socket
  std::string office;  // a publisher publishes in its name; empty: in any
  std::string person;
  std::string credential;  // the id of the session or token
  std::string csrf;        // of the session
  // It reads the node's measures with a token of the scope metrics. Its role is kNobody: the token opens
  // nothing else.
  bool measures = false;
};

}  // namespace koinon
