// Who asks for something, and what they may.
#pragma once

#include <string>

#include "storage/office/accounts.h"

namespace koinon {

struct Caller {
  // How they are known. What a browser sends by itself needs a proof against forged requests besides.
  enum class By : unsigned char { kNothing, kSocket, kToken, kSession, kProxy, kFeedKey };

  By by = By::kNothing;
  Role role = Role::kNobody;
  UserId user;         // 0: no account
  std::string name;    // of the account; "local" over the Unix socket
  std::string office;  // in whose name a publisher publishes; empty: any
  std::string person;
  std::string credential;  // which session or token
  std::string csrf;        // of the session
};

}  // namespace koinon
