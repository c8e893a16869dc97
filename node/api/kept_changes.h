// Changes that cannot be signed at this moment. They are kept at the desk, and the hold queue signs them.
//
// On the reading thread of `shared`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "node/api/api.h"
#include "node/api/held_view.h"

namespace koinon {

// Whether what may be signed now is kept all the same: the node may not sign at this moment, or changes that
// were kept before are not signed yet, and their order stands.
Result<bool> must_keep(ApiShared& shared);
// Whether a change that the writer refused is to be kept: signing began to wait in between.
bool was_put_off(ApiShared& shared, const Error& error);
// Puts the note at the desk, with a salt of its own, and wakes the hold queue. `first` is done in the same
// transaction, before it. kTooLarge: too much waits already.
Result<HeldNote> put_held(ApiShared& shared, HeldNote note, const std::function<Status()>& first = {});
// Hides the text at once that a kept withdrawal erases. Where that fails, the hold queue tries again.
boost::asio::awaitable<void> hide_text_of(ApiShared* shared, HeldNote note);
// The view, with the reason why it is not signed yet.
HeldView kept_view(ApiShared& shared, const HeldNote& note);

// A vouch that was signed, or is kept.
struct VouchDone {
  std::optional<Published> published;
  std::optional<HeldView> held;
};
// Publishes or keeps a decision of an operator about trust. It goes through the gate, like everything that is
// signed. `shared` must live longer than every request.
boost::asio::awaitable<Result<VouchDone>> publish_vouch(ApiShared* shared, Caller caller,
                                                        VouchRequest request);

}  // namespace koinon
