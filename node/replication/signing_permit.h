// Without one nothing is signed for our own log, and only the gate makes them: every way to a signature
// passes it, or does not compile.
#pragma once

namespace koinon {

class SigningPermit {
 private:
  friend class Gate;
  SigningPermit() = default;
};

}  // namespace koinon
